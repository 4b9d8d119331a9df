"""What all simulators have in common: a call taken apart as raw bytes, an answer sent, broken off or withheld."""

import asyncio
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from http import HTTPMethod, HTTPStatus
from typing import Any, ClassVar
from urllib.parse import parse_qsl

from pydantic import BaseModel, ValidationError
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers, UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from local.simulators.desk import Desk, Order
from local.simulators.pictures import Picture

FORM = "application/x-www-form-urlencoded"
MULTIPART = "multipart/form-data"
JSON = "application/json"
BODILESS = frozenset({"hang", "http500", "http429", "garbage", "html", "empty"})  # nothing of the answer arrives
LARGEST_FIELD = 64 * 1024 * 1024

Code = int | str
Body = dict[str, Any]


@dataclass
class Refusal(Exception):
    """An answer that is an error.

    `violation` says what the sender did against the vendor's document; an error without one (a wrong key) is nobody's
    breach. Without a code, the document lists none for this: the answer is then one that no adapter can take for a
    vendor's.
    """

    code: Code | None = None
    violation: str | None = None
    message: str | None = None


@dataclass(frozen=True)
class Part:
    """One member of a form. `filename` is None for a plain text field."""

    name: str
    content: bytes = field(repr=False)
    filename: str | None = None

    @property
    def text(self) -> str:
        return self.content.decode(errors="replace")


@dataclass(frozen=True)
class Call:
    """One request, its body untouched. `multipart` is None unless the body is multipart and parses."""

    method: str
    path: str
    query: str
    headers: Headers
    body: bytes = field(repr=False)
    multipart: Sequence[Part] | None = field(default=None, repr=False)

    @property
    def media_type(self) -> str:
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()

    def form(self) -> list[Part]:
        """The members of a URL-encoded or multipart form; raises Refusal where the body is neither."""
        if self.media_type == FORM:
            try:
                pairs = parse_qsl(self.body.decode("ascii"), keep_blank_values=True, strict_parsing=bool(self.body))
            except ValueError as fault:
                raise Refusal(violation="the body is not URL-encoded") from fault
            return [Part(name, value.encode()) for name, value in pairs]
        if self.multipart is None:
            raise Refusal(violation=f"the body is no form: {self.media_type or 'no content type'}")
        return list(self.multipart)


@dataclass(frozen=True)
class Question:
    """A call that passed the checks: what is asked about which pictures, and what each of them costs.

    A picture of a batch that cannot be read stands there as its refusal.
    """

    product: str
    pictures: Sequence[Picture | Refusal] = ()
    units: float = 1
    options: Mapping[str, Any] = field(default_factory=dict)

    @property
    def readable(self) -> list[Picture]:
        return [picture for picture in self.pictures if isinstance(picture, Picture)]

    def facts(self) -> dict[str, Any]:
        pictures = [picture.facts() for picture in self.readable]
        return {"product": self.product, "pictures": pictures, "options": dict(self.options)}


class Simulator[S: BaseModel]:
    """One vendor: how it checks a call, what it answers, how it words an error.

    code_key        the member of an answer that carries its code
    errors          its tables: code → message
    maybe_charged   codes that its document warns may have been charged
    nested_default  the code that `nested_code` tells when the order names none
    """

    name: ClassVar[str]
    code_key: ClassVar[str]
    errors: ClassVar[Mapping[Code, str]]
    maybe_charged: ClassVar[frozenset[Code]] = frozenset()
    nested_default: ClassVar[Code]

    def __init__(self, settings: type[S]) -> None:
        self.desk = Desk(settings)

    def check(self, call: Call) -> Question:
        """What is asked; raises Refusal for what the vendor would not take."""
        raise NotImplementedError

    def answer(self, question: Question) -> Body:
        """The truth about the pictures; raises Refusal where the vendor has a code for finding nothing."""
        raise NotImplementedError

    def error(self, code: Code, message: str | None, question: Question | None) -> tuple[Body, int]:
        """The vendor's wording of an error, and the HTTP status that it comes with."""
        raise NotImplementedError

    def nested(self, code: Code, order: Order, question: Question) -> Body:
        """An answer that says success at its root and carries `code` further down."""
        raise NotImplementedError

    def orderable(self, path: str) -> bool:
        """Whether orders without a path of their own are about this path."""
        return True

    def reset(self) -> None:
        self.desk.reset()

    def respond(self, call: Call) -> Response:
        """The whole of one call: check, read, count, answer."""
        facts: dict[str, Any] = {"method": call.method, "path": call.path, "media_type": call.media_type}
        try:
            question = self.check(call)
        except Refusal as refusal:
            self.desk.called(call.path, facts)
            return self._refused(call, refusal)
        self.desk.called(call.path, facts | question.facts())
        order = self.desk.order(call.path) if self.orderable(call.path) else Order()
        return self._ordered(call, question, order)

    def _ordered(self, call: Call, question: Question, order: Order) -> Response:
        for picture in question.pictures:
            if isinstance(picture, Refusal) and picture.violation:
                self.desk.violation(call.path, picture.violation)
        try:
            body, status = self._body(order, question)
        except Refusal as refusal:
            return self._refused(call, refusal, question, order)
        if order.charges(maybe=order.code in self.maybe_charged):
            paid = [picture for number, picture in enumerate(question.pictures) if number != order.picture]
            self.desk.charge(question.product, (one for one in paid if isinstance(one, Picture)), question.units)
        return faulty(order, body, order.status or status, self.code_key)

    def _body(self, order: Order, question: Question) -> tuple[Body, int]:
        if order.fault in BODILESS:
            return {}, HTTPStatus.OK
        if order.fault == "nested_code" or order.picture is not None:
            code = self.nested_default if order.code is None else order.code
            return self.nested(code, order, question), HTTPStatus.OK
        if order.code is not None:
            return self.error(order.code, order.message, question)
        return self.answer(question), HTTPStatus.OK

    def _refused(
        self, call: Call, refusal: Refusal, question: Question | None = None, order: Order | None = None
    ) -> Response:
        if refusal.violation:
            self.desk.violation(call.path, refusal.violation)
        if refusal.code is None:
            return JSONResponse({"simulator": refusal.violation}, HTTPStatus.BAD_REQUEST)
        body, status = self.error(refusal.code, refusal.message, question)
        return faulty(order or Order(), body, status, self.code_key)


