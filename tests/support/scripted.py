"""Two vendors that answer as a test says, and a product that they sell: what is tested is what happens around them."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any, ClassVar, NoReturn

from PIL import Image

from ocr.declare.fields import Fields, label
from ocr.declare.offers import Limits, Offer, Outcome, VendorRequest
from ocr.declare.product import Product
from ocr.model.answer import ReceivedAnswer
from ocr.model.reading import ExtractedDocument, Item, Reading

Answer = Callable[[], Outcome]


class Ticket(Fields):
    number: str | None = label("编号", pii=True)


def reading(vendor: str = "first", number: str = "A-17") -> Reading:
    """A successful answer."""
    found = ExtractedDocument(items=[Item(label="编号", text=number, confidence=0.9)])
    return Reading(vendor=vendor, findings=[found], raw=ReceivedAnswer.of({}))


@dataclass(frozen=True, eq=False)
class Scripted(Offer):
    """A vendor that gives its answers in order, the last one for ever, and counts the pictures it was charged for."""

    answers: list[Answer] = field(default_factory=list)
    asked: list[VendorRequest] = field(default_factory=list)
    limits: ClassVar[Limits] = Limits(bytes=10**7, batch=1)

    def read(self, ask: VendorRequest) -> list[Outcome]:
        self.asked.append(ask)
        return [(self.answers.pop(0) if len(self.answers) > 1 else self.answers[0])() for _ in ask.documents]


class First(Scripted):
    vendor = "first"
    options: ClassVar[Mapping[str, Any]] = {"mood": str | None}


class Keyed(First):
    keys: ClassVar[tuple[str, ...]] = ("key",)


class Toned(Keyed):
    options: ClassVar[Mapping[str, Any]] = {"tone": str | None}


class Second(Scripted):
    vendor = "second"
    limits: ClassVar[Limits] = Limits(bytes=10**7, batch=50)


def product(first: list[Answer], second: list[Answer] | None = None) -> Product:
    """A product sold by the first vendor, and by the second if it has answers."""
    offers: list[Offer] = [First(first), *([Second(second)] if second else [])]
    return Product("ticket", Ticket, name="票", category="general", required=["number"], offers=offers)


def calls(kind: Product, vendor: str = "first") -> int:
    """How many pictures a vendor of the product was asked to read."""
    [offer] = [one for one in kind.offers if one.vendor == vendor]
    assert isinstance(offer, Scripted)
    return sum(len(ask.documents) for ask in offer.asked)


class Context:
    """As much of a Lambda context as the handlers use."""

    function_name = memory_limit_in_mb = invoked_function_arn = aws_request_id = "test"

    def __init__(self, seconds: float = 60) -> None:
        self.seconds = seconds

    def get_remaining_time_in_millis(self) -> int:
        return round(1000 * self.seconds)


def picture(seed: int = 0) -> bytes:
    """A small PNG, another one for every seed."""
    file = BytesIO()
    Image.new("RGB", (64, 64), (seed % 256, seed // 256, 7)).save(file, "PNG")
    return file.getvalue()


def pictures() -> Iterator[bytes]:
    """Ever new pictures."""
    return (picture(seed) for seed in range(65_536))


def died() -> NoReturn:
    """The process ends between sending and answering: nothing catches this on the way."""
    raise SystemExit
