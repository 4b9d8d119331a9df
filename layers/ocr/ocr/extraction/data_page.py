"""The data page of a travel document: what it prints in words and again in its machine-readable zone.

The zone, which check digits settle, tells what the page must say: a printed text that repeats it is that field's value,
whatever the language of its caption. It also shows how values are printed on this page: what is smaller, or has small
letters where values are in capitals, is a caption. What is left in the print of a value belongs to the fields that no
zone repeats; where their captions cannot be read, ICAO Doc 9303-4 says in which order they stand.
"""

import datetime as dt
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise, product
from statistics import fmean
from typing import Any

from ocr.declare.dates import travel_days
from ocr.declare.fields import DataElement, Declared, Fields, declared
from ocr.declare.icao9303 import FILLER
from ocr.extraction import mrz
from ocr.extraction.layout import Layout
from ocr.extraction.match import FieldMatch, touches
from ocr.extraction.mrz import Zone
from ocr.extraction.page import Rect, TextSpan, around, joined
from ocr.extraction.values import Fit
from ocr.model.check import Check
from ocr.model.reading import Item

DIFFERS = "The page and the machine-readable zone differ."
CHECK = "machine_readable_zone"
LINES: Mapping[DataElement, int] = {"line1": 0, "line2": 1}
NAMES: frozenset[DataElement] = frozenset({"surname", "given_names", "name"})
CONFIRMED: frozenset[DataElement] = frozenset({"number", "birth", "expiry"})  # only with their check digit
SMALLER, LARGER = 0.8, 1.25  # of the lowest and the highest text that repeats the zone: what is a value's size, too
READABLE = 0.8  # confidence from which a text without a caption may be a value
ONE_ROW = 0.6  # of a value's height, between the middles of two in one row
LEAST_PRINTED = 3  # texts that show how values are printed
LEAST_LETTERS = 3  # of a value that no caption names
MOST_DIGITS = 0.5  # of its characters
ONE_WITNESS = 0.8  # how sure a name is that page and zone do not both say: no check digit covers it
PLACED = 2.6  # what a value costs that only its place says something of, in line heights

# Letters that the zone spells out or drops (Doc 9303-3, section 6), beside those that only lose an accent.
SPELT: Mapping[str, tuple[str, ...]] = {
    "Ä": ("AE", "A"),
    "Ö": ("OE", "O"),
    "Ü": ("UE", "UXX", "U"),
    "Å": ("AA", "A"),
    "Æ": ("AE",),
    "Ø": ("OE", "O"),
    "Œ": ("OE",),
    "Ñ": ("N", "NXX"),
    "ß": ("SS",),
    "Þ": ("TH",),
    "Đ": ("D",),
    "Ł": ("L",),
    "Ħ": ("H",),
    "İ": ("I",),
}


@dataclass(frozen=True)
class Print:
    """How the values of a page are printed: between which heights, in line heights, and whether in capitals alone."""

    low: float
    high: float
    capitals: bool

    def of_value(self, span: TextSpan) -> bool:
        """Whether the text may be a value by its size and its letters."""
        return self._sized(span) and not (self.capitals and _has_small_letters(span.text))

    def of_caption(self, span: TextSpan) -> bool:
        """Whether the text must be small print: a caption's translation stands behind a slash."""
        if span.line.text[: span.start].rstrip().endswith(("/", "／")) or not self._sized(span):
            return True
        sure = (
            (span.line.confidence or 0.0) >= READABLE and "/" not in span.line.text and len(span.text) >= LEAST_LETTERS
        )
        return self.capitals and _has_small_letters(span.text) and not sure

    def _sized(self, span: TextSpan) -> bool:
        return SMALLER * self.low <= _height(span) <= LARGER * self.high


