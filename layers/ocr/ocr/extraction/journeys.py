"""Line items that lead from one to the next: the stations of a journey, printed once each, one below the other.

At the left of the table stand labels of two fields, 自 and 至, in one row each. The text behind the second of them ends
one leg and begins the next, whether its own label was read or not. What a leg says else stands in the row where it
begins.
"""

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass

from ocr.declare.fields import Fields, canonical, declared
from ocr.extraction.captions import is_caption, is_nearly_caption
from ocr.extraction.labels import DIRT, JOINTS
from ocr.extraction.page import Rect, TextSpan
from ocr.extraction.vocabulary import is_chinese

MISREAD = 4  # characters behind a label that are left of its small print: 至70 for 至TO
MARGIN = 1.0  # how far left of its label a station may begin, in line heights
NOWHERE = {"void", "open"}
TERMINAL = re.compile("^t[0-9]|t[0-9]$")  # T3 before or behind the name of a station


@dataclass(frozen=True)
class Leg:
    """From one station to the next."""

    begins: TextSpan
    ends: TextSpan

    def row(self, names: tuple[str, str]) -> list[tuple[str, list[TextSpan]]]:
        """The leg as a part of a row: labels with their values."""
        return [(names[0], [self.begins]), (names[1], [self.ends])]


def legs(model: type[Fields], spans: Iterable[TextSpan], heads: Rect) -> tuple[list[Leg], set[TextSpan]]:
    """The legs that stand left of and below the column heads, and the spans that they are printed in."""
    names = model.row_chain
    if names is None:
        return [], set()
    spans = list(spans)
    terms = {canonical(label) for name in names for label in declared(model)[name].mark.names}
    left = [span for span in spans if span.area.right < heads.left and not span.vertical]
    marks = {span: rest for span in left if (rest := _behind_label(span, terms)) is not None}
    if not marks:
        return [], set()
    edge = min(span.area.left for span in marks) - MARGIN
    beside = [span for span in left if span not in marks and span.area.left > edge and _may_be_station(span)]
    printed = [rest for span in marks for rest in _stretch(span, marks[span])]
    stations = sorted(map(_clean, [*printed, *beside]), key=lambda span: span.area.middle)
    nothing = (span for span in spans if canonical(span.text) in NOWHERE)
    return list(_pairs(stations)), {*marks, *beside, *nothing}


def nearest(begins: TextSpan, areas: Sequence[Rect], stations: Collection[TextSpan]) -> int | None:
    """Which of these areas stands in the row where a leg begins; None where each is nearer to another station."""
    ways = [(abs(area.middle - begins.area.middle), number) for number, area in enumerate(areas)]
    for way, number in sorted(ways):
        if all(abs(areas[number].middle - one.area.middle) >= way for one in stations):
            return number
    return None


def _behind_label(span: TextSpan, terms: Collection[str]) -> int | None:
    """Where a span that begins with one of the labels goes on behind it and its small print; None: it does not."""
    text = span.text
    ends = (at for at in range(len(text), 0, -1) if canonical(text[:at]) in terms)
    end = next(ends, None)
    if end is None:
        return None
    rest = text[end:].lstrip(JOINTS)
    latin = next((at for at, letter in enumerate(rest) if not letter.isascii()), len(rest))
    small = rest[:latin]
    if small and (is_nearly_caption(small) or len(canonical(small)) <= MISREAD):
        rest = rest[latin:].lstrip(JOINTS)
    return len(text) - len(rest)


def _stretch(span: TextSpan, start: int) -> Iterator[TextSpan]:
    if rest := span.cut(span.start + start, span.end):
        yield rest


def _clean(span: TextSpan) -> TextSpan:
    return span.cut(span.start, span.start + len(span.text.rstrip(DIRT))) or span


def _may_be_station(span: TextSpan) -> bool:
    letters = TERMINAL.sub("", canonical(_clean(span).text))
    return len(letters) > 1 and letters.isalpha() and (is_chinese(letters) or not is_caption(span.text))


def _pairs(stations: Sequence[TextSpan]) -> Iterator[Leg]:
    known = [not NOWHERE & {canonical(one.text)} for one in stations]
    last = known.index(False) if False in known else len(stations)
    yield from map(Leg, stations[:last], stations[1:last])
