"""Juhe: what is sent, byte for byte, and what each answer becomes."""

import base64
from datetime import UTC, datetime
from typing import Any

import pytest

from captcha.app import product as captchas
from ocr.declare.offers import Offer
from ocr.model.record import Record, Status
from ocr.pipeline.status import settled
from ocr.platform.errors import ConfigurationError, NoResult, UnexpectedResponse
from ocr.vendors import juhe
from tests.contract.adapters.juhe import CAPTCHA, PLATE, PLATES, SYSTEM, captcha, plates
from tests.support.vendors import Host, ask, error, kept, picture, reading, said

# The documented unit price of every codetype.
PRICES = {
    "1101": 10, "1004": 10, "1005": 12, "1006": 15,
    "2001": 10, "2002": 20, "2003": 30, "2004": 40, "2005": 50,
    "3004": 10, "3005": 12, "3006": 15, "4004": 10, "4005": 12, "4006": 15,
    "5108": 22, "5211": 30, "6001": 15, "6003": 25, "6002": 15, "6004": 15,
    "9101": 15, "9102": 22, "9202": 40, "9103": 20, "9004": 25,
}  # fmt: skip


def test_captcha_by_base64(vendor: Host) -> None:
    vendor.says(captcha("23"))
    content = bytes(range(256))
    [outcome] = ask(juhe.Captcha(), picture(content), codetype="1004")
    [asked] = vendor.asked
    assert (asked.method, asked.path) == ("POST", "/verify_yzm_img/query")
    assert asked.form == {"key": "captcha-key", "codetype": "1004", "pic": base64.b64encode(content).decode()}
    assert reading(outcome).trace == "JH710122051710381190768496"


def test_captcha_by_file(vendor: Host) -> None:
    vendor.says(captcha("23"))
    ask(juhe.Captcha(), picture(b"bytes", format="PNG"), codetype="1004", input="file")
    [asked] = vendor.asked
    assert (asked.method, asked.path) == ("POST", "/verify_yzm_img/verify")
    assert asked.parts == {
        "key": "captcha-key",
        "codetype": "1004",
        "pic": ("picture.png", "image/png", b"bytes"),
    }


@pytest.mark.parametrize(
    ("form", "path"), [("base64", "/verify_carlicense/query"), ("file", "/verify_carlicense/verify")]
)
def test_plate_is_sent_under_its_own_key(vendor: Host, form: str, path: str) -> None:
    vendor.says(plates(*PLATE))
    ask(juhe.Plate(), picture(b"bytes"), input=form)
    [asked] = vendor.asked
    assert asked.path == path
    sent = asked.parts if form == "file" else asked.form
    assert sent["key"] == "plate-key"
    assert sent["file"] in (("picture.jpeg", "image/jpeg", b"bytes"), base64.b64encode(b"bytes").decode())


@pytest.mark.parametrize(("codetype", "price"), PRICES.items())
def test_every_codetype_costs_what_the_document_says(vendor: Host, codetype: str, price: int) -> None:
    assert juhe.Captcha().units({"codetype": codetype}) == price
    vendor.says(captcha("1,2" if codetype in ("9101", "9004") else "1,2|3,4" if codetype != "9103" else "1,2 3,4 5,6"))
    [outcome] = ask(juhe.Captcha(), codetype=codetype)
    assert reading(outcome).units == price


def test_an_unknown_price_is_a_mistake_and_not_nothing() -> None:
    for options in ({}, {"codetype": "7777"}):
        with pytest.raises(ConfigurationError):
            juhe.Captcha().units(options)


def test_there_are_no_more_codetypes() -> None:
    assert set(juhe.CODETYPES) == set(PRICES)


