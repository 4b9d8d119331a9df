"""What stands on a document: a printed text and the value that a record must carry for it."""

import unicodedata
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from local.samples.numbers import capitals

LONG_TERM = "长期"


@dataclass(frozen=True)
class Printed:
    """`text` as the document shows it, `truth` as the record's JSON shows it."""

    text: str
    truth: Any


# What a document prints where it has nothing to say, and no record carries.
NOTHING = Printed("--", None)


@dataclass(frozen=True)
class Field:
    """One labelled value. `label` holds the wordings that occur, most usual first, with `|` between them;
    a line feed comes before its translation; `name` is the record's field, empty for what no record carries;
    `share` is its part of a row's width."""

    name: str
    label: str
    value: Printed
    share: float = 1.0

    def wording(self, alias: int) -> str:
        """The label's wording number `alias`, the last one where there are fewer."""
        wordings = self.label.split("|")
        return wordings[min(alias, len(wordings) - 1)]


def field(name: str, label: str, value: "str | int | Printed", share: float = 1.0) -> Field:
    """A labelled value whose truth is its own text in compatibility form (NFKC), unless `value` says otherwise."""
    if isinstance(value, int):
        value = Printed(str(value), value)
    elif isinstance(value, str):
        value = Printed(value, unicodedata.normalize("NFKC", value))
    return Field(name, label, value, share)


def chinese_day(day: date) -> Printed:
    return Printed(f"{day.year}年{day.month}月{day.day}日", day.isoformat())


def spaced_day(day: date) -> Printed:
    return Printed(f"{day.year} 年 {day.month} 月 {day.day} 日", day.isoformat())


def iso_day(day: date) -> Printed:
    return Printed(day.isoformat(), day.isoformat())


def dotted_day(day: date) -> Printed:
    return Printed(f"{day:%Y.%m.%d}", day.isoformat())


def minute(moment: datetime) -> Printed:
    return Printed(f"{moment.year}年{moment.month:02}月{moment.day:02}日{moment:%H:%M}", moment.isoformat())


def clock(moment: time, form: str = "%H:%M") -> Printed:
    return Printed(f"{moment:{form}}", moment.isoformat())


def period(start: date, end: date | None, form: str = "%Y.%m.%d", joint: str = "-") -> Printed:
    """A span of validity; without an end it is printed and recorded as 长期."""
    last = end.strftime(form) if end else LONG_TERM
    return Printed(f"{start:{form}}{joint}{last}", f"{start}/{end or LONG_TERM}")


def money(amount: Decimal, mark: str = "¥", grouped: bool = False) -> Printed:
    return Printed(f"{mark}{amount:{',' if grouped else ''}.2f}", f"{amount:.2f}")


def in_capitals(amount: Decimal) -> Printed:
    return Printed(capitals(amount), capitals(amount))


def percent(rate: int) -> Printed:
    return Printed(f"{rate}%", str(rate))


def measured(number: int, unit: str) -> Printed:
    return Printed(f"{number}{unit}", number)


def lengths(*sides: int, unit: str = "mm") -> Printed:
    """Outer dimensions: 4531×1821×1473mm is recorded as 4531x1821x1473."""
    return Printed("×".join(map(str, sides)) + unit, "x".join(map(str, sides)))
