"""etoplive 译图智讯: PageOcrServlet with its 42 pids, three ways to send a picture and four shapes of an answer."""

import base64
import re
import secrets
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from ipaddress import ip_address
from typing import Any, Literal
from urllib.parse import quote_plus, urlsplit

import requests
from pydantic import BaseModel, ConfigDict

from local.simulators import sight
from local.simulators.credentials import ETOPLIVE
from local.simulators.desk import Order
from local.simulators.pictures import NotAPicture, NotBase64, Picture, decoded, opened
from local.simulators.sight import Entry, Sighting
from local.simulators.wire import FORM, MULTIPART, Body, Call, Code, Part, Question, Refusal, Simulator, only

PATH = "/ocr/PageOcrServlet"
LARGEST = 5 * 1024 * 1024  # bytes of the base64 once it is URL-encoded
LONGEST_REQUEST_ID = 255
FETCH_SECONDS = 10

ERRORS: Mapping[Code, str] = {
    "0": "识别成功",
    "3": "非该类型证件",
    "16": "不支持的图像文件",
    "17": "未定义的产品类型",
    "19": "识别失败",
    "-1": "用户已屏蔽",
    "-2": "用户key或secret验证错误。",
    "-3": "服务次数不足。",
    "-4": "用户未找到。",
    "-5": "未支持的识别类型。",
    "-6": "file参数未提供。",
    "-7": "未提供keyh或secret参数",
    "-8": "服务器IO错误。",
    "-49": "请求超时",
    "-51": "图片错误, 请换一张再重试",
    "-52": "系统繁忙, 请一会后访问",
    "-55": "客户端断开连接",
}

# pid → what it is called (also the type of the documents it returns) and the products behind it.
BILLS = ("train_ticket", "taxi_receipt", "air_itinerary", "quota_invoice", "generic_bills")
PIDS: Mapping[int, tuple[str, tuple[str, ...]]] = {
    2: ("身份证", ("id_card",)),
    8: ("护照", ("passport",)),
    12: ("结婚证", ("marriage_certificate",)),
    4: ("银行卡", ("bank_card",)),
    11: ("军官证", ("military_officer_card",)),
    53: ("外国人永久居留证", ("foreign_permanent_resident_card",)),
    52: ("出生证明", ("birth_certificate",)),
    1020: ("临时身份证", ("temporary_id_card",)),
    1018: ("港澳台居民来往大陆通行证", ("mainland_travel_permit_hk_mo_tw",)),
    1002: ("户口本主页", ("household_register_main_page",)),
    1003: ("户口本个人页", ("household_register_personal_page",)),
    1039: ("社保卡", ("social_security_card",)),
    1013: ("往来港澳通行证正面", ("hk_macau_exit_permit_front",)),
    1005: ("离婚证", ("divorce_certificate",)),
    1014: ("往来港澳通行证背面", ("hk_macau_exit_permit_back",)),
    1: ("VIN码", ("vin",)),
    5: ("行驶证", ("vehicle_license",)),
    7: ("驾驶证", ("driving_license",)),
    61: ("机动车发票", ("vehicle_sale_invoice",)),
    62: ("车辆登记证", ("vehicle_registration_certificate",)),
    68: ("车辆合格证", ("vehicle_conformity_certificate",)),
    6: ("车牌", ("license_plate",)),
    60: ("二手车发票", ("used_car_invoice",)),
    1076: ("道理运输许可证", ("road_transport_permit",)),  # spelt as in the vendor's own table
    1038: ("电子保单", ("electronic_policy",)),
    21: ("增值税发票", ("vat_invoice",)),
    22: ("通用票据", BILLS),
    1031: ("电子承兑汇票", ("electronic_acceptance_bill",)),
    1037: ("银行回单", ("bank_receipt",)),
    501: ("不动产", ("real_estate_title",)),
    1007: ("不动产登记证", ("real_estate_registration_proof",)),
    1033: ("房产证", ("property_ownership_certificate",)),
    1082: ("房产证（统一字段）", ("property_ownership_certificate_unified",)),
    41: ("营业执照", ("business_license",)),
    1015: ("开户许可证", ("account_opening_permit",)),
    1026: ("组织机构代码证", ("organization_code_certificate",)),
    1001: ("通用文字", ("general_text",)),
    1036: ("通用表格", ("general_table",)),
    1034: ("手写体", ("handwriting",)),
    1066: ("银行流水", ("bank_statement",)),
    666: ("证照自动分类OCR识别", ("document_classification",)),
    667: ("证照自动分类", ("document_classification_only",)),
}
PLATES, VIN, ID_CARD, TABLE, RECOGNIZE, CLASSIFY = 6, 1, 2, 1036, 666, 667
TEXTS = frozenset({1001, 1034})
BILL = 22
SORTED = frozenset({RECOGNIZE, CLASSIFY})  # pids that find out the kind themselves
FORMLESS = TEXTS | SORTED | {PLATES, VIN, TABLE, 1066, 1082, BILL}  # nothing that a classification would name

