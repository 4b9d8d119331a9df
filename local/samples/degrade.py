"""What happens to a document between the desk and the upload, at the strength a telephone's user meets."""

import io
from collections.abc import Callable

import numpy
from PIL import Image, ImageFilter

DESK = (176, 170, 162)
Degradation = Callable[[Image.Image], Image.Image]


def _skewed(picture: Image.Image) -> Image.Image:
    return picture.rotate(5, Image.Resampling.BICUBIC, expand=True, fillcolor=DESK)


def _blurred(picture: Image.Image) -> Image.Image:
    """As out of focus as a held telephone: 1.2 pixels at a width of 1000."""
    return picture.filter(ImageFilter.GaussianBlur(1.2 * max(picture.size) / 1000))


def _compressed(picture: Image.Image) -> Image.Image:
    file = io.BytesIO()
    picture.save(file, "JPEG", quality=40)
    return Image.open(file).convert("RGB")


def _noisy(picture: Image.Image) -> Image.Image:
    noise = numpy.random.default_rng(7).normal(0, 12, (picture.height, picture.width, 3))
    return Image.fromarray(numpy.clip(numpy.asarray(picture) + noise, 0, 255).astype(numpy.uint8))


def _halved(picture: Image.Image) -> Image.Image:
    return picture.resize((picture.width // 2, picture.height // 2), Image.Resampling.LANCZOS)


VARIANTS: dict[str, Degradation] = {
    "clean": lambda picture: picture,
    "rotated90": lambda picture: picture.transpose(Image.Transpose.ROTATE_270),
    "rotated180": lambda picture: picture.transpose(Image.Transpose.ROTATE_180),
    "rotated270": lambda picture: picture.transpose(Image.Transpose.ROTATE_90),
    "skew5": _skewed,
    "blur": _blurred,
    "jpeg40": _compressed,
    "noise": _noisy,
    "half": _halved,
}
