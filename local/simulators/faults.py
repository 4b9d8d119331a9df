"""How an answer goes wrong on the wire: late, broken off, withheld, malformed, or not the vendor's at all."""

import asyncio
import json
from http import HTTPStatus
from typing import Any

from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.types import Receive, Scope, Send

from local.simulators.calls import JSON, Body
from local.simulators.state import Order
from local.simulators.wire import Wire

# Nothing of the answer arrives.
BODILESS = frozenset({"hang", "http500", "http429", "garbage", "maintenance", "redirect", "empty"})
# What a vendor's web server says in place of the vendor, with the status of success.
MAINTENANCE = "<!DOCTYPE html><html><body><h1>系统维护中</h1><p>请稍后再试。</p></body></html>"
LOGIN = "/login"
# How many entries the lists of a flooding answer have, at least.
FLOOD = 20_000


class Slow(Response):
    """An answer that comes late."""

    def __init__(self, answer: Response, seconds: float) -> None:
        super().__init__()
        self.answer, self.seconds = answer, seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await asyncio.sleep(self.seconds)
        await self.answer(scope, receive, send)


class Drip(Response):
    """An answer that arrives byte by byte, its head as well as its body."""

    def __init__(self, answer: Response, seconds: float) -> None:
        super().__init__()
        self.answer, self.seconds = answer, seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        wire: Wire = scope["state"]["wire"]
        wire.drip(self.seconds / len(self.answer.body))
        await self.answer(scope, receive, send)


class Hang(Response):
    """No answer: the connection stays open until the other side gives up."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        while (await receive())["type"] != "http.disconnect":
            pass


class Cut(Response):
    """An answer that announces its whole length and ends in the middle."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        half = bytes(self.body)[: len(self.body) // 2]
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        await send({"type": "http.response.body", "body": half, "more_body": True})


def faulty(order: Order, body: Body, status: int, code_key: str) -> Response:
    """The answer as `order` wants it on the wire."""
    match order.fault:
        case "http500":
            return Response("Internal Server Error", order.status or HTTPStatus.INTERNAL_SERVER_ERROR)
        case "http429":
            wait = {"Retry-After": f"{order.seconds:.0f}"}
            return Response("Too Many Requests", HTTPStatus.TOO_MANY_REQUESTS, wait)
        case "garbage":
            return Response(bytes(range(256)) * 4, status, media_type=JSON)
        case "maintenance":
            return HTMLResponse(MAINTENANCE, status)
        case "redirect":
            return RedirectResponse(LOGIN, HTTPStatus.FOUND)
        case "empty":
            return Response(b"", status, media_type=JSON)
        case "hang":
            return Hang()
    # Undeclared: the media type of JSON stands for UTF-8. GB 18030 has every letter, those of GBK in two bytes.
    encoding = "gb18030" if order.fault == "gbk" else "utf-8"
    content = json.dumps(_bent(order, body, code_key), ensure_ascii=False).encode(encoding, "replace")
    match order.fault:
        case "truncated":
            return Response(content[: len(content) // 2], status, media_type=JSON)
        case "cut":
            return Cut(content, status, media_type=JSON)
        case "slow":
            return Slow(Response(content, status, media_type=JSON), order.seconds)
        case "drip":
            return Drip(Response(content, status, media_type=JSON), order.seconds)
    return Response(content, status, media_type=JSON)


def _bent(order: Order, body: Body, code_key: str) -> Body:
    if order.misread:
        body = {name: value if name == code_key else _misread(value) for name, value in body.items()}
    match order.fault:
        case "string_code":
            code = body[code_key]
            return body | {code_key: int(code) if isinstance(code, str) else str(code)}
        case "missing_code":
            return {name: value for name, value in body.items() if name != code_key}
        case "flood":
            return {name: _flooded(value) for name, value in body.items()}
        case "wrong_types":
            return {name: value if name == code_key else _of_another_type(value) for name, value in body.items()}
    return body


def _misread(value: Any) -> Any:
    """The value with the last character of each text gone that has a digit in it."""
    match value:
        case dict():
            return {name: _misread(one) for name, one in value.items()}
        case list():
            return [_misread(one) for one in value]
        case str() if any(letter.isdigit() for letter in value):
            return value[:-1]
    return value


def _flooded(value: Any) -> Any:
    """The value with what stands in its lists told again and again."""
    match value:
        case dict():
            return {name: _flooded(one) for name, one in value.items()}
        case [_, *_]:
            return value * -(-FLOOD // len(value))
    return value


def _of_another_type(value: Any) -> Any:
    match value:
        case dict():
            return [_of_another_type(one) for one in value.values()]
        case list():
            return {str(number): _of_another_type(one) for number, one in enumerate(value)}
        case str():
            return [len(value)]
        case None:
            return 0
    return {"value": str(value)}
