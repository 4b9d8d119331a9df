"""What vendors' answers have in common: codes that mean errors, numbers that come as text, boxes, encoded pictures."""

import base64
import json
import math
import re
import unicodedata
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from itertools import batched, islice
from types import MappingProxyType
from typing import Any, ClassVar, Literal, NamedTuple

from ocr.declare.offers import CROPS, Offer, Outcome, VendorRequest
from ocr.model.answer import ReceivedAnswer
from ocr.model.picture import Picture
from ocr.model.reading import Box, Crop, Item, Point, Reading, legible, rectangle
from ocr.platform.errors import NoResult, OcrError, Remedy, UnexpectedResponse, VendorRejected
from ocr.vendors import transport

# A code is short and plain; anything else may be a value that has lost its way, and codes reach logs. No vendor's is
# longer than eight characters, less than any number that identifies somebody.
_CODE = re.compile(r"-?[A-Za-z0-9_]{1,8}")
# In one piece or in lines, which are long: a column of numbers is no picture.
_BASE64 = re.compile(r"(?:[A-Za-z0-9+/_-]{60,}+\s++)*+[A-Za-z0-9+/_-]*={0,2}\s*")
_DATA_URL = re.compile(r"data:image/[\w.+-]+;base64,")
_SHORTEST, _SHORTEST_IN_URL = 1024, 64
# What a picture's bytes begin with.
_BEGINNINGS = {b"\xff\xd8\xff": "image/jpeg", b"\x89PNG\r\n\x1a\n": "image/png", b"BM": "image/bmp"}
_UNKNOWN = "application/octet-stream"
_MOST_CROPS = 20
# They say who made an answer and what of, when, and where it wanted the request to go. No other header is kept: those
# that a vendor sets to be sent back are keys.
KEPT_HEADERS = ("Content-Type", "Date", "Location", "Retry-After", "Server", "X-Request-Id")
_LONGEST_HEADER = 120
_UNSEEN = re.compile("[^ -~]")
# A text in JSON, with the name of the member that it is.
_STRING = re.compile(
    r'(?:"(?P<name>[^"\\]*+(?:\\.[^"\\]*+)*+)"\s*+:\s*+)?"(?P<said>[^"\\]*+(?:\\.[^"\\]*+)*+)"', re.DOTALL
)
# Where a vendor rounds outwards, a corner may lie this part of the longer side outside of the picture.
_SLACK = 0.1


@dataclass(frozen=True)
class Row:
    """One row of a vendor's table of errors: what its code means here, in our words.

    Before a vendor is asked, this system has examined and decoded the picture, encoded it, kept to the vendor's limits
    and checked the options. So a code that calls the request malformed is never the caller's: it is a fault on the way
    or at the vendor, the next vendor is asked, and the operator is told (`turned_away`).

    kind      what is wrong, where the class of the error leaves it open: see `PROBLEMS`
    paid      whether the vendor had to look at the picture to give this code and its document does not say that such a
              call is free
    blames    what it counts against (`OcrError`): nothing, where the vendor only wants fewer calls
    remedy    what the same vendor is asked once more with
    """

    error: type[OcrError]
    detail: str
    advice: str = ""
    kind: str = ""
    paid: bool = False
    retry_after: int | None = None
    blames: Literal["vendor", "request", "nothing"] = "vendor"
    remedy: Remedy | None = None

    def made(self, code: str) -> OcrError:
        """A new error of this row."""
        return self.error(
            self.detail,
            self.advice,
            code=code,
            paid=self.paid,
            retry_after=self.retry_after,
            kind=self.kind,
            remedy=self.remedy,
            blames=self.blames,
        )


Table = Mapping[str, Row]


class Flag(NamedTuple):
    """What a vendor says of a picture in a number or a word of its own: a sentence for it, and for its known values."""

    says: str
    values: Mapping[str, str] = MappingProxyType({})


def flagged(flags: Mapping[str, Flag], name: str, value: str) -> Item:
    """An item that explains itself where the vendor's member is a flag."""
    flag = flags.get(name)
    return Item(label=name, text=value, meaning=flag and flag.values.get(value, flag.says))


