"""The machine-readable zone of travel documents: found among the lines, put right, taken apart.

Recognizers take O for 0 and I for 1, lose a `<` or add one, and read Greek. What stands where tells letters from digits
(ICAO Doc 9303); where both may stand the check digit decides, and what it does not confirm stays as it was read.
"""

import datetime as dt
import itertools
import re
import unicodedata
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from statistics import fmean

from ocr.declare.icao9303 import FILLER, FORMS, STATES, Element, Form, Kind, Name, check_digit
from ocr.extraction.page import TextSpan, rows

SHORTEST = 20  # characters of a line worth a look
SHORTEST_BEGINNING = 8  # characters of what stands before its fillers
GAP = 4.0  # between two spans of one line, in line heights
APART = 3.0  # between two lines of one zone
MOST_LOST = 14  # fillers that a line of numbers may have lost or won
MOST_DOUBTFUL = 7  # characters of one element that may be a letter or a digit
MOST_MISREAD = 3  # of them, how many the check digit may put right
SPLIT = 1980  # the first year that a zone's two digits may mean when they are a day of expiry

TO_LETTER = str.maketrans("0125648", "OIZSGAB")
TO_DIGIT = str.maketrans("OQDILZSGBAT", "00011256847")
ALIKE = dict(zip("0O1I2Z5S6G8B4A", "O0I1Z2S5G6B8A4", strict=True))
SHAPES = str.maketrans("0QDU1L25684", "OOOOIIZSGBA")  # characters of one shape as one
LETTER_TAKEN, DIGIT_TAKEN = 1.0, 1.5  # for the other: recognizers rather see a digit in a letter
ONE_MISREAD = 1.5  # more than one needs the page to print the number, too
USUAL = re.compile("[A-Z]{0,3}[0-9]{4,}<*")  # how numbers of documents are made
# What recognizers see in the zone's Latin capitals and fillers.
LOOKS = str.maketrans(
    "ΑΒΕΖΗΙΚΜΝΟΡΤΥΧΦАВЕКМНОРСТУХЅІЈ∪⊂|!$‹〈く«《≪({[",
    "ABEZHIKMNOPTYX0ABEKMHOPCTYXSIJUCIIS<<<<<<<<<",
)
DOUBLE = re.compile("[«《≪]")
ZONE = re.compile("[A-Z0-9<]+")

# What speaks for a line being a certain one of a certain form, and against it.
CHECKED, REAL_DAY, KNOWN_CODE, KNOWN_STATE, TWO_NAMES = 2.0, 0.5, 1.0, 1.0, 1.0
WRONG_CHECK, NO_DAY, MISFIT, LOST_FILLER, PADDED = -1.0, -3.0, -1.5, -0.5, -0.02
LEAST = 4.0  # points of a zone
LEAST_ALONE = 3.0  # points of a single line of several


@dataclass(frozen=True)
class Read:
    """One element as it was read: `sure` where its check digit confirms it, or its place and the list of states."""

    text: str
    sure: bool
    spans: tuple[TextSpan, ...]

    @property
    def confidence(self) -> float | None:
        """The mean of its lines', 0..1."""
        known = [span.line.confidence for span in self.spans if span.line.confidence is not None]
        return fmean(known) if known else None


@dataclass(frozen=True)
class ZoneLine:
    """One line of a zone, put right; `number` counts from 0."""

    number: int
    text: str
    spans: tuple[TextSpan, ...]
    points: float
    confirmed: frozenset[Name] = field(default_factory=frozenset)
    complete: bool = True


