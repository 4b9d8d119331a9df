"""Juhe 聚合数据: captchas (验证码OCR识别, 2024-11-21) and number plates (车牌号OCR识别, 2023-11-29).

Each comes as base64 in a form, or as a file.
"""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from local.simulators import reader
from local.simulators.calls import FORM, MULTIPART, Body, Call, Code, Part, Question, Refusal, only
from local.simulators.credentials import JUHE
from local.simulators.pictures import FORMATS as USUAL
from local.simulators.pictures import NotAPicture, NotBase64, Picture, decoded, opened
from local.simulators.state import Order, Settings
from local.simulators.vendor import Simulator

LARGEST = 1024 * 1024  # bytes of the picture itself
# The document names none; captchas that move are GIFs.
FORMATS = {"captcha": USUAL | {"GIF"}, "license_plate": USUAL}

UNITS = {
    1101: 10, 1004: 10, 1005: 12, 1006: 15,
    2001: 10, 2002: 20, 2003: 30, 2004: 40, 2005: 50,
    3004: 10, 3005: 12, 3006: 15,
    4004: 10, 4005: 12, 4006: 15,
    5108: 22, 5211: 30,
    6001: 15, 6003: 25, 6002: 15, 6004: 15,
    9101: 15, 9102: 22, 9202: 40, 9103: 20, 9004: 25,
}  # fmt: skip

CAPTCHA_ERRORS: Mapping[Code, str] = {
    271001: "网络错误",
    271002: "pic参数不可为空",
    271003: "图片无法被识别",
    271004: "不是有效的图片文件",
    271005: "base64字符解析异常",
    271006: "文件超大1024k",
    271007: "上传图片出错",
    271008: "识别错误",
    271009: "codetype输入错误",
}
PLATE_ERRORS: Mapping[Code, str] = {
    271101: "网络错误",
    271102: "file参数不可为空",
    271103: "识别失败",
    271104: "只支持POST方法",
}
SYSTEM_ERRORS: Mapping[Code, str] = {
    10001: "错误的请求KEY",
    10002: "该KEY无请求权限",
    10003: "KEY过期",
    10004: "错误的OPENID",
    10005: "应用未审核超时，请提交认证",
    10007: "未知的请求源",
    10008: "被禁止的IP",
    10009: "被禁止的KEY",
    10011: "当前IP请求超过限制",
    10012: "请求超过次数限制",
    10013: "测试KEY超过请求限制",
    10014: "系统内部异常(调用充值类业务时，请务必联系客服或通过订单查询接口检测订单，避免造成损失)",
    10020: "接口维护",
    10021: "接口停用",
}

# The engine's colour → 车牌颜色 as text, as code, and the 车牌类型 that plates of this colour mostly are.
COLOURS = {
    "blue": ("蓝", 1, 1),
    "yellow": ("黄", 2, 3),
    "white": ("白", 3, 5),
    "black": ("黑", 4, 2),
    "green": ("绿", 5, 17),
    "yellow_green": ("黄绿", 6, 18),
}
UNKNOWN_COLOUR = ("未知", 0, 0)


@dataclass(frozen=True)
class Interface:
    """One data id that Juhe sells: its parameters and the codes for what is wrong with the picture."""

    product: str
    key: str
    picture: str
    parameters: frozenset[str]
    missing: int
    base64: int
    invalid: int
    oversize: int
    nothing: int


CAPTCHA = Interface(
    "captcha", JUHE["captcha_key"], "pic", frozenset({"key", "codetype", "pic"}), 271002, 271005, 271004, 271006, 271003
)
# The plate's table has one code for every picture that it cannot use.
PLATE = Interface(
    "license_plate", JUHE["plate_key"], "file", frozenset({"key", "file"}), 271102, 271103, 271103, 271103, 271103
)
PATHS = {
    "/verify_yzm_img/query": (CAPTCHA, FORM),
    "/verify_yzm_img/verify": (CAPTCHA, MULTIPART),
    "/verify_carlicense/query": (PLATE, FORM),
    "/verify_carlicense/verify": (PLATE, MULTIPART),
}