@pytest.mark.parametrize(
    ("codetype", "res", "kind", "items"),
    [
        ("1004", "aB3d", "text", {"text": "aB3d"}),
        ("2001", "汉", "text", {"text": "汉"}),
        ("6004", "北京", "text", {"text": "北京"}),
        ("6001", "23", "number", {"text": "23", "number": "23"}),
        ("6001", 23, "number", {"text": "23", "number": "23"}),
        ("6003", "-1.5", "number", {"text": "-1.5", "number": "-1.5"}),
        ("6001", "二十三", "number", {"text": "二十三"}),
        ("6002", "b", "choice", {"text": "b", "choice": "B"}),
        ("6002", "3", "choice", {"text": "3", "choice": "3"}),
        ("5211", "CSQU 305438 3", "container_number", {"text": "CSQU 305438 3", "container_number": "CSQU3054383"}),
        ("9101", "12,34", "points", {"points": "12,34"}),
        ("9102", "12,34|56,78", "points", {"points": "12,34 56,78"}),
        ("9202", "12,34 56,78", "points", {"points": "12,34 56,78"}),
        ("9103", "1,2|3, 4|5,6", "points", {"points": "1,2 3,4 5,6"}),
        ("9004", "1,2", "points", {"points": "1,2"}),
    ],
)
def test_answers_are_typed_by_kind(vendor: Host, codetype: str, res: Any, kind: str, items: dict[str, str]) -> None:
    vendor.says(captcha(res))
    [outcome] = ask(juhe.Captcha(), codetype=codetype)
    [finding] = reading(outcome).findings
    assert (finding.type, said(finding)) == (kind, items)


@pytest.mark.parametrize(
    ("codetype", "res"),
    [("9103", "1,2|3,4"), ("9101", "1,2|3,4"), ("9102", "left"), ("9101", "9999,9999"), ("9004", "1,2|3")],
)
def test_points_that_nobody_can_click_on_are_no_success(vendor: Host, codetype: str, res: str) -> None:
    """The vendor is well, and paid: its answer is wrong, and kept as text."""
    vendor.says(captcha(res))
    [outcome] = ask(juhe.Captcha(), codetype=codetype)
    empty = Record(id="a" * 32, product="captcha", status=Status.SUCCEEDED, created_at=datetime.now(UTC))
    made = settled(captchas, empty, reading(outcome))
    assert (made.status, made.document and made.document.fields) == (Status.INCOMPLETE, {})
    assert made.document
    assert [one.text for one in made.document.unmapped] == [res]
    assert [check.fields for check in made.document.failed if check.name == "codetype"] == [["points"]]


def test_plate_in_full(vendor: Host) -> None:
    vendor.says(plates(*PLATE))
    [outcome] = ask(juhe.Plate())
    [finding] = reading(outcome).findings
    assert len(finding.items) == 8
    assert said(finding) == {
        "车牌号": "粤TNT444",
        "车牌颜色": "蓝",
        "车牌颜色代码": "1",
        "车牌类型代码": "1",
        "车牌类型": "蓝牌",
        "整牌可信度": "0.79",
        "亮度评价": "98",
        "车牌运动方向": "unknown",
    }
    assert finding.items[0].confidence == 0.79
    assert finding.box == ((273, 154), (345, 154), (345, 173), (273, 173))
    assert reading(outcome).trace == "JH711122051814001466198152"
    assert reading(outcome).units == 1


@pytest.mark.parametrize(
    ("code", "name"),
    [("2", "黑牌"), ("4", "双排黄牌（大车尾牌，农用车）"), ("17", "新能源车牌-小型车"), ("18", "新能源车牌-大型车")],
)
def test_the_type_is_decoded_by_the_type_table(vendor: Host, code: str, name: str) -> None:
    vendor.says(plates(("车牌号", "浙C80000"), ("车牌颜色", "2"), ("车牌类型", code), ("车牌运动方向", "4")))
    [finding] = reading(ask(juhe.Plate())[0]).findings
    assert said(finding) == {
        "车牌号": "浙C80000",
        "车牌颜色代码": "2",
        "车牌颜色": "黄",
        "车牌类型代码": code,
        "车牌类型": name,
        "车牌运动方向": "down",
    }


def test_two_plates_are_two_findings(vendor: Host) -> None:
    second = [("车牌号", "浙C80000"), *PLATE[1:]]
    vendor.says(plates(*PLATE, *second))
    [outcome] = ask(juhe.Plate())
    assert [said(finding)["车牌号"] for finding in reading(outcome).findings] == ["粤TNT444", "浙C80000"]


