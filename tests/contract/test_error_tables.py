"""Every row of every vendor's table of errors, as its document lists it: whose turn it is, the status, whether paid."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from ocr.declare.offers import Offer, VendorRequest
from ocr.model.answer import ReceivedAnswer
from ocr.model.problem import problem_of
from ocr.platform.errors import OcrError, UnexpectedResponse, VendorRejected, VendorUnavailable
from ocr.vendors import etoplive, juhe
from tests.support.adapters import Card, Row, adapters, offers, rows
from tests.support.vendors import Answered, Host, ask, error, kept, picture

PAID, FREE = True, False
OFFERS = [case.offer for case in offers()]


def code_of(offer: Offer) -> str:
    """The member of the vendor's answers that carries their code."""
    name: str = adapters()[offer.vendor].CODES[0]
    return name


def _case(offer: Offer, body: Any, row: Row, code: str) -> Any:
    return pytest.param(offer, body, row, code, id=f"{offer.vendor}-{type(offer).__name__}-{code}")


@pytest.mark.parametrize(("offer", "body", "row", "code"), [_case(*row) for row in rows()])
def test_row(vendor: Host, offer: Offer, body: Any, row: Row, code: str) -> None:
    vendor.says(body)
    outcome = error(_asked(offer))
    problem = problem_of(outcome)
    assert (type(outcome), outcome.status, outcome.paid) == row
    assert (outcome.code, outcome.vendor) == (code, offer.vendor)
    assert problem.status == row[1]
    assert problem.title
    assert problem.detail.endswith(".")
    assert problem.advice.endswith((".", "。"))
    assert "!!!" not in problem.model_dump_json()
    assert kept(outcome) == body


def _asked(offer: Offer) -> Any:
    [options] = [case.options for case in offers() if type(case.offer) is type(offer)]
    return ask(offer, **options)[0]


WAYS: dict[str, Callable[[Any], Any]] = {
    "a text with blanks": lambda code: f" {code}\n",
    "a decimal number in a text": lambda code: f"{code}.0" if str(code).lstrip("-").isdigit() else code,
    "wide letters": lambda code: str(code).translate({letter: letter + 0xFEE0 for letter in range(0x21, 0x7F)}),
}


@pytest.mark.parametrize("written", WAYS.values(), ids=WAYS)
def test_a_code_is_the_same_however_it_is_written(vendor: Host, written: Callable[[Any], Any]) -> None:
    for offer, body, row, code in rows():
        vendor.says(_rewritten(offer, body, written))
        outcome = error(_asked(offer))
        assert ((type(outcome), outcome.status, outcome.paid), outcome.code) == (row, code), (offer, body)


def _rewritten(offer: Offer, part: Any, written: Callable[[Any], Any]) -> Any:
    """The answer with its codes written so; the gateway's words stand in a message and stay."""
    if isinstance(part, list):
        return [_rewritten(offer, one, written) for one in part]
    if not isinstance(part, dict):
        return part
    names = adapters()[offer.vendor].CODES
    return {
        name: written(one) if name in names and one not in (None, "") else _rewritten(offer, one, written)
        for name, one in part.items()
    }


@pytest.mark.parametrize("status", [400, 404, 429, 503])
def test_a_code_says_more_than_the_status_that_it_comes_with(vendor: Host, status: int) -> None:
    for offer, body, row, code in rows():
        vendor.says(Answered(body, status))
        outcome = error(_asked(offer))
        assert ((type(outcome), outcome.status, outcome.paid), outcome.code) == (row, code), (offer, body)


@pytest.mark.parametrize("around", [{"ErrorCode": "0"}, {"ErrorCode": 0, "SerialId": 1}, {}])
@pytest.mark.parametrize("status", [200, 400, 500])
def test_an_entrys_code_is_enough(vendor: Host, around: dict[str, Any], status: int) -> None:
    vendor.says(Answered(around | {"ResultList": [{"ocr_error_code": -52}]}, status))
    [outcome] = ask(etoplive.Pid(2))
    assert (type(outcome), error(outcome).code) == (VendorUnavailable, "-52")