def turned_away(detail: str, remedy: Remedy | None = None) -> Row:
    """The row of a code that calls a request malformed which this system has made and checked."""
    advice = "The operator has to report this code to the vendor: the request kept to the vendor's document."
    return Row(VendorRejected, detail, advice, remedy=remedy, blames="request")


@dataclass(frozen=True)
class Remote(Offer):
    """An offer of a vendor that answers in JSON.

    pictures    the members of the vendor's answers that hold encoded pictures, and what those show
    """

    pictures: ClassVar[Mapping[str, str]] = {}

    def call_id(self, body: dict[str, Any]) -> str | None:
        """The vendor's own id for the call, from anywhere in the decoded answer."""
        return None

    def kept(self, request: VendorRequest, answer: ReceivedAnswer) -> ReceivedAnswer:
        """The answer as it is kept: byte for byte, but for encoded pictures that nobody asked for."""
        headers = {name: _header(name, answer.headers[name]) for name in KEPT_HEADERS if name in answer.headers}
        content = answer.content if crops_wanted(request) else _without_crops(answer.content, self.pictures)
        return ReceivedAnswer(answer.status, headers, content)

    def outcome(
        self,
        request: VendorRequest,
        raw: ReceivedAnswer,
        body: dict[str, Any],
        understand: Callable[[dict[str, Any]], Reading],
    ) -> Outcome:
        """The reading that `understand` makes of a decoded answer or the error that it raises, with the answer `raw`.

        A reading in which nothing stands is a `NoResult`. The vendor's id for a call that came to nothing is what the
        vendor can be asked by. What stands under `pictures` is no text to read.
        """
        call_id = self.call_id(body)
        try:
            reading = understand(without_pictures(body, self.pictures))
            findings = [finding for finding in reading.findings if finding.items or finding.rows]
            if not (findings or reading.lines or reading.tables):
                raise NoResult("The vendor found nothing on the picture.", paid=True)
        except OcrError as error:
            error.raw, error.trace = raw, call_id
            return named(error, self.vendor)
        cut = islice(_crops(body, self.pictures), _MOST_CROPS) if crops_wanted(request) else ()
        return reading.model_copy(update={"findings": findings, "crops": [*cut], "raw": raw, "trace": call_id})


@dataclass(frozen=True)
class OnePicture(Remote):
    """An offer that takes one picture a request: subclasses say how to send it and how to understand the answer."""

    def read(self, request: VendorRequest) -> list[Outcome]:
        """One outcome a document, one after the other, all before the ask's seconds are over."""
        until = transport.deadline(request.seconds)
        return [self._outcome(request, document, until) for document in request.documents]

    def send(self, request: VendorRequest, document: Picture, until: float) -> transport.Answer:
        """Ask the vendor; raises an error of the tree when there is no answer."""
        raise NotImplementedError

    def understand(
        self, request: VendorRequest, document: Picture, answer: transport.Answer, body: dict[str, Any]
    ) -> Reading:
        """The reading in `body`, the decoded answer; raises an error of the tree for all that is no reading."""
        raise NotImplementedError

    def understood(self, request: VendorRequest, raw: ReceivedAnswer) -> Outcome:
        """The outcome of a kept answer."""
        [document] = request.documents
        return self._read(request, document, received(raw))

    def _outcome(self, request: VendorRequest, document: Picture, until: float) -> Outcome:
        try:
            answer = self.send(request, document, until)
        except OcrError as error:
            return named(error, self.vendor)
        return self._read(request, document, answer)

    def _read(self, request: VendorRequest, document: Picture, answer: transport.Answer) -> Outcome:
        raw = self.kept(request, answer)
        try:
            body = answer.members()
        except OcrError as error:
            error.raw = raw
            return named(error, self.vendor)
        return self.outcome(request, raw, body, lambda plain: self.understand(request, document, answer, plain))


def received(answer: ReceivedAnswer) -> transport.Answer:
    """An answer as it was kept, to be read again."""
    return transport.Answer(answer.status, answer.headers, answer.content)


