"""Documents on a page are cut out of it, each as a picture of its own: with its margin, and upright."""

from collections.abc import Sequence
from dataclasses import replace
from math import dist

from ocr.model.picture import Picture
from ocr.model.reading import Box, ExtractedDocument, Line, Point
from ocr.pages import gate
from ocr.pages.colour import plain
from ocr.pages.page import Part, as_jpeg

# How much of the page around its print belongs to a document, in heights of its lines.
MARGIN = 2.0


def parts(findings: Sequence[ExtractedDocument], lines: Sequence[Line], size: tuple[int, int]) -> list[Part]:
    """Where each document is to be cut out of a page of this size; none where one reaches into another.

    `lines` are all of the page, so that none of another document is cut out with it.
    """
    boxes = [_with_margin(finding, lines, size) for finding in findings]
    sure = [box for box in boxes if box]
    return [Part(f"{number}/{len(sure)}", box) for number, box in enumerate(sure, 1)] if len(sure) == len(boxes) else []


def cut(page: Picture, part: Part) -> Picture:
    """A part of a page as a picture."""
    from PIL import Image

    with gate.opened(gate.read_header(page.content)) as stored:
        a, b, c, d = part.box
        whole = plain(stored)
        cut_out = whole.transform(
            part.size,
            Image.Transform.QUAD,
            [*a, *d, *c, *b],
            resample=Image.Resampling.BICUBIC,
            fillcolor="white",
        )
    return as_jpeg(cut_out, replace(page, orientation=1, whole=True, part=part.name))


def _with_margin(finding: ExtractedDocument, lines: Sequence[Line], size: tuple[int, int]) -> Box | None:
    """The box of a document with as much around it as is its own; None where a line of another one is in it."""
    if finding.box is None:
        return None
    a, b, _, d = finding.box
    across, down = _direction(a, b), _direction(a, d)
    right, bottom = dist(a, b), dist(a, d)
    own = {line.box for line in finding.lines}
    heights = sorted(dist(box[0], box[3]) for box in own if box)
    margin = MARGIN * heights[len(heights) // 2] if heights else 0.0
    grown = {"left": margin, "top": margin, "right": margin, "bottom": margin}
    for line in lines:
        if line.box is None or line.box in own:
            continue
        xs = [(x - a[0]) * across[0] + (y - a[1]) * across[1] for x, y in line.box]
        ys = [(x - a[0]) * down[0] + (y - a[1]) * down[1] for x, y in line.box]
        gaps = {"left": -max(xs), "top": -max(ys), "right": min(xs) - right, "bottom": min(ys) - bottom}
        side = max(gaps, key=lambda name: gaps[name])
        if gaps[side] < 0:
            return None
        grown[side] = min(grown[side], gaps[side] / 2)
    left, top = min(grown["left"], _room(a, across, size, -1)), min(grown["top"], _room(a, down, size, -1))
    right += min(grown["right"], _room(b, across, size, 1))
    bottom += min(grown["bottom"], _room(d, down, size, 1))

    def corner(x: float, y: float) -> Point:
        return a[0] + x * across[0] + y * down[0], a[1] + x * across[1] + y * down[1]

    return corner(-left, -top), corner(right, -top), corner(right, bottom), corner(-left, bottom)


def _direction(start: Point, end: Point) -> Point:
    length = max(dist(start, end), 1e-6)
    return (end[0] - start[0]) / length, (end[1] - start[1]) / length


def _room(point: Point, direction: Point, size: tuple[int, int], sign: int) -> float:
    """How far it is from a point to the page's edge in a direction."""
    ways = []
    for at, step, end in zip(point, direction, size, strict=True):
        step *= sign
        if abs(step) > 1e-6:
            ways.append(((end if step > 0 else 0) - at) / step)
    return max(0.0, min(ways, default=0.0))