@pytest.mark.parametrize("offer", OFFERS)
@pytest.mark.parametrize(
    "code",
    [99999, "99999", -77, None, "", True, 0.5, [], {"code": 0}, "张三", "990000190001010011X" * 4, "no such code"],
)
def test_an_unknown_code_is_never_success(vendor: Host, offer: Offer, code: Any) -> None:
    vendor.says({code_of(offer): code, "message": "m", "result": [], "data": {}, "ResultList": []})
    outcome = error(_asked(offer))
    assert isinstance(outcome, UnexpectedResponse)
    assert outcome.paid
    assert outcome.code is None or outcome.code.isascii()
    assert "990000" not in str(outcome.code)


@pytest.mark.parametrize("offer", OFFERS)
@pytest.mark.parametrize("body", [{}, {"message": "m"}, {"code": {"code": {"error_code": 0, "ErrorCode": 0}}}])
def test_a_missing_or_nested_code_is_never_success(vendor: Host, offer: Offer, body: Any) -> None:
    vendor.says(body)
    assert isinstance(_asked(offer), UnexpectedResponse)


@pytest.mark.parametrize("offer", OFFERS)
@pytest.mark.parametrize(
    ("answer", "kind", "paid", "retry_after"),
    [
        (Answered("", 429, {"Retry-After": "7"}), VendorUnavailable, FREE, 7),
        (Answered("", 429), VendorUnavailable, FREE, None),
        (Answered("", 429, {"Retry-After": "9" * 30}), VendorUnavailable, FREE, 3600),
        (Answered("", 503, {"Retry-After": "soon"}), VendorUnavailable, FREE, None),
        (Answered("", 503, {"Retry-After": "Wed, 01 Jan 2020 00:00:00 GMT"}), VendorUnavailable, FREE, 1),
        (Answered("<html>oops</html>", 500), VendorUnavailable, FREE, None),
        (Answered({"message": "oops"}, 500), VendorUnavailable, FREE, None),
        (Answered("bad gateway", 502), VendorUnavailable, PAID, None),
        (Answered("timeout", 504), VendorUnavailable, PAID, None),
        (Answered("", 401), VendorRejected, FREE, None),
        (Answered("<html>", 403), VendorRejected, FREE, None),
        # What somebody else answered while the vendor deploys or repairs passes, and cost nothing.
        (Answered("", 404), VendorUnavailable, FREE, None),
        (Answered({"message": "oops"}, 404), VendorUnavailable, FREE, None),
        (Answered("", 405), VendorUnavailable, FREE, None),
        (Answered("", 302, {"Location": "http://127.0.0.1:1/"}), VendorUnavailable, FREE, None),
        (Answered("<html>oops</html>", 301, {"Location": "/login"}), VendorUnavailable, FREE, None),
        (Answered("<html>login</html>"), VendorUnavailable, FREE, None),
        (Answered("\ufeff\n <!DOCTYPE html><html>oops", headers={"Retry-After": "600"}), VendorUnavailable, FREE, 600),
        (Answered("系统维护中"), VendorUnavailable, FREE, None),
        (Answered("系统维护中".encode("gbk")), VendorUnavailable, FREE, None),
        (Answered("<html>oops</html>", 400), VendorUnavailable, FREE, None),
        (Answered({"message": "oops"}, 400), UnexpectedResponse, FREE, None),
        (Answered("<html>oops</html>", 413), VendorRejected, FREE, None),
        # What the vendor answered and the way damaged passes too; it may have been paid for.
        (Answered(""), VendorUnavailable, PAID, None),
        (Answered('{"error_code": 0, "ErrorCode": 0, "code": 0, "res'), VendorUnavailable, PAID, None),
        (
            Answered('{"error_code": 0, "ErrorCode": 0, "n": "汉字汉字'.encode()[:-1] + b'"}'),
            VendorUnavailable,
            PAID,
            None,
        ),
        (Answered(b"\xff\xfe\x00garbage\x80"), VendorUnavailable, PAID, None),
        # What can be read and means something unknown is for a person.
        (Answered("[]"), UnexpectedResponse, PAID, None),
        (Answered('"0"'), UnexpectedResponse, PAID, None),
        (Answered('{"code": 0, "error_code": 0, "ErrorCode": 0, "n": NaN}'), UnexpectedResponse, PAID, None),
        (Answered('{"code": 0, "error_code": 0, "ErrorCode": 0, "n": 1e999}'), UnexpectedResponse, PAID, None),
        (Answered('{"code": 0, "error_code": 0, "ErrorCode": 0, "n": "\\ud800"}'), UnexpectedResponse, PAID, None),
        (Answered('{"a":' * 60 + "0" + "}" * 60), UnexpectedResponse, PAID, None),
        (Answered('{"a":' * 100_000 + "0" + "}" * 100_000), UnexpectedResponse, PAID, None),
    ],
)
def test_http(
    vendor: Host, offer: Offer, answer: Answered, kind: type[OcrError], paid: bool, retry_after: int | None
) -> None:
    vendor.says(answer)
    outcome = error(_asked(offer))
    assert (type(outcome), outcome.paid, outcome.retry_after) == (kind, paid, retry_after)
    assert outcome.vendor == offer.vendor
    assert "oops" not in problem_of(outcome).model_dump_json()