@pytest.mark.parametrize("place", ["", "a_b_c_d", "1_2", "560245776_1_560245779_3", "5_5_5_5"])
def test_a_place_that_is_none_costs_only_the_box(vendor: Host, place: str) -> None:
    vendor.says(plates(*PLATE[:-1], (PLATE[-1][0], place)))
    [finding] = reading(ask(juhe.Plate())[0]).findings
    assert finding.box is None
    assert said(finding)["车牌号"] == "粤TNT444"


@pytest.mark.parametrize("body", [plates(), plates(("车牌号", "")), plates(("车牌号", None), *PLATE[1:])])
def test_no_plate_is_no_result(vendor: Host, body: Any) -> None:
    vendor.says(body)
    [outcome] = ask(juhe.Plate())
    assert isinstance(outcome, NoResult)
    assert outcome.paid


@pytest.mark.parametrize(
    "body",
    [
        {"reason": "操作成功", "result": None, "error_code": 0},
        {"reason": "操作成功", "result": {}, "error_code": 0},
        {"reason": "操作成功", "result": {"res": {"desc": "车牌号"}}, "error_code": 0},
        {"reason": "操作成功", "result": {"res": ["粤TNT444"]}, "error_code": 0},
        plates(("车牌颜色", "蓝")),
        {"reason": "操作成功", "result": plates(*PLATE)["result"]},
        {**plates(*PLATE), "error_code": True},
        {**plates(*PLATE), "error_code": {"code": 0}},
    ],
)
def test_success_in_another_form_is_changed(vendor: Host, body: Any) -> None:
    vendor.says(body)
    [outcome] = ask(juhe.Plate())
    assert isinstance(outcome, UnexpectedResponse)
    assert kept(outcome) == body


@pytest.mark.parametrize("codetype", juhe.CODETYPES)
def test_an_empty_captcha_is_no_result(vendor: Host, codetype: str) -> None:
    vendor.says(captcha(""))
    assert isinstance(ask(juhe.Captcha(), codetype=codetype)[0], NoResult)


def test_without_a_codetype_nothing_is_sent(vendor: Host) -> None:
    vendor.says(captcha("23"))
    assert error(ask(juhe.Captcha())[0]).status == 400
    assert not vendor.asked


def test_a_colour_whose_name_and_code_differ_keeps_both(vendor: Host) -> None:
    vendor.says(plates(("车牌号", "粤TNT444"), ("车牌颜色", "蓝"), ("车牌颜色", "2")))
    [finding] = reading(ask(juhe.Plate())[0]).findings
    assert [item.text for item in finding.items if item.label == "车牌颜色"] == ["蓝", "黄"]


def test_a_plates_rows_may_begin_before_its_number(vendor: Host) -> None:
    rows = [
        ("车牌颜色", "蓝"),
        ("车牌类型", "01"),
        ("整牌可信度", "101"),
        ("车牌号", "粤B12345"),
        ("车牌运动方向", "1"),
    ]
    place = ("车牌位置(left_top_right_bottom)", "345_173_273_154")
    vendor.says(plate_answer([*rows, place]))
    [finding] = reading(ask(juhe.Plate())[0]).findings
    assert said(finding) == {
        "车牌号": "粤B12345", "车牌颜色": "蓝", "车牌类型代码": "01", "车牌类型": "蓝牌", "整牌可信度": "101",
        "车牌运动方向": "left",
    }  # fmt: skip
    assert finding.box == ((273, 154), (345, 154), (345, 173), (273, 173))


def test_rows_of_several_plates_begin_alike(vendor: Host) -> None:
    rows = [("车牌颜色", "蓝"), ("车牌号", "粤B1"), ("亮度评价", "9"), ("车牌颜色", "黄"), ("车牌号", "粤B2")]
    vendor.says(plate_answer(rows))
    first, second = map(said, reading(ask(juhe.Plate())[0]).findings)
    assert (first, second) == (
        {"车牌号": "粤B1", "车牌颜色": "蓝", "亮度评价": "9"},
        {"车牌号": "粤B2", "车牌颜色": "黄"},
    )


