"""What every vendor looks like from inside: an offer says what it takes and reads documents.

A vendor module declares offers (`Pid(2)`, `IdCard()`): what is sold, within which limits, with which options. Adding a
vendor is adding a module; nothing here changes.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field, TypeAdapter, ValidationError

from ocr.declare.fields import Fields
from ocr.model.answer import ReceivedAnswer
from ocr.model.picture import Picture
from ocr.model.reading import Reading
from ocr.platform.errors import OcrError

Outcome = Reading | OcrError
# Options travel as an upload's metadata too, and that carries no other letters.
RequestId = Annotated[
    str, Field(max_length=255, pattern="^[!-~]*$", description="the caller's own id for the request, in visible ASCII")
]


# The name that etoplive gives it; for whoever cuts pictures out.
CROPS = "removeImgData"
RemoveCrops = Annotated[
    Literal["0", "1"],
    Field(description="0: keep the pictures that the vendor cuts out, the face's say; the record links to them"),
]


# Where a vendor names no least side: a captcha's letters are 15 pixels high, on less than this stands no character.
LEAST_SIDE = 8


# The caller's own word for a document.
LABEL = "label"
# Options that change nothing in what is read: those that only name the call, those that say how the picture travels.
LABELS, WAYS = frozenset({"requestId", LABEL}), frozenset({"input"})
# Options that no vendor is told.
OURS = frozenset({"vendor", "escalate", "pages", "split", LABEL})
# What holds without the option too: whoever says it asks for nothing else.
DEFAULTS = {CROPS: "1", "openSeal": "0", "showPosition": "0", "imageCheck": "00000", "imageCheckVaule": "1"}


def significant(options: Mapping[str, str]) -> dict[str, str]:
    """The options that change what is read, or how the picture travels."""
    left_out = LABELS | OURS
    return {name: value for name, value in options.items() if name not in left_out and DEFAULTS.get(name) != value}


@dataclass(frozen=True)
class Limits:
    """What a vendor takes for one picture. Bytes are raw unless `encoded` says how they are counted.

    formats    Pillow's names: JPEG, PNG, BMP, GIF, TIFF, WEBP
    side       shortest and longest side in pixels, inclusive
    batch      pictures in one request
    encoded    None: raw bytes count; "base64" or "urlencoded": the encoded length counts
    """

    bytes: int
    formats: frozenset[str] = frozenset({"JPEG", "PNG", "BMP"})
    side: tuple[int, int] = (LEAST_SIDE, 100_000)
    batch: int = 1
    encoded: str | None = None


@dataclass(frozen=True)
class Member:
    """One member of a vendor's secret.

    travels    how a call carries it: in a header, in its path, or in a body or signature, which take any text
    choices    the values that it may have
    only_with  another member and its value that this one is needed with
    """

    name: str
    description: str
    travels: Literal["header", "path", "body"] = "body"
    choices: tuple[str, ...] = ()
    only_with: tuple[str, str] | None = None


@dataclass(frozen=True)
class VendorRequest:
    """One question to a vendor: documents with shared options, and the seconds left to answer.

    `fields` is the product's model and `product` its slug; `secret` is the vendor's secret as stored. Who sends more
    than one request calls `wait_for_rate` before each further one: it waits for a place in the vendor's rate, and
    raises `VendorUnavailable` where that takes too long.
    """

    product: str
    fields: type[Fields]
    documents: Sequence[Picture]
    options: Mapping[str, str]
    seconds: float
    secret: Mapping[str, str] = field(default_factory=dict, repr=False)
    wait_for_rate: Callable[[], None] = field(default=lambda: None, repr=False)


@dataclass(frozen=True)
class Offer:
    """One thing a vendor sells. Subclasses implement `read`; class attributes say whose it is.

    vendor    the vendor's slug, the same as its module and its secret
    keys      the members its secret must have; empty: it needs none
    members   all that its secret may have
    limits    what it takes for one picture
    options   option name → what it allows, as a pydantic type
    patience  seconds that the vendor may need for an answer: who has less left does not ask it, since the call would be
              paid and its answer missed
    finds_labels  whether fields are found by the labels on the document, so that labels tell what it is
    reads_text  whether its answers are lines of text, so that a file's own characters are understood as one
    parts_pages  whether it tells several documents on a picture apart
    number    the vendor's own number for such documents, where it has one
    narrowed  whether it takes only some of the documents that come under its number
    """

    vendor: ClassVar[str]
    keys: ClassVar[tuple[str, ...]] = ()
    members: ClassVar[tuple[Member, ...]] = ()
    limits: ClassVar[Limits]
    options: ClassVar[Mapping[str, Any]] = {}
    patience: ClassVar[float] = 2.0
    finds_labels: ClassVar[bool] = False
    reads_text: ClassVar[bool] = False
    parts_pages: ClassVar[bool] = False

    @property
    def interface(self) -> str:
        """The part of the vendor that breaks as one: it has a key, a quota, an address of its own, and so a circuit."""
        return type(self).__name__.lower()

    def needs(self, options: Mapping[str, str]) -> float:
        """The seconds that an answer may take with these options."""
        return self.patience

    @property
    def number(self) -> int | None:
        return None

    @property
    def narrowed(self) -> bool:
        return False

    def takes(self, request: VendorRequest) -> bool:
        """Whether the vendor has the request's options with these values; what only names the call needs nobody."""
        options = significant(request.options)
        return all(name in self.options and _allowed(self.options[name], value) for name, value in options.items())

    def carries(self, document: Picture, options: Mapping[str, str]) -> bool:
        """Whether a picture, as it was made to fit, can travel the way that the options say."""
        return True

    def read(self, request: VendorRequest) -> list[Outcome]:
        """One outcome a document, in the order asked. Never raises what belongs in an outcome."""
        raise NotImplementedError

    def understood(self, request: VendorRequest, raw: ReceivedAnswer) -> Outcome:
        """The outcome for the one document of `request`, made from an answer as it was kept (`Reading.raw`)."""
        raise NotImplementedError

    def units(self, options: Mapping[str, str]) -> float:
        """What one picture costs with these options, in the vendor's price units."""
        return 1

    def price(self) -> str:
        """The price of a picture in words, for people."""
        return f"{self.units({}):g} a picture"


def _allowed(kind: Any, value: str) -> bool:
    try:
        TypeAdapter(kind).validate_python(value)
    except ValidationError:
        return False
    return True
