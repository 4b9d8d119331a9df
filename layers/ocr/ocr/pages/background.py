"""What lies under a picture that can be seen through: white paper, or black where the print itself is white."""

from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from PIL.Image import Image

SEEN = 128  # of 255: what is less opaque does not count as print
LIGHT = 200.0  # of 255: the mean grey from which print is lost on white


def background(layer: "Image") -> Literal["white", "black"]:
    """The ground for an RGBA picture."""
    from PIL import ImageStat

    seen = layer.getchannel("A").point(lambda value: 255 if value >= SEEN else 0)
    if seen.getextrema()[0] or not seen.getextrema()[1]:  # no part, or all of it, can be seen through
        return "white"
    return "black" if ImageStat.Stat(layer.convert("L"), seen).mean[0] >= LIGHT else "white"