def test_a_place_that_is_none_is_kept_as_text(vendor: Host) -> None:
    vendor.says(plate_answer([("车牌号", "粤B12345"), ("车牌位置", "nowhere")]))
    assert said(reading(ask(juhe.Plate())[0]).findings[0])["车牌位置"] == "nowhere"


@pytest.mark.parametrize("offer", [juhe.Captcha(), juhe.Plate()])
def test_an_empty_answer_that_was_paid_for_has_its_trace(vendor: Host, offer: Offer) -> None:
    empty, options = ("", {"codetype": "1004"}) if isinstance(offer, juhe.Captcha) else ([], {})
    vendor.says({"error_code": 0, "result": {"res": empty, "orderid": "JH7101"}})
    outcome = error(ask(offer, **options)[0])
    assert isinstance(outcome, NoResult)
    assert (outcome.trace, outcome.paid) == ("JH7101", True)


def plate_answer(rows: list[tuple[str, str]]) -> dict[str, Any]:
    res = [{"nID": None, "index": None, "desc": desc, "content": content} for desc, content in rows]
    return {"reason": "操作成功", "result": {"res": res, "orderid": "JH1"}, "error_code": 0}


ANSWERS = [
    ("1004", "8f2k", "passed"), ("1004", "undefined", "failed"), ("1101", "7", "passed"), ("1101", "77", "failed"),
    ("2004", "汉字", "passed"), ("2004", "abcd", "failed"), ("3005", "abcde", "passed"), ("3005", "abc1", "failed"),
    ("4006", "123456", "passed"), ("4006", "12a", "failed"), ("5108", "aB3$5678", "passed"), ("5108", "aB3", "failed"),
    ("6001", "23", "passed"), ("6001", "?", "failed"), ("6002", "B", "passed"), ("6002", "E", "failed"),
    ("6004", "玄武门", "passed"), ("9101", "10,20", "passed"), ("9101", "9999,9999", "failed"),
    ("5211", "CSQU3054383", "passed"), ("5211", "CSQU305438", "failed"),
]  # fmt: skip


@pytest.mark.parametrize(("codetype", "res", "outcome"), ANSWERS)
def test_an_answer_is_checked_against_its_codetype(vendor: Host, codetype: str, res: str, outcome: str) -> None:
    vendor.says({"error_code": 0, "result": {"res": res, "orderid": "o"}})
    [finding] = reading(ask(juhe.Captcha(), codetype=codetype)[0]).findings
    assert (finding.checks[0].name, finding.checks[0].outcome) == ("codetype", outcome)
    assert outcome == "passed" or said(finding) in ({"text": res}, {"answer": res})


@pytest.mark.parametrize(("number", "outcome"), [("CSQU3054383", "passed"), ("CSQU3054380", "failed")])
def test_a_containers_check_digit_is_checked(vendor: Host, number: str, outcome: str) -> None:
    vendor.says({"error_code": 0, "result": {"res": number, "orderid": "o"}})
    [finding] = reading(ask(juhe.Captcha(), codetype="5211")[0]).findings
    assert [(one.name, one.outcome) for one in finding.checks] == [("codetype", "passed"), ("iso_6346", outcome)]


def test_the_tables_are_as_long_as_the_document() -> None:
    assert len(SYSTEM) + len(CAPTCHA) + len(PLATES) == 27
    assert juhe.CAPTCHA_ERRORS.keys() | juhe.PLATE_ERRORS.keys() == {str(code) for code in SYSTEM | CAPTCHA | PLATES}


@pytest.mark.parametrize("code", SYSTEM)
def test_older_answers_carry_only_a_resultcode(vendor: Host, code: int) -> None:
    vendor.says({"resultcode": str(code - 9900), "reason": "!!!", "result": None})
    outcome = error(ask(juhe.Plate())[0])
    assert (type(outcome), outcome.status, outcome.paid) == SYSTEM[code]
    assert outcome.code == str(code)
