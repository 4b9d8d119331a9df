"""etoplive's simulator does what etoplive's document says."""

import base64
import hashlib
import io
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler
from typing import Any
from urllib.parse import quote_plus

import pytest
import requests
from PIL import Image

from local.loopback import serving
from local.simulators import etoplive_tables, reader
from local.simulators.reader import Entry, FoundDocument, Line
from tests.support.simulator_requests import SERVLET, Vendor, b64, bill_form, blank


def test_etoplive_knows_42_pids(etoplive_at: Vendor) -> None:
    etoplive_at.control.order(code="-3", times=None)

    codes = [etoplive_at.post(SERVLET, data=bill_form(blank(), pid=str(pid))).json() for pid in etoplive_tables.PIDS]

    assert codes == [{"ErrorCode": "-3"}] * 42


@pytest.mark.parametrize(
    ("changes", "code", "breach"),
    [
        ({"key": "someone-else"}, "-4", None),
        ({"secret": "wrong"}, "-2", None),
        ({"secret": None}, "-7", "key or secret is missing"),
        ({"pid": "9999"}, "17", "pid '9999' is not in the table"),
        ({"file": None}, "-6", "none of file, mfile and urlPath"),
        ({"file": "data:image/png;base64," + b64(blank())}, "-51", "base64 carries a data: prefix"),
        ({"file": b64(b"no picture")}, "16", "the bytes do not decode as a picture"),
        ({"file": b64(blank(kind="GIF"))}, "16", "the picture is GIF"),
        ({"file": b64(blank(kind="WEBP"))}, "16", "the picture is WEBP"),
    ],
)
def test_etoplive_refuses_by_its_own_table(
    changes: dict[str, Any], code: str, breach: str | None, etoplive_at: Vendor
) -> None:
    answer = etoplive_at.post(SERVLET, data=bill_form(blank(), **changes)).json()

    assert answer == {"ErrorCode": code}
    assert etoplive_at.violations == ([breach] if breach else [])


@pytest.mark.parametrize(
    ("changes", "breach"),
    [
        ({"imageCheckValue": "1"}, "unknown parameter 'imageCheckValue'"),
        ({"removeimgData": "1"}, "unknown parameter 'removeimgData'"),
        ({"removeImgData": "true"}, "removeImgData has a value"),
        ({"openSeal": "2"}, "openSeal has a value"),
        ({"showPosition": ""}, "showPosition has a value"),
        ({"imageCheck": "1111"}, "imageCheck has a value"),
        ({"imageCheck": "11112"}, "imageCheck has a value"),
        ({"imageCheckVaule": "9"}, "imageCheckVaule has a value"),
        ({"requestId": "r" * 256}, "requestId has a value"),
        ({"urlPath": "https://example.com/a.jpg"}, "file and urlPath"),
    ],
)
def test_etoplive_notes_options_that_its_document_does_not_have(
    changes: dict[str, str], breach: str, etoplive_at: Vendor
) -> None:
    answer = etoplive_at.post(SERVLET, data=bill_form(blank(), **changes))

    assert answer.status_code == 400
    assert breach in etoplive_at.violations[0]


def test_etoplive_takes_every_option_that_it_documents(etoplive_at: Vendor, quick: None) -> None:
    options = {"requestId": "r" * 255, "removeImgData": "0", "openSeal": "1", "showPosition": "1"}
    options |= {"imageCheck": "10101", "imageCheckVaule": "0"}

    answer = etoplive_at.post(SERVLET, data=bill_form(blank(), **options)).json()

    assert (answer["ErrorCode"], etoplive_at.violations) == (0, [])


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "BMP"])
def test_etoplive_takes_what_vendors_take(kind: str, etoplive_at: Vendor, quick: None) -> None:
    answer = etoplive_at.post(SERVLET, data=bill_form(blank(kind=kind), pid="6")).json()

    assert (answer["ErrorCode"], etoplive_at.violations) == (0, [])
    assert [charge["source"] for charge in etoplive_at.control.report()["charges"]] == ["file"]