def _header(name: str, value: str) -> str:
    # An address may carry a key in front of its host, or name a person behind it.
    plain = value.partition("?")[0].partition("#")[0].rpartition("@")[2] if name == "Location" else value
    return _UNSEEN.sub("?", plain)[:_LONGEST_HEADER]


def _without_crops(content: bytes, pictures: Mapping[str, str]) -> bytes:
    """The bytes of an answer in which each text that is an encoded picture is empty."""

    def emptied(found: re.Match[str]) -> str:
        name, said = found["name"], found["said"]
        is_picture = said and (name in pictures or _says_picture(said))
        return found[0][: -len(said) - 1] + '"' if is_picture else found[0]

    text, encoding = _text_of(content)
    less = _STRING.sub(emptied, text)
    return content if less == text else less.encode(encoding)


def _text_of(content: bytes) -> tuple[str, str]:
    """An answer as text, whatever its encoding, and the encoding that makes the same bytes of it."""
    for encoding in (json.detect_encoding(content), transport.WIDE):
        with suppress(UnicodeDecodeError):
            return content.decode(encoding), encoding
    return content.decode("latin-1"), "latin-1"


def _says_picture(said: str) -> bool:
    if len(said) < _SHORTEST_IN_URL:
        return False
    with suppress(json.JSONDecodeError):
        said = json.loads(f'"{said}"', strict=False)
    return _picture(said)


def crops_wanted(request: VendorRequest) -> bool:
    """Whether the caller asked for the pictures that the vendor cuts out."""
    return request.options.get(CROPS) == "0"


def _crops(value: Any, pictures: Mapping[str, str]) -> Iterator[Crop]:
    """The pictures in an answer, in its order: under these members, and what can be nothing else under any other."""
    if isinstance(value, dict):
        for name, part in value.items():
            crop = _crop(pictures.get(name, "other"), part) if name in pictures or _picture(part) else None
            yield from [crop] if crop else _crops(part, pictures)
    elif isinstance(value, list):
        for part in value:
            yield from _crops(part, pictures)


def _crop(shows: str, encoded: Any) -> Crop | None:
    """The picture in a member that may hold one; a vendor that found no face says so there, in words."""
    plain = "".join(_DATA_URL.sub("", encoded, count=1).split()) if isinstance(encoded, str) else ""
    try:
        content = base64.b64decode(plain, altchars="-_" if {"-", "_"} & {*plain} else None, validate=True)
    except ValueError:
        return None
    kind = next((kind for begins, kind in _BEGINNINGS.items() if content.startswith(begins)), _UNKNOWN)
    return Crop(shows=shows, media_type=kind, content=content) if kind != _UNKNOWN or _picture(encoded) else None


def named(error: OcrError, vendor: str) -> OcrError:
    """The error under the vendor's name."""
    error.vendor = vendor
    return error


def code_of(value: Any) -> str | None:
    """A vendor's code as text, however it was typed; None when there is none or it is nothing like a code."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    text = unicodedata.normalize("NFKC", str(value)).strip().removesuffix(".0")
    return text if _CODE.fullmatch(text) else None


def settle(
    answer: transport.Answer,
    code: str | None,
    table: Table,
    ok: Collection[str] = ("0",),
    inner: Collection[str | None] = (),
) -> None:
    """Raise what the vendor's code means, or else the HTTP status; return only for success.

    `inner` are the codes of the answer's parts, None for one without. Where the table has each of them, they say it
    all: the status of such an answer, and a code around them that says nothing, are no news.
    """
    if code is not None and code in table:
        raise table[code].made(code)
    if inner and all(one in table for one in inner):
        return
    if error := answer.fault():
        raise error
    if code not in ok:
        raise unlisted(code)


def unlisted(code: str | None) -> UnexpectedResponse:
    """The error for a code that stands in no table; whether the call was charged is not known."""
    return UnexpectedResponse("The vendor answered with a code that its document does not list.", code=code, paid=True)


def unexplained(
    detail: str = "The vendor reports success in a form that its document does not show.",
) -> UnexpectedResponse:
    """The error for an answer that the vendor's document does not explain; it may have been charged."""
    return UnexpectedResponse(detail, paid=True)


