"""Promise: what a vendor answered is kept as it came, of whatever size and charset, and can be read again from that."""

import base64
import json
from typing import Any

import pytest

from ocr.declare.offers import VendorRequest
from ocr.model.answer import ReceivedAnswer
from ocr.vendors import ctyun, juhe
from tests.contract.adapters.ctyun import PORTRAIT, answer, card_entry, text_entry
from tests.support.adapters import Card
from tests.support.vendors import Answered, Host, ask, error, picture, reading

CHARSETS = ["utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-16-be"]
FACE = base64.b64encode(b"\xff\xd8\xff" + b"face" * 600).decode()


def captcha(said: str, charset: str) -> bytes:
    body = {"reason": "操作成功", "result": {"orderid": "JH1", "res": said}, "error_code": 0}
    return json.dumps(body, ensure_ascii=False, indent=3).encode(charset)


def raw(outcome: Any) -> ReceivedAnswer:
    assert isinstance(outcome.raw, ReceivedAnswer)
    return outcome.raw


@pytest.mark.parametrize("size", [4, 400_000])
@pytest.mark.parametrize("charset", CHARSETS)
def test_a_readable_answer_is_kept_byte_for_byte(vendor: Host, charset: str, size: int) -> None:
    content = captcha("汉" * size, charset)
    vendor.says(Answered(content, headers={"Content-Type": "text/html"}))
    [outcome] = ask(juhe.Captcha(), codetype="2004")
    kept = raw(outcome)
    assert (kept.status, kept.content, kept.headers["Content-Type"]) == (200, content, "text/html")
    again = juhe.Captcha().understood(VendorRequest("card", Card, [picture()], {"codetype": "2004"}, 0), kept)
    assert reading(again) == reading(outcome)


@pytest.mark.parametrize("body", [captcha("汉字", "utf-8"), b'{"error_code": 271003}', b"<html>", b"\xff{{"])
def test_no_secret_is_among_the_kept_headers(vendor: Host, body: bytes) -> None:
    headers = {
        "Set-Cookie": "session=hidden",
        "Authorization": "hidden",
        "X-Auth-Token": "hidden",
        "Location": "https://me:hidden@login.example/page?token=hidden#hidden",
    }
    vendor.says(Answered(body, headers=headers))
    [outcome] = ask(juhe.Captcha(), codetype="2004")
    assert "hidden" not in json.dumps(dict(raw(outcome).headers))
    assert raw(outcome).headers["Location"] == "login.example/page"


@pytest.mark.parametrize("charset", CHARSETS)
@pytest.mark.parametrize(
    ("name", "written", "slashes"),
    [
        ("idcard_face", FACE, "/"),
        ("other", FACE, r"\/"),
        ("other", base64.urlsafe_b64encode(b"\xff\xd8\xff" + b"?>" * 900).decode(), "/"),
    ],
)
def test_only_a_picture_that_nobody_asked_for_is_cut_out(
    vendor: Host, charset: str, name: str, written: str, slashes: str
) -> None:
    body = answer(
        card_entry(
            PORTRAIT | {"name": '顾 "家"\\'}, note="back", **{"demo_image": "", "idcard_face": "", name: written}
        )
    )
    text = json.dumps(body, ensure_ascii=False, indent=1).replace(written, written.replace("/", slashes))
    vendor.says(Answered(text.encode(charset)))
    [outcome] = ask(ctyun.IdCard())
    assert raw(outcome).content == text.replace(written.replace("/", slashes), "").encode(charset)
    [asked_for] = ask(ctyun.IdCard(), removeImgData="0")
    assert raw(asked_for).content == text.encode(charset)


def test_an_answer_that_broke_off_keeps_no_picture_either(vendor: Host) -> None:
    whole = json.dumps(answer(card_entry(PORTRAIT, idcard_face=FACE, demo_image=""))).encode()
    vendor.says(Answered(whole[:-3] + b"\xff"))
    kept = raw(error(ask(ctyun.IdCard())[0]))
    assert FACE.encode() not in kept.content
    assert kept.content == whole.replace(FACE.encode(), b"")[:-3] + b"\xff"


def test_an_answer_about_several_pictures_is_kept_whole_once_and_in_parts(vendor: Host) -> None:
    content = json.dumps(answer(text_entry("alpha"), text_entry("beta")), ensure_ascii=False, indent=2).encode()
    vendor.says(Answered(content))
    one, two = (raw(outcome) for outcome in ask(ctyun.GeneralText(), picture(b"1"), picture(b"2")))
    assert one.batch is two.batch
    assert one.batch
    assert one.batch.content == content
    request = VendorRequest("card", Card, [picture()], {}, 0)
    read = [reading(ctyun.GeneralText().understood(request, part)).lines[0].text for part in (one, two)]
    assert read == ["alpha", "beta"]
    assert b"alpha" not in two.content
