"""The page set upright: every line as a span with a place, measured in median line heights.

Whichever way the picture lies, the first two corners of a line's box say where its text runs. The page is turned until
that is rightwards, and flattened where photographed paper curls or is seen aslant, so that everything after this module
may speak of rows, of left, right, above and below.
"""

import math
import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import combinations
from statistics import fmean, median

from ocr.model.reading import Box, Line, Point

NARROW = 0.55  # the width of a Latin letter or digit where a Chinese character has 1
LINE_PITCH = 1.6  # how far apart lines are laid out when the vendor gave no boxes
SAME_TEXT = 0.3  # spans this close were one text
SAME_ROW = 0.5  # of the smaller height: how far apart two middles may be within one row

# A text that runs otherwise than the page: a watermark, the letters of a seal.
LEAST_ASLANT, MOST_ASLANT = math.radians(15), math.radians(75)
LONG_ASLANT = 3.0  # times as long as high: a shorter box does not say how its text runs

# A number that may go on in the next line, and what it goes on with; the ciphers of an invoice are no numbers.
NUMBER_BEGINS = re.compile(r"(?:^|[\s\u4e00-\u9fff])[0-9]{4,}$")
NUMBER_ENDS = re.compile(r"[0-9]+(?:$|[\s\u4e00-\u9fff])")

# By which lines the page is flattened, and when. Lengths are in line heights.
LONG_LINE = 5.0  # its box says how its row runs
STEEPEST = 0.2  # what runs otherwise is no row
FEWEST_LINES, MOST_LINES = 5, 60
LEAST_APART = 5.0  # two lines that say how rows run differently
LEAST_BEND = 0.2  # how far it puts a corner of the page out of its row
LEFT_OVER = 0.7  # the share of the lines' slopes that it may leave unexplained


@dataclass(frozen=True)
class Rect:
    """An upright rectangle, in median line heights."""

    left: float
    top: float
    right: float
    bottom: float

    @property
    def width(self) -> float:
        return self.right - self.left

    @property
    def height(self) -> float:
        return self.bottom - self.top

    @property
    def middle(self) -> float:
        return (self.top + self.bottom) / 2

    @property
    def center(self) -> float:
        return (self.left + self.right) / 2

    def beside(self, other: "Rect", share: float = 0.5) -> bool:
        """Whether both stand in one row: they overlap by `share` of the smaller height."""
        overlap = min(self.bottom, other.bottom) - max(self.top, other.top)
        return overlap > share * min(self.height, other.height)

    def across(self, other: "Rect") -> float:
        """The horizontal gap between both, negative where they overlap."""
        return max(self.left, other.left) - min(self.right, other.right)

    def down(self, other: "Rect") -> float:
        """The vertical gap between both, negative where they overlap."""
        return max(self.top, other.top) - min(self.bottom, other.bottom)


def around(areas: Iterable[Rect]) -> Rect:
    """The smallest area that holds all of `areas`, of which there is at least one."""
    every = list(areas)
    return Rect(
        min(area.left for area in every),
        min(area.top for area in every),
        max(area.right for area in every),
        max(area.bottom for area in every),
    )


