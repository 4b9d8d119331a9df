"""Juhe 聚合数据: captchas and licence plates, each with a key of its own.

Documents: 验证码OCR识别 (2024-11-21), 车牌号OCR识别 (2023-11-29). Both answer business errors with HTTP 200 and a code.
Older answers carry it as `resultcode` alone, which is the code less 9900: `101` for `10001`, `121` for `10021`.
"""

import base64
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field

from ocr.declare.offers import Limits, Member, Offer, VendorRequest
from ocr.model.check import Check
from ocr.model.picture import Picture
from ocr.model.reading import Box, ExtractedDocument, Item, Point, Reading, pointed, rectangle
from ocr.platform.errors import CallerError, ConfigurationError, NoResult, VendorRejected, VendorUnavailable
from ocr.platform.settings import settings
from ocr.vendors import transport
from ocr.vendors.parsing import (
    OnePicture,
    Row,
    Table,
    code_of,
    members,
    names_plate,
    number,
    parts,
    settle,
    share,
    text,
    trace,
    turned_away,
    unexplained,
    within,
)

VENDOR = "juhe"
URL = "https://apis.juhe.cn"
# The captcha's limit; the plate's document names none, so the same host is trusted with no more.
MAX_BYTES = 1024 * 1024
# The document names no formats. Captchas that move are common, and nothing is left of them once they are a JPEG.
CAPTCHA_FORMATS = frozenset({"JPEG", "PNG", "BMP", "GIF"})

# Each interface has a key of its own, in 个人中心 → 我的数据.
SECRET = (
    Member("captcha_key", "the key of 验证码OCR识别"),
    Member("plate_key", "the key of 车牌号OCR识别"),
)

# What an operator does before the first call, in words for the vendor's page.
SETUP = (
    "Each interface has a key of its own, in Juhe's 个人中心 → 我的数据.",
    "Juhe's codes `10007` and `10008` mean that the account is bound to other addresses than the call came from. "
    "Functions have no fixed address of their own. Run them in subnets behind a NAT that has one (`SubnetIds`), or "
    "send the calls through a proxy that has one, and name it in `VENDOR_URLS`: `juhe=https://ocr-proxy.example.com`.",
    "It charges by its own price units; what a captcha costs stands under codetypes.",
)

_KEY = "The operator has to look at this interface's key in Juhe's 个人中心."
_SYSTEM = {
    "10001": Row(VendorRejected, "The vendor does not know this system's key.", _KEY),
    "10002": Row(VendorRejected, "The key has no right to this interface.", _KEY),
    "10003": Row(VendorRejected, "The key has expired.", _KEY),
    "10004": Row(VendorRejected, "The vendor does not know this system's OPENID.", _KEY),
    "10005": Row(VendorRejected, "The account was not verified in time.", _KEY),
    "10007": Row(VendorRejected, "The vendor does not know where the request comes from.", _KEY),
    "10008": Row(VendorRejected, "The vendor bars this system's IP address.", _KEY),
    "10009": Row(VendorRejected, "The vendor bars this system's key.", _KEY),
    "10011": Row(VendorUnavailable, "This system's IP address calls too often.", retry_after=60, blames="nothing"),
    "10012": Row(VendorRejected, "The calls that were bought are used up.", _KEY),
    "10013": Row(VendorRejected, "The calls of a test key are used up.", _KEY),
    # Its document warns of loss and asks to check the order first: it may have been charged.
    "10014": Row(VendorUnavailable, "The vendor failed inside; the order may have been charged.", paid=True),
    "10020": Row(VendorUnavailable, "The interface is under maintenance.", retry_after=600),
    "10021": Row(
        VendorRejected, "The interface was shut down.", "The operator has to find another vendor for this product."
    ),
}
_CLEARER = "Send a clearer picture."
CAPTCHA_ERRORS = _SYSTEM | {
    "271001": Row(VendorUnavailable, "The vendor's own network failed."),
    "271002": turned_away("The vendor says that it got no picture; it was sent one."),
    "271003": Row(NoResult, "The vendor cannot read this captcha.", _CLEARER, paid=True),
    "271004": turned_away("The vendor says that this is no picture; it decodes whole.", "smaller"),
    "271005": turned_away("The vendor cannot decode the picture's base64."),
    "271006": turned_away("The vendor says that the picture is larger than 1024 KB; it is not.", "smaller"),
    "271007": Row(VendorUnavailable, "The picture did not reach the vendor's recognizer."),
    "271008": Row(NoResult, "The vendor failed to read this captcha.", _CLEARER, paid=True),
    "271009": turned_away("The vendor no longer knows this codetype of its document."),
}
PLATE_ERRORS = _SYSTEM | {
    "271101": Row(VendorUnavailable, "The vendor's own network failed."),
    "271102": turned_away("The vendor says that it got no picture; it was sent one."),
    "271103": Row(NoResult, "The vendor found no plate.", _CLEARER, paid=True),
    "271104": turned_away("The vendor takes POST only; it was sent one."),
}
# Older answers carry only `resultcode`: 101 for 10001, and so on.
_OLD_CODES = {str(int(code) - 9900): code for code in _SYSTEM}


