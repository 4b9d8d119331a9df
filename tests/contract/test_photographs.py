"""A telephone's photograph goes to each vendor as that vendor takes it, and its boxes come back where they belong.

The stand-in for the vendor looks at the picture that it got and answers where the red rectangle is on that.
"""

import base64
from collections.abc import Callable
from typing import Any

import pytest

from ocr.declare.offers import Offer
from ocr.model.reading import Reading
from ocr.pages.examine import examine
from ocr.pages.resize import fit
from ocr.vendors import esign, etoplive, juhe
from tests.contract.adapters import esign as esigns
from tests.contract.adapters import etoplive as etoplives
from tests.contract.adapters import juhe as juhes
from tests.support.photographs import PHONE, RED, photograph, red
from tests.support.vendors import Asked, Host, ask, reading

MEGABYTE = 1024 * 1024
BASE64 = 3 / 4
Edges = tuple[int, int, int, int]  # left, top, right, bottom


def juhe_says(box: Edges) -> Any:
    place = ("车牌位置(left_top_right_bottom)", "_".join(map(str, box)))
    return juhes.plates(*juhes.PLATE[:-1], place)


def esign_says(box: Edges) -> Any:
    left, top, right, bottom = box
    corners = [(left, top), (right, top), (right, bottom), (left, bottom)]
    return esigns.answer(esigns.detection(polygon=[{"x": x, "y": y} for x, y in corners]))


def etoplive_says(box: Edges) -> Any:
    left, top, right, bottom = box
    place = {"left": left, "top": top, "width": right - left, "height": bottom - top}
    return etoplives.paged(etoplives.entry(etoplives.field("0", "第一行", quad=None, position=place)))


def first_box(found: Reading) -> Any:
    parts = found.lines or [item for finding in found.findings for item in finding.items]
    return parts[0].box


@pytest.mark.parametrize("orientation", [1, 6])
@pytest.mark.parametrize(
    ("offer", "says", "sent", "most"),
    [
        (juhe.Plate(), juhe_says, lambda asked: base64.b64decode(asked.form["file"]), MEGABYTE),
        (esign.GeneralText(), esign_says, lambda asked: base64.b64decode(asked.json["image"]), BASE64 * MEGABYTE),
        (
            etoplive.Pid(1001),
            etoplive_says,
            lambda asked: base64.b64decode(asked.form["file"]),
            5 * BASE64 * MEGABYTE,
        ),
    ],
    ids=["juhe", "esign", "etoplive"],
)
def test_a_photograph_of_12_megapixels(
    vendor: Host,
    offer: Offer,
    says: Callable[[Edges], Any],
    sent: Callable[[Asked], bytes],
    most: float,
    orientation: int,
) -> None:
    original = photograph(orientation)
    assert original.width * original.height == 12_000_000
    assert 5_500_000 < len(original.content) < 8_000_000
    fitted = fit(original, offer.limits)

    vendor.says({})
    ask(offer, fitted.document)
    received = sent(vendor.asked[0])
    vendor.says(says(red(examine(received))))
    [outcome] = ask(offer, fitted.document)

    assert len(received) <= most
    xs, ys = zip(*first_box(fitted.restored(reading(outcome))), strict=True)
    two_pixels = 2 * max(PHONE) / max(examine(received).width, examine(received).height)
    assert (min(xs), min(ys), max(xs), max(ys)) == pytest.approx(RED, abs=two_pixels)