@dataclass(frozen=True)
class Zone:
    """A machine-readable zone, whole or in part."""

    form: Form
    lines: tuple[ZoneLine, ...]

    @property
    def spans(self) -> tuple[TextSpan, ...]:
        """Everything it was read from."""
        return tuple(span for line in self.lines for span in line.spans)

    @property
    def text(self) -> str | None:
        """Its lines one after another, None where one of them is missing."""
        return "".join(line.text for line in self.lines) if len(self.lines) == self.form.height else None

    def element(self, name: Name) -> Read | None:
        """An element without its fillers; None where its line was not read, or it is empty."""
        for line in self.lines:
            for element in self.form.of_line(line.number):
                if element.name == name and (text := self._text(element, line).strip(FILLER)):
                    return Read(text, name in line.confirmed, line.spans)
        return None

    def _text(self, element: Element, line: ZoneLine) -> str:
        text = line.text[element.start : element.end]
        if element.name == "number" and element.check is not None and line.text[element.check] == FILLER:
            return text + _rest(line.text, element.check)[:-1]  # a number too long for its place goes on behind it
        return text

    def names(self) -> tuple[str, str] | None:
        """Surname and given names, words apart."""
        held = self.element("names")
        if held is None:
            return None
        surname, _, given = held.text.partition(FILLER * 2)
        return surname.replace(FILLER, " ").strip(), given.replace(FILLER, " ").strip()

    def birth(self, printed: Collection[dt.date] = ()) -> dt.date | None:
        """The date of birth: of the two centuries the one `printed`, else the last one before the expiry."""
        held, until = self.element("birth"), self.expiry(printed)
        days = _days(held.text) if held else []
        confirmed = [day for day in days if day in printed]
        before = [day for day in days if until is None or day < until]
        return max(confirmed or before, default=None)

    def expiry(self, printed: Collection[dt.date] = ()) -> dt.date | None:
        """The last day of validity: of the two centuries the one `printed`, else the one since zones exist."""
        held = self.element("expiry")
        days = _days(held.text) if held else []
        confirmed = [day for day in days if day in printed]
        return min(confirmed or [day for day in days if day.year >= SPLIT], default=None)


def read(spans: Sequence[TextSpan], printed: Collection[str] = ()) -> Zone | None:
    """The zone among the spans of a page, None where there is none.

    `printed` are the texts of the page, letters and digits only: where the check digit leaves a number open, the page
    decides.
    """
    strips = [strip for row in rows(spans) for strip in _strips(row)]
    zones = [zone for form in FORMS for zone in _zones(form, strips, printed)]
    best = max(zones, key=_points, default=None)
    return best if best and _points(best) >= LEAST else None


def folded(text: str) -> str:
    """The text in the zone's letters as far as it has them: Greek, Cyrillic, small and accented ones made Latin."""
    latin = DOUBLE.sub(FILLER * 2, unicodedata.normalize("NFKC", text)).upper().translate(LOOKS)
    plain = unicodedata.normalize("NFKD", latin)
    return "".join(letter for letter in plain if not unicodedata.combining(letter) and not letter.isspace())


# --- Lines ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Strip:
    """What may be a line of a zone: a folded text and the spans that it was read in."""

    text: str
    spans: tuple[TextSpan, ...]


def _strips(row: Sequence[TextSpan]) -> Iterator[_Strip]:
    """The runs of a row that hold nothing but the zone's characters."""
    run: list[TextSpan] = []
    for span in (*row, None):
        close = span is not None and (not run or run[-1].area.across(span.area) < GAP)
        if span is not None and close and ZONE.fullmatch(folded(span.text)):
            run.append(span)
            continue
        text = "".join(folded(one.text) for one in run)
        if _may_be_line(text):
            yield _Strip(text, tuple(run))
        run = [span] if span is not None and ZONE.fullmatch(folded(span.text)) else []


def _may_be_line(text: str) -> bool:
    """Whether a folded text may be a line, or the beginning of one whose fillers were not read to their end."""
    if len(text) < SHORTEST:
        return len(text) >= SHORTEST_BEGINNING and FILLER * 2 in text
    return FILLER in text or sum(map(str.isdigit, text)) > SHORTEST / 2


def _zones(form: Form, strips: Sequence[_Strip], printed: Collection[str]) -> Iterator[Zone]:
    """Every line of the form with those that follow it, as far as they do."""
    read = [[_line(form, number, strip, printed) for number in range(form.height)] for strip in strips]
    for first in range(len(strips)):
        for start in range(form.height):
            lines = [read[first][start]]
            for number in range(start + 1, form.height):
                at = first + number - start
                if at < len(strips) and _follows(strips[at - 1], strips[at]):
                    lines.append(read[at][number])
            yield Zone(form, tuple(line for line in lines if line is not None and line.points > 0))