@dataclass(frozen=True)
class Codetype:
    """A kind of captcha: what its document calls it, its price in Juhe's units a call, the kind of its answer, how many
    points that has.

    `seconds` is how long an answer may take; None: as long as most do. Questions are put to people.
    """

    meaning: str
    price: int
    kind: str
    points: tuple[int, int] = (0, 0)
    seconds: float | None = None


CODETYPES = {
    "1101": Codetype("1位英文数字", 10, "text"),
    "1004": Codetype("1~4位英文数字", 10, "text"),
    "1005": Codetype("1~5位英文数字", 12, "text"),
    "1006": Codetype("1~6位英文数字", 15, "text"),
    "2001": Codetype("1位纯汉字", 10, "text"),
    "2002": Codetype("1~2位纯汉字", 20, "text"),
    "2003": Codetype("1~3位纯汉字", 30, "text"),
    "2004": Codetype("1~4位纯汉字", 40, "text"),
    "2005": Codetype("1~5位纯汉字", 50, "text"),
    "3004": Codetype("1~4位纯英文", 10, "text"),
    "3005": Codetype("1~5位纯英文", 12, "text"),
    "3006": Codetype("1~6位纯英文", 15, "text"),
    "4004": Codetype("1~4位纯数字", 10, "text"),
    "4005": Codetype("1~5位纯数字", 12, "text"),
    "4006": Codetype("1~6位纯数字", 15, "text"),
    "5108": Codetype("8位英文数字(包含字符)", 22, "text"),
    "5211": Codetype("集装箱号 4位字母7位数字", 30, "container_number"),
    "6001": Codetype("计算题", 15, "number"),
    "6003": Codetype("复杂计算题", 25, "number", seconds=45),
    "6002": Codetype("选择题四选一(ABCD或1234)", 15, "choice", seconds=45),
    "6004": Codetype("问答题，智能问答题", 15, "text", seconds=45),
    "9101": Codetype("坐标选一", 15, "points", (1, 1)),
    "9102": Codetype("点击两个相同的字", 22, "points", (2, 2)),
    "9202": Codetype("点击两个相同的动物或物品", 40, "points", (2, 2)),
    "9103": Codetype("坐标多选，返回3个坐标", 20, "points", (3, 3)),
    "9004": Codetype("坐标多选，返回1~4个坐标", 25, "points", (1, 4)),
}
# What an answer looks like in NFKC, without spaces, in capitals. ISO 6346: owner, category, serial number, check digit.
_FORMS = {
    "number": re.compile(r"-?\d+(\.\d+)?"),
    "choice": re.compile(r"[A-D1-4]"),
    "container_number": re.compile(r"[A-Z]{4}\d{7}"),
}
# By the codetype's first digit the letters of its answer, by its last one how many there are at most.
_ALPHABETS = {"1": "[0-9A-Za-z]", "2": "[\u3400-\u9fff]", "3": "[A-Za-z]", "4": "[0-9]"}
_LETTERS = {"5108": re.compile("[!-~]{8}")}
# The document says `|` between points and shows spaces.
_BETWEEN_POINTS = re.compile(r"[|;\s]+")
_POINT = re.compile(r"\d{1,6}(\.\d{1,6})?,\d{1,6}(\.\d{1,6})?")

