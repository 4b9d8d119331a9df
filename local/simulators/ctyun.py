"""CTyun 天翼云: general text, ID card and number plate (天翼云印刷文字识别 OCR 产品用户操作手册, 2020-10).

Both gateways answer: the manual's own, which checks `Sign`, and the newer one, which checks `Eop-Authorization`.
"""

import json
import re
import time
import uuid
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Literal

from local.simulators import reader, signatures, state
from local.simulators.calls import JSON, Body, Call, Code, Question, Refusal
from local.simulators.credentials import CTYUN, CTYUN_EOP
from local.simulators.pictures import FORMATS, NotAPicture, NotBase64, Picture, decoded, opened
from local.simulators.state import Order
from local.simulators.vendor import Simulator

MOST_PICTURES = 50
LARGEST = 10 * 1024 * 1024
SIDES = (32, 5000)  # pixels, both allowed
TIMESTAMP_WINDOW = 15 * 60  # seconds; the document gives none, an honest clock is well within

ERRORS: Mapping[Code, str] = {
    4001: "请求 JSON 处理异常",
    4002: "body 传入的不是字典",
    4003: "请求中未包 data 字段",
    4004: "data 字段图片数据不是 list 格式",
    4005: "图片 list 内图片数量为 0",
    4006: "图片 list 内图片数量超过 50 张",
    4007: "文件处理错误, 请联系管理员",
    4008: "base64 数据处理异常",
    4009: "请求文件格式不合法, 仅支持 jpeg/png/jpg/bmp 格式",
    4010: "单张图片大小超过 10M",
    4011: "图片尺寸不符合要求，分辨率长宽尺寸应不高于 5000 不低于 32",
    4012: "请求方法错误, 请使用 POST 请求",
    4013: "无效的请求路径, 请确保请求路径正确",
    5000: "OCR 服务接口异常, 请联系管理员",
}
# What the gateways before the OCR say of a bad signature. The manual lists neither.
UNAUTHORIZED = 401
EOP_BAD_SIGNATURE, EOP_BAD_KEY = "10009", "10002"
EOP_ERRORS: Mapping[Code, str] = {
    EOP_BAD_SIGNATURE: "ctyun-EOP: signature verification failed",
    EOP_BAD_KEY: "ctyun-EOP: invalid AK/SK",
}

PRODUCTS = {
    f"/v1/aiop/api/{CTYUN['general_code']}/ocrdetect/ocr/v1/image.json": "general_text",
    f"/v1/aiop/api/{CTYUN['idcard_code']}/IdentityCard/ocr/v1/idcard.json": "id_card",
    # The manual spells this path in two ways.
    f"/v1/aiop/api/{CTYUN['plate_code']}/driven-plate-ocr/platelicense.json": "license_plate",
    f"/v1/aiop/api/{CTYUN['plate_code']}/driven-plate-ocr/plateLicense.json": "license_plate",
}

PLATE_TYPES = {"blue": "蓝牌", "yellow": "黄牌", "white": "白牌", "black": "黑牌", "green": "绿牌"}

# Our field → the member of `detail`.
ID_CARD = {
    "name": "name", "sex": "sex", "ethnicity": "nation", "birth_date": "birthday", "id_number": "idn",
    "address": "addr", "issuing_authority": "org", "valid_period": "validperiod",
}  # fmt: skip
PORTRAIT_FIELDS = frozenset({"name", "sex", "nation", "birthday", "idn", "addr"})


class Settings(state.Settings):
    """How CTyun words its answers.

    envelope    the member that holds the results; None: as the gateway that was called has it
    plate_key   `platelicense` as in the manual's example, or `plate_license` as in its table
    errors_at   where what is wrong with a picture stands: in its own result, or at the root for the whole request
    ahead       seconds that CTyun's clock runs before ours
    """

    envelope: Literal["result", "returnObj"] | None = None
    plate_key: Literal["platelicense", "plate_license"] = "platelicense"
    errors_at: Literal["picture", "root"] = "picture"
    ahead: float = 0


