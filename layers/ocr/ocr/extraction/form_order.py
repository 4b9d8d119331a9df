"""Fields of a known form whose label was not read: what stands between two known fields is the one between them.

The form is recognized by its other labels. What is left of a label in front of the value helps (名顾家明,
佳地青禾市…), and so does a value that is like the field's values. What is like none of them stays nobody's.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import groupby
from typing import Any

from ocr.declare.fields import Declared, canonical
from ocr.extraction.blocks import reading_order_of
from ocr.extraction.layout import Layout
from ocr.extraction.match import FieldMatch
from ocr.extraction.multiline import read_on
from ocr.extraction.page import Rect, TextSpan, around
from ocr.extraction.values import LONGEST_WORD, Fit, fit, trimmed

FEWEST = 3  # known labels, whole or in part, by which a form is recognized
KNOWN = 2  # of them to be read whole, for a value without any letter of its label
MARGIN = 3.0  # how far a value may stand out of the others of its side, in line heights
LONGEST_LABEL = 6
LETTER = 1.0  # what a letter of the label is worth, beside how the value suits
COST = 3.0  # how little a value in the right place suits without its label
WORDS = re.compile(r"[\u4e00-\u9fff|()?:]+")  # a closed set
WORTH = {Fit.LIKELY: 1.0, Fit.TYPED: 1.5, Fit.SHAPED: 2.0, Fit.CHECKED: 3.0}


@dataclass(frozen=True)
class _Placed:
    """A value for a field: where it stands, and how many letters of the field's label stand before it."""

    field: Declared
    span: TextSpan
    fit: Fit
    letters: int

    @property
    def worth(self) -> float:
        return WORTH[self.fit] + LETTER * self.letters


def in_order(found: dict[str, FieldMatch], layout: Layout, fields: dict[str, Declared]) -> None:
    """Give the fields without a value what stands in their place."""
    sides = groupby((field for field in fields.values() if not field.mark.derived), key=lambda field: field.mark.side)
    for _, side in sides:
        _fill(found, layout, list(side))


def _fill(found: dict[str, FieldMatch], layout: Layout, side: Sequence[Declared]) -> None:
    known = [found[field.name] for field in side if field.name in found]
    used = [span for one in found.values() for span in one.spans]
    rest = _leftover(layout, used, [_area(one) for one in known])
    placed = [one for gap, spans in _gaps(found, side, rest) for one in _best(gap, spans)]
    in_part = [one for one in placed if one.letters]
    if len(known) + len(in_part) < FEWEST:
        return
    for one in placed if len(known) >= KNOWN else in_part:
        cost = COST - LETTER * bool(one.letters)
        found[one.field.name] = FieldMatch(one.field, one.field.name, (one.span,), one.fit, cost=cost)
    read_on(found, layout, [one.field.name for one in placed if one.field.name in found], {})


def _area(one: FieldMatch) -> Rect:
    return around([*(span.area for span in one.spans), *([one.match.area] if one.match else [])])


def _leftover(layout: Layout, used: Sequence[TextSpan], side: Sequence[Rect]) -> list[TextSpan]:
    """What is no label and no value, from the top, where the side's other fields are."""
    if not side:
        return sorted((part for span in layout.spans for part in _unused(span, used)), key=_order)
    around_all = around(side)
    within = (span for span in layout.spans if span.area.across(around_all) < MARGIN)
    return sorted((part for span in within for part in _unused(span, used)), key=_order)


def _order(span: TextSpan) -> Any:
    return reading_order_of(span.area)


def _unused(span: TextSpan, used: Sequence[TextSpan]) -> Iterator[TextSpan]:
    """The stretches of a span that no value takes."""
    at = span.start
    taken = sorted((one.start, one.end) for one in used if one.line is span.line and one.end > span.start)
    for start, end in [*taken, (span.end, span.end)]:
        part = span.cut(at, min(start, span.end)) if start > at else None
        # What stands right before a value that was known by its shape is its label.
        if part and (start == span.end or len(part.text) > LONGEST_LABEL):
            yield part
        at = max(at, end)


