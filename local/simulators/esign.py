"""eSign e签宝: general text (通用图片文字识别OCR, 2025-01-23), its sibling products, signatures and OAuth2 tokens."""

import json
import time
import uuid
from collections.abc import Mapping
from http import HTTPStatus
from threading import Lock
from typing import Any
from urllib.parse import parse_qsl

from local.simulators import reader, signatures, state
from local.simulators.calls import JSON, Body, Call, Code, Question, Refusal
from local.simulators.credentials import ESIGN
from local.simulators.esign_tables import ERRORS, GATEWAY, MISSING, NOT_READ, PRODUCTS, TOO_LARGE, Product
from local.simulators.pictures import FORMATS, NotAPicture, NotBase64, Picture, decoded, opened
from local.simulators.state import Order
from local.simulators.vendor import Simulator

OCR = "/v2/identity/auth/api/ocr/"
TOKEN = "/v1/oauth2/access_token"
REFRESH = "/v1/oauth2/refresh_token"

TIMESTAMP_WINDOW = 15 * 60  # seconds
TOKEN_LIFE = 120 * 60
TOKEN_GRACE = 5 * 60  # what is left to the previous token once there is a new one


class Settings(state.Settings):
    """polygons: whether `polygon` is filled or null. ahead: seconds that eSign's clock runs before ours."""

    polygons: bool = True
    ahead: float = 0


class Tokens:
    """The OAuth2 tokens out there: a new one cuts the one before it to five minutes and ends all older ones."""

    def __init__(self) -> None:
        self._lock = Lock()
        self.reset()

    def reset(self) -> None:
        with self._lock:
            self._ends: dict[str, float] = {}  # token → second it ends, oldest first
            self._refresh: set[str] = set()

    def issue(self, now: float) -> dict[str, str]:
        token, refresh = f"token-{uuid.uuid4()}", f"refresh-{uuid.uuid4()}"
        with self._lock:
            kept = list(self._ends.items())[-1:]
            self._ends = {old: min(end, now + TOKEN_GRACE) for old, end in kept}
            self._ends[token] = now + TOKEN_LIFE
            self._refresh.add(refresh)
        ends = int((now + TOKEN_LIFE) * 1000)
        return {"expiresIn": str(ends), "token": token, "refreshToken": refresh}

    def lives(self, token: str, now: float) -> bool:
        with self._lock:
            return now < self._ends.get(token, 0)

    def refreshes(self, token: str) -> bool:
        with self._lock:
            return token in self._refresh


class ESign(Simulator[Settings]):
    name = "esign"
    secret = ESIGN
    code_key = "code"
    errors = ERRORS
    nested_default = NOT_READ
    unauthorized = GATEWAY

    def __init__(self) -> None:
        super().__init__(Settings)
        self.tokens = Tokens()

    def reset(self) -> None:
        super().reset()
        self.tokens.reset()

    def orderable(self, path: str) -> bool:
        # An order is meant for the reading, not for the token that is fetched on the way to it.
        return path.startswith(OCR)

    @property
    def now(self) -> float:
        return time.time() + self.state.settings.ahead

    def check(self, call: Call) -> Question:
        if call.path in (TOKEN, REFRESH):
            return self._token_question(call)
        product = PRODUCTS.get(call.path.removeprefix(OCR)) if call.path.startswith(OCR) else None
        if product is None:
            raise Refusal(violation=f"no such interface: {call.path}")
        if call.method != "POST":
            raise Refusal(violation=f"{call.method} instead of POST")
        self._authenticate(call)
        return _question(product, _body(call))

    def _token_question(self, call: Call) -> Question:
        given = dict(parse_qsl(call.query))
        refreshing = call.path == REFRESH
        proof = "refreshToken" if refreshing else "secret"
        if call.method != "GET" or given.keys() != {"appId", proof, "grantType"}:
            raise Refusal(violation=f"{call.path} is a GET with appId, {proof} and grantType")
        if given["grantType"] != ("refresh_token" if refreshing else "client_credentials"):
            raise Refusal(violation=f"grantType of {call.path}")
        known = self.tokens.refreshes(given[proof]) if refreshing else given[proof] == ESIGN["app_secret"]
        if given["appId"] != ESIGN["app_id"] or not known:
            raise _gateway("UNAUTHORIZED")
        return Question("token")

    def _authenticate(self, call: Call) -> None:
        app_id = call.headers.get("x-tsign-open-app-id", "")
        if not app_id:
            raise _gateway("缺少参数", "no X-Tsign-Open-App-Id")
        if app_id != ESIGN["app_id"]:
            raise _gateway("无效的应用")
        mode = call.headers.get("x-tsign-open-auth-mode")
        if mode is None:
            return self._check_token(call)
        if mode != "Signature":
            raise _gateway("AUTHSTRATEGY_NOT_FOUND", f"auth mode {mode!r}")
        return self._check_signature(call)

    def _check_token(self, call: Call) -> None:
        token = call.headers.get("x-tsign-open-token", "")
        if not token:
            raise _gateway("TOKEN_CANT_BE_NULL", "neither an auth mode nor a token")
        if not self.tokens.lives(token, self.now):
            raise _gateway("TOKEN错误")

    def _check_signature(self, call: Call) -> None:
        for name in ("accept", "x-tsign-open-ca-timestamp", "x-tsign-open-ca-signature"):
            if not call.headers.get(name):
                raise _gateway("缺少参数", f"no {name}")
        self._check_timestamp(call.headers["x-tsign-open-ca-timestamp"])
        if call.headers.get("content-md5", "") not in ("", signatures.content_md5(call.body)):
            raise _gateway("INVALID_SIGNATURE", "Content-MD5 is not that of the body")
        expected = signatures.esign(signatures.esign_string(call), ESIGN["app_secret"])
        if call.headers["x-tsign-open-ca-signature"] != expected:
            raise _gateway("INVALID_SIGNATURE", "the signature is not that of the request")

    def _check_timestamp(self, given: str) -> None:
        if not given.isdecimal() or len(given) != 13:
            raise _gateway("INVALID_TIMESTAMP", "the timestamp is not 13 digits of milliseconds")
        if abs(int(given) / 1000 - self.now) > TIMESTAMP_WINDOW:
            raise _gateway("INVALID_TIMESTAMP")

    def answer(self, question: Question) -> Body:
        if question.product == "token":
            return _success(self.tokens.issue(self.now))
        if question.product == "general_text":
            return _success(_general(question.readable[0], self.state.settings.polygons))
        return _success(_fields(question))

    def error(self, code: Code, message: str | None, question: Question | None) -> tuple[Body, int]:
        if code == GATEWAY:
            refused = {"success": False, "code": GATEWAY, "message": message or "INVALID_SIGNATURE"}
            return refused, HTTPStatus.UNAUTHORIZED
        return {"code": code, "message": message or self.errors.get(code, "系统错误"), "data": None}, HTTPStatus.OK

    def nested(self, code: Code, order: Order, question: Question) -> Body:
        inner, _ = self.error(code, order.message, question)
        return _success(inner)