def _follows(upper: _Strip, lower: _Strip) -> bool:
    above, below = upper.spans[0].area, lower.spans[0].area
    return below.middle > above.middle and below.down(above) < APART and lower.spans[-1].area.across(above) < APART * 8


def _points(zone: Zone) -> float:
    """How much speaks for a zone. A single line of several has to say more."""
    points = sum(line.points for line in zone.lines) + _composite(zone)
    alone = len(zone.lines) == 1 < zone.form.height
    return points + (LEAST - LEAST_ALONE if alone and zone.lines[0].complete else 0.0)


def _composite(zone: Zone) -> float:
    lines = {line.number: line.text for line in zone.lines}
    needed = {line for line, _, _ in zone.form.checked} | {zone.form.composite[0] if zone.form.composite else -1}
    if zone.form.composite is None or not needed <= lines.keys():
        return 0.0
    line, place = zone.form.composite
    checked = "".join(lines[number][start:end] for number, start, end in zone.form.checked)
    return CHECKED if lines[line][place] == check_digit(checked) else WRONG_CHECK


def _line(form: Form, number: int, strip: _Strip, printed: Collection[str]) -> ZoneLine | None:
    """The strip as this line of the form, in the way that most speaks for."""
    ways = [
        _put_right(form, number, text, strip, points, printed) for text, points in _fitted(form, number, strip.text)
    ]
    return max(ways, key=lambda way: way.points, default=None)


def _fitted(form: Form, number: int, text: str) -> Iterator[tuple[str, float]]:
    """The text brought to the form's width by fillers alone, and what that costs."""
    if form.of_line(number)[-1].name == "names":
        for begun, cost in _begun(text, number):
            body = begun.rstrip(FILLER)
            if len(body) <= form.width:
                yield body.ljust(form.width, FILLER), cost + PADDED * abs(len(begun) - form.width)
        return
    lost = form.width - len(text)
    if lost == 0:
        yield text, 0.0
    elif abs(lost) <= MOST_LOST:
        for run in re.finditer(f"{FILLER}+", text):
            if len(run.group()) + lost >= 0:
                filled = FILLER * (len(run.group()) + lost)
                yield text[: run.start()] + filled + text[run.end() :], LOST_FILLER * min(abs(lost), 4)


def _begun(text: str, number: int) -> Iterator[tuple[str, float]]:
    """A line of names as it is, and with the filler behind a document code of one letter that was not read."""
    yield text, 0.0
    letters = text.translate(TO_LETTER)
    if number == 0 and letters[1:4] in STATES and letters[2:5] not in STATES:
        yield text[0] + FILLER + text[1:], LOST_FILLER


# --- Characters -------------------------------------------------------------------------------------------------------


def _put_right(form: Form, number: int, text: str, strip: _Strip, points: float, printed: Collection[str]) -> ZoneLine:
    """The line with every character of its place's kind, the numbers as their check digits confirm them."""
    characters, confirmed = list(text), set[Name]()
    for element in form.of_line(number):
        written = _corrected(printed, _of_kind(text[element.start : element.end], element.kind), element)
        if element.check is not None:
            check = text[element.check].translate(TO_DIGIT)
            written, right = _checked(element, written, check, text, printed)
            characters[element.check] = check
            points += CHECKED if right else WRONG_CHECK
            if right:
                confirmed.add(element.name)
        characters[element.start : element.end] = written
        points += MISFIT * sum(not _fits(one, element.kind) for one in written) + _evidence(form, element, written)
        if _is_known(element, written):
            confirmed.add(element.name)
    if form.composite and form.composite[0] == number:
        place = form.composite[1]
        characters[place] = characters[place].translate(TO_DIGIT)
    complete = form.of_line(number)[-1].name != "names" or strip.text.endswith(FILLER)
    return ZoneLine(number, "".join(characters), strip.spans, points, frozenset(confirmed), complete)


def _of_kind(text: str, kind: Kind) -> str:
    tables: Mapping[Kind, Mapping[int, int]] = {Kind.LETTERS: TO_LETTER, Kind.DIGITS: TO_DIGIT, Kind.BOTH: {}}
    return text.translate(tables[kind])