def members(value: Any) -> dict[str, Any]:
    """`value` if it is a JSON object; raises `UnexpectedResponse` otherwise."""
    if isinstance(value, dict):
        return value
    raise unexplained()


def parts(value: Any) -> list[dict[str, Any]]:
    """`value` if it is a list of JSON objects; raises `UnexpectedResponse` otherwise."""
    if isinstance(value, list) and all(isinstance(part, dict) for part in value):
        return value
    raise unexplained()


def text(value: Any) -> str:
    """A scalar as legible text without spaces around it, "" for null, a container as JSON."""
    if value is None:
        return ""
    if isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False) if value else ""
    return legible(str(value)).strip()


def names_plate(number: str) -> bool:
    """Whether this is a plate's number: each has letters or digits, and words alone (无车牌) say that there is none."""
    return any(letter.isascii() and letter.isalnum() for letter in unicodedata.normalize("NFKC", number))


def trace(value: Any) -> str | None:
    """The vendor's id for a call; exact also beyond 2^53."""
    id = "" if isinstance(value, bool | float | dict | list) else text(value)
    return id if id.isascii() and 0 < len(id) <= 64 else None


def number(value: Any) -> float | None:
    """A finite number, also from text; None for anything else."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        result = float(value)
    except (ValueError, OverflowError):
        return None
    return result if math.isfinite(result) else None


def share(value: Any, of: float = 1) -> float | None:
    """A confidence as 0..1, from one given as a part of `of`; None when it is no such part."""
    part = number(value)
    return part / of if part is not None and 0 <= part <= of else None


def quad(value: Any, document: Picture) -> Box | None:
    """A box from 8 numbers, four [x, y] or four {x, y}; None when that is no box on this picture."""
    numbers = [number(part) for part in _flat(value)]
    points = (
        [(x, y) for x, y in batched(numbers, 2, strict=True) if x is not None and y is not None]
        if len(numbers) == 8
        else []
    )
    if len(points) != 4:
        return None
    first, second, third, fourth = points
    return within(document, max((first, second, third, fourth), (first, second, fourth, third), key=_area))


def upright(value: Any, document: Picture, names: tuple[str, str, str, str]) -> Box | None:
    """A box from an object with left, top, width and height under `names`; None when that is no box on this picture."""
    if not isinstance(value, dict):
        return None
    left, top, width, height = (number(value.get(name)) for name in names)
    if left is None or top is None or width is None or height is None:
        return None
    return within(document, rectangle(left, top, width, height))


def within(document: Picture, box: Box) -> Box | None:
    """The box, or None when it encloses nothing or lies outside of the picture."""
    slack = _SLACK * max(document.width, document.height)

    def near(point: Point) -> bool:
        x, y = point
        return -slack <= x <= document.width + slack and -slack <= y <= document.height + slack

    return box if all(map(near, box)) and _area(box) > 0 else None


def without_pictures(value: Any, names: Mapping[str, str]) -> Any:
    """`value` without the members called `names` and without any text that can only be an encoded picture."""
    if isinstance(value, dict):
        kept = ((name, part) for name, part in value.items() if name not in names and not _picture(part))
        return {name: without_pictures(part, names) for name, part in kept}
    if isinstance(value, list):
        return [without_pictures(part, names) for part in value if not _picture(part)]
    return value


def _picture(value: Any) -> bool:
    if not isinstance(value, str):
        return False
    announced = _DATA_URL.match(value)
    start, shortest = (announced.end(), _SHORTEST_IN_URL) if announced else (0, _SHORTEST)
    return len(value) - start >= shortest and _BASE64.fullmatch(value, start) is not None


def _flat(value: Any) -> Iterable[Any]:
    for part in value if isinstance(value, list) else []:
        if isinstance(part, dict):
            yield from (part.get("x"), part.get("y"))
        elif isinstance(part, list):
            yield from part
        else:
            yield part


def _area(box: Box) -> float:
    """Twice the area a quadrilateral encloses; less where its sides cross, which sorts out the order of corners."""
    return abs(sum(x * box[i - 3][1] - box[i - 3][0] * y for i, (x, y) in enumerate(box)))