@dataclass(frozen=True, eq=False)
class TextSpan:
    """A stretch of one line's characters with its place on the upright page."""

    line: Line
    start: int
    end: int
    area: Rect

    @property
    def text(self) -> str:
        return self.line.text[self.start : self.end]

    @property
    def vertical(self) -> bool:
        """Whether the characters stand one below the other."""
        return len(self.text.strip()) > 1 and self.area.height > 1.5 * self.area.width

    @cached_property
    def _edges(self) -> list[float]:
        """Where each character begins, and the last one ends, as shares of the span's length."""
        widths = [width(character) for character in self.text]
        total = sum(widths) or 1.0
        edges = [0.0]
        for one in widths:
            edges.append(edges[-1] + one / total)
        return edges

    def cut(self, start: int, end: int) -> "TextSpan | None":
        """The span between two positions of the line, without blanks at its ends; None where nothing is left."""
        text = self.line.text
        while start < end and text[start].isspace():
            start += 1
        while end > start and text[end - 1].isspace():
            end -= 1
        return TextSpan(self.line, start, end, self.place(start, end)) if start < end else None

    def place(self, start: int, end: int) -> Rect:
        """Where the characters between two positions of the line stand, as far as their widths tell."""
        first, last = self._edges[start - self.start], self._edges[end - self.start]
        area = self.area
        if self.vertical:
            return Rect(area.left, area.top + first * area.height, area.right, area.top + last * area.height)
        return Rect(area.left + first * area.width, area.top, area.left + last * area.width, area.bottom)

    def parted(self, at: int, first: float, last: float) -> tuple["TextSpan", "TextSpan"]:
        """Its line as two, cut before the character `at`; these shares of its length are where one ends, one begins."""
        line, area = self.line, self.area
        left, right = (area.left + share * area.width for share in (first, last))
        boxes: tuple[Box | None, Box | None] = (None, None)
        if line.box is not None:
            a, b, c, d = line.box
            boxes = (
                (a, _between(a, b, first), _between(d, c, first), d),
                (_between(a, b, last), b, c, _between(d, c, last)),
            )
        texts = line.text[:at].strip(), line.text[at:].strip()
        one, other = (
            line.model_copy(update={"text": text, "box": box}) for text, box in zip(texts, boxes, strict=True)
        )
        return _span(one, replace(area, right=left)), _span(other, replace(area, left=right))

    @property
    def box(self) -> Box | None:
        """The span's part of its line's box, in pixels of the stored picture."""
        if self.line.box is None:
            return None
        widths = [width(character) for character in self.line.text]
        total = sum(widths) or 1.0
        first, last = sum(widths[: self.start]) / total, sum(widths[: self.end]) / total
        a, b, c, d = self.line.box
        if math.dist(a, b) >= math.dist(a, d) or not self.vertical:
            return (_between(a, b, first), _between(a, b, last), _between(d, c, last), _between(d, c, first))
        return (_between(a, d, first), _between(b, c, first), _between(b, c, last), _between(a, d, last))


def width(character: str) -> float:
    """How wide a character is printed, a Chinese one being 1."""
    return 1.0 if unicodedata.east_asian_width(character) in "WFA" else NARROW


def upright(lines: Sequence[Line]) -> list[TextSpan]:
    """Every line that says something, as one span on the upright page."""
    spoken = [line for line in lines if line.text.strip()]
    if not spoken:
        return []
    boxes = [_usable(line.box) or _laid_out(line.text, number) for number, line in enumerate(spoken)]
    frame = _frame(boxes)
    return [_span(line, frame.area(box)) for line, box in zip(spoken, boxes, strict=True)]


def level(lines: Sequence[Line]) -> list[Line]:
    """The lines without those that run aslant over the page: 仅供租房使用 is no value of a form."""
    boxes = [box for line in lines if line.text.strip() and (box := _usable(line.box))]
    if not boxes:
        return list(lines)
    main = _direction(boxes)
    return [line for line in lines if not _is_aslant(_usable(line.box), main)]


def _is_aslant(box: Box | None, main: float) -> bool:
    if box is None or math.dist(box[0], box[1]) < LONG_ASLANT * math.dist(box[0], box[3]):
        return False
    (ax, ay), (bx, by), *_ = box
    off = abs(_turned(math.atan2(by - ay, bx - ax) - main))
    return LEAST_ASLANT < min(off, math.pi - off) < MOST_ASLANT


def upright_rules(lines: Sequence[Line], rules: Iterable[tuple[Point, Point]]) -> list[tuple[Point, Point]]:
    """Straight lines between two points, given in pixels, where they are on the upright page."""
    boxes = [box for line in lines if line.text.strip() and (box := _usable(line.box))]
    if not boxes:
        return []
    frame = _frame(boxes)
    return [(frame.there(a), frame.there(b)) for a, b in rules]


def rows(spans: Iterable[TextSpan]) -> list[list[TextSpan]]:
    """The spans row by row from the top, each row from the left. Vertical spans belong to no row."""
    found: list[list[TextSpan]] = []
    for span in sorted(spans, key=lambda span: span.area.middle):
        if span.vertical:
            continue
        row = next((row for row in reversed(found[-3:]) if _in_row(span, row)), None)
        if row is None:
            found.append([span])
        else:
            row.append(span)
    return [sorted(row, key=lambda span: span.area.left) for row in found]