class CTyun(Simulator[Settings]):
    name = "ctyun"
    secret = CTYUN
    code_key = "code"
    errors = ERRORS
    nested_default = 4007
    unauthorized = UNAUTHORIZED

    def __init__(self) -> None:
        super().__init__(Settings)

    def check(self, call: Call) -> Question:
        if call.method != "POST":
            raise Refusal(4012, f"{call.method} instead of POST")
        product = PRODUCTS.get(call.path)
        if product is None:
            raise Refusal(4013, f"no such path: {call.path}")
        if call.media_type != JSON:
            raise Refusal(violation=f"Content-Type is {JSON}, not {call.media_type or 'missing'}")
        eop = "eop-authorization" in call.headers
        if eop:
            _check_eop(call)
        else:
            self._check_sign(call)
        if call.query:
            raise Refusal(violation="parameters in the URL: the document has them in the body")
        pictures = _pictures(call.body)
        if self.state.settings.errors_at == "root":
            _raise_first(pictures)
        return Question(product, pictures, options={"gateway": "eop" if eop else "legacy"})

    def _check_sign(self, call: Call) -> None:
        given = {name: call.headers.get(name, "") for name in ("sign", "timestamp", "appkey")}
        for name, value in given.items():
            if not value:
                raise Refusal(UNAUTHORIZED, f"no {name}", "missing header")
        if not re.fullmatch(r"\d{13}", given["timestamp"]):
            raise Refusal(UNAUTHORIZED, "the timestamp is not 13 digits of milliseconds", "bad timestamp")
        if abs(int(given["timestamp"]) / 1000 - time.time() - self.state.settings.ahead) > TIMESTAMP_WINDOW:
            raise Refusal(UNAUTHORIZED, message="timestamp expired")
        if given["appkey"] != CTYUN["app_key"]:
            raise Refusal(UNAUTHORIZED, message="unknown AppKey")
        expected = signatures.ctyun(CTYUN["app_key"], CTYUN["app_secret"], given["timestamp"], call.path, call.body)
        if given["sign"] != expected:
            raise Refusal(UNAUTHORIZED, "the signature is not that of the request", "bad Sign")

    def answer(self, question: Question) -> Body:
        return self._envelope(question, [self._result(question.product, picture) for picture in question.pictures])

    def _envelope(self, question: Question, results: list[Body]) -> Body:
        failed = sum("err_code" in result for result in results)
        usual = "returnObj" if question.options["gateway"] == "eop" else "result"
        return {
            "code": 0,
            "message": {"success": len(results) - failed, "fail": failed},
            self.state.settings.envelope or usual: results,
        }

    def _result(self, product: str, picture: Picture | Refusal) -> Body:
        if isinstance(picture, Refusal):
            assert picture.code is not None
            return _failed(picture.code)
        match product:
            case "general_text":
                return _general(picture)
            case "id_card":
                return _id_card(picture)
        return self._plates(picture)

    def _plates(self, picture: Picture) -> Body:
        detail = [
            {
                "box": [[round(x), round(y)] for x, y in plate.box],
                "plate_type": PLATE_TYPES.get(plate.colour, "未知"),
                self.state.settings.plate_key: f"{plate.text[:1]} {plate.text[1:]}",
                "confidence": round(plate.confidence, 4),
            }
            for plate in reader.plates(picture)
        ]
        return {"number of plate licenses": len(detail), "detail": detail}

    def shortened(self, body: Body) -> Body:
        return {name: value[:-1] if isinstance(value, list) else value for name, value in body.items()}

    def error(self, code: Code, message: str | None, question: Question | None) -> tuple[Body, int]:
        if code in EOP_ERRORS:
            return _eop_error(str(code)), HTTPStatus.FORBIDDEN
        status = HTTPStatus.UNAUTHORIZED if code == UNAUTHORIZED else HTTPStatus.OK
        return {"code": code, "message": "error", "details": message or self.errors.get(code, "未知错误")}, status

    def nested(self, code: Code, order: Order, question: Question) -> Body:
        """One picture of the batch (all of them, when the order names none) fails with `code`."""
        results = [
            _failed(code) if order.picture in (None, number) else self._result(question.product, picture)
            for number, picture in enumerate(question.pictures)
        ]
        return self._envelope(question, results)


