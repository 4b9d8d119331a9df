"""Tables by their printed rules: rows and columns where rules run, cells joined where one is missing between them."""

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from statistics import fmean

from ocr.extraction.page import Rect, TextSpan, joined, spanned
from ocr.extraction.values import BREAK
from ocr.model.reading import Cell, Point, Table

# Distances in line heights.
MEET = 0.5  # that two rules may miss each other by where they meet
ONE_RULE = 0.5  # between two pieces of one rule, across
COVERED = 0.6  # the share of a border that has to be drawn for it to part two cells
LEAST_CELLS = 4
LEAST_ROWS = 2
Segment = tuple[Point, Point]  # two ends


@dataclass(frozen=True)
class _Rule:
    """A rule: where it lies across its direction, and from where to where it runs along it."""

    at: float
    start: float
    end: float

    def meets(self, other: "_Rule") -> bool:
        """Whether it meets one of the other direction."""
        across = other.start - MEET <= self.at <= other.end + MEET
        return across and self.start - MEET <= other.at <= self.end + MEET


@dataclass
class _Frame:
    """The rules of one table."""

    level: list[_Rule] = field(default_factory=list)
    upright: list[_Rule] = field(default_factory=list)


@dataclass(frozen=True)
class _Field:
    """A cell of a table without its text: its rows and columns, both ends inclusive, and its place."""

    row: int
    column: int
    row_to: int
    column_to: int
    area: Rect


def tables(spans: Sequence[TextSpan], rules: Iterable[Segment]) -> list[Table]:
    """The tables that the rules draw, with the spans of text within them; rules in the unit of the upright page."""
    grids = [_fields(frame) for frame in _frames(list(rules))]
    return [_table(fields, spans) for fields in grids if _is_table(fields, spans)]


def _is_table(fields: Sequence[_Field], spans: Sequence[TextSpan]) -> bool:
    """Whether there is more than a frame round a text."""
    rows = {one.row for one in fields}
    return len(fields) >= LEAST_CELLS and len(rows) >= LEAST_ROWS and any(_holds(fields, span) for span in spans)


def _holds(fields: Sequence[_Field], span: TextSpan) -> bool:
    return any(_inside(one.area, span.area.center, span.area.middle) for one in fields)


def _frames(rules: Sequence[Segment]) -> list[_Frame]:
    """Rules that meet, directly or by way of others, each direction with the pieces of one rule joined."""
    level = [_rule(a, b, 0) for a, b in rules if abs(a[0] - b[0]) >= abs(a[1] - b[1])]
    upright = [_rule(a, b, 1) for a, b in rules if abs(a[0] - b[0]) < abs(a[1] - b[1])]
    frames: list[_Frame] = []
    for one in level:
        crossing = [other for other in upright if one.meets(other)]
        mates = [frame for frame in frames if any(other in frame.upright for other in crossing)]
        home = _Frame([one], crossing)
        for mate in mates:
            frames.remove(mate)
            home.level += mate.level
            home.upright += [other for other in mate.upright if other not in home.upright]
        frames.append(home)
    return sorted(frames, key=lambda frame: min(one.at for one in frame.level))


def _rule(a: Point, b: Point, axis: int) -> _Rule:
    return _Rule((a[1 - axis] + b[1 - axis]) / 2, min(a[axis], b[axis]), max(a[axis], b[axis]))


def _fields(frame: _Frame) -> list[_Field]:
    """The cells, row by row: neighbours without a border between them are one."""
    ys, xs = _places(frame.level), _places(frame.upright)
    if len(ys) < 2 or len(xs) < 2:
        return []
    home = {(row, column): (row, column) for row in range(len(ys) - 1) for column in range(len(xs) - 1)}
    for row, (top, bottom) in enumerate(pairwise(ys)):
        for column in range(len(xs) - 2):
            if not _drawn(frame.upright, xs[column + 1], top, bottom):
                _join(home, (row, column), (row, column + 1))
    for column, (left, right) in enumerate(pairwise(xs)):
        for row in range(len(ys) - 2):
            if not _drawn(frame.level, ys[row + 1], left, right):
                _join(home, (row, column), (row + 1, column))
    groups: dict[tuple[int, int], list[tuple[int, int]]] = {}
    for cell in home:
        groups.setdefault(_root(home, cell), []).append(cell)
    return sorted((_field(cells, ys, xs) for cells in groups.values()), key=lambda one: (one.row, one.column))