BILL_TYPES = {
    "train_ticket": "火车票",
    "taxi_receipt": "出租车票",
    "air_itinerary": "行程单",
    "quota_invoice": "定额发票",
    "generic_bills": "通用票据",
}
SIDE_TYPES = {
    ("id_card", "portrait"): "身份证人像页",
    ("id_card", "emblem"): "身份证国徽页",
    ("vehicle_license", "main"): "行驶证正页",
    ("vehicle_license", "sub"): "行驶证副页",
    ("driving_license", "main"): "驾驶证正页",
    ("driving_license", "sub"): "驾驶证副页",
}

# The vendor's second name for a field, where one has been seen: product → our field → `key`.
KEYS: Mapping[str, Mapping[str, str]] = {
    "id_card": {
        "name": "Name", "sex": "Sex", "ethnicity": "Nation", "birth_date": "Birth", "address": "Address",
        "id_number": "IDNum", "issuing_authority": "IssueAuthority", "valid_period": "ExpiryDate",
    },
    "vin": {"vin": "VIN"},
    "vehicle_license": {
        "plate_number": "PlateNo", "vehicle_type": "VType", "owner": "Owner", "address": "Address",
        "use_character": "UseCharacter", "brand_model": "Model", "vin": "VIN", "engine_number": "EngineNo",
        "register_date": "RegisterDate", "issue_date": "IssueDate", "issuing_authority": "Authority",
    },
    "driving_license": {
        "license_number": "CardNo", "name": "Name", "sex": "Sex", "nationality": "Nationality",
        "address": "Address", "birth_date": "Birth", "first_issue_date": "FirstIssueDate",
        "vehicle_class": "Class", "valid_from": "ValidFrom", "valid_to": "ValidTo(For)",
        "issuing_authority": "Authority",
    },
}  # fmt: skip

COLOURS = {
    "blue": "蓝色",
    "yellow": "黄色",
    "white": "白色",
    "black": "黑色",
    "green": "绿色",
    "yellow-green": "黄绿色",
}
SEAL = re.compile(r".{2,}(专用章|公章|业务章|合同章|财务章)$")
SEAL_LABELS = frozenset({"印章", "公司印章内容"})

# Option → what the document allows it to be.
OPTIONS = {
    "requestId": re.compile(rf".{{0,{LONGEST_REQUEST_ID}}}", re.DOTALL),
    "removeImgData": re.compile("[01]"),
    "openSeal": re.compile("[01]"),
    "showPosition": re.compile("[01]"),
    "imageCheck": re.compile("[01]{5}"),
    "imageCheckVaule": re.compile("[01]"),
}
DEFAULTS = {"removeImgData": "1", "openSeal": "0", "showPosition": "0", "imageCheck": "00000", "imageCheckVaule": "1"}
IMAGE_CHECKS = ("checkCopy", "checkDefect", "checkLight", "checkBlur", "checkPS")
SOURCES = ("file", "mfile", "urlPath")
PARAMETERS = frozenset({*SOURCES, "pid", "key", "secret", *OPTIONS})

Shape = Literal["page", "list", "flat"]


class Settings(BaseModel):
    """How etoplive words its answers.

    shape       page (PageInfo › Result › ResultList), list (ResultList or Plate at the root) or flat (fields at the
                root); None: flat for the VIN, list for plates, page for all else
    wrapped     the whole answer inside `Response`, as seen around policies
    """

    model_config = ConfigDict(extra="forbid")

    shape: Shape | None = None
    wrapped: bool = False


