"""The vendors, listening for as long as a module of tests runs."""

from collections.abc import Callable, Iterator
from typing import Any

import pylopdf_fonts_zh_cn as fonts
import pytest
from PIL import Image, ImageDraw, ImageFont

from local.samples import samples
from local.simulators import Control, reader, running
from local.simulators.reader import Line, Page, Plate
from tests.support.simulator_requests import Vendor, file_of


@pytest.fixture(scope="module")
def addresses() -> Iterator[dict[str, str]]:
    with running() as urls:
        yield urls


@pytest.fixture
def vendor_at(addresses: dict[str, str]) -> Callable[[str], Vendor]:
    def reset(name: str) -> Vendor:
        control = Control(addresses[name])
        control.reset()
        return Vendor(addresses[name], control)

    return reset


@pytest.fixture
def juhe_at(vendor_at: Callable[[str], Vendor]) -> Vendor:
    return vendor_at("juhe")


@pytest.fixture
def etoplive_at(vendor_at: Callable[[str], Vendor]) -> Vendor:
    return vendor_at("etoplive")


@pytest.fixture
def esign_at(vendor_at: Callable[[str], Vendor]) -> Vendor:
    return vendor_at("esign")


@pytest.fixture
def ctyun_at(vendor_at: Callable[[str], Vendor]) -> Vendor:
    return vendor_at("ctyun")


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """The engine stays out of it: every picture shows one plate and one line of text."""
    line = Line("周一", 0.9, ((10, 5), (60, 5), (60, 20), (10, 20)))
    monkeypatch.setattr(reader, "plates", plate_for_sure)
    monkeypatch.setattr(reader, "page", lambda picture: Page(picture.width, picture.height, 0, [line]))


def plate_for_sure(picture: Any) -> list[Plate]:
    return [Plate("粤B12345", 0.97, ((10, 5), (110, 5), (110, 40), (10, 40)), "blue")]


@pytest.fixture(scope="module")
def text() -> bytes:
    """Two lines that the engine reads without doubt."""
    image = Image.new("RGB", (520, 160), "white")
    pen = ImageDraw.Draw(image)
    for top, line in ((20, "社区图书馆开放时间"), (90, "周一至周五 9:00")):
        pen.text((30, top), line, "black", ImageFont.truetype(fonts.sans_path(), 40))
    return file_of(image, "JPEG", quality=95)


@pytest.fixture(scope="module")
def card() -> dict[str, Any]:
    """Both sides of a rendered ID card, by side."""
    return {sample.name: sample for sample in samples(["id_card"], layouts=("a",), variants=("clean",))}
