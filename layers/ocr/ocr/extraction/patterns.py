"""Values that are known by their shape wherever they stand: ID numbers, VINs, plates, machine-readable lines."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from itertools import groupby
from typing import Any

from ocr.declare.fields import Declared
from ocr.declare.identifiers import judge
from ocr.extraction.blocks import reading_order_of
from ocr.extraction.labels import LabelMatch
from ocr.extraction.layout import WORD_GAP, Layout, reaching
from ocr.extraction.match import FieldMatch, touches
from ocr.extraction.page import TextSpan, around, joined
from ocr.extraction.values import Fit, compact, fit, parsed, shaped

STACKED_LINES = (2, 3, 4, 5)  # how many lines of their own may be one value
GROUP_GAP = 3.0  # between the groups of digits of one number, in line heights
UNPROVED = 3.2  # what a text costs that has the shape of the field's values, and may still not be its value
WHOLE_NUMBER = 8  # figures that are a number of their own, an invoice's say, and no group of a longer one
MOST_NEIGHBOURS = 6  # in how many spans side by side a value may be read
INDENT = 1.5  # how far stacked lines may begin apart


def recognized(found: dict[str, FieldMatch], layout: Layout, fields: dict[str, Declared]) -> None:
    """Fields whose label was not found, or whose value does not look right, by what their values look like."""
    labels = {one.match for one in found.values() if one.match}
    for name, field in fields.items():
        known = found.get(name)
        if not field.shape.pattern or (known and known.fit > Fit.REFUSED):
            continue
        used = [span for other in found.values() if other is not known for span in other.spans]
        best = _first_of_the_best([one for one in _shaped(field, layout, labels) if not touches(one.spans, used)])
        if best and (known is None or best.fit is Fit.CHECKED):
            found[name] = best
    for name in [name for name in fields if name in found and _may_be_anothers(found[name], found, fields)]:
        found[name] = replace(found[name], cost=UNPROVED)


def _may_be_anothers(one: FieldMatch, found: dict[str, FieldMatch], fields: dict[str, Declared]) -> bool:
    """Whether shape alone gave a value to this field while another, whose values have the same, has none."""
    alike = (name for name, field in fields.items() if field.shape.pattern == one.field.shape.pattern)
    return one.match is None and any(name not in found for name in alike)


def _first_of_the_best(candidates: Sequence[FieldMatch]) -> FieldMatch | None:
    """The first in reading order of those that suit best, as long as it gets with its neighbours."""
    suits = max((one.fit for one in candidates), default=None)
    alike = [one for one in candidates if one.fit == suits]
    best = min(alike, key=lambda one: (_is_joined_figures(one), _order(one)), default=None)
    if best is None:
        return None
    longer = (one for one in alike if touches(one.spans, best.spans))
    return max(longer, key=lambda one: len(joined(one.spans)))


def _shaped(field: Declared, layout: Layout, labels: Collection[LabelMatch]) -> Iterator[FieldMatch]:
    """Every text on the page that has the field's shape, also where it is split over neighbouring spans."""
    for span in (*layout.spans, *layout.mistaken(labels)):
        for start, end in shaped(field, span.text):
            cut = span.cut(span.start + start, span.start + end)
            if cut:
                cost = UNPROVED * _is_disproved(field, cut.text)
                yield FieldMatch(field, field.name, (cut,), fit(field, cut.text), cost=cost)
    for spans in (*_neighbours(layout), *_stacks(layout)):
        if _are_two_numbers(spans):
            continue
        whole = _as_shaped(field, spans)
        if (suits := fit(field, joined(whole))) > Fit.TYPED and not _is_disproved(field, joined(whole)):
            yield FieldMatch(field, field.name, tuple(whole), suits)


def _as_shaped(field: Declared, spans: Sequence[TextSpan]) -> Sequence[TextSpan]:
    """The spans without what follows the value in the last of them: 09:21开."""
    text, last = joined(spans), spans[-1]
    behind = (len(text) - end for start, end in shaped(field, text) if start == 0)
    cut = last.cut(last.start, last.end - next((more for more in behind if more < len(last.text)), 0))
    return [*spans[:-1], cut] if cut else spans


def _order(one: FieldMatch) -> Any:
    return reading_order_of(around(span.area for span in one.spans))


def _is_joined_figures(one: FieldMatch) -> bool:
    """Whether figures of several texts make the value: one by itself, wherever it stands, is likelier."""
    return len(one.spans) > 1 and joined(one.spans).isascii()


def _are_two_numbers(spans: Sequence[TextSpan]) -> bool:
    """Whether more than one of the spans is as long as a number: nobody prints one in such groups."""
    numbers = [text for span in spans if (text := compact(span.text)).isdecimal() and len(text) >= WHOLE_NUMBER]
    return len(numbers) > 1


def _is_disproved(field: Declared, text: str) -> bool:
    """Whether a text has the shape of a value and other check digits: many numbers do."""
    return field.shape.check is not None and judge(field.shape.check, parsed(field, text)).outcome == "failed"


def _neighbours(layout: Layout) -> Iterator[list[TextSpan]]:
    """Spans side by side."""
    for run in (run for row in layout.rows for held in row.held for run in _groups(held)):
        for start in range(len(run) - 1):
            yield from (run[start:end] for end in range(start + 2, min(len(run), start + MOST_NEIGHBOURS) + 1))


def _groups(held: Sequence[TextSpan]) -> Iterator[list[TextSpan]]:
    """The runs of a row; figures are printed in groups, words are not, also where these stand behind those."""
    for run in reaching(held, GROUP_GAP):
        alike = [list(spans) for _, spans in groupby(run, key=_are_figures)]
        yield from (spans for spans in alike if _are_figures(spans[0]))
        yield from reaching(run, WORD_GAP) if len(alike) > 1 or not _are_figures(run[0]) else []


def _are_figures(span: TextSpan) -> bool:
    """Whether a text is Latin, or mostly figures: 2024年12月08日, with 09:21开 behind it."""
    return span.text.isascii() or 2 * sum(map(str.isdecimal, span.text)) > len(span.text)


def _stacks(layout: Layout) -> Iterator[list[TextSpan]]:
    """Lines of their own that stand one below the other."""
    alone = [row.spans[0] for row in layout.rows if len(row.spans) == 1 and not row.matches]
    for count in STACKED_LINES:
        for start in range(len(alone) - count + 1):
            stack = alone[start : start + count]
            if all(abs(span.area.left - stack[0].area.left) < INDENT for span in stack):
                yield stack
