"""A picture's lines of text, whichever way up it lies.

Which way is up is decided by reading: the same few long lines give long confident text one way and scraps the other.
(The network trained to tell the two apart is wrong on every second long line of Chinese.)
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import cv2
import numpy as np

from engine import networks
from engine.picture import Corners, Pixels

LEAST_CONFIDENCE = 0.5  # below this the network is guessing at texture
SURE = 0.9  # lines the right way up are read with more than this, upside down with less
ELONGATED = 1.5  # long side : short side from which a box tells in which direction its line runs
WIDEST = 6  # long side : short side from which a picture gets paper around it
TALL, LEAST_ACROSS = 4, 200  # height : width, and pixels of the width, from which a picture is looked at in parts
PART = 2  # a part's length, its width being 1
SLACK = 4.0  # pixels by which two parts may see the middle of a line apart
PROBES = 4  # lines to read for finding out which way is up
EITHER_WAY_UP = frozenset("01689HIMNOSWXZ.- ")  # on their heads these are letters and figures again: 8W is M8
FILLERS_UPSIDE_DOWN = ">>>"  # no print has this; the network is surer of it than of the letters beside it
NOTHING: Mapping[int, "Line"] = MappingProxyType({})


@dataclass(frozen=True)
class Line:
    """One line: its text as read, 0..1, and its corners (4 × 2) from where the text starts, clockwise."""

    text: str
    confidence: float
    corners: Corners

    @property
    def weight(self) -> float:
        """How much was read, and how surely; nothing where a travel document's fillers `<` stand on their heads."""
        return 0.0 if FILLERS_UPSIDE_DOWN in self.text else len(self.text) * self.confidence


@dataclass(frozen=True)
class Page:
    """What a picture says: the pixels turned upright, the lines on them in reading order, and how they were turned.

    `angle`: degrees, clockwise, that the text was turned in the pixels given.
    """

    upright: Pixels
    lines: list[Line]
    angle: int

    def given(self, corners: Corners) -> Corners:
        """Corners on `upright` → corners on the pixels as they were given."""
        x, y = corners[:, 0], corners[:, 1]
        height, width = self.upright.shape[:2]
        back = {0: (x, y), 90: (height - y, x), 180: (width - x, height - y), 270: (y, width - x)}
        return np.stack(back[self.angle], axis=-1)