# The document's table 车牌颜色类型 decodes 车牌类型; 0 says that the type is unknown.
PLATE_TYPES = {
    "1": "蓝牌",
    "2": "黑牌",
    "3": "单排黄牌",
    "4": "双排黄牌（大车尾牌，农用车）",
    "5": "警车车牌",
    "6": "武警车牌",
    "7": "个性化车牌",
    "8": "单排军车",
    "9": "双排军车",
    "10": "使馆牌",
    "11": "香港牌",
    "12": "拖拉机",
    "13": "澳门牌",
    "14": "厂内牌",
    "15": "民航牌",
    "16": "领事馆车牌",
    "17": "新能源车牌-小型车",
    "18": "新能源车牌-大型车",
}
# Not in the document: the recognizer's own colour codes, as its public header gives them. 2 is black above, yellow
# here.
PLATE_COLORS = {"1": "蓝", "2": "黄", "3": "白", "4": "黑", "5": "绿", "6": "黄绿"}
DIRECTIONS = {"0": "unknown", "1": "left", "2": "right", "3": "up", "4": "down"}
_CODES = {"车牌颜色": PLATE_COLORS, "车牌类型": PLATE_TYPES}
_NUMBER, _CONFIDENCE, _DIRECTION, _PLACE = "车牌号", "整牌可信度", "车牌运动方向", "车牌位置"

Input = Annotated[Literal["base64", "file"], Field(description="how the picture travels")] | None
CodetypeName = Annotated[
    str,
    Field(
        pattern=f"^({'|'.join(CODETYPES)})$",
        description="the kind of captcha, Juhe's codetype, with its price units and the field of its answer: "
        + "; ".join(f"{code} {one.meaning} ({one.price}, {one.kind})" for code, one in CODETYPES.items()),
        json_schema_extra={"enum": list(CODETYPES)},
    ),
]


@dataclass(frozen=True)
class Captcha(OnePicture):
    """验证码OCR识别: the one finding's type is the kind of its answer.

    A text stands as given under `text`; a number, choice or container number stands under its kind's name as well when
    it has that form. Points stand under `points` only.
    """

    vendor: ClassVar[str] = VENDOR
    keys: ClassVar[tuple[str, ...]] = ("captcha_key",)
    members: ClassVar[tuple[Member, ...]] = SECRET
    limits: ClassVar[Limits] = Limits(bytes=MAX_BYTES, formats=CAPTCHA_FORMATS)
    options: ClassVar[Mapping[str, Any]] = {"codetype": CodetypeName, "input": Input}
    patience: ClassVar[float] = 20

    def units(self, options: Mapping[str, str]) -> float:
        """The price of the codetype; raises `ConfigurationError` for one that has none."""
        codetype = CODETYPES.get(options.get("codetype", ""))
        if codetype is None:
            raise ConfigurationError("This codetype has no price.")
        return codetype.price

    def needs(self, options: Mapping[str, str]) -> float:
        """The seconds that the codetype's answer may take."""
        codetype = CODETYPES.get(options.get("codetype", ""))
        return (codetype and codetype.seconds) or self.patience

    def price(self) -> str:
        """The range of prices over the codetypes."""
        prices = [codetype.price for codetype in CODETYPES.values()]
        return f"{min(prices):g}–{max(prices):g} a picture, by codetype"

    def send(self, request: VendorRequest, document: Picture, until: float) -> transport.Answer:
        if request.options.get("codetype") not in CODETYPES:
            raise CallerError(
                "The option codetype is missing or unknown.",
                "Send one of the documented codetypes.",
                kind="invalid_option",
            )
        form = {"key": request.secret["captcha_key"], "codetype": request.options["codetype"]}
        return _send("/verify_yzm_img", form, "pic", request, document, until)

    def understand(
        self, request: VendorRequest, document: Picture, answer: transport.Answer, body: dict[str, Any]
    ) -> Reading:
        result = _result(answer, body, CAPTCHA_ERRORS)
        codetype = CODETYPES[request.options["codetype"]]
        if result.get("res") is None or isinstance(result["res"], bool | dict | list):
            raise unexplained()
        answer_text = text(result["res"])
        items = list(_answered(codetype, answer_text, document))
        checks = list(_checks(request.options["codetype"], answer_text, items)) if items else []
        finding = ExtractedDocument(type=codetype.kind, items=items, checks=checks)
        return _reading(self, request, [finding])

    def call_id(self, body: dict[str, Any]) -> str | None:
        return _call_id(body)


