"""Dates, times and periods as Chinese documents print them. Everything raises ValueError on what is none.

Only year-month-day is read, and the passport's 07 MAR 1990 with its month in several languages: 07/03/1990 means two
days and therefore none. `travel_days` says what a date on a travel document, where the day comes first, may mean.
"""

import datetime as dt
import re
import unicodedata
from typing import Literal

from ocr.declare.numerals import arabic
from ocr.declare.text import DASHES, compact, text

__all__ = [
    "LONG_TERM",
    "date",
    "date_and_time",
    "date_or_long_term",
    "date_or_years",
    "month_year",
    "period",
    "period_end",
    "period_start",
    "time",
    "travel_days",
]

LongTerm = Literal["长期"]
LONG_TERM: LongTerm = "长期"
_NO_END = {"长期", "长期有效", "永久", "永久有效", "永续", "永续经营", "无固定期限", "无限期", "不约定期限"}

# How months begin in English, French, Spanish, Portuguese, Italian, German and Dutch: a travel document prints one of
# them beside its own language (ICAO Doc 9303-3, section 3.9).
_MONTH_NAMES = (
    "JAN ENE GEN|FEB FEV|MAR MRT|APR AVR ABR|MAY MAI MAG MEI|JUN JUIN GIU|JUL JUIL LUG|AUG AOU AGO|SEP SET"
    "|OCT OKT OUT OTT|NOV|DEC DEZ DIC"
)
_MONTHS = {name: number for number, names in enumerate(_MONTH_NAMES.split("|"), 1) for name in names.split()}
_DAY_ENDS = r"(?:[日号]|(?![0-9])|(?<=[-./月][0-9]{2})(?=[0-9]{2}:))"  # OCR may glue 07 and 08:31, never 7 and 8:31
_SEPARATED = re.compile(rf"([1-9][0-9]{{3}})[-./年]([0-9]{{1,2}})[-./月]([0-9]{{1,2}}){_DAY_ENDS}")
_DIGITS = re.compile(r"([1-9][0-9]{3})([0-9]{2})([0-9]{2})(?![0-9])")
_SPACED = re.compile(r"([1-9][0-9]{3}) ([0-9]{1,2}) ([0-9]{1,2})(?![0-9])")
_PASSPORT = re.compile(
    r"([0-9]{2})[ .-]*(?:[0-9]{1,2}(?:月|[^0-9A-Z./ -]{0,2} ?/)/?)?[ .-]*"
    r"([A-Z][A-Z./ ]*[A-Z])[ .-]*([1-9][0-9]{3}|[0-9]{2})(?![0-9])"
)
_DAY_FIRST = re.compile(r"(?<![0-9])([0-9]{1,2})([-./ ])([0-9]{1,2})\2([1-9][0-9]{3}|[0-9]{2})(?![0-9])")
_DAY_FIRST_DIGITS = re.compile(r"(?<![0-9])([0-3][0-9])([01][0-9])((?:19|20)[0-9]{2})(?![0-9])")
_AROUND_MARKS = re.compile(r" *([-./:~]) *")
_ISO = re.compile(r"(?<=[0-9])T(?=[0-9])")

_CLOCK = re.compile(r"([01]?[0-9]|2[0-3])[:时点]([0-5]?[0-9])(?:[:分](?:([0-5]?[0-9])秒?)?)?(?:\.[0-9]+)?[开起止]?")
_CLOCK_DIGITS = re.compile(r"([01][0-9]|2[0-3])([0-5][0-9])([0-5][0-9])")

_FROM = re.compile(r"^[自从由]")
_TO = re.compile(r"^ ?(?:[0-9]{1,2}(?:[:时][0-9]{0,2}分?){1,2})?[起始]?[-~/至到一]+")  # 一: a dash as OCR reads it
_UNTIL = re.compile(r"^ ?(?:[0-9]{1,2}(?:[:时][0-9]{0,2}分?){1,2})?止?$")

# Behind words a month has two figures: I2/29 is 12/29, misread.
_MONTH_YEAR = re.compile(r"(?:(?=[0-9])|[A-Z]*(?=[0-9]{2})|.*[:至])(0?[1-9]|1[0-2])[-/.](?:20)?([0-9]{2})")
_YEAR_MONTH = re.compile(r"20([0-9]{2})[-/.年]?(0?[1-9]|1[0-2])月?")
_YEARS = re.compile(r"([1-9][0-9]?)年")


def date(value: object) -> dt.date:
    """1990年3月7日, 1990.03.07, 1990-3-7, 19900307, 二〇一九年三月七日, 07 3月/MAR 1990; a time behind is dropped."""
    day = date_and_time(value)
    return day.date() if isinstance(day, dt.datetime) else day


def date_and_time(value: object) -> dt.datetime | dt.date:
    """2019年03月07日 08:31, 2019-03-07T08:31:05; the date alone where no time is printed."""
    day, rest = _leading(_tidy(value))
    return dt.datetime.combine(day, _clock(rest)) if rest else day


def time(value: object) -> dt.time:
    """08:31, 8时31分, 08:31:05, 083105."""
    return _clock(_tidy(value))