def read(pixels: Pixels, mainland: bool = True) -> Page:
    """The page on these pixels, of mainland papers or (`mainland` false) of any text."""
    boxes = detect(pixels)
    angle, known = turned(pixels, boxes, mainland)
    upright = np.ascontiguousarray(np.rot90(pixels, angle // 90))
    if angle:  # the networks are at their best on upright text
        boxes, known = detect(upright), {}
    lines = in_order(
        [line for line in recognize(upright, boxes, known, mainland) if line.confidence >= LEAST_CONFIDENCE]
    )
    return Page(upright, lines, angle)


def detect(pixels: Pixels) -> list[Corners]:
    """Boxes round lines of text: corners clockwise from the one where the line starts in an upright picture.

    On a picture much taller than wide, made as small as the network wants it, no line would be left to see: it is
    looked at part by part.
    """
    height, width = pixels.shape[:2]
    if height < TALL * width or width < LEAST_ACROSS:
        return _detect(pixels)
    found: list[Corners] = []
    for start, end, own in _parts(height, max(width * PART, networks.DETECTION_SIDE)):
        boxes = [box + np.array([0, start], np.float32) for box in _detect(pixels[start:end])]
        fresh = [box for box in boxes if own[0] <= float(box[:, 1].mean()) < own[1]]
        found += [box for box in fresh if not any(_same_place(box, other) for other in found)]
    # Lines that run along the picture, which lies on its side then, were cut.
    return _detect(pixels) if _mostly_stand(found) else found


def _parts(length: int, part: int) -> Iterator[tuple[int, int, tuple[float, float]]]:
    """Where each part starts and ends, and which stretch is its own: what lies there no edge of the part cuts.

    Neighbours overlap by a quarter, and their own stretches by a little.
    """
    step = part * 3 // 4
    starts = range(0, max(length - part // 4, 1), step)
    for start in starts:
        end = min(start + part, length)
        first, last = start == 0, start == starts[-1]
        yield start, end, (0.0 if first else start + part / 8 - SLACK, length if last else end - part / 8 + SLACK)


def _same_place(one: Corners, other: Corners) -> bool:
    """Whether two boxes are of the same line: each has its middle in the other."""
    apart = np.abs(one.mean(axis=0) - other.mean(axis=0))
    return bool((apart < np.minimum(np.ptp(one, axis=0), np.ptp(other, axis=0)) / 2).all())


def _detect(pixels: Pixels) -> list[Corners]:
    beside = _margin(pixels)
    if not any(beside):
        return [from_start(box) for box in networks.lines(pixels)]
    ground = np.median(pixels[:: max(len(pixels) // 50, 1), :: max(pixels.shape[1] // 50, 1)], axis=(0, 1)).tolist()
    framed = cv2.copyMakeBorder(pixels, beside[0], beside[0], beside[1], beside[1], cv2.BORDER_CONSTANT, value=ground)
    limits = (pixels.shape[1], pixels.shape[0])
    return [from_start((box - beside[::-1]).clip(0, limits)) for box in networks.lines(framed)]


def _margin(pixels: Pixels) -> tuple[int, int]:
    """How much paper a strip needs above and beside it: the network finds no text that fills a picture."""
    height, width = pixels.shape[:2]
    least = max(height, width) / WIDEST
    return max(0, round((least - height) / 2)), max(0, round((least - width) / 2))


def recognize(
    pixels: Pixels, boxes: list[Corners], known: Mapping[int, Line] = NOTHING, mainland: bool = True
) -> list[Line]:
    """The lines in these boxes; `known` are those already read, by the index of their box.

    What is hard to read is tried upside down too: not every line lies as its page does. What could be read either way
    up lies as the page does.
    """
    fresh = [index for index in range(len(boxes)) if index not in known]
    read = dict(known) | dict(zip(fresh, _recognize(pixels, [boxes[index] for index in fresh], mainland), strict=True))
    lines = [read[index] for index in range(len(boxes))]
    doubtful = [index for index, line in enumerate(lines) if line.confidence < SURE]
    again = _recognize(pixels, [_upset(boxes[index]) for index in doubtful], mainland)
    for index, other in zip(doubtful, again, strict=True):
        if other.confidence > SURE and other.weight > lines[index].weight and not EITHER_WAY_UP.issuperset(other.text):
            lines[index] = other
    return lines


def turned(pixels: Pixels, boxes: list[Corners], mainland: bool = True) -> tuple[int, dict[int, Line]]:
    """Degrees, clockwise, that the text is turned (0, 90, 180 or 270); lines read on the way, by index of their box."""
    long = [index for index, box in enumerate(boxes) if _elongation(box) >= ELONGATED]
    standing = _mostly_stand([boxes[index] for index in long])
    alike = [index for index in long if _stands(boxes[index]) == standing]
    probes = sorted(alike, key=lambda index: -_length(boxes[index]))[:PROBES]
    lines = _recognize(pixels, [boxes[index] for index in probes], mainland)
    known = dict(zip(probes, lines, strict=True))
    way = 90 if standing else 0
    if _surely(lines) >= SURE:
        return way, known
    upset = _recognize(pixels, [_upset(boxes[index]) for index in probes], mainland)
    if max(_surely(lines), _surely(upset)) < LEAST_CONFIDENCE or _weight(lines) >= _weight(upset):
        return way, known
    return way + 180, known


def in_order(lines: list[Line]) -> list[Line]:
    """Rows from the top, each from the left, along the slope that most of the text has."""
    level = _level(lines)
    rows: list[list[Line]] = []
    for line in sorted(lines, key=lambda line: _middle(line, level)[1]):
        if rows and _same_row(rows[-1][0], line, level):
            rows[-1].append(line)
        else:
            rows.append([line])
    return [line for row in rows for line in sorted(row, key=lambda line: _middle(line, level)[0])]


def cut(pixels: Pixels, corners: Corners) -> Pixels:
    """The part of the picture within these corners, straightened, its text starting at the left."""
    width, height = (max(round(side), 1) for side in sides(corners))
    frame = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    transform = cv2.getPerspectiveTransform(np.ascontiguousarray(corners, np.float32), frame)
    return cv2.warpPerspective(
        pixels, transform, (width, height), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE
    )


def sides(box: Corners) -> tuple[float, float]:
    """Along the text and across it, in pixels."""
    a, b, c, d = box
    along = max(np.linalg.norm(b - a), np.linalg.norm(c - d))
    across = max(np.linalg.norm(d - a), np.linalg.norm(c - b))
    return float(along), float(across)


def from_start(box: Corners) -> Corners:
    """The detector's corners as a clockwise round that starts where the text does if the page is upright.

    Its own order mixes up the corners of long boxes that stand a little askew.
    """
    x, y = (box - box.mean(axis=0)).T
    box = box[np.argsort(np.arctan2(y, x))]
    level = max((np.roll(box, -first, axis=0) for first in range(4)), key=_rightward)
    along, across = sides(level)
    return np.roll(level, -1, axis=0) if across >= along * ELONGATED else level


def _recognize(pixels: Pixels, boxes: list[Corners], mainland: bool) -> list[Line]:
    read = networks.texts((cut(pixels, box) for box in boxes), mainland)
    return [Line(text, sure, box) for (text, sure), box in zip(read, boxes, strict=True)]


def _mostly_stand(boxes: Sequence[Corners]) -> bool:
    return sum(_length(box) * (1 if _stands(box) else -1) for box in boxes if _elongation(box) >= ELONGATED) > 0


def _upset(box: Corners) -> Corners:
    return np.roll(box, 2, axis=0)


def _same_row(one: Line, other: Line, level: Corners) -> bool:
    apart = abs(_middle(one, level)[1] - _middle(other, level)[1])
    return apart < min(sides(one.corners)[1], sides(other.corners)[1]) / 2


def _middle(line: Line, level: Corners) -> tuple[float, float]:
    x, y = line.corners.mean(axis=0) @ level
    return float(x), float(y)


def slope(lines: Sequence[Line]) -> float:
    """The angle in radians, clockwise, at which the long lines of an upright page run."""
    along = [line.corners[1] - line.corners[0] for line in lines if _elongation(line.corners) >= ELONGATED]
    slopes = [np.arctan2(y, x) for x, y in along if abs(y) < x]
    return float(np.median(slopes)) if slopes else 0.0


def _level(lines: list[Line]) -> Corners:
    """The rotation (2 × 2) that brings the long lines of a skewed page level."""
    angle = slope(lines)
    return np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]], np.float32)


def _rightward(box: Corners) -> float:
    x, y = box[1] - box[0]
    return float(x / max(np.hypot(x, y), 1))


def _stands(box: Corners) -> bool:
    return abs(_rightward(box)) < math.sqrt(0.5)


def _elongation(box: Corners) -> float:
    along, across = sides(box)
    return along / max(across, 1)


def _length(box: Corners) -> float:
    return sides(box)[0]


def _surely(lines: list[Line]) -> float:
    """The mean confidence of a character in these lines, 0 where there is none."""
    return _weight(lines) / max(sum(len(line.text) for line in lines), 1)


def _weight(lines: list[Line]) -> float:
    return sum(line.weight for line in lines)
