"""What the contract tests have to know of CTyun, from its manual."""

from collections.abc import Iterator
from typing import Any

from local.simulators.credentials import CTYUN_EOP
from ocr.platform.errors import UnexpectedResponse
from ocr.vendors.ctyun import GeneralText, IdCard, Plate
from tests.support.adapters import BUSY, PAID_BUSY, REFUSED, Case, Recorded, Row

SECRET = {
    "app_key": "11112222333344445555666677778888",
    "app_secret": "aaaabbbbccccddddeeeeffff00001111",
    "general_code": "2generalcode",
    "idcard_code": "2idcardcode0",
    "plate_code": "2platecode00",
}
CODES, SUCCESSES = ("code", "statusCode"), ("0", "800")
# The other vendors take one picture at a time.
FAULTS = {"short_batch": (UnexpectedResponse, True)}
OFFERS = (GeneralText(), IdCard(), Plate())
EOP = {"gateway": "eop", **CTYUN_EOP}
WRONG_KEYS = [
    Case(GeneralText(), secret={**EOP, "sk": "wrong"}),
    Case(GeneralText(), secret={**EOP, "app_key": "wrong"}),
]

ERRORS: dict[int, Row] = {
    4001: REFUSED,
    4002: REFUSED,
    4003: REFUSED,
    4004: REFUSED,
    4005: REFUSED,
    4006: REFUSED,
    4007: BUSY,
    4008: REFUSED,
    4009: REFUSED,
    4010: REFUSED,
    4011: REFUSED,
    4012: REFUSED,
    4013: REFUSED,
    5000: PAID_BUSY,
}
# Those that an answer of success says of one of its pictures.
A_PICTURES_OWN = (4007, 4008, 4009, 4010, 4011, 5000)
BOX = [43.39, 157.35, 610.58, 169.54, 609.15, 236.14, 41.96, 223.96]
EMPTY = dict.fromkeys(("name", "sex", "nation", "birthday", "idn", "addr", "org", "validperiod"), "")
EMBLEM = {**EMPTY, "org": "某市某局", "validperiod": "2007.07.27-2027.07.27"}
PORTRAIT = {**EMPTY, "name": "某人", "sex": "男", "nation": "汉", "birthday": "1900年1月1日", "addr": "某路1号"}


def text_entry(*texts: Any) -> dict[str, Any]:
    detail = [{"name": str(number), "text": text, "box": BOX} for number, text in enumerate(texts)]
    return {"text_line": len(texts), "detail": detail}


def card_entry(detail: Any, **more: Any) -> dict[str, Any]:
    return {"note": "front", "detail": detail, "idcard_face": "no face", "demo_image": "demo_image", **more}


def plate_entry(**more: Any) -> dict[str, Any]:
    plate = {
        "box": [[123, 191], [214, 195], [213, 226], [122, 222]],
        "plate_type": "蓝牌",
        "platelicense": "浙 C80000",
        "confidence": 1,
    }
    return {"number of plate licenses": 1, "detail": [plate | more]}


def failed_entry(code: Any) -> dict[str, Any]:
    return {"err_code": code, "err_msg": "failed"}


def answer(*entries: Any, fail: int = 0, name: str = "result") -> dict[str, Any]:
    return {"code": 0, "message": {"success": len(entries) - fail, "fail": fail}, name: list(entries)}


ROWS = [
    *(
        (offer, {"code": kind(code), "message": "error", "details": "details"}, row, code)
        for kind in (int, str)
        for code, row in ERRORS.items()
        for offer in OFFERS
    ),
    *((offer, answer(failed_entry(code), fail=1), ERRORS[code], code) for code in A_PICTURES_OWN for offer in OFFERS),
]
CASES = [
    *(Case(offer, kind=kind, faults=FAULTS) for offer in OFFERS for kind in ("JPEG", "PNG", "BMP")),
    *(Case(offer, secret=EOP) for offer in OFFERS),
    Case(Plate(), secret={"plate_path": "driven-plate-ocr/plateLicense.json"}),
]


def recorded(text: str) -> Iterator[Recorded]:
    """Answers as the vendor gives them, with this text where it may be."""
    yield Recorded(GeneralText(), answer(text_entry(text), failed_entry(4010), text_entry("c"), fail=1), pictures=3)
    yield Recorded(GeneralText(), {"statusCode": 800, "returnObj": [text_entry(text)]})
    yield Recorded(IdCard(), answer(card_entry(PORTRAIT | {"name": text}, risk="normal")))
    yield Recorded(Plate(), answer(plate_entry(platelicense=text)))
    yield Recorded(Plate(), {"code": 4001, "message": "error", "details": text})
