"""Juhe's simulator does what Juhe's documents say."""

import hashlib
from typing import Any
from urllib.parse import urlencode

import pytest
from PIL import Image

from local.simulators import SECRETS, reader
from tests.support.simulator_requests import Vendor, b64, blank, captcha, captcha_form, file_of, oversize

UNITS = dict.fromkeys((1101, 1004, 2001, 3004, 4004), 10) | dict.fromkeys((1005, 3005, 4005), 12)
UNITS |= dict.fromkeys((1006, 3006, 4006, 6001, 6002, 6004, 9101), 15)
UNITS |= {2002: 20, 9103: 20, 5108: 22, 9102: 22, 6003: 25, 9004: 25, 2003: 30, 5211: 30, 2004: 40, 9202: 40, 2005: 50}


def test_juhe_answers_what_the_captcha_file_carries(juhe_at: Vendor) -> None:
    answer = juhe_at.post("/verify_yzm_img/query", data=captcha_form(captcha("12,34|56,78"), codetype="9102")).json()

    assert answer["result"]["res"] == "12,34|56,78"
    assert answer["result"]["orderid"].startswith("JH")
    assert (answer["reason"], answer["error_code"]) == ("操作成功", 0)


def test_juhe_takes_the_captcha_as_a_file(juhe_at: Vendor) -> None:
    form = captcha_form(captcha("8"), pic=None, codetype="6001")

    answer = juhe_at.post("/verify_yzm_img/verify", data=form, files={"pic": ("c.png", captcha("8"))}).json()

    assert answer["result"]["res"] == "8"
    assert juhe_at.violations == []


@pytest.mark.parametrize(("codetype", "units"), UNITS.items())
def test_juhe_charges_by_its_price_table(codetype: int, units: int, juhe_at: Vendor) -> None:
    juhe_at.post("/verify_yzm_img/query", data=captcha_form(captcha("x"), codetype=str(codetype)))

    report = juhe_at.control.report()
    assert len(UNITS) == 26
    assert (report["units"], report["pictures"]) == (units, {hashlib.sha256(captcha("x")).hexdigest(): 1})


@pytest.mark.parametrize(
    ("changes", "code", "breach"),
    [
        ({"key": "someone-else"}, 10001, None),
        ({"key": SECRETS["juhe"]["plate_key"]}, 10002, None),
        ({"key": None}, 10001, "no key"),
        ({"codetype": "1234"}, 271009, "codetype '1234' is not in the table"),
        ({"codetype": None}, 271009, "codetype '' is not in the table"),
        ({"pic": None}, 271002, "pic is missing or empty"),
        ({"pic": ""}, 271002, "pic is missing or empty"),
        ({"pic": "data:image/png;base64," + b64(blank())}, 271005, "base64 carries a data: prefix"),
        ({"pic": "ab-_"}, 271005, "base64 uses the URL-safe alphabet"),
        ({"pic": b64(blank())[:-2]}, 271005, "base64 does not decode"),
        ({"pic": b64(b"no picture")}, 271004, "the bytes do not decode as a picture"),
        ({"pic": b64(blank(400, 400)[:-60])}, 271004, "the bytes do not decode as a picture"),
        ({"pic": b64(blank(kind="WEBP"))}, 271004, "the picture is WEBP"),
        ({"pic": b64(oversize(1024 * 1024))}, 271006, "the picture has 1048577 bytes, over 1048576"),
        ({"pic": b64(blank())}, 271003, None),
    ],
)
def test_juhe_refuses_by_its_own_table(changes: dict[str, Any], code: int, breach: str | None, juhe_at: Vendor) -> None:
    answer = juhe_at.post("/verify_yzm_img/query", data=captcha_form(captcha("x"), **changes)).json()

    assert (answer["error_code"], answer["result"]) == (code, None)
    assert juhe_at.violations == ([breach] if breach else [])
    assert juhe_at.control.report()["charges"] == []


def test_juhe_takes_exactly_1024_kilobytes(juhe_at: Vendor) -> None:
    picture = oversize(1024 * 1024 - 1)

    answer = juhe_at.post("/verify_yzm_img/query", data=captcha_form(picture)).json()

    assert (len(picture), answer["error_code"]) == (1024 * 1024, 271003)