def period(value: object) -> str:
    """2015.03.07-2035.03.07 → 2015-03-07/2035-03-07, 2015.03.07-长期 → 2015-03-07/长期, 长期 → 长期.

    至2035年3月7日 → /2035-03-07. Hours (零时起至…二十四时止) are dropped.
    """
    written = _FROM.sub("", _tidy(value))
    if written in _NO_END:
        return LONG_TERM
    start, rest = ("", written) if _TO.match(written) else _leading(written)
    if not _TO.match(rest):
        raise ValueError("a period has an end")
    return f"{start}/{_end(_TO.sub('', rest))}"


def period_start(canonical: str) -> dt.date | None:
    """The first day of what `period` returned, None where none is printed."""
    start, _, _ = canonical.rpartition("/")
    return dt.date.fromisoformat(start) if start else None


def period_end(canonical: str) -> dt.date | LongTerm:
    """The last day of what `period` returned, or 长期."""
    _, _, end = canonical.rpartition("/")
    return LONG_TERM if end == LONG_TERM else dt.date.fromisoformat(end)


def date_or_long_term(value: object) -> dt.date | LongTerm:
    """A date, or 长期 for a document that never expires."""
    return LONG_TERM if compact(value) in _NO_END else date(value)


def date_or_years(value: object) -> dt.date | str:
    """A date, 长期, or a number of years as older driving licences print it: 6年."""
    years = _YEARS.fullmatch(arabic(compact(value)))
    return f"{years[1]}年" if years else date_or_long_term(value)


def month_year(value: object) -> str:
    """A bank card's expiry as MM/YY, from 08/29, 08/2029, 2029-08 or 2029年8月."""
    written = compact(value).upper()
    if match := _MONTH_YEAR.fullmatch(written):
        return f"{int(match[1]):02}/{match[2]}"
    if match := _YEAR_MONTH.fullmatch(written):
        return f"{int(match[2]):02}/{match[1]}"
    raise ValueError("not a month and a year")


def travel_days(printed: str) -> list[dt.date]:
    """Every day that a date printed on a travel document may mean: two digits of a year may be of either century.

    12 AUG/AOÛT 74, 30 MAR/MAR 1972, 25.12.1982, 01012003, 19 7月/JUL 2025 and what `date` reads.
    """
    written = _plain(text(printed))
    found = [(match[3], _month(match[2]), match[1]) for match in _PASSPORT.finditer(written)]
    found += [(match[4], int(match[3]), match[1]) for match in _DAY_FIRST.finditer(written)]
    found += [(match[3], int(match[2]), match[1]) for match in _DAY_FIRST_DIGITS.finditer(written)]
    days = [
        day
        for year, month, day_of_month in found
        for century in ([""] if len(year) == 4 else ["19", "20"])
        if (day := _day(century + year, month, day_of_month))
    ]
    try:
        return [*days, date(printed)]
    except ValueError:
        return days


def _day(year: str, month: int | None, day: str) -> dt.date | None:
    try:
        return dt.date(int(year), month or 0, int(day))
    except ValueError:
        return None


def _month(names: str) -> int | None:
    """The month that these names of it say, the last one that is known: LIP/JUL is July."""
    words = re.findall("[A-Z]+", names)
    known = (_MONTHS.get(word[:4]) or _MONTHS.get(word[:3]) for word in reversed(words))
    return next(filter(None, known), None)


def _plain(written: str) -> str:
    """Capitals without accents; as long as what was given."""
    return "".join(unicodedata.normalize("NFD", letter)[0].upper()[0] for letter in written)


def _tidy(value: object) -> str:
    """Figures for numerals, one kind of dash, no space around the marks of dates and times."""
    return _AROUND_MARKS.sub(r"\1", _ISO.sub(" ", arabic(text(value)).translate(DASHES)))


def _leading(written: str) -> tuple[dt.date, str]:
    """The date that a text begins with, and what stands behind it."""
    for form in (_SEPARATED, _DIGITS, _SPACED):
        if match := form.match(written):
            year, month, day = map(int, match.groups())
            return _printed(year, month, day), written[match.end() :].strip()
    match = _PASSPORT.match(_plain(written))
    if match and len(match[3]) == 4 and (named := _month(match[2])):
        return _printed(int(match[3]), named, int(match[1])), written[match.end() :].strip()
    raise ValueError("not a date")


def _printed(year: int, month: int, day: int) -> dt.date:
    """A day that a document may print: the year 2819 is 2019, misread."""
    if year != dt.MAXYEAR and not 1800 <= year < 2200:
        raise ValueError("not a year of a document")
    return dt.date(year, month, day)


def _clock(written: str) -> dt.time:
    match = _CLOCK.fullmatch(written) or _CLOCK_DIGITS.fullmatch(written)
    if match is None:
        raise ValueError("not a time")
    hour, minute, second = (int(part or 0) for part in match.groups())
    return dt.time(hour, minute, second)


def _end(written: str) -> str:
    if written in _NO_END:
        return LONG_TERM
    day, rest = _leading(written)
    if not _UNTIL.fullmatch(rest):
        raise ValueError("a period ends with a date")
    return day.isoformat()