def _gaps(
    found: dict[str, FieldMatch], side: Sequence[Declared], rest: Sequence[TextSpan]
) -> Iterator[tuple[list[Declared], list[TextSpan]]]:
    """The fields that are missing one after the other, with the texts between the known fields before and after."""
    before: Rect | None = None
    for missing, group in groupby(side, key=lambda field: field.name not in found):
        members = list(group)
        if not missing:
            before = _area(found[members[-1].name])
            continue
        following = side[side.index(members[-1]) + 1 :]
        after = next((_area(found[field.name]) for field in following if field.name in found), None)
        yield members, [span for span in rest if _is_between(span.area, before, after)]


def _is_between(area: Rect, before: Rect | None, after: Rect | None) -> bool:
    ordered = sorted([one for one in (after, area, before) if one], key=reading_order_of)
    return ordered == [one for one in (before, area, after) if one]


def _best(fields: Sequence[Declared], spans: Sequence[TextSpan]) -> list[_Placed]:
    """The values that are worth most together: fields and texts both in their order.

    From the last text to the first: what is best of a text and all behind it, for each field that may be the next.
    """
    best: list[tuple[_Placed, ...]] = [()] * (len(fields) + 1)
    for span in reversed(spans):
        best = _best_from(fields, span, best)
    return list(best[0])


def _best_from(
    fields: Sequence[Declared], span: TextSpan, behind: Sequence[tuple[_Placed, ...]]
) -> list[tuple[_Placed, ...]]:
    """The best of a text and all behind it, by the number of the field that comes next; so is `behind`."""

    @cache
    def best(start: int) -> list[tuple[_Placed, ...]]:
        rest = span.cut(start, span.end) if start < span.end else None
        if rest is None:
            return list(behind)
        here: tuple[_Placed, ...] = ()
        found = [behind[-1]]
        for number in reversed(range(len(fields))):
            placed = [(one, *best(one.span.end)[number + 1]) for one in _placed(fields[number], rest)]
            here = max([*placed, here], key=_worth)
            found.append(max((here, behind[number]), key=_worth))
        return found[::-1]

    return best(span.start)


def _worth(placed: Sequence[_Placed]) -> float:
    return sum(one.worth for one in placed)


def _placed(field: Declared, span: TextSpan) -> Iterator[_Placed]:
    """The field's values that the span begins with, behind what may be left of the label."""
    best: _Placed | None = None
    for start in range(span.start, min(span.end, span.start + LONGEST_LABEL)):
        letters = _letters(field, span.line.text[span.start : start])
        if letters is None:
            continue
        whole = span.cut(start, span.end)
        if whole is None:
            continue
        first, last = _stretch(field, whole.text)
        value = whole.cut(whole.start + first, whole.start + last)
        if value is None or first or (suits := fit(field, value.text)) < Fit.LIKELY:
            continue
        one = _Placed(field, value, suits, letters)
        best = one if best is None or one.worth > best.worth else best
    if best:
        yield best


def _letters(field: Declared, prefix: str) -> int | None:
    """How many letters of one of the field's labels a text has, in their order; None: it is none of them."""
    read = canonical(prefix)
    if not read:
        return 0
    names = (canonical(name) for name in field.mark.names)
    alike = [(_in_common(name, read), name) for name in names if abs(len(name) - len(read)) <= 1]
    most, _ = max(alike, default=(0, ""))
    whole = any(len(name) == len(read) for _, name in alike)
    return most if most or whole else None


def _in_common(one: str, other: str) -> int:
    """The length of the longest common subsequence."""
    row = [0] * (len(other) + 1)
    for letter in one:
        above = row[:]
        for at, read in enumerate(other, 1):
            row[at] = above[at - 1] + 1 if letter == read else max(above[at], row[at - 1])
    return row[-1]


def _stretch(field: Declared, text: str) -> tuple[int, int]:
    """The beginning of the text that suits the field; a word of a closed set where nothing sets it apart."""
    start, end = trimmed(field, text)
    if WORDS.fullmatch(field.shape.like or "-") and fit(field, text) < Fit.LIKELY:
        ends = (at for at in range(min(len(text), LONGEST_WORD), 0, -1) if fit(field, text[:at]) is Fit.LIKELY)
        return 0, next(ends, end)
    return start, end
