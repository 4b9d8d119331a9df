"""Characters with their places become lines of text, as a person sees them, whichever way each of them runs."""

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

# Of a character's height: the gap between two that belong to different texts, and how far off one row they may be.
GAP, OFF = 0.45, 0.4
# The gap that stands for a blank.
BLANK = 0.15
# Printed twice, a little apart, text looks bold.
SAME_PLACE = 0.2


@dataclass(frozen=True)
class Character:
    """One character and its place in pixels; `angle` is how far its text is turned, in degrees, clockwise.

    The place is upright, whatever the angle.
    """

    text: str
    left: float
    top: float
    right: float
    bottom: float
    angle: int = 0

    @property
    def height(self) -> float:
        return max(self.bottom - self.top, 1e-6)


def direction(characters: Iterable[Character]) -> int:
    """How far most of the text is turned, in degrees, clockwise."""
    found = Counter(one.angle for one in characters if not one.text.isspace())
    return max(found, key=lambda angle: found[angle], default=0)


def lines(characters: Sequence[Character]) -> list[dict[str, Any]]:
    """The lines as the engine answers them: those that run as most do from the top, then what is turned otherwise.

    Blanks among the characters only tell where words end.
    """
    most = direction(characters)
    angles = sorted(
        {one.angle for one in characters if not one.text.isspace()}, key=lambda angle: (angle != most, angle)
    )
    return [line for angle in angles for line in _turned(characters, angle)]


def _turned(characters: Iterable[Character], angle: int) -> list[dict[str, Any]]:
    """The lines of the characters that are turned so, found on the page turned back."""
    own = [one for one in characters if one.angle == angle or one.text.isspace()]
    if not angle:
        return _upright(own)
    across, down = math.cos(math.radians(angle)), math.sin(math.radians(angle))
    found = _upright([one if one.text.isspace() else _back(one, across, down) for one in own])
    return [
        line | {"box": [[round(x * across - y * down, 1), round(x * down + y * across, 1)] for x, y in line["box"]]}
        for line in found
    ]


def _back(one: Character, across: float, down: float) -> Character:
    """The character on the page turned back. Turned aslant, its place was the upright one around it."""
    x, y = (one.left + one.right) / 2, (one.top + one.bottom) / 2
    width, height = one.right - one.left, one.bottom - one.top
    if min(abs(across), abs(down)) > _ASLANT:
        width = height = (width + height) / 2 / (abs(across) + abs(down))
    elif abs(down) > abs(across):
        width, height = height, width
    x, y = x * across + y * down, y * across - x * down
    return replace(one, left=x - width / 2, top=y - height / 2, right=x + width / 2, bottom=y + height / 2)


# The sine of a degree or so: what is turned less stands upright in its place.
_ASLANT = 0.03


def _upright(characters: Iterable[Character]) -> list[dict[str, Any]]:
    runs: list[list[Character]] = []
    blank = False
    for one in characters:
        if one.text.isspace():
            blank = True
            continue
        if runs and _goes_on(runs[-1][-1], one):
            runs[-1].append(Character(" " + one.text, one.left, one.top, one.right, one.bottom) if blank else one)
        else:
            runs.append([one])
        blank = False
    found = sorted((_line(run) for run in _once(runs)), key=lambda line: (line["box"][0][1], line["box"][0][0]))
    return _by_rows(found)


def _goes_on(last: Character, one: Character) -> bool:
    height = min(last.height, one.height)
    level = abs((last.top + last.bottom) - (one.top + one.bottom)) / 2 < OFF * height
    alike = max(last.height, one.height) < 2 * height
    return level and alike and -height < one.left - last.right < GAP * height


def _once(runs: list[list[Character]]) -> list[list[Character]]:
    kept: dict[tuple[str, int, int], list[Character]] = {}
    for run in runs:
        first, grain = run[0], max(1.0, run[0].height * SAME_PLACE)
        place = "".join(one.text for one in run), round(first.left / grain), round(first.top / grain)
        kept.setdefault(place, run)
    return [*kept.values()]


def _line(run: list[Character]) -> dict[str, Any]:
    left, right = min(one.left for one in run), max(one.right for one in run)
    top, bottom = min(one.top for one in run), max(one.bottom for one in run)
    box = [[round(x, 1), round(y, 1)] for x, y in ((left, top), (right, top), (right, bottom), (left, bottom))]
    return {"text": "".join(one.text for one in run).strip(), "confidence": 1.0, "box": box}


def _by_rows(found: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Rows from the top, each from the left."""
    rows: list[list[dict[str, Any]]] = []
    for line in found:
        (_, top), _, (_, bottom), _ = line["box"]
        (_, above), _, (_, below), _ = rows[-1][0]["box"] if rows else line["box"]
        if rows and abs((top + bottom) - (above + below)) < min(bottom - top, below - above):
            rows[-1].append(line)
        else:
            rows.append([line])
    return [line for row in rows for line in sorted(row, key=lambda line: line["box"][0][0])]