def test_juhe_sees_a_plus_that_was_not_percent_encoded(juhe_at: Vendor) -> None:
    picture = file_of(Image.effect_noise((64, 64), 80), "PNG")
    form = urlencode({"key": SECRETS["juhe"]["captcha_key"], "codetype": "1004"}) + "&pic=" + b64(picture)
    kind = {"Content-Type": "application/x-www-form-urlencoded"}

    assert juhe_at.post("/verify_yzm_img/query", data=form, headers=kind).json()["error_code"] == 271005


@pytest.mark.parametrize(
    ("request_", "breach"),
    [
        ({"data": captcha_form(b"x", extra="1")}, "unknown parameter 'extra'"),
        ({"data": captcha_form(b"x"), "params": {"key": "k"}}, "parameters in the URL"),
        ({"json": captcha_form(b"x")}, "takes application/x-www-form-urlencoded, not application/json"),
        ({"data": captcha_form(b"x"), "files": {"pic": b"x"}}, "not multipart/form-data"),
        ({"data": [*captcha_form(b"x").items(), ("key", "k")]}, "parameter 'key' comes twice"),
    ],
)
def test_juhe_notes_what_its_document_does_not_have(request_: dict[str, Any], breach: str, juhe_at: Vendor) -> None:
    answer = juhe_at.post("/verify_yzm_img/query", **request_)

    assert answer.status_code == 400
    assert breach in juhe_at.violations[0]


def test_juhes_file_upload_wants_a_file(juhe_at: Vendor) -> None:
    parts = {name: (None, value) for name, value in captcha_form(captcha("x")).items()}

    answer = juhe_at.post("/verify_yzm_img/verify", files=parts).json()

    assert (answer["error_code"], juhe_at.violations) == (271002, ["pic is a text field, not a file"])


def test_juhe_tells_a_plate_in_eight_parts(juhe_at: Vendor, quick: None) -> None:
    form = {"key": SECRETS["juhe"]["plate_key"], "file": b64(blank())}

    parts = juhe_at.post("/verify_carlicense/query", data=form).json()["result"]["res"]

    assert [(part["desc"], part["content"]) for part in parts] == [
        ("车牌号", "粤B12345"),
        ("车牌颜色", "蓝"),
        ("车牌颜色", "1"),
        ("车牌类型", "1"),
        ("整牌可信度", "97"),
        ("亮度评价", "255"),
        ("车牌运动方向", "0"),
        ("车牌位置(left_top_right_bottom)", "10_5_110_40"),
    ]
    assert {(part["nID"], part["index"]) for part in parts} == {(None, None)}


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "BMP"])
def test_juhe_takes_what_vendors_take(kind: str, juhe_at: Vendor, quick: None) -> None:
    form = {"key": SECRETS["juhe"]["plate_key"]}

    answer = juhe_at.post("/verify_carlicense/verify", data=form, files={"file": ("p", blank(kind=kind))}).json()

    assert (answer["error_code"], juhe_at.violations) == (0, [])


@pytest.mark.parametrize("kind", ["GIF", "TIFF"])
def test_juhe_takes_no_other_format_for_a_plate(kind: str, juhe_at: Vendor, quick: None) -> None:
    form = {"key": SECRETS["juhe"]["plate_key"], "file": b64(blank(kind=kind))}

    answer = juhe_at.post("/verify_carlicense/query", data=form).json()

    assert (answer["error_code"], juhe_at.violations) == (271103, [f"the picture is {kind}"])


@pytest.mark.parametrize(("way", "source"), [("query", "base64"), ("verify", "file")])
def test_juhes_bill_says_how_the_picture_came(way: str, source: str, juhe_at: Vendor, quick: None) -> None:
    form, path = {"key": SECRETS["juhe"]["plate_key"]}, f"/verify_carlicense/{way}"
    if way == "query":
        juhe_at.post(path, data=form | {"file": b64(blank())})
    else:
        juhe_at.post(path, data=form, files={"file": ("p.png", blank())})

    assert [charge["source"] for charge in juhe_at.control.report()["charges"]] == [source]


@pytest.mark.parametrize(("content", "code"), [(b"", 271102), (b"no picture", 271103), (blank(), 271103)])
def test_juhe_reads_no_plate_where_there_is_none(
    content: bytes, code: int, juhe_at: Vendor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reader, "plates", lambda picture: [])
    form = {"key": SECRETS["juhe"]["plate_key"]}

    answer = juhe_at.post("/verify_carlicense/verify", data=form, files={"file": ("p.png", content)}).json()

    assert answer["error_code"] == code


def test_juhes_plate_interface_is_post_only(juhe_at: Vendor) -> None:
    assert juhe_at.get("/verify_carlicense/query").json()["error_code"] == 271104