@dataclass
class DataPage:
    """A page with a machine-readable zone.

    items    the fields that the zone tells, or that only one text of the page can be
    checks   whether page and zone agree in what both say
    printed  field → where the page prints what the zone says
    rest     the spans of the page without the zone and what repeats it
    """

    fields: Mapping[str, Declared]
    zone: Zone
    items: list[Item]
    checks: list[Check]
    printed: dict[str, TextSpan]
    rest: list[TextSpan]

    @property
    def settled(self) -> set[str]:
        """The fields that need no label."""
        return {item.label for item in self.items}

    @cached_property
    def style(self) -> Print | None:
        """How values are printed here, None where too few printed texts repeat the zone."""
        spans = [span for span in self.printed.values() if len(span.text) > 1]
        if len(spans) < LEAST_PRINTED:
            return None
        words = [span for span in spans if any(map(str.isalpha, span.text))]
        capitals = bool(words) and not any(_has_small_letters(span.text) for span in words)
        heights = list(map(_height, spans))
        return Print(min(heights), max(heights), capitals)

    def drop_captions(self, layout: Layout) -> None:
        """Take what is no value out of the layout: captions in whatever language."""
        if self.style is None:
            return
        for row in layout.rows:
            for held in row.held:
                held[:] = [span for span in held if not self.style.of_caption(span)]

    def compare(self, found: Sequence[FieldMatch]) -> list[FieldMatch]:
        """What was found by labels without the fields that the zone settles; where the two differ, a check says so.

        What is not of its field's type is left out: it stands by a label that was misread.
        """
        settled = {item.label: item.text for item in self.items}
        for one in found:
            if one.field.name in settled and self._differs(one, settled[one.field.name]):
                self.checks.append(_check(one.field.name, "failed", DIFFERS))
        return [one for one in found if one.field.name not in settled and one.fit > Fit.REFUSED]

    def _differs(self, one: FieldMatch, settled: str) -> bool:
        """Whether a value of the field's kind stands by its label: the page prints none that repeats the zone."""
        text = joined(one.spans)
        if one.field.mark.icao in {"birth", "expiry"}:
            return bool(travel_days(text)) and dt.date.fromisoformat(settled) not in travel_days(text)
        if self.style is None:
            return one.fit > Fit.OPEN and any(map(str.isdigit, text))
        return one.fit > Fit.REFUSED and self.style.of_value(one.spans[0])

    def issue(self, found: Sequence[FieldMatch]) -> tuple[list[FieldMatch], list[Item]]:
        """The date of issue: by its label, else the one day between birth and expiry that no label claims."""
        name = self._by_element(set(self.fields)).get("issue")
        labelled = next((one for one in found if one.field.name == name), None)
        taken = [span for one in found if one is not labelled for span in one.spans]
        spans = labelled.spans if labelled else [span for span in self.rest if not touches([span], taken)]
        birth, expiry = self._day("birth") or dt.date.min, self._day("expiry") or dt.date.max
        days = {day: span for span in spans for day in travel_days(span.text) if birth < day < expiry}
        if name is None or len(days) != 1:
            return list(found), []
        [(day, span)] = days.items()
        self.printed[name] = span
        item = Item(label=name, text=day.isoformat(), score=span.line.confidence, box=span.box)
        return [one for one in found if one is not labelled], [item]

    def _day(self, element: DataElement) -> dt.date | None:
        """A day that the zone settles."""
        name = self._by_element(set(self.fields)).get(element)
        return next((dt.date.fromisoformat(item.text) for item in self.items if item.label == name), None)

    def nationality(self, found: Sequence[FieldMatch]) -> list[Item]:
        """The nationality by its code where the page does not say it in words that can be read."""
        name, held = self._by_element(set(self.fields)).get("nationality"), self.zone.element("nationality")
        if name is None or held is None or not held.sure or any(one.field.name == name for one in found):
            return []
        return [Item(label=name, text=held.text.replace(FILLER, " "), score=_mean(held.spans))]

    def in_order(self, layout: Layout, found: Sequence[FieldMatch]) -> Iterator[FieldMatch]:
        """Fields that only the page prints, by their place among those that the zone repeats."""
        if self.style is None:
            return
        missing = self._by_element(set(self.fields) - {one.field.name for one in found} - self.settled)
        taken = [span for one in found for span in one.spans]
        places = [span for span in layout.spans if self._may_be_value(span) and not touches([span], taken)]
        for element, suits in (
            ("nationality", self._is_nationality),
            ("birth_place", self._is_birth_place),
            ("authority", self._is_authority),
        ):
            here = [span for span in places if suits(span)]
            if element in missing and len(here) == 1:
                places.remove(here[0])
                field = self.fields[missing[element]]
                yield FieldMatch(field, field.name, (here[0],), Fit.OPEN, cost=PLACED)

    def _by_element(self, names: set[str]) -> dict[str, str]:
        return {str(self.fields[name].mark.icao): name for name in names if self.fields[name].mark.icao}

    def _may_be_value(self, span: TextSpan) -> bool:
        letters, digits = sum(map(str.isalpha, span.text)), sum(map(str.isdigit, span.text))
        readable = (span.line.confidence or 0.0) >= READABLE and letters >= LEAST_LETTERS
        return readable and digits <= MOST_DIGITS * letters and self.style is not None and self.style.of_value(span)

    def _area(self, *elements: DataElement) -> Rect | None:
        """Where the page prints these elements."""
        held = [span for name, span in self.printed.items() if self.fields[name].mark.icao in elements]
        return around(span.area for span in held) if held else None

    def _is_nationality(self, span: TextSpan) -> bool:
        """Below the names, not below the date of birth; spelt like its code where that date is not seen."""
        names, birth = self._area("surname", "given_names", "name"), self._area("birth")
        if names is None or span.area.middle <= names.bottom:
            return False
        if birth is not None:
            return span.area.middle < birth.middle + ONE_ROW * span.area.height
        code, below = self.zone.element("nationality"), self._area("issue", "expiry")
        above = below is None or span.area.middle < below.top
        return above and code is not None and _is_spelt_like(code.text, span.text)

    def _is_birth_place(self, span: TextSpan) -> bool:
        """Beside the sex; where that is beside the date of birth, or not seen, between this and the date of issue."""
        sex, birth, issue = self._area("sex"), self._area("birth"), self._area("issue")
        if sex is not None and (birth is None or not sex.beside(birth)):
            return abs(sex.middle - span.area.middle) < ONE_ROW * max(sex.height, span.area.height)
        if birth is None or issue is None:
            return False
        return birth.bottom < span.area.middle < issue.top

    def _is_authority(self, span: TextSpan) -> bool:
        """Beside the date of issue, or below it."""
        issue = self._area("issue")
        if issue is None:
            return False
        return span.area.middle > issue.middle - ONE_ROW * max(issue.height, span.area.height)


