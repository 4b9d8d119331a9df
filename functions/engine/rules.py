"""The printed rules of tables and forms: the straight lines along and across the text of an upright page."""

import math
from collections.abc import Sequence

import cv2
import numpy as np

from engine.picture import Corners, Pixels
from engine.reading import Line, sides, slope

SIDE = 1600  # pixels of the longest side that is looked at; a scan's rules are still three pixels thick there
SHORTEST = 18  # pixels of a rule
LONGER = 1.25  # than the text is high
REACH = 8  # pixels that two rules may miss each other by where they meet
THICKEST = 9  # pixels; a filled bar is none
WINDOW, DARKER = 15, 6  # pixels round a point, and by how much of 255 a rule differs from them
BROKEN = 5  # pixels that a rule may be broken over
ASKEW = 0.5  # degrees that rules may slope
SAME = 3  # pixels across, within which two pieces are one rule


def find(pixels: Pixels, lines: Sequence[Line]) -> list[Corners]:
    """The rules on an upright page with these lines of text, each as its two ends (2 × 2).

    Level ones from the left, upright ones from the top. A rule is longer than a letter is high and meets two others:
    so strokes, underlines and the edges of photographs are none.
    """
    scale = min(1.0, SIDE / max(pixels.shape[:2]))
    grey = cv2.cvtColor(pixels, cv2.COLOR_BGR2GRAY)
    if scale < 1:
        grey = cv2.resize(grey, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    turn = _levelled(grey, lines)
    if turn is not None:
        grey = cv2.warpAffine(grey, turn, grey.shape[::-1], borderMode=cv2.BORDER_REPLICATE)
    height = np.median([sides(line.corners)[1] for line in lines]) if lines else 0.0
    least = max(SHORTEST, LONGER * height * scale)
    for ink in (grey, 255 - grey):  # dark rules, else light ones between filled cells
        drawn = cv2.adaptiveThreshold(ink, 255, cv2.ADAPTIVE_THRESH_MEAN_C, cv2.THRESH_BINARY_INV, WINDOW, DARKER)
        level = _along(drawn, least)
        upright = [line[:, ::-1] for line in _along(np.ascontiguousarray(drawn.T), least)]
        if found := _meeting(level, upright):
            back = None if turn is None else cv2.invertAffineTransform(turn)
            return [(line if back is None else cv2.transform(line[None], back)[0]) / scale for line in found]
    return []


def _levelled(grey: Pixels, lines: Sequence[Line]) -> Pixels | None:
    """The affine transform (2 × 3) that turns a page level whose text runs askew; None where it need not be turned."""
    degrees = math.degrees(slope(lines))
    if abs(degrees) < ASKEW:
        return None
    height, width = grey.shape
    return cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1)


def _along(drawn: Pixels, least: float) -> list[Corners]:
    """The level lines among what is drawn, `least` pixels long or longer."""
    runs = cv2.morphologyEx(drawn, cv2.MORPH_OPEN, np.ones((1, round(least)), np.uint8))
    runs = cv2.morphologyEx(runs, cv2.MORPH_CLOSE, np.ones((SAME, BROKEN * 2 + 1), np.uint8))
    _, _, boxes, _ = cv2.connectedComponentsWithStats(runs, connectivity=8)
    lines = []
    for left, top, width, height, area in boxes[1:].tolist():
        thick = area / max(width, 1)
        if width >= least and thick <= THICKEST and height <= THICKEST + 0.08 * width:
            rise = _rise(runs[top : top + height, left : left + width])
            lines.append(np.array([[left, top + rise[0]], [left + width, top + rise[1]]], np.float32))
    return lines


def _rise(run: Pixels) -> tuple[float, float]:
    """The height of a run of ink at its left and right end: rules may slope a little."""
    width = run.shape[1]
    ends = (run[:, : max(width // 10, 1)], run[:, -max(width // 10, 1) :])
    left, right = (float(np.nonzero(end)[0].mean()) + 0.5 if end.any() else len(run) / 2 for end in ends)
    return left, right


def _meeting(level: list[Corners], upright: list[Corners]) -> list[Corners]:
    """Those that meet two of the other kind which do so themselves."""
    while level and upright:
        meets = np.array([[_meet(one, other) for other in upright] for one in level], bool)
        kept_level = [line for line, count in zip(level, meets.sum(axis=1), strict=True) if count > 1]
        kept_upright = [line for line, count in zip(upright, meets.sum(axis=0), strict=True) if count > 1]
        if len(kept_level) == len(level) and len(kept_upright) == len(upright):
            return [*level, *upright]
        level, upright = kept_level, kept_upright
    return []


def _meet(level: Corners, upright: Corners) -> bool:
    x, y = upright[:, 0].mean(), level[:, 1].mean()
    return bool(level[0, 0] - REACH <= x <= level[1, 0] + REACH and upright[0, 1] - REACH <= y <= upright[1, 1] + REACH)