def _in_row(span: TextSpan, row: Sequence[TextSpan]) -> bool:
    height = min(span.area.height, median(other.area.height for other in row))
    return abs(span.area.middle - fmean(other.area.middle for other in row)) < SAME_ROW * height


def _usable(box: Box | None) -> Box | None:
    """The box, unless a coordinate is infinite or no number at all."""
    return box if box and all(math.isfinite(number) for point in box for number in point) else None


def _laid_out(text: str, number: int) -> Box:
    """A place for a line that came without one: below the line before it."""
    top, right = number * LINE_PITCH, sum(map(width, text))
    return ((0.0, top), (right, top), (right, top + 1), (0.0, top + 1))


def _direction(boxes: Sequence[Box]) -> float:
    """The angle in radians at which the text runs: the median of the lines, longer ones counting more."""
    runs = [(b[0] - a[0], b[1] - a[1]) for a, b, _, d in boxes if math.dist(a, b) >= math.dist(a, d)]
    runs = runs or [(b[0] - a[0], b[1] - a[1]) for a, b, _, _ in boxes]
    main = math.atan2(sum(y for _, y in runs), sum(x for x, _ in runs))
    deviations = sorted((_turned(math.atan2(y, x) - main), math.hypot(x, y)) for x, y in runs)
    half, passed = sum(length for _, length in deviations) / 2, 0.0
    for deviation, length in deviations:
        passed += length
        if passed >= half:
            return main + deviation
    return main


def _turned(angle: float) -> float:
    """The angle brought into ±π."""
    return math.atan2(math.sin(angle), math.cos(angle))


def _unit(boxes: Sequence[Box]) -> float:
    """The median line height in pixels."""
    heights = [min(math.dist(a, b), math.dist(a, d)) for a, b, _, d in boxes]
    return max(median(heights), 1e-6)


def _span(line: Line, area: Rect) -> TextSpan:
    return TextSpan(line, 0, len(line.text), area)


@dataclass(frozen=True)
class _Bend:
    """How the rows of an upright page run, in line heights: at the point (x, y) with the slope tilt + curl·x + fan·y.

    Paper that curls is a bow from left to right, paper that is seen aslant a fan from top to bottom.
    """

    tilt: float = 0.0
    curl: float = 0.0
    fan: float = 0.0

    def slope(self, x: float, y: float) -> float:
        return self.tilt + self.curl * x + self.fan * y

    def level(self, x: float, y: float) -> float:
        """The height at which a point stands once the rows are level."""
        return y - x * (self.tilt + self.curl * x / 2 + self.fan * y)

    def reach(self, x: float, y: float) -> float:
        """How far it moves a point at most, that is so far from where it moves nothing."""
        return x * (abs(self.curl) * x / 2 + abs(self.fan) * y)


@dataclass(frozen=True)
class _Frame:
    """From pixels of the stored picture to the upright page: `angle` in radians, `unit` in pixels, then `bend` around
    `origin`."""

    angle: float
    unit: float
    origin: Point = (0.0, 0.0)
    bend: _Bend = _Bend()

    def there(self, point: Point) -> Point:
        x, y = self.turned(point)
        left, top = self.origin
        return x, top + self.bend.level(x - left, y - top)

    def turned(self, point: Point) -> Point:
        """Where the point is before the page is flattened."""
        x, y = _rotated(point, -self.angle)
        return x / self.unit, y / self.unit

    def area(self, box: Box) -> Rect:
        xs, ys = zip(*(self.there(point) for point in box), strict=True)
        return Rect(min(xs), min(ys), max(xs), max(ys))