def _gateway(message: str, violation: str | None = None) -> Refusal:
    return Refusal(GATEWAY, violation, message)


def _success(data: Mapping[str, Any]) -> Body:
    return {"code": 0, "message": "成功", "data": data}


def _body(call: Call) -> dict[str, Any]:
    if call.media_type != JSON or "charset=utf-8" not in call.headers["content-type"].lower():
        raise Refusal(violation="Content-Type is application/json;charset=UTF-8")
    if call.query:
        raise Refusal(violation="parameters in the URL: the document has them in the body")
    try:
        body = json.loads(call.body)
    except ValueError as fault:
        raise Refusal(violation="the body is not JSON") from fault
    if not isinstance(body, dict):
        raise Refusal(violation="the body is not an object")
    return body


def _question(product: Product, body: dict[str, Any]) -> Question:
    for name, value in body.items():
        if name not in (*product.pictures, *product.others):
            raise Refusal(violation=f"unknown parameter {name!r}")
        if not isinstance(value, str):
            raise Refusal(violation=f"{name} is not a string")
    sent = [body[name] for name in product.pictures if body.get(name)]
    if not sent or (product.slug != "id_card" and not body.get(product.pictures[0])):
        raise Refusal(MISSING, f"{product.pictures[0]} is missing or empty")
    options = {name: body[name] for name in product.others if name in body}
    return Question(product.slug, [_picture(text, product.largest) for text in sent], options=options)


def _picture(text: str, largest: int) -> Picture:
    try:
        content = decoded(text)
        if len(content) > largest:
            raise Refusal(TOO_LARGE, f"the picture has {len(content)} bytes, over {largest}")
        picture = opened(content)
    except (NotBase64, NotAPicture) as fault:
        raise Refusal(violation=str(fault)) from fault
    if picture.format not in FORMATS:
        raise Refusal(violation=f"the picture is {picture.format}")
    return picture


def _general(picture: Picture, polygons: bool) -> dict[str, Any]:
    page = reader.page(picture)
    return {
        "verifyId": str(uuid.uuid4()),
        "angle": float(page.angle if page.angle <= 180 else page.angle - 360),
        "textDetections": [
            {
                "advancedInfo": str(number),
                "detectedText": line.text,
                "itemPolygon": _item_polygon(page, line),
                "polygon": [{"x": round(x), "y": round(y)} for x, y in line.box] if polygons else None,
            }
            for number, line in enumerate(page.lines, start=1)
        ],
    }


def _item_polygon(page: reader.Page, line: reader.Line) -> dict[str, int]:
    """Where the line stands once the picture has been turned upright."""
    corners = [page.upright(point) for point in line.box]
    left, top = min(x for x, _ in corners), min(y for _, y in corners)
    right, bottom = max(x for x, _ in corners), max(y for _, y in corners)
    return {"x": round(left), "y": round(top), "width": round(right - left), "height": round(bottom - top)}


def _fields(question: Question) -> dict[str, str]:
    names = next(product.names for product in PRODUCTS.values() if product.slug == question.product) or {}
    found: dict[str, str] = {}
    for picture in question.readable:
        for entry in reader.entries(picture, question.product):
            if entry.field in names:
                found.setdefault(names[entry.field], entry.text)
    if not found:
        raise Refusal(NOT_READ)
    return {"verifyId": str(uuid.uuid4())} | {name: found.get(name, "") for name in names.values()}
