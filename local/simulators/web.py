"""A simulated vendor as a web application."""

import json
from email.utils import formatdate
from http import HTTPMethod, HTTPStatus
from typing import Any

from pydantic import BaseModel, ValidationError
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from local.simulators.calls import MULTIPART, Call, Part
from local.simulators.state import Order, Settings
from local.simulators.vendor import Simulator

LARGEST_FIELD = 64 * 1024 * 1024


def application[S: Settings](simulator: Simulator[S]) -> Starlette:
    """The simulator as a web application; `/_control` is its only path that the vendor does not have."""

    async def control(request: Request) -> Response:
        match request.method:
            case HTTPMethod.PUT:
                return _instructed(simulator, await request.body())
            case HTTPMethod.DELETE:
                simulator.reset()
        return JSONResponse(simulator.state.report())

    async def speak(request: Request) -> Response:
        response = await run_in_threadpool(simulator.respond, await _call(request))
        response.headers["Date"] = formatdate(simulator.clock, usegmt=True)
        return response

    methods = ["GET", "PUT", "DELETE"]
    anything = ["GET", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "HEAD"]
    return Starlette(
        routes=[Route("/_control", control, methods=methods), Route("/{path:path}", speak, methods=anything)]
    )


class _Instructions(BaseModel):
    orders: list[Order] = []
    forget: bool = False
    settings: dict[str, Any] = {}


def _instructed[S: Settings](simulator: Simulator[S], body: bytes) -> Response:
    """Take an order, or `{"orders": […], "forget": …, "settings": {…}}`."""
    try:
        members = json.loads(body)
        if not _Instructions.model_fields.keys() & members.keys():
            members = {"orders": [members]}
        instructions = _Instructions.model_validate(members)
        simulator.state.instruct(instructions.orders, instructions.settings, forget=instructions.forget)
    except (ValueError, AttributeError, ValidationError) as fault:
        return JSONResponse({"error": str(fault)}, HTTPStatus.BAD_REQUEST)
    return JSONResponse(simulator.state.report())


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