@dataclass(frozen=True)
class Result:
    """What was found: documents, or plates, or nothing but a code."""

    entries: Sequence[Body] = ()
    plates: Sequence[Body] | None = None
    code: int = 0


class Etoplive(Simulator[Settings]):
    name = "etoplive"
    code_key = "ErrorCode"
    errors = ERRORS
    nested_default = "19"

    def __init__(self) -> None:
        super().__init__(Settings)

    def check(self, call: Call) -> Question:
        if call.path != PATH:
            raise Refusal(violation=f"no such interface: {call.path}")
        if call.method != "POST":
            raise Refusal(violation=f"{call.method} instead of POST")
        if call.query:
            raise Refusal(violation="parameters in the URL: the document has them in the body")
        form = only(call.form(), PARAMETERS)
        _check_credentials(form)
        pid = _pid(form)
        options = _options(form)
        picture = _picture(form, call)
        return Question(PIDS[pid][1][0], [picture], options=options | {"pid": pid})

    def answer(self, question: Question) -> Body:
        started = time.monotonic()
        [picture] = question.readable
        pid = question.options["pid"]
        result = _plates(picture) if pid == PLATES else _documents(picture, pid, question.options)
        return self._shaped(result, question, round((time.monotonic() - started) * 1000))

    def _shaped(self, result: Result, question: Question, milliseconds: int) -> Body:
        settings = self.desk.settings
        shape = settings.shape or {VIN: "flat", PLATES: "list"}.get(question.options["pid"], "page")
        match shape:
            case "flat" if result.plates is None:
                body = _flat(result)
            case "page":
                body = _paged(result, milliseconds)
            case _:
                body = _listed(result, question, milliseconds)
        return {"ErrorCode": 0, "Response": body} if settings.wrapped else body

    def error(self, code: Code, message: str | None, question: Question | None) -> tuple[Body, int]:
        return {"ErrorCode": str(code)}, HTTPStatus.OK

    def nested(self, code: Code, order: Order, question: Question) -> Body:
        number = int(code)
        match order.level:
            case "page":
                return _root() | {"PageInfo": [{"PageIndex": 1, "ErrorCode": number, "img_data": "", "Result": []}]}
            case "entry":
                entry = {"pid": question.options["pid"], "type": "", "ocr_error_code": number, "FieldList": []}
                return _paged(Result([entry]), 0)
        return _paged(Result(code=number), 0)


# ---- the request ------------------------------------------------------------------------------------------------


def _check_credentials(form: dict[str, Part]) -> None:
    given = {name: form[name].text if name in form else "" for name in ("key", "secret")}
    if not all(given.values()):
        raise Refusal("-7", "key or secret is missing")
    if given["key"] != ETOPLIVE["key"]:
        raise Refusal("-4")
    if given["secret"] != ETOPLIVE["secret"]:
        raise Refusal("-2")


def _pid(form: dict[str, Part]) -> int:
    given = form["pid"].text if "pid" in form else ""
    if not given.isdecimal() or int(given) not in PIDS:
        raise Refusal("17", f"pid {given!r} is not in the table")
    return int(given)


def _options(form: dict[str, Part]) -> dict[str, str]:
    given = {name: form[name].text for name in OPTIONS if name in form}
    for name, value in given.items():
        if not OPTIONS[name].fullmatch(value):
            raise Refusal(violation=f"{name} has a value that the document does not allow")
    return DEFAULTS | given


def _picture(form: dict[str, Part], call: Call) -> Picture:
    sources = [name for name in SOURCES if name in form and form[name].content]
    if not sources:
        raise Refusal("-6", "none of file, mfile and urlPath")
    if len(sources) > 1:
        raise Refusal(violation=f"{' and '.join(sources)}: the document wants one of the three")
    part = form[sources[0]]
    try:
        content = {"file": _from_base64, "mfile": _from_file, "urlPath": _from_url}[part.name](part, call)
        return opened(content)
    except NotBase64 as fault:
        raise Refusal("-51", str(fault)) from fault
    except NotAPicture as fault:
        raise Refusal("16", str(fault)) from fault


