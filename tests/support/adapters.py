"""What `tests/contract/adapters` says of each vendor: all that the contract tests know of one.

A module each, of the vendor's name, with

    SECRET      a secret, in the members that its offers need
    CODES       the members of an answer that carry its code; `SUCCESSES` are the codes of success
    ROWS        a line for each code of its document: (offer, answer, row, code)
    CASES        each way to ask it; an offer's first one stands for the offer
    WRONG_KEYS  ways to ask it with a wrong secret, beside one member of an offer's `keys` being wrong
    recorded    answers as it gives them, with a text of the caller's in them
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from importlib import import_module
from io import BytesIO
from pathlib import Path
from types import ModuleType
from typing import Any

from PIL import Image
from PIL.PngImagePlugin import PngInfo

from local.simulators import SECRETS
from ocr.declare.catalogue import offers_by_vendor
from ocr.declare.fields import Fields, label
from ocr.declare.offers import Offer, Outcome, VendorRequest
from ocr.model.picture import Picture
from ocr.pages.examine import examine
from ocr.platform.errors import NoResult, OcrError, VendorRejected, VendorUnavailable

FOLDER = Path(__file__).parents[1] / "contract/adapters"

# The class of the error, the problem's HTTP status, whether the call may be billed.
Row = tuple[type[OcrError], int, bool]
# What calls the request malformed, which this system has made and checked, is never the caller's: it is refused, too.
REFUSED: Row = (VendorRejected, 502, False)
BUSY: Row = (VendorUnavailable, 503, False)
PAID_BUSY: Row = (VendorUnavailable, 503, True)
NOTHING: Row = (NoResult, 422, True)


class Card(Fields):
    """A product's fields, as far as the vendors look at them."""

    name: str | None = label("姓名", "Name", pii=True)
    vin: str | None = label("VIN", "车架号")


@dataclass(frozen=True)
class Case:
    """One way to ask one vendor.

    `faults` says what comes of a fault that the vendor's simulator is told to show, where most vendors differ: the
    class of the outcome, and whether it may be billed (None for either).
    """

    offer: Offer
    options: dict[str, str] = field(default_factory=dict)
    secret: dict[str, str] = field(default_factory=dict)
    kind: str = "PNG"
    faults: dict[str, tuple[type[Any], bool | None]] = field(default_factory=dict)

    def read(self, *documents: Picture, seconds: float = 20) -> list[Outcome]:
        """What the vendor's simulator makes of the documents, or of a plain picture of the `kind`."""
        secret = {**SECRETS[self.offer.vendor], **self.secret}
        asked = documents or (plain(self.kind, answer="23"),)
        return self.offer.read(VendorRequest("card", Card, asked, self.options, seconds, secret))

    def __str__(self) -> str:
        parts = [*self.options.values(), *self.secret, self.kind]
        return "-".join([self.offer.vendor, type(self.offer).__name__, *parts])


@dataclass(frozen=True)
class Recorded:
    """An answer of a vendor, and what was asked for it."""

    offer: Offer
    body: Any
    options: dict[str, str] = field(default_factory=dict)
    pictures: int = 1


def plain(kind: str = "PNG", color: str = "white", **notes: str) -> Picture:
    """A picture of one colour, in the format `kind`; a PNG carries the notes."""
    info = PngInfo()
    for name, text in notes.items():
        info.add_text(name, text)
    file = BytesIO()
    Image.new("RGB", (400, 300), color).save(file, kind, **({"pnginfo": info} if kind == "PNG" else {}))
    return examine(file.getvalue())


def adapters() -> dict[str, ModuleType]:
    """The modules by vendor, of those that have one."""
    named = [vendor for vendor in offers_by_vendor() if (FOLDER / f"{vendor}.py").exists()]
    return {vendor: import_module(f"tests.contract.adapters.{vendor}") for vendor in named}


def rows() -> Iterator[tuple[Offer, Any, Row, str]]:
    """Every vendor's ROWS."""
    for adapter in adapters().values():
        for offer, body, row, code in adapter.ROWS:
            yield offer, body, row, str(code)


def cases() -> list[Case]:
    """Every vendor's CASES."""
    return [one for adapter in adapters().values() for one in adapter.CASES]


def one_each() -> list[Case]:
    """The first way to ask for each offer."""
    return list({(one.offer.vendor, repr(one.offer)): one for one in reversed(cases())}.values())[::-1]


def offers() -> list[Case]:
    """The first way to ask for each kind of offer."""
    return list({(one.offer.vendor, type(one.offer)): one for one in reversed(cases())}.values())[::-1]