def read(model: type[Fields], spans: Sequence[TextSpan]) -> DataPage | None:
    """The page as its machine-readable zone explains it; None where the model has no such zone, or the page."""
    fields = {name: field for name, field in declared(model).items() if field.mark.icao}
    if not fields:
        return None
    zone = mrz.read(spans, _words(spans))
    if zone is None:
        return None
    rest = [span for span in spans if span not in zone.spans]
    return _Reader(declared(model), fields, zone, rest).read()


class _Reader:
    """Goes through the data elements, each with the text of the page that repeats it."""

    def __init__(
        self, every: Mapping[str, Declared], fields: Mapping[str, Declared], zone: Zone, rest: list[TextSpan]
    ) -> None:
        self.every = every
        self.fields = fields
        self.zone = zone
        self.rest = rest
        self.days = {span: days for span in rest if (days := travel_days(span.text))}
        printed = [day for days in self.days.values() for day in days if len(set(days)) == 1]  # of a whole year
        self.birth, self.expiry = zone.birth(printed), zone.expiry(printed)
        sides = {field.mark.side for field in fields.values() if field.mark.icao in {"lines", "line1", "line2"}}
        self.side = sides.pop() if len(sides) == 1 else None
        self.page = DataPage(every, zone, [], [], {}, rest)

    def read(self) -> DataPage:
        for name, field in self.fields.items():
            if field.mark.icao != "nationality":  # the page prints it in words
                self._settle(name, field)
        self._doubt_expiry()
        taken = [*self.page.printed.values(), *self._personal_number(), *self._signature()]
        self.page.rest = [left for span in self.rest for left in _without(span, taken)]
        return self.page

    def _settle(self, name: str, field: Declared) -> None:
        element = field.mark.icao
        if element is None:
            return
        text, sure = self._from_zone(element)
        if text is None:
            return
        span = self._printed(element, text)
        if span is not None:
            self.page.printed[name] = span
            if element in CONFIRMED:
                self.page.checks.append(_check(name, "passed"))
        if (sure or span) and (span or field.mark.side == self.side):
            self.page.items.append(self._item(name, element, text, span))

    def _from_zone(self, element: DataElement) -> tuple[str | None, bool]:
        """What the zone says, and whether that can be believed without the page."""
        zone = self.zone
        match element:
            case "line1" | "line2":
                text = next((line.text for line in zone.lines if line.number == LINES[element]), None)
                return text, True
            case "lines":
                return zone.text, True
            case "birth" | "expiry":
                day, held = (self.birth if element == "birth" else self.expiry), zone.element(element)
                return (day.isoformat() if day else None), bool(held and held.sure)
            case "surname" | "given_names" | "name":
                names, held = zone.names(), zone.element("names")
                if names is None or held is None:
                    return None, False
                parts = {"surname": names[0], "given_names": names[1], "name": ", ".join(filter(None, names))}
                return parts[element] or None, held.sure
            case "document" | "issuer" | "number" | "nationality" | "sex":
                held = zone.element(element)
                return (held.text.replace(FILLER, " "), held.sure) if held else (None, False)
            case _:
                return None, False

    def _printed(self, element: DataElement, text: str) -> TextSpan | None:
        """Where the page prints what the zone says: the first place that no other field has."""
        taken = list(self.page.printed.values())
        found = (again for span in self.rest for again in self._repeating(element, text, span))
        return next((span for span in found if not touches([span], taken)), None)

    def _repeating(self, element: DataElement, text: str, span: TextSpan) -> Iterator[TextSpan]:
        match element:
            case "birth" | "expiry":
                if dt.date.fromisoformat(text) in self.days.get(span, ()):
                    yield span
            case "surname" | "given_names":
                yield from _naming(text.split(), span)
            case "name":
                yield from _naming(text.replace(",", " ").split(), span)
            case "number":
                if "".join(filter(str.isalnum, mrz.folded(span.text))) == text:
                    yield span
                yield from _naming([text], span)
            case "sex":
                parts = re.split(r"[\s/]+", unicodedata.normalize("NFKC", span.text).upper().strip())
                if text in parts and all(len(part) == 1 for part in parts):
                    yield span
            case "document" | "issuer":
                if mrz.folded(span.text) == text:
                    yield span

    def _item(self, name: str, element: DataElement, text: str, span: TextSpan | None) -> Item:
        line = LINES.get(element)
        spans = [span for one in self.zone.lines for span in one.spans if line in (None, one.number)]
        held = self.zone.element(element) if element in CONFIRMED else None  # type: ignore[arg-type]
        sure, verbatim = _mean(held.spans if held else spans), element in NAMES
        if span is None:
            box = spans[0].box if len(spans) == 1 else None
            alone = sure * ONE_WITNESS if sure is not None and verbatim else sure
            return Item(label=name, text=text, score=alone, box=box)
        both = 1 - (1 - (sure or 0.0)) * (1 - (span.line.confidence or 0.0))  # two witnesses
        if verbatim and not span.text.isascii():
            both = (span.line.confidence or 0.0) * ONE_WITNESS  # the zone does not repeat the marks on letters
        return Item(label=name, text=span.text if verbatim else text, score=both, box=span.box)

    def _doubt_expiry(self) -> None:
        """No other day of a travel document is later than its last."""
        name = next((name for name, field in self.fields.items() if field.mark.icao == "expiry"), None)
        later = any(min(days) > self.expiry for days in self.days.values()) if self.expiry else False
        if name in self.page.settled and name not in self.page.printed and later:
            self.page.checks.append(_check(name, "failed", DIFFERS))

    def _signature(self) -> list[TextSpan]:
        """Where the holder wrote the name that stands in print elsewhere."""
        names = {word for name in self.zone.names() or () for word in name.split()}
        written = (span for span in self.rest if _has_small_letters(span.text))
        return [span for span in written if {mrz.folded(word) for word in re.findall(r"[^\W_]+", span.text)} <= names]

    def _personal_number(self) -> list[TextSpan]:
        """Where the page prints what the issuer put into the rest of the zone: it is nobody else's value."""
        held = self.zone.element("optional")
        return [again for span in self.rest for again in self._repeating("number", held.text, span)] if held else []


