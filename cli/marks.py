"""What came of each value of a document whose content is known: right, wrong, missing, or invented."""

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class Mark(StrEnum):
    """`covered`: the picture hides the value, and something was returned for it all the same."""

    RIGHT = "right"
    WRONG = "wrong"
    MISSING = "missing"
    INVENTED = "invented"
    COVERED = "covered"


@dataclass(frozen=True)
class MarkedValue:
    """One value that is known, or that should not be there, and what came of it.

    `name` is the way to it in the record's fields (`items[0].tax`). `flagged`: the record says that it is in doubt.
    """

    name: str
    printed: Any
    found: Any
    mark: Mark
    flagged: bool

    @property
    def wrong(self) -> bool:
        return self.mark in (Mark.WRONG, Mark.INVENTED)

    @property
    def silent(self) -> bool:
        """Wrong, and nothing says so."""
        return self.wrong and not self.flagged


def mark(printed: Any, found: Any) -> Mark:
    """What a value that was found is beside the printed one; None: there is none. One of the two is there."""
    if printed is None:
        return Mark.INVENTED
    if found is None:
        return Mark.MISSING
    return Mark.RIGHT if printed == found else Mark.WRONG


def values(fields: Any, name: str = "") -> Iterator[tuple[str, Any]]:
    """Every single value in a record's fields with the way to it; a text of several lines is a value a line."""
    match fields:
        case Mapping():
            for key, part in fields.items():
                yield from values(part, f"{name}.{key}" if name else key)
        case list():
            for number, part in enumerate(fields):
                yield from values(part, f"{name}[{number}]")
        case str() if "\n" in fields:
            yield from values(fields.split("\n"), name)
        case None | "":
            return
        case _:
            yield name, fields


def within(name: str, fields: Collection[str]) -> bool:
    """Whether a value is one of these fields, or part of one."""
    return any(name == field or name.startswith((f"{field}.", f"{field}[")) for field in fields)


def natural(name: str) -> list[Any]:
    """Sorts `items[2]` before `items[10]`."""
    return [(part.isdigit(), int(part) if part.isdigit() else 0, part) for part in re.split(r"(\d+)", name)]
