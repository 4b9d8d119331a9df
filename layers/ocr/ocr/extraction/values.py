"""What a text must look like to be the value of a field: its shape, its check, its type."""

import re
import unicodedata
from collections.abc import Iterator
from enum import IntEnum
from functools import cache
from typing import Any

from pydantic import TypeAdapter, ValidationError

from ocr.declare.checks import valid
from ocr.declare.fields import Declared

# Where a text may be two: at a blank, behind a percent sign, between Chinese and Latin.
BREAK = re.compile(r"\s+|(?<=%)|(?<=[\u4e00-\u9fff])(?=[\x00-\x7f])|(?<=[\x00-\x7f])(?=[\u4e00-\u9fff])")


class Fit(IntEnum):
    """How well a text suits a field, worst first."""

    REFUSED = 0  # not of the field's type
    OPEN = 1  # the field takes any text
    TYPED = 2  # of the field's type
    SHAPED = 3  # looks as the field's values look
    CHECKED = 4  # and its check digit is right


def fit(field: Declared, text: str) -> Fit:
    """How well `text`, as read, suits the field."""
    shape = field.shape
    if shape.check and valid(shape.check, compact(text)):
        return Fit.CHECKED
    if shape.pattern and re.fullmatch(shape.pattern, compact(text)):
        return Fit.SHAPED
    if not _accepts(field, text) or (shape.pattern and _any_text(field)):
        return Fit.REFUSED
    return Fit.OPEN if _any_text(field) else Fit.TYPED


def takes_any_text(field: Declared) -> bool:
    """Whether neither the field's shape nor its type tells a value from other text."""
    return field.shape.pattern is None and _any_text(field)


@cache
def _any_text(field: Declared) -> bool:
    return _accepts(field, "\u4e00\u4e01 Q7")


def compact(text: str) -> str:
    """The text as shapes see it: NFKC, without spaces."""
    return "".join(unicodedata.normalize("NFKC", text).split())


def trimmed(field: Declared, text: str) -> tuple[int, int]:
    """The stretch of `text` that suits the field best: all of it unless only a part does."""
    if fit(field, text) > Fit.REFUSED:
        return 0, len(text)
    if field.shape.pattern:
        return next(shaped(field, text), (0, len(text)))
    ends = [match.start() for match in BREAK.finditer(text)]
    return next(((0, end) for end in reversed(ends) if end and fit(field, text[:end]) > Fit.OPEN), (0, len(text)))


def shaped(field: Declared, text: str) -> Iterator[tuple[int, int]]:
    """Every stretch of `text` that has the field's shape: in the whole without its blanks, then in single words."""
    if not field.shape.pattern:
        return
    words = [(match.start(), match.end()) for match in re.finditer(r"\S+", text)]
    for start, end in [(0, len(text)), *(words if len(words) > 1 else ())]:
        for first, last in _matches(field.shape.pattern, text[start:end]):
            if not _cuts_a_number(text, start + first, start + last):
                yield start + first, start + last


def _matches(pattern: str, text: str) -> Iterator[tuple[int, int]]:
    pairs = [(key, at) for at, character in enumerate(text) for key in compact(character)]
    for match in re.finditer(pattern, "".join(key for key, _ in pairs)):
        if match.end() > match.start():
            yield pairs[match.start()][1], pairs[match.end() - 1][1] + 1


def _cuts_a_number(text: str, start: int, end: int) -> bool:
    """Whether the stretch is only a part of a word, or of a number that is printed in groups."""
    before, after = text[:start], text[end:]
    inside = _one_word(before[-1:], text[start]) or _one_word(text[end - 1], after[:1])
    left, right = before.rstrip()[-1:], after.lstrip()[:1]
    return inside or (left.isdecimal() and text[start].isdecimal()) or (text[end - 1].isdecimal() and right.isdecimal())


def _one_word(left: str, right: str) -> bool:
    return (left + right).isascii() and left.isalnum() and right.isalnum()


def _accepts(field: Declared, text: str) -> bool:
    if field.type is str:
        return True
    try:
        _adapter(field).validate_python(text)
    except ValidationError:
        return False
    return True


@cache
def _adapter(field: Declared) -> TypeAdapter[Any]:
    return TypeAdapter(field.type)
