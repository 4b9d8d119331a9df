"""What lists show of personal fields: that they are there, and just enough to tell one from another."""

from collections.abc import Mapping
from typing import Any

from ocr.declare.fields import Fields, declared

# Long numbers are told apart by their end. Whatever is shorter (a name, a sex, an ethnicity, a date) would be told by
# its first letter, or by its length.
LONG, END = 11, 4
HIDDEN = "***"
MOST = 120


def masked(fields: type[Fields], found: Mapping[str, Any]) -> dict[str, Any]:
    """The single values among a document's fields, personal ones masked; lists and long texts are left out."""
    marks = {name: field.mark for name, field in declared(fields).items()}
    short = {name: value for name, value in found.items() if isinstance(value, _SINGLE) and len(str(value)) <= MOST}
    return {
        name: mask(value) if marks[name].pii else value
        for name, value in short.items()
        if name in marks and not marks[name].content
    }


_SINGLE = str | int | float


def mask(value: str | int | float) -> str:
    """Stars in place of a value, the same for all; behind them the last four characters of a long number or code."""
    text = str(value)
    return HIDDEN + (text[-END:] if len(text) >= LONG and text.isascii() and " " not in text else "")
