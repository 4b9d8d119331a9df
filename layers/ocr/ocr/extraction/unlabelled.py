"""Values that a document prints without a label, in a place of their own.

A paper invoice prints its code above everything else and its number behind No, a train ticket its passenger behind
the identity number, a licence its date below 登记机关.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from ocr.declare.fields import Declared, Unlabelled
from ocr.extraction.layout import Layout, reaching
from ocr.extraction.match import FieldMatch, touches
from ocr.extraction.page import Rect, TextSpan, around, joined
from ocr.extraction.values import Fit, compact, fit, standing_alone

LABEL_ROW = 1.0  # what still stands above the first label, in line heights below its bottom
BEHIND = 8.0  # from a value to the one right behind it
BELOW = 6.0  # from a value to what stands below it
WORD_GAP = 1.5  # within one run of text
LINE_GAP = 1.0  # between the lines of one value
INDENT = 1.5  # how far they may begin apart
MOST_LINES = 4
COST = 2.0  # what is surer than this by its label keeps it


def standing_alone_on(found: dict[str, FieldMatch], layout: Layout, fields: dict[str, Declared]) -> None:
    """Give the fields that have no value yet what stands without a label where the document prints it."""
    for name, field in fields.items():
        if best := standing_alone_for(field, found, layout):
            found[name] = best


def standing_alone_for(field: Declared, found: Mapping[str, FieldMatch], layout: Layout) -> FieldMatch | None:
    """What stands without a label in the field's place, unless the field has a value; None where nothing does."""
    alone, known = field.mark.unlabelled, found.get(field.name)
    if alone is None or (known and known.fit > Fit.REFUSED and not alone.last):
        return None
    used = [span for other in found.values() if other is not known for span in other.spans]
    candidates = [one for one in _places(field, alone, layout, found) if not touches(one.spans, used)]
    return _latest(candidates) if alone.last else _surest(candidates, layout)


def _surest(candidates: Sequence[FieldMatch], layout: Layout) -> FieldMatch | None:
    """The one that suits best, stands on the page most often, and is longest."""
    copies = Counter(compact(span.text) for span in layout.spans)
    ranks = ((one.fit, copies[compact(joined(one.spans))], len(one.spans)) for one in candidates)
    return max(zip(ranks, candidates, strict=True), key=lambda pair: pair[0], default=(None, None))[1]


def _latest(candidates: Sequence[FieldMatch]) -> FieldMatch | None:
    """The one whose figures, largest unit first, are highest: 04/24 is after 03/24 and before 01/25."""
    return max(candidates, key=lambda one: re.findall("[0-9]+", joined(one.spans))[::-1], default=None)


def _places(
    field: Declared, alone: Unlabelled, layout: Layout, found: Mapping[str, FieldMatch]
) -> Iterator[FieldMatch]:
    """Every text in the right place that is wholly as declared, from the top."""
    for spans in _texts(alone, layout, found):
        held = _held(alone.pattern, spans)
        if held and (suits := fit(field, joined(held))) > Fit.REFUSED:
            yield FieldMatch(field, field.name, held, suits, cost=COST)


def _held(pattern: str, spans: Sequence[TextSpan]) -> tuple[TextSpan, ...]:
    if len(spans) > 1:
        text = joined(spans)
        return tuple(spans) if standing_alone(pattern, text) == (0, len(text)) else ()
    [span] = spans
    stretch = standing_alone(pattern, span.text)
    cut = span.cut(span.start + stretch[0], span.start + stretch[1]) if stretch else None
    return (cut,) if cut else ()


def _texts(alone: Unlabelled, layout: Layout, found: Mapping[str, FieldMatch]) -> Iterator[Sequence[TextSpan]]:
    if alone.beside:
        yield from _behind(found.get(alone.beside), layout)
    if alone.beside and not alone.below:
        return
    spans = [span for span in layout.spans if _is_placed(span.area, alone, layout, found)]
    yield from ([span] for span in spans)
    yield from _runs(spans)
    yield from _stacks(spans)


def _is_placed(area: Rect, alone: Unlabelled, layout: Layout, found: Mapping[str, FieldMatch]) -> bool:
    matches = [match.area for match in layout.matches if match.meanings]
    if alone.at == "top":
        return not matches or area.middle < min(match.bottom for match in matches) + LABEL_ROW
    if alone.at == "bottom":
        return not matches or area.middle > max(match.middle for match in matches)
    known = found.get(alone.below) if alone.below else None
    over = around(span.area for span in known.spans) if known else None
    return alone.below is None or (over is not None and area.middle > over.middle and area.down(over) < BELOW)


def _behind(known: FieldMatch | None, layout: Layout) -> Iterator[Sequence[TextSpan]]:
    """What follows a value in its line, and in its row."""
    if known is None:
        return
    last = known.spans[-1]
    whole = TextSpan(last.line, last.start, len(last.line.text), last.area)
    if rest := whole.cut(last.end, len(last.line.text)):
        yield [TextSpan(rest.line, rest.start, rest.end, last.area)]
    for span in layout.spans:
        if span.area.beside(last.area) and 0 <= span.area.left - last.area.right + 0.5 < BEHIND:
            yield [span]


def _runs(spans: Sequence[TextSpan]) -> Iterator[Sequence[TextSpan]]:
    """Words of one row."""
    for span in spans:
        row = sorted((one for one in spans if one.area.beside(span.area)), key=lambda one: one.area.left)
        run = next(run for run in reaching(row, WORD_GAP) if span in run)
        if len(run) > 1 and run[0] is span:
            yield run


def _stacks(spans: Sequence[TextSpan]) -> Iterator[Sequence[TextSpan]]:
    """Lines that stand one below the other, whatever stands beside them: a seal with three lines."""
    for first in spans:
        stack = [first]
        while len(stack) < MOST_LINES and (lower := _next_line(stack[-1], spans)):
            stack.append(lower)
            yield tuple(stack)


def _next_line(upper: TextSpan, spans: Sequence[TextSpan]) -> TextSpan | None:
    below = (
        span
        for span in spans
        if span.area.middle > upper.area.bottom
        and span.area.down(upper.area) < LINE_GAP
        and abs(span.area.left - upper.area.left) < INDENT
    )
    return min(below, key=lambda span: span.area.top, default=None)
