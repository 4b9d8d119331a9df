"""A picture in plain RGB, from whatever a file holds: what every vendor and the engine are given."""

import math
from typing import TYPE_CHECKING

from ocr.pages.background import background

if TYPE_CHECKING:
    from PIL import Image


def plain(picture: "Image.Image") -> "Image.Image":
    """The picture in RGB: what can be seen through lies on paper, what has more than eight bits keeps its range."""
    from PIL import Image

    picture.load()  # what is given back outlives the file that it came from
    if picture.mode.startswith(("I", "F")):
        return _eight_bits(picture).convert("RGB")
    if not picture.has_transparency_data:
        return picture if picture.mode == "RGB" else picture.convert("RGB")
    layer = picture if picture.mode == "RGBA" else picture.convert("RGBA")
    paper = Image.new("RGB", picture.size, background(layer))
    paper.paste(layer, mask=layer)
    return paper


def _eight_bits(picture: "Image.Image") -> "Image.Image":
    """A scanner's grey, of which it uses a part only: that part is stretched. Pillow would clip it."""
    low, high = (float(edge) for edge in picture.getextrema())  # type: ignore[arg-type]  # one channel: two numbers
    if not (math.isfinite(low) and math.isfinite(high)):
        raise ValueError("a grey that is no number")
    scale = 255 / max(high - low, 1e-6)
    return picture.convert("F").point(lambda value: value * scale - low * scale).convert("L")
