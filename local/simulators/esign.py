"""eSign e签宝: general text (通用图片文字识别OCR, 2025-01-23), its sibling products, signatures and OAuth2 tokens."""

import base64
import hashlib
import hmac
import json
import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from threading import Lock
from typing import Any
from urllib.parse import parse_qsl

from pydantic import BaseModel, ConfigDict

from local.simulators import sight
from local.simulators.credentials import ESIGN
from local.simulators.desk import Order
from local.simulators.pictures import NotAPicture, NotBase64, Picture, decoded, opened
from local.simulators.wire import JSON, Body, Call, Code, Question, Refusal, Simulator

OCR = "/v2/identity/auth/api/ocr/"
TOKEN = "/v1/oauth2/access_token"
REFRESH = "/v1/oauth2/refresh_token"

FORMATS = frozenset({"JPEG", "PNG", "BMP"})
MEBIBYTE = 1024 * 1024
TIMESTAMP_WINDOW = 15 * 60  # seconds
TOKEN_LIFE = 120 * 60
TOKEN_GRACE = 5 * 60  # what is left to the previous token once there is a new one

MISSING, TOO_LARGE, NOT_READ = 30500100, 30500101, 30503127
ERRORS: Mapping[Code, str] = {
    MISSING: "缺少参数:image不能为空",
    TOO_LARGE: "参数错误:文件大小超出限制,最大1MB",
    NOT_READ: "OCR识别失败",
}
# One code, many meanings: only the message tells them apart.
GATEWAY = 401
GATEWAY_MESSAGES = (
    "缺少参数",
    "AUTHSTRATEGY_NOT_FOUND",
    "无效的应用",
    "TOKEN错误",
    "TOKEN_CANT_BE_NULL",
    "INVALID_TIMESTAMP",
    "INVALID_SIGNATURE",
    "UNAUTHORIZED",
)


@dataclass(frozen=True)
class Product:
    """One interface: the members of its body that carry pictures, others that it knows, and the picture's limit."""

    slug: str
    pictures: tuple[str, ...]
    others: tuple[str, ...] = ()
    largest: int = 3 * MEBIBYTE
    names: Mapping[str, str] | None = None  # our field → eSign's member, for answers that are fields


PRODUCTS = {
    "generalcharacters": Product("general_text", ("image",), ("requestId",), MEBIBYTE),
    "idcard": Product(
        "id_card",
        ("infoImg", "emblemImg"),
        names={
            "name": "name", "id_number": "idNo", "sex": "gender", "birth_date": "birthDay", "ethnicity": "nation",
            "address": "address", "valid_period": "validityPeriod", "issuing_authority": "issuedBy",
        },
    ),
    "bankcard": Product(
        "bank_card",
        ("img",),
        names={"card_number": "bankCardNo", "bank_name": "bankName", "card_type": "bankCardType"},
    ),
    "license": Product(
        "business_license",
        ("img",),
        names={
            "name": "name", "uscc": "certNo", "type": "type", "address": "address",
            "legal_representative": "legalRepName", "registered_capital": "capital",
            "establish_date": "establishDate", "business_term": "validTerm", "business_scope": "scope",
        },
    ),
    "drivinglicence": Product(
        "driving_license",
        ("image", "backImage"),
        ("requestId",),
        names={
            "license_number": "number", "name": "name", "sex": "sex", "nationality": "nationality",
            "address": "address", "birth_date": "birthday", "first_issue_date": "issueDate",
            "vehicle_class": "driveType", "file_number": "fileNumber", "record": "record",
        },
    ),
    "drivingPermit": Product(
        "vehicle_license",
        ("image", "backImage"),
        ("requestId",),
        names={
            "plate_number": "mainPlateNum", "vehicle_type": "carType", "owner": "owner", "address": "address",
            "use_character": "mainUserCharacter", "brand_model": "mainModel", "vin": "mainVin",
            "engine_number": "mainEngineNo", "register_date": "mainRegisterDate", "issue_date": "issueDate",
            "file_number": "fileNo", "approved_passengers": "approvedPassengers", "gross_mass_kg": "grossMass",
            "curb_mass_kg": "unladenMass", "approved_load_kg": "approvedLoad", "dimensions_mm": "dimension",
            "traction_mass_kg": "tractionMass", "remark": "remarks", "inspection_record": "inspectionRecord",
            "barcode_number": "codeNumber",
        },
    ),
}  # fmt: skip


class Settings(BaseModel):
    """polygons: whether `polygon` is filled or null. ahead: seconds that eSign's clock runs before ours."""

    model_config = ConfigDict(extra="forbid")

    polygons: bool = True
    ahead: float = 0


def content_md5(body: bytes) -> str:
    """The header Content-MD5: base64 of the 16 raw bytes, empty for no body."""
    return base64.b64encode(hashlib.md5(body).digest()).decode() if body else ""


def string_to_sign(call: Call) -> str:
    """METHOD, Accept, Content-MD5, Content-Type, Date, each with its newline; then the path with sorted query."""
    names = ("accept", "content-md5", "content-type", "date")
    pairs = sorted(parse_qsl(call.query, keep_blank_values=True))
    query = "&".join(f"{name}={value}" for name, value in pairs)
    path = f"{call.path}?{query}" if query else call.path
    return "\n".join([call.method, *(call.headers.get(name, "") for name in names), path])


def signature(text: str, secret: str) -> str:
    """base64 of HMAC-SHA256 over the string to sign."""
    return base64.b64encode(hmac.digest(secret.encode(), text.encode(), "sha256")).decode()


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
    code_key = "code"
    errors = ERRORS
    nested_default = NOT_READ

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
        return time.time() + self.desk.settings.ahead

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
        if call.headers.get("content-md5", "") not in ("", content_md5(call.body)):
            raise _gateway("INVALID_SIGNATURE", "Content-MD5 is not that of the body")
        expected = signature(string_to_sign(call), ESIGN["app_secret"])
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
            return _success(_general(question.readable[0], self.desk.settings.polygons))
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
    page = sight.page(picture)
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


def _item_polygon(page: sight.Page, line: sight.Line) -> dict[str, int]:
    """Where the line stands once the picture has been turned upright."""
    corners = [page.upright(point) for point in line.box]
    left, top = min(x for x, _ in corners), min(y for _, y in corners)
    right, bottom = max(x for x, _ in corners), max(y for _, y in corners)
    return {"x": round(left), "y": round(top), "width": round(right - left), "height": round(bottom - top)}


def _fields(question: Question) -> dict[str, str]:
    names = next(product.names for product in PRODUCTS.values() if product.slug == question.product) or {}
    found: dict[str, str] = {}
    for picture in question.readable:
        for entry in sight.entries(picture, question.product):
            if entry.field in names:
                found.setdefault(names[entry.field], entry.text)
    if not found:
        raise Refusal(NOT_READ)
    return {"verifyId": str(uuid.uuid4())} | {name: found.get(name, "") for name in names.values()}