@dataclass(frozen=True)
class Plate(OnePicture):
    """车牌号OCR识别: number, colour, type, confidence, brightness, direction and place, one finding a plate."""

    vendor: ClassVar[str] = VENDOR
    keys: ClassVar[tuple[str, ...]] = ("plate_key",)
    members: ClassVar[tuple[Member, ...]] = SECRET
    limits: ClassVar[Limits] = Limits(bytes=MAX_BYTES)
    options: ClassVar[Mapping[str, Any]] = {"input": Input}
    patience: ClassVar[float] = 15

    def send(self, request: VendorRequest, document: Picture, until: float) -> transport.Answer:
        return _send("/verify_carlicense", {"key": request.secret["plate_key"]}, "file", request, document, until)

    def understand(
        self, request: VendorRequest, document: Picture, answer: transport.Answer, body: dict[str, Any]
    ) -> Reading:
        result = _result(answer, body, PLATE_ERRORS)
        rows = [(text(row.get("desc")), text(row.get("content"))) for row in parts(result.get("res"))]
        if rows and not any(desc == _NUMBER for desc, _ in rows):
            raise unexplained()
        return _reading(self, request, [_plate(group, document) for group in _groups(rows)])

    def call_id(self, body: dict[str, Any]) -> str | None:
        return _call_id(body)


def _send(
    path: str, form: dict[str, str], name: str, request: VendorRequest, document: Picture, until: float
) -> transport.Answer:
    url = settings().url(VENDOR, URL) + path
    if request.options.get("input") == "file":
        file = (f"picture.{document.format.lower()}", document.content, document.media_type)
        return transport.send("POST", f"{url}/verify", until, data=form, files={name: file})
    picture = base64.b64encode(document.content).decode()
    return transport.send("POST", f"{url}/query", until, data=form | {name: picture})


def _result(answer: transport.Answer, body: dict[str, Any], errors: Table) -> dict[str, Any]:
    old = code_of(body.get("resultcode"))
    settle(answer, code_of(body.get("error_code")) or _OLD_CODES.get(old or "", f"resultcode_{old}"), errors)
    return members(body.get("result"))


def _reading(offer: Offer, request: VendorRequest, findings: list[ExtractedDocument]) -> Reading:
    return Reading(vendor=VENDOR, findings=findings, units=offer.units(request.options))


def _call_id(body: dict[str, Any]) -> str | None:
    """The order id, by which Juhe looks up what it charged for."""
    result = body.get("result")
    return trace(result.get("orderid")) if isinstance(result, dict) else None


def _answered(codetype: Codetype, answer: str, document: Picture) -> Iterator[Item]:
    if not answer:
        return
    if codetype.kind == "points":
        points = _points(codetype, answer)
        there = points and all(x <= document.width and y <= document.height for x, y in points)
        # What nobody can click on fills no field: it is kept under a label that is no field's.
        yield pointed("points", points) if there else Item(label="answer", text=answer)
        return
    yield Item(label="text", text=answer)
    plain = "".join(unicodedata.normalize("NFKC", answer).split()).upper()
    if codetype.kind in _FORMS and _FORMS[codetype.kind].fullmatch(plain):
        yield Item(label=codetype.kind, text=plain)


