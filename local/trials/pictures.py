"""Number plates for the trials: one as many contents, or many that really differ."""

from collections.abc import Iterator
from functools import cache
from io import BytesIO

from PIL import Image

from local.cloud.sending import salt
from local.samples import samples
from local.samples.catalogue import documents
from local.samples.page import Page, encoded
from local.samples.personas import Personas

PRODUCT = "license_plate"
# Where the plate is on the sample: decoding the whole photograph would take the machine longer than all the rest.
PLACE = (180, 240, 430, 400)


@cache
def plate() -> bytes:
    """One small picture of a plate."""
    [sample] = (one for one in samples([PRODUCT], variants=["half"]) if one.name == "car")
    file = BytesIO()
    with Image.open(BytesIO(sample.picture)) as picture:
        picture.crop(PLACE).save(file, "JPEG", quality=85)
    return file.getvalue()


def contents(count: int) -> list[bytes]:
    """So many contents never seen before, all of them the same pixels: the simulated vendor reads those only once."""
    return [plate() + salt() for _ in range(count)]


def plates(count: int) -> Iterator[tuple[bytes, str]]:
    """So many pictures of different plates, each with the number on it."""
    kinds = [document for document in documents() if document.product == PRODUCT]
    for number in range(count):
        document, personas = kinds[number % len(kinds)], Personas(f"trial/{number}")
        page = Page(*document.size, document.styles[0], personas.random("page"))
        document.draw(page, personas)
        yield encoded(page.picture, document.media_type), page.truth["plate_number"]