class Juhe(Simulator[Settings]):
    name = "juhe"
    secret = JUHE
    code_key = "error_code"
    errors = {**CAPTCHA_ERRORS, **PLATE_ERRORS, **SYSTEM_ERRORS}
    maybe_charged = frozenset({10014})
    nested_default = 10014
    unauthorized = 10001

    def __init__(self) -> None:
        super().__init__(Settings)

    def check(self, call: Call) -> Question:
        if call.path not in PATHS:
            raise Refusal(violation=f"no such interface: {call.path}")
        interface, media_type = PATHS[call.path]
        if call.method != "POST":
            raise Refusal(271104 if interface is PLATE else None, f"{call.method} instead of POST")
        if call.query:
            raise Refusal(violation="parameters in the URL: the document has them in the body")
        if call.media_type != media_type:
            raise Refusal(violation=f"{call.path} takes {media_type}, not {call.media_type or 'nothing'}")
        form = only(call.form(), interface.parameters)
        _check_key(interface, form)
        options, units = _codetype(form) if interface is CAPTCHA else ({}, 1)
        source = "base64" if media_type == FORM else "file"
        return Question(interface.product, [_picture(interface, form, media_type)], units, options, source)

    def answer(self, question: Question) -> Body:
        [picture] = question.readable
        found = _captcha(picture) if question.product == "captcha" else _plate(picture)
        return {"reason": "操作成功", "result": {"res": found, "orderid": _order_id()}, "error_code": 0}

    def error(self, code: Code, message: str | None, question: Question | None) -> tuple[Body, int]:
        reason = message or self.errors.get(code, "未知错误")
        body: Body = {"reason": reason, "result": None, "error_code": code}
        system = {"resultcode": f"1{str(code)[-2:]}"} if code in SYSTEM_ERRORS else {}
        return system | body, HTTPStatus.OK

    def nested(self, code: Code, order: Order, question: Question) -> Body:
        inner, _ = self.error(code, order.message, question)
        return {"reason": "操作成功", "result": inner, "error_code": 0}


def _check_key(interface: Interface, form: dict[str, Part]) -> None:
    given = form["key"].text if "key" in form else ""
    if not given:
        raise Refusal(10001, "no key")
    if given != interface.key:
        raise Refusal(10002 if given in JUHE.values() else 10001)


def _codetype(form: dict[str, Part]) -> tuple[dict[str, Any], int]:
    given = form["codetype"].text if "codetype" in form else ""
    if not given.isdecimal() or int(given) not in UNITS:
        raise Refusal(271009, f"codetype {given!r} is not in the table")
    return {"codetype": int(given)}, UNITS[int(given)]


def _picture(interface: Interface, form: dict[str, Part], media_type: str) -> Picture:
    part = form.get(interface.picture)
    if part is None or not part.content:
        raise Refusal(interface.missing, f"{interface.picture} is missing or empty")
    if media_type == MULTIPART and part.filename is None:
        raise Refusal(interface.missing, f"{interface.picture} is a text field, not a file")
    try:
        content = part.content if media_type == MULTIPART else decoded(part.text)
        if len(content) > LARGEST:
            raise Refusal(interface.oversize, f"the picture has {len(content)} bytes, over {LARGEST}")
        picture = opened(content)
    except NotBase64 as fault:
        raise Refusal(interface.base64, str(fault)) from fault
    except NotAPicture as fault:
        raise Refusal(interface.invalid, str(fault)) from fault
    if picture.format not in FORMATS[interface.product]:
        raise Refusal(interface.invalid, f"the picture is {picture.format}")
    return picture


def _captcha(picture: Picture) -> str:
    if picture.answer is None:
        raise Refusal(CAPTCHA.nothing)
    return picture.answer


def _plate(picture: Picture) -> list[dict[str, str | None]]:
    plates = reader.plates(picture)
    if not plates:
        raise Refusal(PLATE.nothing)
    plate = plates[0]
    name, colour, kind = COLOURS.get(plate.colour, UNKNOWN_COLOUR)
    left, top, right, bottom = plate.frame
    rows = [
        ("车牌号", plate.text),
        ("车牌颜色", name),
        ("车牌颜色", str(colour)),
        ("车牌类型", str(kind)),
        ("整牌可信度", f"{plate.confidence * 100:.0f}"),
        ("亮度评价", str(reader.brightness(picture, plate))),
        ("车牌运动方向", "0"),
        ("车牌位置(left_top_right_bottom)", f"{left:.0f}_{top:.0f}_{right:.0f}_{bottom:.0f}"),
    ]
    return [{"nID": None, "index": None, "desc": desc, "content": content} for desc, content in rows]


def _order_id() -> str:
    return "JH7" + "".join(secrets.choice("0123456789") for _ in range(23))