def _check_eop(call: Call) -> None:
    for name in ("appkey", "ctyun-eop-request-id", "eop-date"):
        if name not in call.headers:
            raise Refusal(EOP_BAD_SIGNATURE, f"no {name}")
    if call.headers["appkey"] != CTYUN["app_key"]:
        raise Refusal(EOP_BAD_KEY)
    date = call.headers["eop-date"]
    if not re.fullmatch(r"\d{8}T\d{6}Z", date):
        raise Refusal(EOP_BAD_SIGNATURE, "eop-date is not yyyymmddTHHMMSSZ")
    text = signatures.eop_string(call.headers, call.query, call.body)
    proof = signatures.eop(text, CTYUN_EOP["ak"], CTYUN_EOP["sk"], date)
    names = "Headers=appkey;ctyun-eop-request-id;eop-date"
    if call.headers["eop-authorization"] != f"{CTYUN_EOP['ak']} {names} Signature={proof}":
        raise Refusal(EOP_BAD_SIGNATURE, "the signature is not that of the request")


def _pictures(body: bytes) -> list[Picture | Refusal]:
    try:
        request = json.loads(body)
    except ValueError as fault:
        raise Refusal(4001, "the body is not JSON") from fault
    if not isinstance(request, dict):
        raise Refusal(4002, "the body is not an object")
    if "data" not in request:
        raise Refusal(4003, "no data in the body")
    if unknown := request.keys() - {"data"}:
        raise Refusal(violation=f"unknown parameter {min(unknown)!r}")
    if not isinstance(request["data"], list):
        raise Refusal(4004, "data is not a list")
    if not request["data"]:
        raise Refusal(4005, "data is empty")
    if len(request["data"]) > MOST_PICTURES:
        raise Refusal(4006, f"{len(request['data'])} pictures, over {MOST_PICTURES}")
    return [_picture(text) for text in request["data"]]


def _picture(text: Any) -> Picture | Refusal:
    if not isinstance(text, str):
        return Refusal(4008, "an element of data is not a string")
    try:
        content = decoded(text)
        if len(content) > LARGEST:
            return Refusal(4010, f"a picture has {len(content)} bytes, over {LARGEST}")
        picture = opened(content)
    except NotBase64 as fault:
        return Refusal(4008, str(fault))
    except NotAPicture as fault:
        return Refusal(4009, str(fault))
    if picture.format not in FORMATS:
        return Refusal(4009, f"a picture is {picture.format}")
    if not all(SIDES[0] <= side <= SIDES[1] for side in (picture.width, picture.height)):
        return Refusal(4011, f"a picture is {picture.width}×{picture.height} pixels")
    return picture


def _raise_first(pictures: list[Picture | Refusal]) -> None:
    for picture in pictures:
        if isinstance(picture, Refusal):
            raise picture


def _failed(code: Code) -> Body:
    return {"err_code": code, "err_msg": ERRORS.get(code, "未知错误")}


def _general(picture: Picture) -> Body:
    lines = reader.page(picture).lines
    detail = [
        {
            "name": str(number),
            "text": line.text,
            "box": [round(float(side), 10) for point in line.box for side in point],
        }
        for number, line in enumerate(lines)
    ]
    return {"text_line": len(detail), "detail": detail}


def _id_card(picture: Picture) -> Body:
    """Both the manual's table and its example call the side with the emblem the front."""
    found = {ID_CARD[entry.field]: entry.text for entry in reader.entries(picture, "id_card") if entry.field in ID_CARD}
    portrait = bool(PORTRAIT_FIELDS & found.keys())
    return {
        "note": "back" if portrait else "front",
        "detail": {name: found.get(name, "") for name in ID_CARD.values()},
        "idcard_face": picture.portrait() if portrait else "no face",
        "demo_image": "demo_image",
        "risk": "normal",
    }


def _eop_error(code: str) -> Body:
    return {
        "requestId": str(uuid.uuid4()),
        "error": code,
        "code": code,
        "message": EOP_ERRORS[code],
        "eopErrCode": code,
        "statusCode": f"CTAPI_{code}",
        "returnObj": {},
    }
