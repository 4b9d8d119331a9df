"""What the contract tests have to know of eSign, from its document."""

from collections.abc import Iterator
from typing import Any

from ocr.platform.errors import UnexpectedResponse
from ocr.vendors.esign import GeneralText
from tests.support.adapters import REFUSED, Case, Recorded, Row

SECRET = {"app_id": "7438000001", "app_secret": "0123456789abcdef0123456789abcdef"}
CODES, SUCCESSES = ("code",), ("0",)
WRONG_KEYS = [Case(GeneralText(), secret={"mode": "oauth2", "app_secret": "wrong"})]

ERRORS: dict[int, Row] = {30500100: REFUSED, 30500101: REFUSED}
GATEWAY = [
    "缺少参数",
    "AUTHSTRATEGY_NOT_FOUND",
    "无效的应用",
    "TOKEN错误",
    "TOKEN_CANT_BE_NULL",
    "INVALID_TIMESTAMP",
    "INVALID_SIGNATURE",
    "UNAUTHORIZED",
]
TEXT = "通用图片文字识别OCR"
POLYGON = [{"x": 37, "y": 34}, {"x": 404, "y": 34}, {"x": 404, "y": 70}, {"x": 37, "y": 70}]


def detection(text: Any = TEXT, **more: Any) -> dict[str, Any]:
    item = {"x": 37, "y": 34, "width": 368, "height": 37}
    return {"advancedInfo": "1", "detectedText": text, "itemPolygon": item, "polygon": POLYGON, **more}


def answer(*detections: dict[str, Any], **more: Any) -> dict[str, Any]:
    found = {"verifyId": "bfbaf02e-f63e-4b9d-8818-705bcc618d46", "angle": 0.0, "textDetections": list(detections)}
    return {"code": 0, "message": "成功", "data": {**found, **more}}


def turned_away(message: str, code: int | str = 401) -> dict[str, Any]:
    return {"success": False, "code": code, "message": message}


def failed(code: Any) -> dict[str, Any]:
    return {"code": code, "message": "m", "data": None}


ROWS = [
    *((GeneralText(), failed(kind(code)), row, code) for kind in (int, str) for code, row in ERRORS.items()),
    *((GeneralText(), turned_away(text, code), REFUSED, f"401/{text}") for code in (401, "401") for text in GATEWAY),
]
# Its answers have one level.
FAULTS = {"nested_code": (UnexpectedResponse, None)}
CASES = [
    Case(GeneralText(), faults=FAULTS),
    Case(GeneralText(), {"requestId": "订单-1"}),
    Case(GeneralText(), secret={"mode": "oauth2"}),
]


def recorded(text: str) -> Iterator[Recorded]:
    """Answers as the vendor gives them, with this text where it may be."""
    yield Recorded(GeneralText(), answer(detection(text), detection("b")))
    yield Recorded(GeneralText(), answer(detection(text, polygon=None), angle=90.0))
    yield Recorded(GeneralText(), turned_away("INVALID_SIGNATURE"))
