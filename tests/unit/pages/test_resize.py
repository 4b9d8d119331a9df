"""Promise: a picture that is only too big is shrunk to what the vendor takes, and boxes come back where they belong."""

from dataclasses import replace
from io import BytesIO
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from ocr.declare.offers import Limits
from ocr.model.picture import Picture, Upload
from ocr.model.reading import ExtractedDocument, Line, Reading, pointed, rectangle
from ocr.pages.examine import examine
from ocr.pages.resize import encoded_length, fit
from ocr.platform.errors import CallerError
from tests.support.photographs import PHONE, photograph, red

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
    answer = Reading(
        vendor="juhe", findings=[ExtractedDocument(items=[pointed("points", [(0, 0), (width, height / 2)])])]
    )

    [item] = fitted.restored(answer).findings[0].items

    assert item.text == "0,3000 2000,0"


def test_what_fits_is_sent_byte_for_byte() -> None:
    original = photograph(size=(800, 600))
    fitted = fit(original, Limits(bytes=10 * 1024 * 1024))
    assert fitted.document is original
    reading = Reading(vendor="test")
    assert fitted.restored(reading) is reading


def test_what_the_vendor_has_no_decoder_for_is_sent_as_jpeg() -> None:
    assert fit(photograph(size=(800, 600)), Limits(bytes=10**7, formats=frozenset({"JPEG"}))).document.format == "JPEG"


@pytest.mark.parametrize(
    ("limits", "orientation", "size"),
    [(NARROW, 1, PHONE), (NARROW, 6, (800, 600))],
    ids=["shrunk", "turned"],
)
def test_what_was_made_to_fit_is_not_the_upload_any_more(
    limits: Limits, orientation: int, size: tuple[int, int]
) -> None:
    original = replace(photograph(orientation, size), upload=Upload("uploads", "a.jpg"))
    fitted = fit(original, limits)
    assert fitted.document.upload is None
    assert fitted.original.upload


def drawn(picture: Image.Image, **options: Any) -> Picture:
    file = BytesIO()
    picture.save(file, "PNG", **options)
    return examine(file.getvalue())


def see_through(mode: str) -> Picture:
    """A black bar on nothing."""
    layer = Image.new("RGBA", (400, 300), (0, 0, 0, 0))
    layer.paste((0, 0, 0, 255), (100, 100, 300, 200))
    if mode == "P":
        bar = Image.new("P", layer.size, 0)
        bar.putpalette([0, 0, 0, 0, 0, 0])
        bar.paste(1, (100, 100, 300, 200))
        return drawn(bar, transparency=0)
    return drawn(layer.convert(mode))


@pytest.mark.parametrize("mode", ["RGBA", "LA", "P"])
def test_what_can_be_seen_through_lies_on_white(mode: str) -> None:
    sent = fit(see_through(mode), Limits(bytes=10**7, formats=frozenset({"JPEG"}))).document
    with Image.open(BytesIO(sent.content)) as picture:
        grey = picture.convert("L").tobytes()
    assert grey[20 * 400 + 20] > 250
    assert grey[150 * 400 + 200] < 5


def test_a_picture_too_narrow_once_it_is_short_enough_is_left_to_the_next_vendor() -> None:
    strip = drawn(Image.new("RGB", (6000, 60), "white"))
    with pytest.raises(CallerError) as refused:
        fit(strip, NARROW)
    assert refused.value.status == 422
    assert fit(strip, Limits(bytes=10**7, side=(32, 5000))).document.height == 50


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
