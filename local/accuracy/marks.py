"""What came of each value that is printed on a picture: right, wrong, missing, invented, or returned though covered.

A value that is wrong or invented and that no failed check and no other vendor's opinion points at is *silent*: nobody
downstream can know. A value that was lost although it stands in the engine's lines was lost in extraction, any other in
recognition.
"""

import re
import unicodedata
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from cli.marks import Mark, MarkedValue, mark, natural, values, within
from ocr.declare.fields import Fields, declared
from ocr.model.record import Document

# The shortest part of a value that counts as read when the engine cut the value into several lines.
LEAST_PART = 4
# A shorter number is looked for as a whole: 17 does not stand in 2017.
SHORT_NUMBER = 7
MONTHS = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"]
WORDS = {"male": ("男", "M"), "female": ("女", "F")}
DATE_FORMS = (
    "{0.year}年{0.month}月{0.day}日",
    "{0.year}年{0.month:02}月{0.day:02}日",
    "{0:%Y%m%d}",
    "{0:%d%m%Y}",
    "{0:%d%m%y}",
    "{0:%y%m%d}",
    "{0.day:02}{1}{0.year}",
    "{0.day:02}{1}{0:%y}",
    "{0.year}{0.month}{0.day}",
    "{0:%m%y}",
)


@dataclass(frozen=True)
class Value(MarkedValue):
    """One value as the engine read it. `in_lines`: it stands in the lines, whatever was made of them."""

    in_lines: bool

    @property
    def lost_in(self) -> str:
        """Where a printed value was lost; empty where none was."""
        if self.mark not in (Mark.WRONG, Mark.MISSING):
            return ""
        return "extraction" if self.in_lines else "recognition"


@dataclass(frozen=True)
class Misread:
    """One value of a sample that came out otherwise; None: it was not printed, or not found."""

    product: str
    layout: str
    variant: str
    field: str
    printed: Any
    found: Any


def marked(
    printed: Mapping[str, Any],
    found: Document | None,
    lines: Sequence[str],
    covered: Collection[str] = (),
    ignored: Collection[str] = (),
) -> list[Value]:
    """The mark of every value that is printed or was found, but for `ignored` fields.

    `printed` holds a record's `fields` as they should be, `lines` what the engine read; `covered` names fields that the
    picture hides, `ignored` those that count neither way.
    """
    truth, read = dict(values(printed)), dict(values(found.fields)) if found else {}
    failed = [name for check in (found.checks if found else []) if check.outcome == "failed" for name in check.fields]
    failed += [name for name, one in (found.evidence if found else {}).items() if one.opinions]
    page = Page(lines)
    marks = []
    for name in sorted(truth.keys() | read.keys(), key=natural):
        one = _mark(truth.get(name), read.get(name), within(name, covered))
        if one and not within(name, ignored):
            stands = one == Mark.RIGHT or (name in truth and page.shows(truth[name]))
            flagged = any(within(name, [checked]) for checked in failed)
            marks.append(Value(name, truth.get(name), read.get(name), one, flagged, stands))
    return marks


def _mark(printed: Any, found: Any, covered: bool) -> Mark | None:
    if covered:
        return None if found is None else Mark.COVERED
    return mark(printed, found)


def computed(fields: type[Fields]) -> set[str]:
    """The fields that may follow from others: they count only where they are printed themselves."""
    return {name for name, one in declared(fields).items() if one.mark.derived}


class Page:
    """The lines that were read on a picture, to look values up in: spaces, punctuation and case do not count."""

    def __init__(self, lines: Sequence[str]) -> None:
        self.compact = [re.sub(r"[\s,]", "", unicodedata.normalize("NFKC", line)) for line in lines]
        self.lines = [_bare(line) for line in self.compact]
        self.text = "".join(self.lines)

    def shows(self, value: Any) -> bool:
        """Whether the value stands in the lines in one of the forms in which it is printed, whole or cut into parts."""
        return all(any(self._shows(form) for form in forms(part)) for part in _parts(value))

    def _shows(self, form: str) -> bool:
        if len(form) < SHORT_NUMBER and re.fullmatch(r"[\d.]+", form):
            number = re.compile(rf"(?<![\d.]){re.escape(form)}(?!\d)")
            return any(number.search(line) for line in self.compact)
        rest = _bare(form)
        while rest not in self.text:
            whole = (size for size in range(len(rest) - 1, LEAST_PART - 1, -1) if rest[:size] in self.text)
            size = next(whole, 0)
            if not size:
                return False
            rest = rest[size:]
        return True


def _parts(value: Any) -> list[str]:
    """A period is two dates."""
    text = str(value)
    return text.split("/") if re.fullmatch(r"\d{4}-\d\d-\d\d/.+", text) else [text]


def forms(text: str) -> Iterator[str]:
    """The text, and how else a record's value is printed."""
    yield text
    yield from WORDS.get(text, ())
    if re.fullmatch(r"\d{4}-\d\d-\d\d", text):
        day = date.fromisoformat(text)
        yield from (form.format(day, MONTHS[day.month - 1]) for form in DATE_FORMS)
    elif re.fullmatch(r"\d{4}-\d\d-\d\dT.+", text):
        moment = datetime.fromisoformat(text)
        yield from (form.format(moment, "") + f"{moment:%H%M}" for form in DATE_FORMS)
    elif re.fullmatch(r"\d\d:\d\d:00", text):
        yield text[:5]
    elif re.fullmatch(r"\d+\.\d*0", text):
        yield text.rstrip("0").rstrip(".")


def _bare(text: str) -> str:
    """Letters and digits alone, in one form."""
    return "".join(filter(str.isalnum, unicodedata.normalize("NFKC", text))).casefold()
