"""A picture file, decoded within bounds: upright pixels, and the way back to the pixels as stored."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from ocr.pages import gate
from ocr.pages.colour import plain
from ocr.platform.errors import OcrError

Pixels = NDArray[Any]  # bytes: height × width × 3, blue green red, what OpenCV and the networks take
Corners = NDArray[np.float32]  # … × 2, x then y

MOST_PIXELS = 64_000_000  # a 50-megapixel telephone camera fits; decoded it takes 200 MB
LONGEST_SIDE = 4000  # beyond this, sharper pixels no longer help the networks, they only cost memory
LONGEST_TALL = 16_000  # of one that is so much taller than wide that it is read part by part
TALL = 4  # height : width from which it is one: a long screenshot, a till's receipt


class Unreadable(Exception):
    """These bytes cannot be decoded as a picture. The message says why and carries nothing of the content."""


@dataclass(frozen=True)
class Rotation:
    """One EXIF orientation: how to right the stored picture, and how to bring a point back.

    `back(x, y, w, h)` takes a point of the upright picture and the *stored* size.
    """

    method: Image.Transpose | None
    clockwise: int  # degrees the stored picture's content is turned
    back: Callable[[Corners, Corners, int, int], tuple[Corners, Corners]]


TURNS = {
    1: Rotation(None, 0, lambda x, y, w, h: (x, y)),
    2: Rotation(Image.Transpose.FLIP_LEFT_RIGHT, 0, lambda x, y, w, h: (w - x, y)),
    3: Rotation(Image.Transpose.ROTATE_180, 180, lambda x, y, w, h: (w - x, h - y)),
    4: Rotation(Image.Transpose.FLIP_TOP_BOTTOM, 180, lambda x, y, w, h: (x, h - y)),
    5: Rotation(Image.Transpose.TRANSPOSE, 270, lambda x, y, w, h: (y, x)),
    6: Rotation(Image.Transpose.ROTATE_270, 270, lambda x, y, w, h: (y, h - x)),
    7: Rotation(Image.Transpose.TRANSVERSE, 90, lambda x, y, w, h: (w - y, h - x)),
    8: Rotation(Image.Transpose.ROTATE_90, 90, lambda x, y, w, h: (w - y, x)),
}


@dataclass(frozen=True)
class Picture:
    """A decoded picture. `width` and `height` are those of the stored file; `pixels` stand as EXIF says."""

    pixels: Pixels
    width: int
    height: int
    turn: Rotation

    def stored(self, corners: Corners) -> Corners:
        """Corners in `pixels` → the same corners in the stored picture's pixels."""
        upright = (self.height, self.width) if self.turn.clockwise % 180 else (self.width, self.height)
        x = corners[..., 0] * (upright[0] / self.pixels.shape[1])
        y = corners[..., 1] * (upright[1] / self.pixels.shape[0])
        x, y = self.turn.back(x, y, self.width, self.height)
        return np.stack([x.clip(0, self.width), y.clip(0, self.height)], axis=-1)


def decode(content: bytes) -> Picture:
    """The picture in these bytes. Raises Unreadable."""
    try:
        header = gate.read_header(content)
        if header.width * header.height > MOST_PIXELS:
            raise Unreadable(f"the picture has more than {MOST_PIXELS} pixels")
        with gate.opened(header) as image:
            tall = max(image.size) >= TALL * min(image.size)
            longest = (LONGEST_TALL if tall else LONGEST_SIDE,) * 2
            image.draft("RGB", longest)  # JPEG decodes straight to a smaller size
            image.thumbnail(longest)
            image.load()  # whatever of it is not decoded in here never is
            flat = plain(image)
            flat.load()  # what needs no change is not decoded yet
    except OcrError as error:
        raise Unreadable(error.detail) from None
    turn = TURNS[header.orientation]
    upright = flat if turn.method is None else flat.transpose(turn.method)
    return Picture(np.ascontiguousarray(np.asarray(upright)[:, :, ::-1]), header.width, header.height, turn)
