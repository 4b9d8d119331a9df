"""CTyun: what is signed and sent, what each picture's entry becomes, and what a batch may never do."""

import base64
import hashlib
import json
import time
from dataclasses import replace
from io import BytesIO
from typing import Any

import pytest
from PIL import Image

from local.simulators import Control
from ocr.declare.catalogue import products
from ocr.declare.offers import Offer
from ocr.model.reading import Reading
from ocr.pipeline.normalization import normalize
from ocr.platform.errors import ConfigurationError, NoResult, UnexpectedResponse, VendorRejected, VendorUnavailable
from ocr.vendors import ctyun
from tests.contract.adapters.ctyun import (
    BOX,
    EMBLEM,
    EMPTY,
    EOP,
    ERRORS,
    PORTRAIT,
    answer,
    card_entry,
    failed_entry,
    plate_entry,
    text_entry,
)
from tests.support.adapters import Case, plain
from tests.support.vendors import SECRETS, Answered, Host, ask, error, kept, picture, reading, said

SECRET = SECRETS["ctyun"]
PATHS = [
    (ctyun.GeneralText(), "/v1/aiop/api/2generalcode/ocrdetect/ocr/v1/image.json"),
    (ctyun.IdCard(), "/v1/aiop/api/2idcardcode0/IdentityCard/ocr/v1/idcard.json"),
    (ctyun.Plate(), "/v1/aiop/api/2platecode00/driven-plate-ocr/platelicense.json"),
]


@pytest.mark.parametrize(("offer", "path"), PATHS)
def test_the_sign_covers_what_is_sent(vendor: Host, offer: Offer, path: str) -> None:
    vendor.says(answer(text_entry("a"), text_entry("b")))
    before = time.time() * 1000 - 1
    ask(offer, picture(b"one"), picture(b"two"))
    [asked] = vendor.asked
    assert (asked.method, asked.path) == ("POST", path)
    assert asked.json == {"data": [base64.b64encode(b"one").decode(), base64.b64encode(b"two").decode()]}
    timestamp = asked.headers["timestamp"]
    signed = f"{SECRET['app_key']}{SECRET['app_secret']}{timestamp}{path}".encode() + asked.body
    assert asked.headers["sign"] == hashlib.md5(signed).hexdigest()
    assert asked.headers["appkey"] == SECRET["app_key"]
    assert asked.headers["content-type"] == "application/json"
    assert len(timestamp) == 13
    assert before <= int(timestamp) <= time.time() * 1000 + 1


def test_the_plates_path_can_be_the_manuals_other_one(vendor: Host) -> None:
    vendor.says(answer(plate_entry()))
    ask(ctyun.Plate(), secret={**SECRET, "plate_path": "driven-plate-ocr/plateLicense.json"})
    assert vendor.asked[0].path == "/v1/aiop/api/2platecode00/driven-plate-ocr/plateLicense.json"


def test_the_newer_gateway(vendor: Host) -> None:
    vendor.says({"statusCode": 800, "returnObj": [text_entry("a")]})
    [outcome] = ask(ctyun.GeneralText(), secret={**SECRET, "gateway": "eop", "ak": "ak", "sk": "sk"})
    assert [line.text for line in reading(outcome).lines] == ["a"]
    [asked] = vendor.asked
    sent = asked.headers
    assert asked.path == PATHS[0][1]
    assert sent["content-type"] == "application/json;charset=UTF-8"
    assert sent["appkey"] == SECRET["app_key"]
    assert "sign" not in sent
    secret = {**SECRET, "ak": "ak", "sk": "sk"}
    expected = ctyun.eop_authorization(secret, sent["ctyun-eop-request-id"], sent["eop-date"], asked.body)
    assert sent["eop-authorization"] == expected
    now = time.time()
    china = {time.strftime("%Y%m%dT%H%M", time.gmtime(now + 8 * 3600 - back)) for back in (0, 5)}
    assert sent["eop-date"][:-3] in china


@pytest.mark.parametrize("more", [{"gateway": "eop"}, {"gateway": "eop", "ak": "ak"}, {"gateway": "other"}])
def test_half_a_gateway_is_a_mistake_of_ours(vendor: Host, more: dict[str, str]) -> None:
    with pytest.raises(ConfigurationError):
        ask(ctyun.GeneralText(), secret=SECRET | more)