def _from_base64(part: Part, call: Call) -> bytes:
    if part.filename is not None:
        raise Refusal("-6", "file is base64 text; a file goes into mfile")
    if call.media_type == FORM:
        sent = next(member for member in call.body.split(b"&") if member.startswith(b"file="))
        _check_size(len(sent) - len("file="))
    else:
        _check_size(len(quote_plus(part.text)))
    return decoded(part.text)


def _from_file(part: Part, call: Call) -> bytes:
    if call.media_type != MULTIPART or part.filename is None:
        raise Refusal("-6", "mfile is not a file")
    _check_encoded(part.content)
    return part.content


def _from_url(part: Part, call: Call) -> bytes:
    where = urlsplit(part.text)
    if where.scheme != "https" and not _is_loopback(where.hostname):
        raise Refusal("-51", "urlPath is not https")
    try:
        with requests.Session() as session:
            session.trust_env = False
            answer = session.get(part.text, timeout=FETCH_SECONDS)
            answer.raise_for_status()
    except requests.RequestException as fault:
        raise Refusal("-8") from fault
    _check_encoded(answer.content)
    return answer.content


def _is_loopback(host: str | None) -> bool:
    try:
        return host == "localhost" or ip_address(host or "").is_loopback
    except ValueError:
        return False


def _check_encoded(content: bytes) -> None:
    _check_size(len(quote_plus(base64.b64encode(content))))


def _check_size(encoded: int) -> None:
    if encoded > LARGEST:
        raise Refusal("-51", f"the picture has {encoded} bytes as URL-encoded base64, over {LARGEST}")


# ---- what is on the picture -------------------------------------------------------------------------------------


def _plates(picture: Picture) -> Result:
    found = sight.plates(picture)
    if not found:
        raise Refusal("19")
    return Result(plates=[{"车牌颜色": COLOURS.get(plate.colour, "未知"), "车牌号": plate.text} for plate in found])


def _documents(picture: Picture, pid: int, options: Mapping[str, Any]) -> Result:
    page = sight.page(picture)
    if not page.lines:
        raise Refusal("19")
    if pid in TEXTS:
        return Result([_entry(picture, pid, Sighting("", _lines(page), lines=page.lines), options)])
    if pid == TABLE:
        return Result([_entry(picture, pid, Sighting("", _cells(picture), lines=page.lines), options)])
    kinds = _everything() if pid in SORTED else PIDS[pid][1]
    found = sight.documents(picture, kinds)
    if not found:
        raise Refusal("3")
    return Result([_entry(picture, pid, one, options) for one in found])


def _everything() -> list[str]:
    """Every product that a classification may name."""
    return [slug for pid, (_, slugs) in PIDS.items() if pid not in FORMLESS for slug in slugs] + list(BILLS)


def _lines(page: sight.Page) -> list[Entry]:
    return [Entry("", "文本", line.text, line.confidence, line.box) for line in page.lines]


def _cells(picture: Picture) -> list[Entry]:
    cells = [cell for table in sight.tables(picture) for cell in table.cells]
    return [Entry("", "单元格", cell.text, cell.confidence, cell.box) for cell in cells]


def _entry(picture: Picture, pid: int, found: Sighting, options: Mapping[str, Any]) -> Body:
    """One member of ResultList."""
    left, top, right, bottom = found.frame
    entry: Body = {
        "pid": _pid_of(found.slug) if pid in SORTED else pid,
        "type": _type(pid, found),
        "position": _position(left, top, right, bottom),
        "direct": sight.page(picture).angle // 90,
        "angle": sight.page(picture).angle,
        "ocr_error_code": 0,
        "image_data": _crop(picture, found.frame) if options["removeImgData"] == "0" else "",
    }
    if pid == CLASSIFY:
        return entry
    placed = pid != BILL or options["showPosition"] == "1"
    entry["FieldList"] = [_field(found.slug, one, placed) for one in _wanted(found, options["openSeal"] == "1")]
    if found.rows:
        rows = [{"FieldList": [_field("", one, placed) for one in row]} for row in found.rows]
        entry["DetailList"] = [{"DetailData": rows}]
    return entry | _portrait(picture, found, options) | _image_check(pid, options)


