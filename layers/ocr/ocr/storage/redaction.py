"""What lists show of personal fields: that they are there, and just enough to tell one from another."""

from collections.abc import Mapping
from typing import Any

from ocr.declare.fields import Fields, declared

# A number that identifies somebody is told apart by its end, a name by its beginning.
LONG, END = 11, 4
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
    """A value with all but its last four characters hidden, or all but its first where it is short."""
    text = str(value)
    if len(text) >= LONG and text.isascii():
        return "*" * (len(text) - END) + text[-END:]
    return text[:1] + "*" * (len(text) - 1)
