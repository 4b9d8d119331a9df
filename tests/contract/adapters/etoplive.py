"""What the contract tests have to know of etoplive, from its document."""

from collections.abc import Iterator
from typing import Any

from ocr.model.reading import Reading
from ocr.platform.errors import NoResult, TooComplex
from ocr.vendors.etoplive import Pid
from tests.support.adapters import BUSY, NOTHING, PAID_BUSY, REFUSED, Case, Recorded, Row

SECRET = {"key": "user-key", "secret": "user-secret"}
CODES, SUCCESSES = ("ErrorCode",), ("0",)
# Without one code those on the other levels still say 0, and plates without a type are no plates.
FAULTS = {"missing_code": (Reading, None)}
WRONG_KEYS: list[Case] = []

ERRORS: dict[int, Row] = {
    3: NOTHING,
    16: REFUSED,
    17: REFUSED,
    19: NOTHING,
    -1: REFUSED,
    -2: REFUSED,
    -3: REFUSED,
    -4: REFUSED,
    -5: REFUSED,
    -6: REFUSED,
    -7: REFUSED,
    -8: BUSY,
    -49: PAID_BUSY,
    -51: (TooComplex, 422, False),
    -52: BUSY,
    -55: BUSY,
}
PLACE = {"left": 100, "top": 50, "width": 80, "height": 20}
QUAD = [100, 50, 180, 50, 180, 70, 100, 70]
SERIAL = 1234567890123456789


def field(name: str, value: Any, **more: Any) -> dict[str, Any]:
    return {"key": "Name", "chn_key": name, "value": value, "score": 98, "position": PLACE, "quad": QUAD, **more}


def entry(*fields: Any, **more: Any) -> dict[str, Any]:
    return {"pid": 2, "type": "身份证人像页", "position": PLACE, "FieldList": list(fields), "ocr_error_code": 0, **more}


def paged(*entries: Any, **more: Any) -> dict[str, Any]:
    result = {"ErrorCode": 0, "Time": "2949", "ResultList": list(entries)}
    pages = [{"PageIndex": 1, "ErrorCode": 0, "img_data": "", "Result": [result]}]
    return {"ErrorCode": 0, "SerialId": SERIAL, "PageInfo": pages, **more}


def listed(*entries: Any) -> dict[str, Any]:
    return {
        "ErrorCode": "0",
        "recogInfo": {"requestId": "q", "responseId": "r-1", "time": 99},
        "ResultList": list(entries),
    }


ROWS = [(Pid(2), {"ErrorCode": kind(code)}, row, code) for kind in (int, str) for code, row in ERRORS.items()]
FORMATS = [(form, kind) for form in ("base64", "file") for kind in ("JPEG", "PNG", "BMP")]
CASES = [
    *(Case(Pid(2), {"input": form}, kind=kind, faults=FAULTS) for form, kind in FORMATS),
    Case(Pid(6), faults={"wrong_types": (NoResult, True)}),
    Case(Pid(1001), {"requestId": "订单-1"}, faults=FAULTS),
    Case(Pid(2), {"openSeal": "1", "showPosition": "1", "imageCheck": "11111", "imageCheckVaule": "1"}),
    Case(Pid(2), {"removeImgData": "0"}),
]


def recorded(text: str) -> Iterator[Recorded]:
    """Answers as the vendor gives them, with this text where it may be."""
    named = field("姓名", text)
    for one in (entry(named, named), entry(named, type=text, img_type=1)):
        for shape in (paged, listed):
            yield Recorded(Pid(2), shape(one, one))
            yield Recorded(Pid(22, type=("身份证",)), shape(one))
            yield Recorded(Pid(1001), shape(one))
            yield Recorded(Pid(1036), shape(one, one))
            yield Recorded(Pid(667), shape(one), {"removeImgData": "0"})
    rows = [{"DetailData": [{"FieldList": [named]}]}]
    yield Recorded(Pid(1038), {"Response": paged(entry(named, DetailList=rows))})
    yield Recorded(Pid(6), {"ErrorCode": 0, "PlateNum": 1, "Plate": [{"车牌号": text, "车牌颜色": "蓝色"}]})
    yield Recorded(Pid(1), {"ErrorCode": "0", "VIN": text})
    yield Recorded(Pid(2), paged(entry(named)), {"imageCheck": "11111", "imageCheckVaule": "0"})