def _fits(character: str, kind: Kind) -> bool:
    if character == FILLER or kind is Kind.BOTH:
        return True
    return character.isdigit() == (kind is Kind.DIGITS)


def _checked(element: Element, written: str, check: str, line: str, printed: Collection[str]) -> tuple[str, bool]:
    """The element as its check digit confirms it, and whether it does.

    Of several readings the printed one is taken, else the one of the usual make with one character misread. Two of
    them that are equally near stay open.
    """
    if element.name == "optional" and not written.strip(FILLER):
        return written, check in {FILLER, "0"}
    if element.name == "number" and check == FILLER:
        rest = _rest(line, element.check or 0)
        return written, bool(rest) and check_digit(written + rest[:-1]) == rest[-1].translate(TO_DIGIT)
    settled = element.kind is not Kind.BOTH or element.name == "optional" or written.strip(FILLER) in printed
    if check_digit(written) == check or settled:
        return written, check_digit(written) == check
    right = sorted((cost, way) for cost, way in _ways(written) if check_digit(way) == check)
    confirmed = [one for one in right if one[1].strip(FILLER) in printed]
    near = confirmed or [one for one in right if USUAL.fullmatch(one[1]) and one[0] <= ONE_MISREAD]
    return (near[0][1], True) if near and [cost for cost, _ in near].count(near[0][0]) == 1 else (written, False)


def _ways(written: str) -> Iterator[tuple[float, str]]:
    """The text with some of its letters and digits taken for each other, and what that costs."""
    doubtful = [place for place, character in enumerate(written) if character in ALIKE][:MOST_DOUBTFUL]
    for misread in range(1, min(len(doubtful), MOST_MISREAD) + 1):
        for places in itertools.combinations(doubtful, misread):
            cost = sum(LETTER_TAKEN if written[place].isdigit() else DIGIT_TAKEN for place in places)
            yield cost, "".join(ALIKE[one] if at in places else one for at, one in enumerate(written))


def _corrected(printed: Collection[str], written: str, element: Element) -> str:
    """Letters of one shape told apart: by the list of states, or for names by what the page prints."""
    if element.name in {"issuer", "nationality"} and written not in STATES:
        return _only(written, STATES)
    if element.name == "names":
        return FILLER.join(word and _only(word, printed) for word in written.split(FILLER))
    return written


def _only(word: str, known: Collection[str]) -> str:
    """The one known word of the same shape, the word itself where there is none or several, or it is known."""
    shape = word.translate(SHAPES)
    alike = {other for other in known if len(other) == len(word) and other.translate(SHAPES) == shape}
    return alike.pop() if word not in alike and len(alike) == 1 else word


def _rest(line: str, check: int) -> str:
    """What goes on behind a check digit's place that holds a filler: the end of a long number and its check digit."""
    return line[check + 1 :].partition(FILLER)[0]


def _evidence(form: Form, element: Element, written: str) -> float:
    """What the element's content says for the line."""
    match element.name:
        case "document":
            return KNOWN_CODE if written[0] in form.codes else MISFIT
        case "issuer" | "nationality":
            return KNOWN_STATE if written in STATES else MISFIT
        case "names":
            return TWO_NAMES if FILLER * 2 in written.rstrip(FILLER) else 0.0
        case "birth" | "expiry":
            return REAL_DAY if _days(written) else NO_DAY
        case _:
            return 0.0


def _is_known(element: Element, written: str) -> bool:
    """Whether an element without a check digit is what it can only be."""
    match element.name:
        case "issuer" | "nationality":
            return written in STATES
        case "sex":
            return written in "MF"
        case "names":
            return FILLER * 2 in written.rstrip(FILLER)
        case _:
            return False


def _days(written: str) -> list[dt.date]:
    """The days that six digits of the zone may mean, one a century."""
    found = []
    for century in (1900, 2000):
        try:
            found.append(dt.date(century + int(written[:2]), int(written[2:4]), int(written[4:])))
        except ValueError:
            continue
    return found