def only(parts: Iterable[Part], allowed: Iterable[str]) -> dict[str, Part]:
    """The form by name; raises Refusal for a name that the document does not have or that comes twice."""
    found: dict[str, Part] = {}
    for part in parts:
        if part.name not in allowed:
            raise Refusal(violation=f"unknown parameter {part.name!r}")
        if part.name in found:
            raise Refusal(violation=f"parameter {part.name!r} comes twice")
        found[part.name] = part
    return found


# ---- the way back -----------------------------------------------------------------------------------------------


class Slow(Response):
    """An answer that comes late."""

    def __init__(self, answer: Response, seconds: float) -> None:
        super().__init__()
        self.answer, self.seconds = answer, seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await asyncio.sleep(self.seconds)
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
        case "html":
            return HTMLResponse("<!DOCTYPE html><html><body><h1>502 Bad Gateway</h1></body></html>", status)
        case "empty":
            return Response(b"", status, media_type=JSON)
        case "hang":
            return Hang()
    content = json.dumps(_bent(order, body, code_key), ensure_ascii=False).encode()
    match order.fault:
        case "truncated":
            return Response(content[: len(content) // 2], status, media_type=JSON)
        case "cut":
            return Cut(content, status, media_type=JSON)
        case "slow":
            return Slow(Response(content, status, media_type=JSON), order.seconds)
    return Response(content, status, media_type=JSON)


def _bent(order: Order, body: Body, code_key: str) -> Body:
    match order.fault:
        case "string_code":
            code = body[code_key]
            return body | {code_key: int(code) if isinstance(code, str) else str(code)}
        case "missing_code":
            return {name: value for name, value in body.items() if name != code_key}
        case "wrong_types":
            return {name: value if name == code_key else _of_another_type(value) for name, value in body.items()}
    return body


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


# ---- the server's side ------------------------------------------------------------------------------------------


def application[S: BaseModel](simulator: Simulator[S]) -> Starlette:
    """The simulator as a web application; `/_control` is its only path that the vendor does not have."""

    async def control(request: Request) -> Response:
        match request.method:
            case HTTPMethod.PUT:
                return _instructed(simulator, await request.body())
            case HTTPMethod.DELETE:
                simulator.reset()
        return JSONResponse(simulator.desk.report())

    async def speak(request: Request) -> Response:
        return await run_in_threadpool(simulator.respond, await _call(request))

    methods = ["GET", "PUT", "DELETE"]
    anything = ["GET", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "HEAD"]
    return Starlette(
        routes=[Route("/_control", control, methods=methods), Route("/{path:path}", speak, methods=anything)]
    )


class _Instructions(BaseModel):
    orders: list[Order] = []
    settings: dict[str, Any] = {}


def _instructed[S: BaseModel](simulator: Simulator[S], body: bytes) -> Response:
    """Take an order, or `{"orders": […], "settings": {…}}`."""
    try:
        told = json.loads(body)
        if not {"orders", "settings"} & told.keys():
            told = {"orders": [told]}
        instructions = _Instructions.model_validate(told)
        simulator.desk.instruct(instructions.orders, instructions.settings)
    except (ValueError, AttributeError, ValidationError) as fault:
        return JSONResponse({"error": str(fault)}, HTTPStatus.BAD_REQUEST)
    return JSONResponse(simulator.desk.report())


async def _call(request: Request) -> Call:
    body = await request.body()
    call = Call(request.method, request.url.path, request.url.query, request.headers, body)
    if call.media_type != MULTIPART:
        return call
    return Call(call.method, call.path, call.query, call.headers, body, await _multipart(request))


async def _multipart(request: Request) -> list[Part] | None:
    try:
        async with request.form(max_part_size=LARGEST_FIELD) as form:
            return [
                Part(name, await value.read(), value.filename or "")
                if isinstance(value, UploadFile)
                else Part(name, value.encode())
                for name, value in form.multi_items()
            ]
    except (HTTPException, KeyError, AssertionError):  # no boundary, or a body that does not keep to it
        return None