def _pid_of(slug: str) -> int:
    return next(pid for pid, (_, slugs) in PIDS.items() if slug in slugs)


def _type(pid: int, found: Sighting) -> str:
    if not found.slug:
        return PIDS[pid][0]
    if found.slug in BILL_TYPES:
        return BILL_TYPES[found.slug]
    return SIDE_TYPES.get((found.slug, found.side or ""), PIDS[_pid_of(found.slug)][0])


def _wanted(found: Sighting, seals: bool) -> list[Entry]:
    """The entries, those of seals only when they were asked for."""
    entries = [entry for entry in found.entries if entry.label not in SEAL_LABELS]
    read = [line for line in found.lines if SEAL.fullmatch(line.text)] if seals else []
    return entries + [Entry("", "印章", line.text, line.confidence, line.box) for line in read]


def _field(slug: str, entry: Entry, placed: bool) -> Body:
    key = KEYS.get(slug, {}).get(entry.field, "")
    body: Body = {"key": key, "chn_key": entry.label, "value": _printed(slug, key, entry.text), "image_data": ""}
    if entry.confidence is not None:
        body["score"] = round(entry.confidence * 100)
    if placed:
        body |= _placed(entry)
    return body


def _printed(slug: str, key: str, text: str) -> str:
    """The text as the vendor gives it: as printed, but for the ID card's birth date."""
    day = re.fullmatch(r"(\d{4})\D+(\d{1,2})\D+(\d{1,2})\D*", text)
    if (slug, key) == ("id_card", "Birth") and day:
        return f"{int(day[1]):04}{int(day[2]):02}{int(day[3]):02}"
    return text


def _placed(entry: Entry) -> Body:
    if entry.box is None:
        return {"position": _position(0, 0, 0, 0), "quad": [0] * 8}
    return {
        "position": _position(*sight.frame(entry.box)),
        "quad": [round(side) for corner in entry.box for side in corner],
    }


def _position(left: float, top: float, right: float, bottom: float) -> dict[str, int]:
    return {"left": round(left), "top": round(top), "width": round(right - left), "height": round(bottom - top)}


def _crop(picture: Picture, frame: tuple[float, float, float, float]) -> str:
    left, top, right, bottom = frame
    width, height = picture.width, picture.height
    return picture.crop(left / width, top / height, right / width, bottom / height)


def _portrait(picture: Picture, found: Sighting, options: Mapping[str, Any]) -> Body:
    if (found.slug, found.side) != ("id_card", "portrait"):
        return {}
    wanted = options["removeImgData"] == "0"
    return {"head_image_data": picture.portrait() if wanted else ""}


def _image_check(pid: int, options: Mapping[str, Any]) -> Body:
    if pid != ID_CARD:
        return {}
    return {name: 0 for name, asked in zip(IMAGE_CHECKS, options["imageCheck"], strict=True) if asked == "1"}


# ---- the four shapes --------------------------------------------------------------------------------------------


def _root() -> Body:
    return {"ErrorCode": 0, "SerialId": 10**18 + secrets.randbelow(9 * 10**18)}


def _paged(result: Result, milliseconds: int) -> Body:
    found: Body = {"ErrorCode": result.code, "Time": str(milliseconds)}
    found |= {"ResultList": list(result.entries)} if result.plates is None else {"Plate": list(result.plates)}
    return _root() | {"PageInfo": [{"PageIndex": 1, "ErrorCode": 0, "img_data": "", "Result": [found]}]}


def _listed(result: Result, question: Question, milliseconds: int) -> Body:
    info = {
        "requestId": question.options.get("requestId", ""),
        "time": milliseconds,
        "responseId": secrets.token_hex(16),
    }
    body: Body = {"ErrorCode": 0, "recogInfo": info}
    if result.plates is None:
        return body | {"ResultList": list(result.entries)}
    return body | {"PlateNum": len(result.plates), "totalMs": milliseconds, "Plate": list(result.plates)}


def _flat(result: Result) -> Body:
    fields = [entry for document in result.entries for entry in document.get("FieldList", [])]
    return {"ErrorCode": "0"} | {entry["key"] or entry["chn_key"]: entry["value"] for entry in fields}