@pytest.mark.parametrize("code", [{"code": "10009", "statusCode": "CTAPI_10009"}, {"statusCode": "CTAPI_10002"}])
def test_the_newer_gateways_refusals(vendor: Host, code: dict[str, str]) -> None:
    vendor.says({"requestId": "r", **code, "message": "ctyun-EOP: signature verification failed", "returnObj": {}})
    assert isinstance(ask(ctyun.GeneralText())[0], VendorRejected)


@pytest.mark.parametrize("name", ["result", "returnObj"])
def test_general_text(vendor: Host, name: str) -> None:
    vendor.says(answer(text_entry("社会主义", "富强"), name=name))
    found = reading(ask(ctyun.GeneralText())[0])
    assert [line.text for line in found.lines] == ["社会主义", "富强"]
    assert found.lines[0].box == ((43.39, 157.35), (610.58, 169.54), (609.15, 236.14), (41.96, 223.96))


def test_the_emblem_side(vendor: Host) -> None:
    vendor.says(answer(card_entry(EMBLEM, risk="normal")))
    [finding] = reading(ask(ctyun.IdCard())[0]).findings
    assert finding.type == "emblem"
    assert said(finding) == {"签发机关": "某市某局", "有效期限": "2007.07.27-2027.07.27", "risk": "normal"}
    assert [item.key for item in finding.items][:2] == ["org", "validperiod"]


def test_the_portrait_side(vendor: Host) -> None:
    vendor.says(answer(card_entry(PORTRAIT, note="back", idcard_face="A" * 4000)))
    found = reading(ask(ctyun.IdCard())[0])
    [finding] = found.findings
    assert finding.type == "portrait"
    assert said(finding) == {"姓名": "某人", "性别": "男", "民族": "汉", "出生": "1900年1月1日", "住址": "某路1号"}
    assert "AAAA" not in json.dumps(found.model_dump())


@pytest.mark.parametrize(
    ("detail", "note", "side"),
    [
        (PORTRAIT, "front", "portrait"),
        (EMBLEM, "back", "emblem"),
        (PORTRAIT | {"org": "某市某局"}, "back", "portrait"),
        (PORTRAIT | {"org": "某市某局"}, "front", "emblem"),
        (PORTRAIT | {"org": "某市某局"}, None, None),
    ],
)
def test_the_filled_fields_say_which_side_it_is(vendor: Host, detail: Any, note: Any, side: str | None) -> None:
    vendor.says(answer(card_entry(detail, note=note)))
    [finding] = reading(ask(ctyun.IdCard())[0]).findings
    assert finding.type == side


@pytest.mark.parametrize("spelling", ["platelicense", "plate_license"])
def test_plate(vendor: Host, spelling: str) -> None:
    entry = plate_entry(confidence=0.97)
    entry["detail"][0][spelling] = entry["detail"][0].pop("platelicense")
    vendor.says(answer(entry))
    [finding] = reading(ask(ctyun.Plate())[0]).findings
    assert said(finding) == {"车牌号": "浙C80000", "车牌颜色": "蓝", "车牌类型": "蓝牌", "整牌可信度": "0.97"}
    assert finding.box == ((123, 191), (214, 195), (213, 226), (122, 222))
    assert finding.items[0].confidence == 0.97


def test_plates_are_counted_by_what_is_there(vendor: Host) -> None:
    entry = plate_entry()
    entry["detail"] *= 2
    vendor.says(answer(entry))
    assert len(reading(ask(ctyun.Plate())[0]).findings) == 2


@pytest.mark.parametrize(
    ("offer", "entry"),
    [
        (ctyun.GeneralText(), text_entry()),
        (ctyun.GeneralText(), text_entry(" ")),
        (ctyun.IdCard(), card_entry(EMPTY, risk="normal")),
        (ctyun.Plate(), {"number of plate licenses": 0, "detail": []}),
        (ctyun.Plate(), plate_entry(platelicense="")),
    ],
)
def test_nothing_found_is_no_result(vendor: Host, offer: Offer, entry: Any) -> None:
    vendor.says(answer(entry))
    [outcome] = ask(offer)
    assert isinstance(outcome, NoResult)
    assert outcome.paid


def test_one_bad_picture_does_not_touch_the_others(vendor: Host) -> None:
    vendor.says(answer(text_entry("a"), failed_entry("4010"), text_entry("c"), fail=1))
    one, two, three = ask(ctyun.GeneralText(), picture(b"1"), picture(b"2"), picture(b"3"))
    assert [line.text for line in reading(one).lines] == ["a"]
    assert isinstance(two, VendorRejected)
    assert (two.remedy, two.code) == ("smaller", "4010")
    assert [line.text for line in reading(three).lines] == ["c"]