def _field(cells: Sequence[tuple[int, int]], ys: Sequence[float], xs: Sequence[float]) -> _Field:
    top, bottom = min(row for row, _ in cells), max(row for row, _ in cells)
    left, right = min(column for _, column in cells), max(column for _, column in cells)
    return _Field(top, left, bottom, right, Rect(xs[left], ys[top], xs[right + 1], ys[bottom + 1]))


def _places(rules: Iterable[_Rule]) -> list[float]:
    """Where rules lie, pieces of one counted once."""
    groups: list[list[float]] = []
    for at in sorted(one.at for one in rules):
        if groups and at - groups[-1][-1] < ONE_RULE:
            groups[-1].append(at)
        else:
            groups.append([at])
    return [fmean(group) for group in groups]


def _drawn(rules: Iterable[_Rule], at: float, start: float, end: float) -> bool:
    """Whether most of a border is drawn."""
    spans = sorted((one.start, one.end) for one in rules if abs(one.at - at) < ONE_RULE)
    covered, reached = 0.0, start
    for first, last in spans:
        first, last = max(first, reached), min(last, end)
        covered += max(0.0, last - first)
        reached = max(reached, last)
    return covered >= COVERED * (end - start)


def _root(home: dict[tuple[int, int], tuple[int, int]], cell: tuple[int, int]) -> tuple[int, int]:
    while home[cell] != cell:
        cell = home[cell]
    return cell


def _join(home: dict[tuple[int, int], tuple[int, int]], one: tuple[int, int], other: tuple[int, int]) -> None:
    home[_root(home, other)] = _root(home, one)


# --- Texts ------------------------------------------------------------------------------------------------------------


def _table(fields: Sequence[_Field], spans: Sequence[TextSpan]) -> Table:
    held: dict[_Field, list[TextSpan]] = {one: [] for one in fields}
    for span in spans:
        for one, part in _shared_out(span, fields):
            held[one].append(part)
    return Table(cells=[_cell(one, sorted(parts, key=_reading_order(parts))) for one, parts in held.items()])


def _shared_out(span: TextSpan, fields: Sequence[_Field]) -> Iterator[tuple[_Field, TextSpan]]:
    """The span with its cell, cut where its words stand in several."""
    parts: list[tuple[_Field, TextSpan]] = []
    for word in _words(span):
        home = next((one for one in fields if _inside(one.area, word.area.center, word.area.middle)), None)
        if home is not None and parts and parts[-1][0] == home:
            parts[-1] = (home, span.cut(parts[-1][1].start, word.end) or word)
        elif home is not None:
            parts.append((home, word))
    yield from parts


def _words(span: TextSpan) -> list[TextSpan]:
    """The span at its blanks and where scripts change; as it is where it stands in its cell anyway."""
    ends = [span.start + match.end() for match in BREAK.finditer(span.text)]
    cuts = (span.cut(start, end) for start, end in zip([span.start, *ends], [*ends, span.end], strict=True))
    return [word for word in cuts if word]


def _inside(area: Rect, x: float, y: float) -> bool:
    return area.left <= x < area.right and area.top <= y < area.bottom


def _reading_order(parts: Sequence[TextSpan]) -> Callable[[TextSpan], tuple[float, float]]:
    """By lines from the top, each from the left."""
    tops: list[float] = []
    for middle in sorted(part.area.middle for part in parts):
        if not tops or middle - tops[-1] > MEET:
            tops.append(middle)

    def place(part: TextSpan) -> tuple[float, float]:
        return max((top for top in tops if top <= part.area.middle), default=-math.inf), part.area.left

    return place


def _cell(one: _Field, parts: Sequence[TextSpan]) -> Cell:
    sure = [part.line.confidence for part in parts if part.line.confidence is not None]
    return Cell(
        row=one.row,
        column=one.column,
        text=joined(parts),
        row_to=one.row_to if one.row_to > one.row else None,
        column_to=one.column_to if one.column_to > one.column else None,
        confidence=fmean(sure) if sure else None,
        box=spanned(part.box for part in parts),
    )
