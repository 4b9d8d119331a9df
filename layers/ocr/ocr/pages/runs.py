"""Characters with their places become lines of text, as a person sees them."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

# Of a character's height: the gap between two that belong to different texts, and how far off one row they may be.
GAP, OFF = 0.45, 0.4
# The gap that stands for a blank.
BLANK = 0.15
# Printed twice, a little apart, text looks bold.
SAME_PLACE = 0.2


@dataclass(frozen=True)
class Character:
    """One character and its place in pixels."""

    text: str
    left: float
    top: float
    right: float
    bottom: float

    @property
    def height(self) -> float:
        return max(self.bottom - self.top, 1e-6)


def lines(characters: Iterable[Character]) -> list[dict[str, Any]]:
    """The lines, from the top, as the engine answers them; blanks among the characters only tell where words end."""
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