def test_a_pictures_raw_answer_holds_no_other_picture(vendor: Host) -> None:
    vendor.says(answer(text_entry("alpha"), failed_entry(4008), text_entry("gamma"), fail=1))
    outcomes = ask(ctyun.GeneralText(), picture(b"1"), picture(b"2"), picture(b"3"))
    for outcome, own in zip(outcomes, ("alpha", "4008", "gamma"), strict=True):
        raw = outcome.raw.content.decode()
        assert [name in raw for name in ("alpha", "4008", "gamma")] == [
            name == own for name in ("alpha", "4008", "gamma")
        ]


@pytest.mark.parametrize("code", [4008, 4009, 4010, 4011])
def test_one_bad_picture_that_fails_the_whole_request_is_found_by_asking_one_by_one(vendor: Host, code: int) -> None:
    failed = {"code": code, "message": "error", "details": "x"}
    vendor.says(failed, answer(text_entry("a")), failed, answer(text_entry("c")))
    one, two, three = ask(ctyun.GeneralText(), picture(b"1"), picture(b"2"), picture(b"3"))
    assert [line.text for line in reading(one).lines] == ["a"]
    assert isinstance(two, VendorRejected)
    assert two.code == str(code)
    assert [line.text for line in reading(three).lines] == ["c"]
    sent = [[base64.b64decode(text) for text in asked.json["data"]] for asked in vendor.asked]
    assert sent == [[b"1", b"2", b"3"], [b"1"], [b"2"], [b"3"]]


def test_each_further_request_waits_for_its_place_in_the_vendors_rate(vendor: Host) -> None:
    places = iter([None, VendorUnavailable("used up", code="rate"), None])

    def wait_for_rate() -> None:
        if busy := next(places):
            raise busy

    vendor.says({"code": 4008}, answer(text_entry("a")), answer(text_entry("c")))
    one, two, three = ask(ctyun.GeneralText(), picture(b"1"), picture(b"2"), picture(b"3"), wait_for_rate=wait_for_rate)
    assert [reading(found).lines[0].text for found in (one, three)] == ["a", "c"]
    assert (error(two).code, error(two).paid) == ("rate", False)
    assert len(vendor.asked) == 3


@pytest.mark.parametrize("code", [4001, 4005, 4007, 5000])
def test_what_is_no_pictures_fault_is_not_asked_again(vendor: Host, code: int) -> None:
    vendor.says({"code": code, "message": "error", "details": "x"})
    outcomes = ask(ctyun.GeneralText(), picture(b"1"), picture(b"2"))
    assert [error(outcome).code for outcome in outcomes] == [str(code)] * 2
    assert len(vendor.asked) == 1


@pytest.mark.parametrize(
    "body",
    [
        answer(text_entry("a"), fail=1),
        answer(text_entry("a"), text_entry("b")),
        {"code": 4999, "message": "error", "result": [text_entry("a")]},
        {"code": 0, "result": {"0": text_entry("a")}},
    ],
)
def test_an_answer_about_one_picture_that_was_not_understood_is_kept_whole(vendor: Host, body: Any) -> None:
    vendor.says(body)
    [outcome] = ask(ctyun.GeneralText())
    assert isinstance(outcome, UnexpectedResponse)
    assert kept(outcome) == body


@pytest.mark.parametrize(
    "body",
    [
        answer(text_entry("a")),
        answer(text_entry("a"), text_entry("b"), text_entry("c")),
        answer(text_entry("a"), text_entry("b"), fail=1),
        answer(text_entry("a"), failed_entry(4008), fail=2),
        {"code": 0, "message": "error"},
        {"code": 0, "message": {"success": 2, "fail": 0}, "result": {"0": text_entry("a")}},
        {"message": {"success": 2, "fail": 0}, "result": [text_entry("a"), text_entry("b")]},
        {"code": 4999, "message": "error", "details": "new"},
    ],
)
def test_a_batch_that_does_not_add_up_gives_nobody_anything(vendor: Host, body: Any) -> None:
    vendor.says(body)
    outcomes = ask(ctyun.GeneralText(), picture(b"1"), picture(b"2"))
    assert len(outcomes) == 2
    for outcome in outcomes:
        assert isinstance(outcome, UnexpectedResponse)
        assert kept(outcome) == body


