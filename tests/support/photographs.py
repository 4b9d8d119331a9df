"""Photographs as telephones take them: 12 megapixels and 6 MB, with one red rectangle on them."""

from functools import cache
from io import BytesIO

from PIL import Image, ImageDraw, ImageOps

from ocr.model.picture import Picture
from ocr.pages.examine import examine
from tests.support.hostile import exif, jpeg, segment

PHONE = (4000, 3000)
RED = (1000, 700, 1200, 820)  # left, top, right, bottom of the rectangle, in the stored picture


def photograph(orientation: int = 1, size: tuple[int, int] = PHONE) -> Picture:
    """A noisy photograph with a red rectangle where it is not too small for that."""
    return examine(jpeg(segment(0xE1, b"Exif\0\0" + exif(orientation)), plain=_unturned(size)))


@cache
def _unturned(size: tuple[int, int]) -> bytes:
    picture = Image.effect_noise(size, 40).convert("RGB")
    ImageDraw.Draw(picture).rectangle((*RED[:2], RED[2] - 1, RED[3] - 1), fill=(255, 0, 0))
    file = BytesIO()
    picture.save(file, "JPEG", quality=82)
    return file.getvalue()


def red(document: Picture) -> tuple[int, int, int, int]:
    """Where the red rectangle is on the upright picture: left, top, right, bottom."""
    with Image.open(BytesIO(document.content)) as stored:
        picture = ImageOps.exif_transpose(stored).convert("RGB")
    redness = picture.split()[0].point(lambda value: 255 * (value > 170))
    for channel in picture.split()[1:]:
        redness = Image.composite(
            redness, Image.new("L", redness.size), channel.point(lambda value: 255 * (value < 90))
        )
    box = redness.getbbox()
    assert box
    return box
