"""A stand-in for a vendor's host, on loopback: answers what a test says, remembers exactly what it was asked."""

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.parser import BytesParser
from email.policy import HTTP
from http.server import BaseHTTPRequestHandler
from typing import Any
from urllib.parse import parse_qs, urlsplit

from local.loopback import serving
from ocr.declare.offers import Offer, Outcome, VendorRequest
from ocr.model.answer import ReceivedAnswer
from ocr.model.picture import Picture, Upload
from ocr.model.reading import Reading
from ocr.platform.errors import OcrError
from tests.support.adapters import Card, adapters

SECRETS: dict[str, dict[str, str]] = {vendor: adapter.SECRET for vendor, adapter in adapters().items()}


@dataclass(frozen=True)
class Asked:
    """One request as it came off the wire."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes

    @property
    def form(self) -> dict[str, str]:
        assert self.headers["content-type"] == "application/x-www-form-urlencoded"
        return {name: value for name, [value] in parse_qs(self.body.decode(), strict_parsing=True).items()}

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def parts(self) -> dict[str, Any]:
        """The parts of a multipart body: text for members, (file name, content type, bytes) for files."""
        assert self.headers["content-type"].startswith("multipart/form-data; boundary=")
        head = b"Content-Type: " + self.headers["content-type"].encode() + b"\r\n\r\n"
        message = BytesParser(policy=HTTP).parsebytes(head + self.body)
        return {part.get_param("name", header="content-disposition"): _part(part) for part in message.iter_parts()}


def _part(part: Any) -> Any:
    content = part.get_payload(decode=True)
    return (part.get_filename(), part.get_content_type(), content) if part.get_filename() else content.decode()


@dataclass(frozen=True)
class Answered:
    """What the host answers: JSON-able, text or bytes."""

    body: Any
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def content(self) -> bytes:
        if isinstance(self.body, bytes):
            return self.body
        return self.body.encode() if isinstance(self.body, str) else json.dumps(self.body).encode()


class Host:
    """The stand-in: `answers` are given one after the other, the last one for ever."""

    def __init__(self) -> None:
        self.asked: list[Asked] = []
        self.answers: list[Answered] = []
        self.url = ""

    def says(self, *answers: Any) -> None:
        self.asked.clear()
        self.answers = [answer if isinstance(answer, Answered) else Answered(answer) for answer in answers]

    def answer(self, asked: Asked) -> Answered:
        self.asked.append(asked)
        return self.answers[min(len(self.asked), len(self.answers)) - 1]


@contextmanager
def host() -> Iterator[Host]:
    """A host that serves until the end of the block."""
    stand_in = Host()
    with serving(_handler(stand_in.answer)) as stand_in.url:
        yield stand_in


def _handler(answer: Callable[[Asked], Answered]) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = 1 << 16  # one packet an answer: two would wait for each other's acknowledgement

        def _handle(self) -> None:
            url = urlsplit(self.path)
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            headers = {name.lower(): value for name, value in self.headers.items()}
            query = {name: value for name, [value] in parse_qs(url.query, strict_parsing=bool(url.query)).items()}
            given = answer(Asked(self.command, url.path, query, headers, body))
            self.send_response_only(given.status)  # without a date of its own
            for name, value in {"Content-Type": "application/json", **given.headers}.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(given.content)))
            self.end_headers()
            self.wfile.write(given.content)

        do_GET = do_POST = _handle

    return Handler


def picture(content: bytes = b"\xff\xd8 a picture", width: int = 800, height: int = 600, **more: Any) -> Picture:
    """A document whose bytes nobody decodes; boxes of recorded answers lie within 800×600."""
    return Picture(content, more.pop("format", "JPEG"), width, height, **more)


def uploaded(content: bytes = b"\xff\xd8 a picture") -> Picture:
    return picture(content, upload=Upload("uploads", "uploads/id_card/a.jpg", "v1"))


def ask(
    offer: Offer,
    *documents: Picture,
    secret: Mapping[str, str] | None = None,
    wait_for_rate: Callable[[], None] = lambda: None,
    **options: str,
) -> list[Outcome]:
    """What the offer makes of the documents."""
    members = SECRETS[offer.vendor] if secret is None else secret
    return offer.read(VendorRequest("card", Card, documents or (picture(),), options, 5.0, members, wait_for_rate))


def reading(outcome: Outcome) -> Reading:
    assert isinstance(outcome, Reading), repr(outcome)
    return outcome


def error(outcome: Outcome) -> OcrError:
    assert isinstance(outcome, OcrError), repr(outcome)
    return outcome


def kept(outcome: Outcome) -> Any:
    """What the answer says that an outcome keeps."""
    assert isinstance(outcome.raw, ReceivedAnswer)
    return json.loads((outcome.raw.batch or outcome.raw).content)


def said(found: Any) -> dict[str, str]:
    """The texts of a finding by label."""
    return {item.label: item.text for item in found.items}