def slashes(limit: int) -> bytes:
    """A picture whose base64 is mostly slashes, three bytes each once encoded: at most `limit` bytes in all."""
    start = blank(kind="JPEG")
    start += b"\xff" * (-len(start) % 3)
    return start + b"\xff" * ((limit - len(quote_plus(b64(start)))) // 12 * 3)


@pytest.mark.parametrize(("excess", "code"), [(0, "-3"), (12, "-51")])
@pytest.mark.parametrize("way", ["file", "mfile"])
def test_etoplive_measures_the_picture_as_url_encoded_base64(
    way: str, excess: int, code: str, etoplive_at: Vendor
) -> None:
    picture = slashes(5 * 1024 * 1024 + excess)
    etoplive_at.control.order(code="-3")  # a picture that fits gets this far, and is not read

    if way == "file":
        answer = etoplive_at.post(SERVLET, data=bill_form(picture))
    else:
        answer = etoplive_at.post(SERVLET, data=bill_form(None), files={"mfile": ("a.jpg", picture)})

    assert len(picture) < 1_400_000
    assert answer.json()["ErrorCode"] == code


def test_etoplive_reads_a_file(etoplive_at: Vendor, quick: None) -> None:
    answer = etoplive_at.post(SERVLET, data=bill_form(None, pid="6"), files={"mfile": ("车牌.png", blank())}).json()

    assert answer["Plate"] == [{"车牌颜色": "蓝色", "车牌号": "粤B12345"}]
    assert (answer["PlateNum"], answer["ErrorCode"], etoplive_at.violations) == (1, 0, [])
    assert [charge["source"] for charge in etoplive_at.control.report()["charges"]] == ["mfile"]


@pytest.fixture
def album() -> Iterator[str]:
    """A loopback web server with one picture, `/a.png`."""

    class Album(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            found = self.path.startswith("/a.png")
            self.send_response(200 if found else 404)
            self.end_headers()
            self.wfile.write(blank() if found else b"")

    with serving(Album) as url:
        yield url


def test_etoplive_fetches_a_url(etoplive_at: Vendor, album: str, quick: None) -> None:
    url = f"{album}/a.png?X-Amz-Signature=a%2Fb"

    answer = etoplive_at.post(SERVLET, data=bill_form(None, pid="6", urlPath=url)).json()

    assert answer["PlateNum"] == 1
    report = etoplive_at.control.report()
    assert report["pictures"] == {hashlib.sha256(blank()).hexdigest(): 1}
    assert [charge["source"] for charge in report["charges"]] == ["urlPath"]


def test_etoplive_cannot_fetch_what_is_not_there(etoplive_at: Vendor, album: str) -> None:
    answer = etoplive_at.post(SERVLET, data=bill_form(None, pid="6", urlPath=f"{album}/b.png")).json()

    assert (answer["ErrorCode"], etoplive_at.violations) == ("-8", [])


def test_etoplive_is_not_sent_across_the_internet_in_clear(etoplive_at: Vendor) -> None:
    answer = etoplive_at.post(SERVLET, data=bill_form(None, urlPath="http://example.com/a.png")).json()

    assert (answer["ErrorCode"], etoplive_at.violations) == ("-51", ["urlPath is not https"])


def test_etoplives_page_shape(etoplive_at: Vendor, quick: None) -> None:
    answer = etoplive_at.post(SERVLET, data=bill_form(blank())).json()

    [page] = answer["PageInfo"]
    [result] = page["Result"]
    [entry] = result["ResultList"]
    assert [answer["ErrorCode"], page["ErrorCode"], result["ErrorCode"], entry["ocr_error_code"]] == [0, 0, 0, 0]
    assert (page["PageIndex"], entry["pid"], entry["type"]) == (1, 1001, "通用文字")
    assert answer["SerialId"] > 2**53
    assert entry["FieldList"] == [
        {
            "key": "",
            "chn_key": "文本",
            "value": "周一",
            "image_data": "",
            "score": 90,
            "position": {"left": 10, "top": 5, "width": 50, "height": 15},
            "quad": [10, 5, 60, 5, 60, 20, 10, 20],
        }
    ]


@pytest.mark.parametrize(
    ("pid", "shape", "members"),
    [
        ("1001", "list", {"ErrorCode", "recogInfo", "ResultList"}),
        ("1001", "page", {"ErrorCode", "SerialId", "PageInfo"}),
        ("1001", "flat", {"ErrorCode", "文本"}),
        ("6", None, {"ErrorCode", "recogInfo", "PlateNum", "totalMs", "Plate"}),
        ("6", "page", {"ErrorCode", "SerialId", "PageInfo"}),
    ],
)
def test_etoplives_shapes_can_be_chosen(
    pid: str, shape: str | None, members: set[str], etoplive_at: Vendor, quick: None
) -> None:
    etoplive_at.control.set(shape=shape)

    assert etoplive_at.post(SERVLET, data=bill_form(blank(), pid=pid)).json().keys() == members


def test_etoplive_can_wrap_its_answer(etoplive_at: Vendor, quick: None) -> None:
    etoplive_at.control.set(wrapped=True)

    assert "PageInfo" in etoplive_at.post(SERVLET, data=bill_form(blank())).json()["Response"]


@pytest.mark.parametrize(
    ("level", "where"),
    [
        ("page", lambda answer: answer["PageInfo"][0]["ErrorCode"]),
        ("result", lambda answer: answer["PageInfo"][0]["Result"][0]["ErrorCode"]),
        ("entry", lambda answer: answer["PageInfo"][0]["Result"][0]["ResultList"][0]["ocr_error_code"]),
    ],
)
def test_etoplive_can_fail_below_a_root_that_says_success(
    level: str, where: Callable[[Any], int], etoplive_at: Vendor
) -> None:
    etoplive_at.control.order(fault="nested_code", code=3, level=level)

    answer = etoplive_at.post(SERVLET, data=bill_form(blank())).json()

    assert (answer["ErrorCode"], where(answer)) == (0, 3)


BOX = ((10.0, 5.0), (60.0, 5.0), (60.0, 20.0), (10.0, 20.0))
TAXI = FoundDocument("taxi_receipt", [Entry("total", "金额", "27.00", 0.98, BOX)], lines=[Line("金额27.00", 0.98, BOX)])
TRAIN = FoundDocument(
    "train_ticket", [Entry("train_number", "车次", "G107", 0.91, BOX)], lines=[Line("G107", 0.91, BOX)]
)
MAIN = FoundDocument("vehicle_license", [Entry("plate_number", "号牌号码", "浙A12345", 0.9, None, "main")], side="main")
POLICY = FoundDocument(
    "electronic_policy",
    [Entry("policy_number", "保单号", "P1", 0.9, BOX)],
    rows=[[Entry("coverage_name", "承保险种", "三者险")], [Entry("coverage_name", "承保险种", "车损险")]],
)


def entries_of(answer: requests.Response) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = answer.json()["PageInfo"][0]["Result"][0]["ResultList"]
    return found


def shows(monkeypatch: pytest.MonkeyPatch, *found: FoundDocument) -> None:
    monkeypatch.setattr(reader, "documents", lambda picture, slugs, sided: list(found))


@pytest.mark.parametrize(("position", "placed"), [("0", False), ("1", True), (None, False)])
def test_etoplives_bills_name_their_type_and_their_place_when_asked(
    position: str | None, placed: bool, etoplive_at: Vendor, quick: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    shows(monkeypatch, TAXI, TRAIN)

    found = entries_of(etoplive_at.post(SERVLET, data=bill_form(blank(), pid="22", showPosition=position)))

    assert [(entry["pid"], entry["type"]) for entry in found] == [(22, "出租车票"), (22, "火车票")]
    assert [("position" in field, "quad" in field) for entry in found for field in entry["FieldList"]] == [
        (placed, placed)
    ] * 2


@pytest.mark.parametrize(("pid", "read"), [("666", True), ("667", False)])
def test_etoplive_sorts_documents_with_and_without_reading_them(
    pid: str, read: bool, etoplive_at: Vendor, quick: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    shows(monkeypatch, MAIN, TAXI)

    found = entries_of(etoplive_at.post(SERVLET, data=bill_form(blank(), pid=pid)))

    assert [(entry["pid"], entry["type"]) for entry in found] == [(5, "行驶证正页"), (22, "出租车票")]
    assert ["FieldList" in entry for entry in found] == [read, read]


def test_etoplives_field_without_a_place_has_zeros(
    etoplive_at: Vendor, quick: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    shows(monkeypatch, MAIN)

    [field] = entries_of(etoplive_at.post(SERVLET, data=bill_form(blank(), pid="5")))[0]["FieldList"]

    assert (field["key"], field["chn_key"], field["score"]) == ("PlateNo", "号牌号码", 90)
    assert (set(field["position"].values()), field["quad"]) == ({0}, [0] * 8)


def test_etoplives_line_items_stand_in_detail_lists(
    etoplive_at: Vendor, quick: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    shows(monkeypatch, POLICY)

    [entry] = entries_of(etoplive_at.post(SERVLET, data=bill_form(blank(), pid="1038")))

    [detail] = entry["DetailList"]
    values = [field["value"] for row in detail["DetailData"] for field in row["FieldList"]]
    assert values == ["三者险", "车损险"]


@pytest.mark.parametrize(("asked", "seals"), [("0", []), ("1", ["青禾公司发票专用章"])])
def test_etoplive_reads_seals_when_asked(
    asked: str, seals: list[str], etoplive_at: Vendor, quick: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    sealed = FoundDocument("vat_invoice", TAXI.entries, lines=[Line("青禾公司发票专用章", 0.8, BOX), *TAXI.lines])
    shows(monkeypatch, sealed)

    [entry] = entries_of(etoplive_at.post(SERVLET, data=bill_form(blank(), pid="21", openSeal=asked)))

    assert [field["value"] for field in entry["FieldList"] if field["chn_key"] == "印章"] == seals


def test_etoplive_sends_a_crop_of_the_document_when_asked(
    etoplive_at: Vendor, quick: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    shows(monkeypatch, TAXI)

    found = entries_of(etoplive_at.post(SERVLET, data=bill_form(blank(), pid="22", removeImgData="0")))

    with Image.open(io.BytesIO(base64.b64decode(found[0]["image_data"]))) as crop:
        assert crop.size == (50, 15)


def test_etoplive_is_flat_for_a_vin(etoplive_at: Vendor, quick: None, monkeypatch: pytest.MonkeyPatch) -> None:
    shows(monkeypatch, FoundDocument("vin", [Entry("vin", "VIN", "LSVAA4182E2184847")]))

    answer = etoplive_at.post(SERVLET, data=bill_form(blank(), pid="1")).json()

    assert answer == {"ErrorCode": "0", "VIN": "LSVAA4182E2184847"}


def test_etoplive_finds_nothing_on_a_blank_page(etoplive_at: Vendor) -> None:
    assert etoplive_at.post(SERVLET, data=bill_form(blank(200, 100))).json() == {"ErrorCode": "19"}
