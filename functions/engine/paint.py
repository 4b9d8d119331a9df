"""The paint of number plates: patches of it on a photograph, and which one a plate has."""

from dataclasses import dataclass

import cv2
import numpy as np

from engine.picture import Corners, Pixels
from engine.reading import cut, from_start, sides

# Hue (0..180), saturation and value, from and to.
PAINTS = {
    "blue": ((95, 70, 40), (130, 255, 255)),
    "green": ((35, 40, 50), (95, 255, 255)),
    "yellow": ((12, 90, 80), (38, 255, 255)),
}
BRIDGES = (3, 9, 17)  # pixels from paint to paint, across a letter, that still are one patch
LEAST_HEIGHT = 12  # pixels
FLATTEST = 5.5  # width : height
LEAST_FILLED = 0.55  # of its rectangle
INK = (0.08, 0.65)  # the share of a plate that letters and screws take, from and to
STROKES = 9  # light-dark changes on the way across a plate; even five letters make more
SAME = 0.06  # of its height that two findings of one patch may differ
MOSTLY = 0.3  # the share of a plate that must be of a paint
COLOURLESS = 6  # levels of 255 between red, green and blue that a grey picture's compression leaves at most


@dataclass(frozen=True)
class Patch:
    """A patch of paint with something written on it."""

    corners: Corners
    color: str
    strokes: float


def patches(pixels: Pixels) -> list[Patch]:
    """What may be plates, those with most strokes first."""
    hue = _hue(pixels)
    found = [patch for color in PAINTS for patch in _patches(pixels, _painted(hue, color), color)]
    return _apart(sorted(found, key=lambda patch: -patch.strokes))


def in_colour(pixels: Pixels) -> bool:
    """Whether a picture has colours at all: what a grey scan shows says nothing of a plate's paint."""
    part = pixels[::4, ::4]
    return float(np.percentile(part.max(axis=2) - part.min(axis=2), 99)) > COLOURLESS


def color(plate: Pixels) -> str | None:
    """The paint of a plate that was cut out; None where it is of no one colour."""
    hue = _hue(plate)
    shares = {name: float(_painted(hue, name).mean()) / 255 for name in PAINTS}
    name = max(shares, key=shares.__getitem__)
    if min(shares["yellow"], shares["green"]) >= MOSTLY / 2:
        return "yellow_green"
    if shares[name] >= MOSTLY:
        return name
    if sum(shares.values()) >= MOSTLY:
        return None
    return "white" if _mostly_bright(hue[..., 2]) else "black"


def _mostly_bright(values: Pixels) -> bool:
    """Whether the larger part is the lighter one: paint takes more room than ink, in any light."""
    height, width = values.shape
    inner = np.ascontiguousarray(values[height // 6 : -height // 6 or None, width // 12 : -width // 12 or None])
    _, bright = cv2.threshold(inner, 0, 1, cv2.THRESH_OTSU)
    return float(bright.mean()) > 0.5


def _apart(patches: list[Patch]) -> list[Patch]:
    """Without those that another bridge found before, nearly to the pixel."""
    kept: list[Patch] = []
    for patch in patches:
        near = SAME * sides(patch.corners)[1]
        if all(np.abs(patch.corners - other.corners).max() > near for other in kept):
            kept.append(patch)
    return kept


def _hue(pixels: Pixels) -> Pixels:
    """Hue, saturation and value; the value as if the picture were fully lit."""
    hue = cv2.cvtColor(pixels, cv2.COLOR_BGR2HSV)
    light = max(float(np.percentile(hue[::4, ::4, 2], 99)), 1)
    hue[..., 2] = cv2.convertScaleAbs(hue[..., 2], alpha=255 / light)
    return hue


def _painted(hue: Pixels, color: str) -> Pixels:
    low, high = PAINTS[color]
    return cv2.inRange(hue, np.array(low), np.array(high))


def _patches(pixels: Pixels, painted: Pixels, color: str) -> list[Patch]:
    found = []
    for bridge in BRIDGES:
        closed = cv2.morphologyEx(painted, cv2.MORPH_CLOSE, np.ones((bridge, bridge), np.uint8))
        whole = cv2.morphologyEx(closed, cv2.MORPH_OPEN, np.ones((5, 5), np.uint8))
        outlines, _ = cv2.findContours(whole, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
        for outline in outlines:
            corners = _rectangle(outline)
            if corners is not None and _written_on(painted, corners):
                found.append(Patch(corners, color, _strokes(cut(pixels, corners))))
    return [patch for patch in found if patch.strokes >= STROKES]


def _rectangle(outline: Pixels) -> Corners | None:
    corners = from_start(cv2.boxPoints(cv2.minAreaRect(outline)).astype(np.float32))
    along, across = sides(corners)
    if across < LEAST_HEIGHT or along > FLATTEST * across:
        return None
    return corners if cv2.contourArea(outline) >= LEAST_FILLED * along * across else None


def _written_on(painted: Pixels, corners: Corners) -> bool:
    least, most = INK
    return least <= 1 - float(cut(painted, corners).mean()) / 255 <= most


def _strokes(patch: Pixels) -> float:
    grey = cv2.resize(cv2.cvtColor(patch, cv2.COLOR_BGR2GRAY), (140, 44), interpolation=cv2.INTER_AREA)
    _, ink = cv2.threshold(grey, 0, 1, cv2.THRESH_OTSU)
    changes = np.abs(np.diff(ink.astype(np.int8), axis=1)).sum(axis=1)
    return float(np.quantile(changes[8:36], 0.75))  # not the median: between two rows there is nothing