def _checks(codetype: str, answer: str, items: Sequence[Item]) -> Iterator[Check]:
    """Whether the answer is of the letters and the length that its codetype promises, and a container's digit right."""
    kind = CODETYPES[codetype].kind
    plain = "".join(unicodedata.normalize("NFKC", answer).split())
    if kind == "points":
        fits = items[0].label == kind
    else:
        form = _FORMS.get(kind) or _LETTERS.get(codetype) or re.compile(f"{_ALPHABETS.get(codetype[0], '.')}+")
        fits = form.fullmatch(plain.upper() if kind in _FORMS else plain) is not None
        fits = fits and (codetype[0] not in _ALPHABETS or len(plain) <= int(codetype[-1]))
    yield Check(
        name="codetype",
        fields=[kind if kind == "points" else "text"],
        outcome="passed" if fits else "failed",
        detail="" if fits else "The answer is not what its codetype promises.",
    )
    if kind == "container_number" and fits:
        right = plain.upper()[-1] == str(_iso_6346_digit(plain.upper()[:10]))
        detail = "" if right else "The check digit by ISO 6346 is another."
        yield Check(name="iso_6346", fields=[kind], outcome="passed" if right else "failed", detail=detail)


def _iso_6346_digit(number: str) -> int:
    """The check digit of a container number's first ten places: letters count from 10 on, leaving out 11, 22 and 33."""
    values = [int(place) if place.isdigit() else _ISO_6346[place] for place in number]
    return sum(value << place for place, value in enumerate(values)) % 11 % 10


_ISO_6346 = dict(zip("ABCDEFGHIJKLMNOPQRSTUVWXYZ", (n for n in range(10, 39) if n % 11), strict=True))


def _points(codetype: Codetype, answer: str) -> list[Point]:
    """The points in an answer; an empty list where they are not as many as the codetype promises, or none at all."""
    plain = re.sub(r"\s*,\s*", ",", unicodedata.normalize("NFKC", answer))
    points = _BETWEEN_POINTS.sub(" ", plain).split()
    fewest, most = codetype.points
    if not fewest <= len(points) <= most or not all(map(_POINT.fullmatch, points)):
        return []
    return [(float(x), float(y)) for x, y in (point.split(",") for point in points)]


Rows = Sequence[tuple[str, str]]


def _groups(rows: Rows) -> Iterator[Rows]:
    """Each plate's rows, which begin with what the first plate's do: its number, as a rule."""
    numbers = [at for at, (desc, _) in enumerate(rows) if desc == _NUMBER]
    starts = [at - numbers[0] for at in numbers]
    if any(rows[start][0] != rows[0][0] for start in starts):
        starts = [0, *numbers[1:]]  # in no order: what stands before the first number is that plate's
    for start, end in pairwise([*starts, len(rows)]):
        yield rows[start:end]


def _plate(rows: Rows, document: Picture) -> ExtractedDocument:
    said = dict(rows)
    if not names_plate(said[_NUMBER]):
        return ExtractedDocument()
    confidence = share(said.get(_CONFIDENCE), 100)
    box = next((_place(content, document) for desc, content in rows if desc.startswith(_PLACE)), None)
    plate = Item(label=_NUMBER, text=said[_NUMBER], confidence=confidence, box=box)
    # A colour comes by name and by code: twice the same.
    descriptions = [
        (desc, content) for desc, content in rows if desc != _NUMBER and not (box and desc.startswith(_PLACE))
    ]
    others = dict.fromkeys(item for desc, content in descriptions for item in _decoded(desc, content) if item.text)
    return ExtractedDocument(items=[plate, *others], box=box)


def _decoded(desc: str, content: str) -> Iterator[Item]:
    """The items of one row; codes come with what they stand for."""
    if desc in _CODES and content.isdigit():
        yield Item(label=f"{desc}代码", text=content)
        yield Item(label=desc, text=_CODES[desc].get(str(int(content)), ""))
    elif desc == _CONFIDENCE:
        confidence = share(content, 100)
        yield Item(label=desc, text=content if confidence is None else f"{confidence:g}")
    elif desc == _DIRECTION:
        yield Item(label=desc, text=DIRECTIONS.get(content, content))
    else:
        yield Item(label=desc, text=content)


def _place(content: str, document: Picture) -> Box | None:
    """The box in `left_top_right_bottom`."""
    left, top, right, bottom = ([*map(number, content.split("_"))] + [None] * 4)[:4]
    if left is None or top is None or right is None or bottom is None:
        return None
    (left, right), (top, bottom) = sorted((left, right)), sorted((top, bottom))
    return within(document, rectangle(left, top, right - left, bottom - top))
