"""An API on a port of this machine that answers as a test says, and keeps what it was asked."""

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from local.loopback import serving as listening

KEY = "sesame"
# A product as the API describes it.
FIELDS = {"number": {"type": "string"}, "status": {"type": "string"}, "items": {"type": "array"}}
TICKET = {
    "product": "ticket",
    "name": "票",
    "category": "general",
    "vendors": ["first"],
    "offers": [
        {"vendor": "first", "price_units": "1 a picture", "formats": ["JPEG"], "bytes": 9, "bytes_counted": "raw"}
    ],
    "options": {"properties": {"mood": {"anyOf": [{"enum": ["good", "bad"]}, {"type": "null"}]}}},
    "schema": {
        "properties": {"document": {"anyOf": [{"$ref": "#/$defs/TicketFound"}, {"type": "null"}]}},
        "$defs": {
            "TicketFound": {"properties": {"fields": {"$ref": "#/$defs/Ticket"}}},
            "Ticket": {"properties": FIELDS},
        },
    },
}


@dataclass(frozen=True)
class Call:
    """One request as it came."""

    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def path(self) -> str:
        return urlsplit(self.target).path

    @property
    def query(self) -> dict[str, str]:
        return dict(parse_qsl(urlsplit(self.target).query))


@dataclass(frozen=True)
class Answer:
    """What is answered; None in place of one hangs up."""

    status: int
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)


Route = Callable[[Call], Answer | None]


@dataclass
class Gateway:
    """Routes by method and the beginning of the path, the first that fits; `calls` are those to the API itself."""

    url: str = ""
    routes: dict[str, Route] = field(default_factory=dict)
    calls: list[Call] = field(default_factory=list)

    def of(self, route: str) -> list[Call]:
        """The calls of one route."""
        return [call for call in self.calls if f"{call.method} {call.path}".startswith(route)]

    def answer(self, call: Call) -> Answer | None:
        self.calls.append(call)
        for route, answer_to in self.routes.items():
            if f"{call.method} {call.path}".startswith(route):
                return answer_to(call)
        kinds = {"products": "unknown_product", "records": "not_found"}
        return problem(404, kinds.get(call.path.split("/")[1], "unknown_path"))


def problem(status: int, kind: str, retry_after: str | None = None, **more: Any) -> Answer:
    """An RFC 9457 problem."""
    body = {"type": f"urn:ocr:problem:{kind}", "title": kind, "status": status, "detail": f"It is {kind}."}
    headers = {"Retry-After": retry_after} if retry_after else {}
    return Answer(status, body | {"advice": "Do better."} | more, headers)


@contextmanager
def serving(gateway: Gateway) -> Iterator[Gateway]:
    """The gateway on a free port, until the block ends."""

    class Handler(BaseHTTPRequestHandler):
        def do(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            answer = gateway.answer(Call(self.command, self.path, dict(self.headers), body))
            if answer is not None:
                self._send(answer)
            self.close_connection = True

        do_GET = do_POST = do_DELETE = do

        def _send(self, answer: Answer) -> None:
            self.send_response(answer.status)
            for name, value in answer.headers.items():
                self.send_header(name, value)
            self.end_headers()
            if answer.body is not None:
                self.wfile.write(
                    answer.body.encode() if isinstance(answer.body, str) else json.dumps(answer.body).encode()
                )

    with listening(Handler) as gateway.url:
        yield gateway
