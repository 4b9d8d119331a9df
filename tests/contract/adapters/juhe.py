"""What the contract tests have to know of Juhe, from its document."""

from collections.abc import Iterator
from typing import Any

from ocr.platform.errors import UnexpectedResponse
from ocr.vendors.juhe import Captcha, Plate
from tests.support.adapters import BUSY, NOTHING, PAID_BUSY, REFUSED, Case, Recorded, Row

SECRET = {"captcha_key": "captcha-key", "plate_key": "plate-key"}
# The members of an answer that carry its code, and the codes of success.
CODES, SUCCESSES = ("error_code",), ("0",)
ONE_LEVEL = {"nested_code": (UnexpectedResponse, None)}
WRONG_KEYS: list[Case] = []

SYSTEM: dict[int, Row] = {
    10001: REFUSED,
    10002: REFUSED,
    10003: REFUSED,
    10004: REFUSED,
    10005: REFUSED,
    10007: REFUSED,
    10008: REFUSED,
    10009: REFUSED,
    10011: BUSY,
    10012: REFUSED,
    10013: REFUSED,
    10014: PAID_BUSY,
    10020: BUSY,
    10021: REFUSED,
}
CAPTCHA: dict[int, Row] = {
    271001: BUSY,
    271002: REFUSED,
    271003: NOTHING,
    271004: REFUSED,
    271005: REFUSED,
    271006: REFUSED,
    271007: BUSY,
    271008: NOTHING,
    271009: REFUSED,
}
PLATES: dict[int, Row] = {271101: BUSY, 271102: REFUSED, 271103: NOTHING, 271104: REFUSED}
PLATE = [
    ("车牌号", "粤TNT444"),
    ("车牌颜色", "蓝"),
    ("车牌颜色", "1"),
    ("车牌类型", "1"),
    ("整牌可信度", "79"),
    ("亮度评价", "98"),
    ("车牌运动方向", "0"),
    ("车牌位置(left_top_right_bottom)", "273_154_345_173"),
]


def captcha(res: Any) -> dict[str, Any]:
    return {"reason": "操作成功", "result": {"res": res, "orderid": "JH710122051710381190768496"}, "error_code": 0}


def plates(*rows: tuple[str, Any]) -> dict[str, Any]:
    res = [{"nID": None, "index": None, "desc": desc, "content": content} for desc, content in rows]
    return {"reason": "操作成功", "result": {"res": res, "orderid": "JH711122051814001466198152"}, "error_code": 0}


def refused(code: Any) -> dict[str, Any]:
    return {"resultcode": "100", "reason": "!!!", "result": None, "error_code": code}


ROWS = [
    (offer, refused(kind(code)), row, code)
    for kind in (int, str)
    for offer, table in ((Captcha(), CAPTCHA), (Plate(), PLATES))
    for code, row in (table | SYSTEM).items()
]
FORMATS = [(form, kind) for form in ("base64", "file") for kind in ("JPEG", "PNG", "BMP")]
CASES = [
    *(Case(Captcha(), {"codetype": "6001", "input": form}, faults=ONE_LEVEL) for form in ("base64", "file")),
    *(Case(Plate(), {"input": form}, kind=kind, faults=ONE_LEVEL) for form, kind in FORMATS),
]


def recorded(text: str) -> Iterator[Recorded]:
    """Answers as the vendor gives them, with this text where it may be."""
    yield Recorded(Captcha(), captcha(text), {"codetype": "2003"})
    yield Recorded(Captcha(), captcha("1,2|3,4"), {"codetype": "9102"})
    yield Recorded(Captcha(), captcha("23"), {"codetype": "6001"})
    yield Recorded(Plate(), plates(*PLATE, ("车牌号", text), *PLATE[1:]))
    yield Recorded(Plate(), {"resultcode": "101", "reason": text, "result": None, "error_code": 10001})