@pytest.mark.parametrize(
    ("offer", "entry"),
    [
        (ctyun.GeneralText(), {"text_line": 1}),
        (ctyun.GeneralText(), text_entry(None)),
        (ctyun.GeneralText(), text_entry({"text": "a"})),
        (ctyun.IdCard(), {"note": "front", "detail": [EMBLEM]}),
        (ctyun.Plate(), {"number of plate licenses": 1, "detail": [{"box": BOX}]}),
        (ctyun.GeneralText(), failed_entry(4999)),
        (ctyun.GeneralText(), {**text_entry("a"), "err_code": {"code": 1}}),
    ],
)
def test_an_entry_in_another_form_is_changed(vendor: Host, offer: Offer, entry: Any) -> None:
    vendor.says(answer(entry))
    [outcome] = ask(offer)
    assert isinstance(outcome, UnexpectedResponse)
    assert kept(outcome)["result"] == [entry]


def test_an_answer_that_says_both_uses_the_code(vendor: Host) -> None:
    vendor.says(Answered({"code": 4013, "message": "error", "details": "x"}, status=404))
    assert error(ask(ctyun.GeneralText())[0]).code == "4013"


SHOWN = {"name": "张三", "idn": "990000190001010016"}


@pytest.mark.parametrize("risk", ["normal", "copy", "temporary", "screen", "unknown"])
def test_the_vocabulary_of_risk_is_understood(vendor: Host, risk: str) -> None:
    vendor.says(answer(card_entry(SHOWN, risk=risk)))
    product = products()["id_card"]
    [found] = normalize(product.fields, product.checks, reading(ask(ctyun.IdCard())[0]))
    shown = {"normal": "original", "copy": "photocopy", "screen": "screen_recapture"}
    assert found.fields["image_type"] == shown.get(risk, risk)


def test_what_the_manual_does_not_list_is_kept(vendor: Host) -> None:
    vendor.says(answer(card_entry(SHOWN) | {"quality": 3, "edge": None}))
    assert said(reading(ask(ctyun.IdCard())[0]).findings[0])["quality"] == "3"
    vendor.says(answer(plate_entry(vehicle_color="白", confidence=98)))
    found = said(reading(ask(ctyun.Plate())[0]).findings[0])
    assert (found["vehicle_color"], found["整牌可信度"]) == ("白", "98")
    vendor.says(answer(text_entry("a") | {"language": "zh"}))
    assert said(reading(ask(ctyun.GeneralText())[0]).findings[0]) == {"language": "zh"}


def test_the_table_is_as_long_as_the_manual() -> None:
    assert len(ERRORS) == 14
    assert {code for code in ctyun.ERRORS if code.startswith(("4", "5"))} == {str(code) for code in ERRORS}


@pytest.mark.parametrize(("errors_at", "calls"), [("picture", 1), ("root", 51)])
@pytest.mark.parametrize("gateway", ["legacy", "eop"])
def test_fifty_pictures_in_one_request(wire: dict[str, Control], errors_at: str, calls: int, gateway: str) -> None:
    wire["ctyun"].set(errors_at=errors_at)
    pictures = [plain(color=f"rgb({shade},0,0)") for shade in range(50)]
    file = BytesIO()
    Image.new("RGB", (400, 300)).save(file, "GIF")
    pictures[7] = replace(pictures[7], content=file.getvalue())  # `examine` lets none through
    outcomes = Case(ctyun.GeneralText(), secret={**EOP, "gateway": gateway}).read(*pictures)
    failed = [number for number, outcome in enumerate(outcomes) if not isinstance(outcome, Reading)]
    assert failed == [7]
    assert isinstance(outcomes[7], VendorRejected)
    assert outcomes[7].code == "4009"
    report = wire["ctyun"].report()
    assert report["calls"] == calls
    assert len(report["charges"]) == 49
    assert {violation["reason"] for violation in report["violations"]} == {"a picture is GIF"}


@pytest.mark.parametrize("plate_key", ["platelicense", "plate_license"])
@pytest.mark.parametrize("envelope", ["result", "returnObj"])
def test_both_spellings(wire: dict[str, Control], plate_key: str, envelope: str) -> None:
    wire["ctyun"].set(plate_key=plate_key, envelope=envelope)
    [outcome] = Case(ctyun.Plate()).read()
    assert isinstance(outcome, Reading)
    assert outcome.findings[0].items[0].text == "粤B12345"
