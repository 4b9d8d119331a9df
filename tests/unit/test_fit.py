"""Promise: a picture that is only too big is shrunk to what the vendor takes, and boxes come back where they belong."""

from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageDraw, ImageOps

from ocr.document import Document, examine
from ocr.errors import CallerError
from ocr.fit import encoded_length, fit
from ocr.reading import Finding, Line, Reading, pointed, rectangle
from ocr.vendor import Limits

PHONE = (4000, 3000)


def photograph(orientation: int = 1, size: tuple[int, int] = PHONE, dot: tuple[int, int] = (1000, 700)) -> Document:
    """A noisy photograph, 6 MB at 12 megapixels, with one red rectangle whose corner is at `dot`."""
    picture = Image.effect_noise(size, 40).convert("RGB")
    ImageDraw.Draw(picture).rectangle((*dot, dot[0] + 199, dot[1] + 119), fill=(255, 0, 0))
    exif = Image.Exif()
    exif[0x0112] = orientation
    file = BytesIO()
    picture.save(file, "JPEG", quality=82, exif=exif)
    return examine(file.getvalue())


def red(document: Document) -> tuple[int, int, int, int]:
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


JUHE = Limits(bytes=1024 * 1024)
ESIGN = Limits(bytes=1024 * 1024, encoded="base64")
ETOPLIVE = Limits(bytes=5 * 1024 * 1024, encoded="urlencoded")
NARROW = Limits(bytes=10 * 1024 * 1024, side=(32, 2000))


@pytest.mark.parametrize(
    ("limits", "orientation"),
    [*((NARROW, orientation) for orientation in range(1, 9)), (JUHE, 1), (ESIGN, 6), (ETOPLIVE, 8)],
)
def test_a_phone_photograph_fits_and_its_boxes_come_back(limits: Limits, orientation: int) -> None:
    original = photograph(orientation)
    fitted = fit(original, limits)
    sent = fitted.document
    assert encoded_length(sent.content, limits.encoded) <= limits.bytes
    assert max(sent.width, sent.height) <= limits.side[1]

    left, top, right, bottom = red(sent)
    seen = Reading(vendor="test", lines=[Line(text="", box=rectangle(left, top, right - left, bottom - top))])
    [line] = fitted.restored(seen).lines
    assert line.box
    xs, ys = [x for x, _ in line.box], [y for _, y in line.box]
    # The rectangle as it is stored, within 2 pixels of the shrunken picture.
    slack = 2 * max(PHONE) / max(sent.width, sent.height)
    assert min(xs) == pytest.approx(1000, abs=slack)
    assert max(xs) == pytest.approx(1200, abs=slack)
    assert min(ys) == pytest.approx(700, abs=slack)
    assert max(ys) == pytest.approx(820, abs=slack)


def test_points_to_click_on_come_back_too() -> None:
    original = photograph(6)
    fitted = fit(original, JUHE)
    width, height = fitted.document.width, fitted.document.height
    answer = Reading(vendor="juhe", findings=[Finding(items=[pointed("points", [(0, 0), (width, height / 2)])])])

    [item] = fitted.restored(answer).findings[0].items

    assert item.text == "0,3000 2000,0"


def test_what_fits_is_sent_byte_for_byte() -> None:
    original = photograph(size=(800, 600), dot=(100, 100))
    fitted = fit(original, Limits(bytes=10 * 1024 * 1024))
    assert fitted.document is original
    reading = Reading(vendor="test")
    assert fitted.restored(reading) is reading


def test_what_the_vendor_has_no_decoder_for_is_sent_as_jpeg() -> None:
    assert fit(photograph(size=(800, 600)), Limits(bytes=10**7, formats=frozenset({"JPEG"}))).document.format == "JPEG"


@pytest.mark.parametrize(
    ("limits", "status"),
    [(Limits(bytes=2000), 413), (Limits(bytes=10**7, side=(1000, 5000)), 422)],
    ids=["cannot be made small enough", "too small for this vendor"],
)
def test_what_cannot_be_made_to_fit_is_refused(limits: Limits, status: int) -> None:
    with pytest.raises(CallerError) as refused:
        fit(photograph(size=(800, 600)), limits)
    assert refused.value.status == status


@given(st.binary(max_size=3000))
def test_encoded_lengths_are_those_of_the_encodings(content: bytes) -> None:
    from base64 import b64encode
    from urllib.parse import urlencode

    assert encoded_length(content, None) == len(content)
    assert encoded_length(content, "base64") == len(b64encode(content))
    assert encoded_length(content, "urlencoded") == len(urlencode({"": b64encode(content)})) - 1