def test_success_in_a_failed_status_is_no_success(vendor: Host) -> None:
    vendor.says(Answered({"error_code": 0, "result": {"res": "23", "orderid": "o"}}, 500))
    assert isinstance(_asked(juhe.Captcha()), VendorUnavailable)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
def test_json_in_any_of_its_encodings(vendor: Host, encoding: str) -> None:
    vendor.says(Answered('{"error_code": 0, "result": {"res": "汉"}}'.encode(encoding)))
    assert _asked(juhe.Captcha()).findings[0].items[0].text == "汉"


@pytest.mark.parametrize("charset", ["GBK", "gb2312", '"GB18030"'])
def test_chinese_encodings_when_they_are_declared(vendor: Host, charset: str) -> None:
    content = '{"error_code": 0, "result": {"res": "汉"}}'.encode("gb18030")
    vendor.says(Answered(content, headers={"Content-Type": f"text/html; charset={charset}"}))
    assert _asked(juhe.Captcha()).findings[0].items[0].text == "汉"


@pytest.mark.parametrize(
    "headers", [{}, {"Content-Type": "application/json; charset=utf-8"}, {"Content-Type": "text/html"}]
)
def test_chinese_encodings_when_they_are_not(vendor: Host, headers: dict[str, str]) -> None:
    vendor.says(Answered('{"error_code": 0, "result": {"res": "汉字"}}'.encode("gb18030"), headers=headers))
    assert _asked(juhe.Captcha()).findings[0].items[0].text == "汉字"


def test_utf_8_is_utf_8_whatever_is_declared(vendor: Host) -> None:
    content = '{"error_code": 0, "result": {"res": "汉字"}}'.encode()
    vendor.says(Answered(content, headers={"Content-Type": "text/html; charset=gbk"}))
    assert _asked(juhe.Captcha()).findings[0].items[0].text == "汉字"


@pytest.mark.parametrize("size", [300, 300_000])
@pytest.mark.parametrize("offer", OFFERS)
def test_what_cannot_be_read_is_kept_byte_for_byte(vendor: Host, offer: Offer, size: int) -> None:
    content = b'{"res": "' + bytes([0x81, 0x20]) * size
    vendor.says(Answered(content, headers={"Content-Type": "text/html", "Location": "/x", "X-Other": "1"}))
    raw = error(_asked(offer)).raw
    assert isinstance(raw, ReceivedAnswer)
    assert (raw.status, raw.content) == (200, content)
    assert (raw.headers["Content-Type"], raw.headers["Location"]) == ("text/html", "/x")
    assert "X-Other" not in raw.headers


@pytest.mark.parametrize("offer", OFFERS)
def test_what_is_kept_byte_for_byte_can_be_read_another_day(vendor: Host, offer: Offer) -> None:
    vendor.says(Answered("系统维护中"))
    kept = error(_asked(offer)).raw
    asked = VendorRequest("card", Card, [picture()], {"codetype": "1004"}, 0)
    assert isinstance(offer.understood(asked, kept), VendorUnavailable)
    unlisted = ReceivedAnswer(200, {}, json.dumps({code_of(offer): 99999}).encode("utf-16"))
    assert isinstance(offer.understood(asked, unlisted), UnexpectedResponse)
