"""Two values that were read as one line: 2013-06-172013-06-18, a number run together with the code beside it."""

import re
from collections.abc import Iterable, Iterator, Sequence

from ocr.extraction.page import TextSpan
from ocr.extraction.values import compact

_DAY = r"[12][0-9]{3}(?:[-./][0-9]{1,2}[-./][0-9]{2}|年[0-9]{1,2}月[0-9]{1,2}日)"
TIMES = re.compile(r"(?<![0-9:])[0-2]?[0-9]:[0-5][0-9](?:[-~—–一至]+)(?=[0-2]?[0-9]:[0-5][0-9](?![0-9]))")
# An amount, and the rate of tax in the next, narrow column: 450.0017%.
RATES = re.compile(r"[0-9]\.[0-9]{2}(?=(?:[013569]|1[01367])%)")
DAYS = re.compile(rf"{_DAY}(?=\s*{_DAY})")
LEAST_COPIED = 8  # characters of a number that is known again behind another one


def apart(spans: Sequence[TextSpan]) -> list[TextSpan]:
    """The spans, those that are two values as two."""
    numbers = {text for span in spans if len(text := compact(span.text)) >= LEAST_COPIED and text.isdecimal()}
    return [part for span in spans for part in _parts(span, numbers)]


def _parts(span: TextSpan, numbers: Iterable[str]) -> Iterator[TextSpan]:
    cuts = sorted({span.start + end for end in (*_days(span.text), *_copied(span.text, numbers))})
    for start, end in zip([span.start, *cuts], [*cuts, span.end], strict=True):
        if part := span.cut(start, end):
            yield part


def _days(text: str) -> Iterator[int]:
    """Where a date ends right behind which another one begins, a time from which a ride lasts until another, or an
    amount before its rate."""
    yield from (match.end() for form in (DAYS, TIMES, RATES) for match in form.finditer(text))


def _copied(text: str, numbers: Iterable[str]) -> Iterator[int]:
    """Where a number begins that stands alone elsewhere, if what is before it is as long as a number, too."""
    for number in numbers:
        before = text[: -len(number)]
        if text.endswith(number) and len(compact(before)) >= LEAST_COPIED and before[-1:].isdecimal():
            yield len(before)
