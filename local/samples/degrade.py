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
    return _as_jpeg(picture, 40)


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


def _photographed(picture: Image.Image) -> Image.Image:
    """On a desk, from a little aside, under a lamp on one side, slightly out of focus."""
    width, height = picture.size
    edge = max(width, height) // 16
    wide, high = width + 2 * edge, height + 2 * edge
    desk = Image.new("RGB", (wide, high), DESK)
    desk.paste(picture, (edge, edge))
    lean = 0.035
    # Where the corners of what is seen lie on the desk.
    corners = (wide * lean, 0, 0, high, wide, high * (1 - lean), wide * (1 - lean / 2), high * lean)
    seen = desk.transform((wide, high), Image.Transform.QUAD, corners, Image.Resampling.BICUBIC, fillcolor=DESK)
    across, down = numpy.meshgrid(numpy.linspace(0, 1, wide), numpy.linspace(0, 1, high))
    light = (0.62 + 0.5 * across * (1 - 0.4 * down))[..., None]
    lit = numpy.clip(numpy.asarray(seen) * light, 0, 255).astype(numpy.uint8)
    return _as_jpeg(Image.fromarray(lit).filter(ImageFilter.GaussianBlur(0.7 * max(picture.size) / 1000)), 70)


def _scanned(picture: Image.Image) -> Image.Image:
    """Grey, a degree askew, with dust and a strong contrast."""
    grey = picture.convert("L").rotate(-1.1, Image.Resampling.BICUBIC, expand=True, fillcolor=235)
    noise = numpy.random.default_rng(11).normal(0, 6, (grey.height, grey.width))
    levels = numpy.clip((numpy.asarray(grey) + noise - 128) * 1.25 + 140, 0, 255).astype(numpy.uint8)
    return _as_jpeg(Image.fromarray(levels).convert("RGB"), 55)


def _forwarded(picture: Image.Image) -> Image.Image:
    """Sent on by a messenger: shrunk to seven tenths, sharpened, compressed twice."""
    size = int(picture.width * 0.7), int(picture.height * 0.7)
    small = picture.resize(size, Image.Resampling.BICUBIC).filter(ImageFilter.UnsharpMask(1, 80))
    return _as_jpeg(_as_jpeg(small, 60), 50)


def _as_jpeg(picture: Image.Image, quality: int) -> Image.Image:
    file = io.BytesIO()
    picture.save(file, "JPEG", quality=quality)
    return Image.open(file).convert("RGB")


# What forms as they are issued go through: each several degradations at once.
SHOTS: dict[str, Degradation] = {
    "clean": VARIANTS["clean"],
    "photo": _photographed,
    "scan": _scanned,
    "forwarded": _forwarded,
}

# Those that take the colours away.
GREY = frozenset({"scan"})
