"""What a text must look like to be the value of a field: its shape, its check, its type."""

import re
import unicodedata
from collections.abc import Iterator
from enum import IntEnum
from functools import cache
from typing import Any

from pydantic import TypeAdapter, ValidationError

from ocr.checks import valid
from ocr.fields import Declared

BREAK = re.compile(r"\s+|(?<=[^\x00-\x7f])(?=[\x00-\x7f])|(?<=[\x00-\x7f])(?=[^\x00-\x7f])")


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
    """Every stretch of `text` that has the field's shape and does not begin or end within a word or number."""
    if not field.shape.pattern:
        return
    keys, places = _with_places(text)
    for match in _bounded(field.shape.pattern).finditer(keys):
        if match.end() > match.start():
            yield places[match.start()], places[match.end() - 1] + 1


def _with_places(text: str) -> tuple[str, list[int]]:
    """The compact text, and for each of its characters where it stood."""
    pairs = [(key, at) for at, character in enumerate(text) for key in compact(character)]
    return "".join(key for key, _ in pairs), [at for _, at in pairs]


@cache
def _bounded(pattern: str) -> re.Pattern[str]:
    outer, inner = "(?<![0-9A-Za-z])", "(?![0-9A-Za-z])"
    return re.compile(rf"(?:{outer}|{inner})(?:{pattern})(?:{inner}|{outer})")


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