def _check(name: str, outcome: Any, detail: str = "") -> Check:
    return Check(name=CHECK, fields=[name], outcome=outcome, detail=detail)


def _words(spans: Sequence[TextSpan]) -> set[str]:
    """The words and numbers of the page, in the zone's letters; what has fillers is of the zone itself."""
    texts = [span.text for span in spans if FILLER not in mrz.folded(span.text)]
    words = [word for text in texts for word in (text, *re.findall(r"\w+", text))]
    return {"".join(filter(str.isalnum, mrz.folded(word))) for word in words}


def _naming(words: Sequence[str], span: TextSpan) -> Iterator[TextSpan]:
    """Where these words stand one after another, as the zone would spell what is printed."""
    printed = [(match.start(), match.end()) for match in re.finditer(r"[^\W_]+", span.text)]
    for first in range(len(printed) - len(words) + 1):
        run = printed[first : first + len(words)]
        close = all(len(span.text[left[1] : right[0]]) <= 2 for left, right in pairwise(run))
        spellings = [_spellings(span.text[start:end]) for start, end in run]
        if close and all(word in ways for word, ways in zip(words, spellings, strict=True)):
            named = span.cut(span.start + run[0][0], span.start + run[-1][1])
            if named:
                yield named


def _spellings(word: str) -> set[str]:
    """The ways in which the zone may spell a printed word."""
    letters = unicodedata.normalize("NFC", word.upper() if word != "ß" else word)
    ways = [SPELT.get(letter, (_bare(letter),)) for letter in letters]
    return {"".join(way) for way in product(*ways)} if len(letters) <= 30 else {mrz.folded(word)}


def _bare(letter: str) -> str:
    return unicodedata.normalize("NFD", letter)[0]


def _is_spelt_like(code: str, name: str) -> bool:
    """Whether a word begins with the code's first letter and has the others in order: LTU in LIETUVOS."""
    rest = ".*".join(re.escape(letter) for letter in code)
    return bool(re.search(rf"\b{rest}", "".join(map(_bare, name.upper()))))


def _without(span: TextSpan, taken: Sequence[TextSpan]) -> Iterator[TextSpan]:
    """What of a span is left beside the texts that are taken out of it."""
    cuts = sorted((one.start, one.end) for one in taken if one.line is span.line)
    start = span.start
    for first, last in [*cuts, (span.end, span.end)]:
        if first > start and (left := span.cut(start, first)) and any(map(str.isalnum, left.text)):
            yield left
        start = max(start, last)


def _height(span: TextSpan) -> float:
    return span.area.width if span.vertical else span.area.height


def _has_small_letters(text: str) -> bool:
    return any(letter.islower() and letter.isalpha() for letter in text)


def _mean(spans: Sequence[TextSpan]) -> float | None:
    known = [span.line.confidence for span in spans if span.line.confidence is not None]
    return fmean(known) if known else None