def _frame(boxes: Sequence[Box]) -> _Frame:
    turned = _Frame(_direction(boxes), _unit(boxes))
    corners = [[turned.turned(point) for point in box] for box in boxes]
    xs, ys = [[point[axis] for box in corners for point in box] for axis in (0, 1)]
    origin = (min(xs) + max(xs)) / 2, (min(ys) + max(ys)) / 2
    bend = _bend([slope for box in corners if (slope := _row_slope(box, origin))])
    far = bend.reach((max(xs) - min(xs)) / 2, (max(ys) - min(ys)) / 2)
    return replace(turned, origin=origin, bend=bend) if far > LEAST_BEND else turned


@dataclass(frozen=True)
class _RowSlope:
    """How a line that is long enough to tell runs, and where."""

    x: float
    y: float
    slope: float
    length: float


def _row_slope(box: Sequence[Point], origin: Point) -> _RowSlope | None:
    (ax, ay), (bx, by), (cx, cy), (dx, dy) = box
    length, height = bx - ax, math.dist(box[0], box[3])
    across = length + cx - dx
    slope = (by - ay + cy - dy) / across if across > 0 else STEEPEST
    if length < LONG_LINE * max(1.0, height) or abs(slope) >= STEEPEST:
        return None
    return _RowSlope((ax + bx + cx + dx) / 4 - origin[0], (ay + by + cy + dy) / 4 - origin[1], slope, length)


def _bend(lines: Sequence[_RowSlope]) -> _Bend:
    """The bend that most lines agree with (Theil and Sen); none where they agree as well without."""
    longest = sorted(lines, key=lambda line: -line.length)[:MOST_LINES]
    if len(longest) < FEWEST_LINES:
        return _Bend()
    curl = _growth([(line.x, line.slope) for line in longest])
    fan = _growth([(line.y, line.slope - curl * line.x) for line in longest])
    bend = _Bend(median(line.slope - curl * line.x - fan * line.y for line in longest), curl, fan)
    left = sum(abs(line.slope - bend.slope(line.x, line.y)) for line in longest)
    return bend if left < LEFT_OVER * sum(abs(line.slope) for line in longest) else _Bend()


def _growth(points: Sequence[tuple[float, float]]) -> float:
    """How the second coordinate grows with the first: the median over all pairs that are apart."""
    pairs = ((one, other) for one, other in combinations(points, 2) if abs(one[0] - other[0]) > LEAST_APART)
    return median([(other[1] - one[1]) / (other[0] - one[0]) for one, other in pairs] or [0.0])


def _rotated(point: Point, angle: float) -> Point:
    (x, y), cos, sin = point, math.cos(angle), math.sin(angle)
    return (x * cos - y * sin, x * sin + y * cos)


def _between(a: Point, b: Point, share: float) -> Point:
    return (a[0] + (b[0] - a[0]) * share, a[1] + (b[1] - a[1]) * share)


def joined(spans: Iterable[TextSpan]) -> str:
    """The text of the spans in reading order, a blank only where both sides are Latin and stand apart.

    A number that goes on in the next line is one number.
    """
    text, last = "", None
    for span in spans:
        beside = last is not None and last.area.beside(span.area)
        apart = last is not None and not (beside and last.area.across(span.area) < SAME_TEXT)
        apart = apart and (beside or not (NUMBER_BEGINS.search(text) and NUMBER_ENDS.match(span.text)))
        text += (" " if apart and text[-1:].isascii() and span.text[:1].isascii() else "") + span.text
        last = span
    return text


def spanned(boxes: Iterable[Box | None]) -> Box | None:
    """The box around several, turned as the first of them is; None where none is known."""
    known = [box for box in boxes if box]
    if len(known) < 2:
        return known[0] if known else None
    (ax, ay), (bx, by) = known[0][0], known[0][1]
    angle = math.atan2(by - ay, bx - ax)
    area = around(_area(box, angle) for box in known)
    corners = ((area.left, area.top), (area.right, area.top), (area.right, area.bottom), (area.left, area.bottom))
    a, b, c, d = (_rotated(corner, angle) for corner in corners)
    return (a, b, c, d)


def _area(box: Box, angle: float) -> Rect:
    """The box as an upright area, in its own unit, once the page is turned back by `angle`."""
    corners = [_rotated(point, -angle) for point in box]
    xs, ys = [x for x, _ in corners], [y for _, y in corners]
    return Rect(min(xs), min(ys), max(xs), max(ys))
