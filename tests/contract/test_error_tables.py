"""Every row of every vendor's table of errors, as its document lists it: whose turn it is, the status, whether paid."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from ocr.declare.offers import Offer, VendorRequest
from ocr.model.answer import ReceivedAnswer
from ocr.model.problem import problem_of
from ocr.platform.errors import Busy, CallerError, Changed, NoResult, OcrError, Refused
from ocr.vendors import ctyun, esign, etoplive, juhe
from tests.contract.vendors import Answered, Card, Host, adapters, ask, error, picture

PAID, FREE = True, False
Row = tuple[type[OcrError], int, bool]
REFUSED, BUSY = (Refused, 502, FREE), (Busy, 503, FREE)
NOTHING = (NoResult, 422, PAID)


# What calls the request malformed, which this system has made and checked, is never the caller's.
OURS = REFUSED


JUHE_SYSTEM: dict[int, Row] = {
    10001: REFUSED,
    10002: REFUSED,
    10003: REFUSED,
    10004: REFUSED,
    10005: REFUSED,
    10007: REFUSED,
    10008: REFUSED,
    10009: REFUSED,
    10011: BUSY,
    10012: REFUSED,
    10013: REFUSED,
    10014: (Busy, 503, PAID),
    10020: BUSY,
    10021: REFUSED,
}
JUHE_CAPTCHA: dict[int, Row] = {
    271001: BUSY,
    271002: OURS,
    271003: NOTHING,
    271004: OURS,
    271005: OURS,
    271006: OURS,
    271007: BUSY,
    271008: NOTHING,
    271009: OURS,
}
JUHE_PLATE: dict[int, Row] = {271101: BUSY, 271102: OURS, 271103: NOTHING, 271104: REFUSED}
ETOPLIVE: dict[int, Row] = {
    3: NOTHING,
    16: OURS,
    17: REFUSED,
    19: NOTHING,
    -1: REFUSED,
    -2: REFUSED,
    -3: REFUSED,
    -4: REFUSED,
    -5: REFUSED,
    -6: OURS,
    -7: REFUSED,
    -8: BUSY,
    -49: (Busy, 503, PAID),
    -51: (CallerError, 422, FREE),
    -52: BUSY,
    -55: BUSY,
}
ESIGN: dict[int, Row] = {30500100: OURS, 30500101: OURS}
ESIGN_GATEWAY = [
    "缺少参数",
    "AUTHSTRATEGY_NOT_FOUND",
    "无效的应用",
    "TOKEN错误",
    "TOKEN_CANT_BE_NULL",
    "INVALID_TIMESTAMP",
    "INVALID_SIGNATURE",
    "UNAUTHORIZED",
]
CTYUN: dict[int, Row] = {
    4001: REFUSED,
    4002: REFUSED,
    4003: REFUSED,
    4004: REFUSED,
    4005: OURS,
    4006: OURS,
    4007: BUSY,
    4008: OURS,
    4009: OURS,
    4010: OURS,
    4011: OURS,
    4012: REFUSED,
    4013: REFUSED,
    5000: (Busy, 503, PAID),
}
CTYUN_OFFERS = (ctyun.GeneralText(), ctyun.IdCard(), ctyun.Plate())
A_PICTURES_OWN = (4007, 4008, 4009, 4010, 4011, 5000)


def juhe_says(code: Any, **more: Any) -> dict[str, Any]:
    return {"resultcode": "100", "reason": "!!!", "result": None, "error_code": code, **more}


def ctyun_says(code: Any) -> dict[str, Any]:
    return {"code": code, "message": "error", "details": "details"}


def cases() -> Iterator[Any]:
    """(offer, answer, expected row, code), once with the code as a number and once as text."""
    for kind in (int, str):
        for table, offer in ((JUHE_CAPTCHA, juhe.Captcha()), (JUHE_PLATE, juhe.Plate())):
            for code, row in (table | JUHE_SYSTEM).items():
                yield _case(offer, juhe_says(kind(code)), row, code)
        for code, row in ETOPLIVE.items():
            yield _case(etoplive.Pid(2), {"ErrorCode": kind(code)}, row, code)
        for code, row in ESIGN.items():
            yield _case(esign.GeneralText(), {"code": kind(code), "message": "m", "data": None}, row, code)
        for message in ESIGN_GATEWAY:
            refusal = {"success": False, "code": kind(401), "message": message}
            yield _case(esign.GeneralText(), refusal, REFUSED, f"401/{message}")
        for code, row in CTYUN.items():
            for offer in CTYUN_OFFERS:
                yield _case(offer, ctyun_says(kind(code)), row, code)
    for code in A_PICTURES_OWN:
        for offer in CTYUN_OFFERS:
            body = {"code": 0, "message": {"success": 0, "fail": 1}, "result": [{"err_code": code, "err_msg": "m"}]}
            yield _case(offer, body, CTYUN[code], code)
    for adapter in adapters():
        for offer, body, row, code in adapter.ROWS:
            yield _case(offer, body, row, code)


def _case(offer: Offer, body: Any, row: Row, code: Any) -> Any:
    return pytest.param(offer, body, row, str(code), id=f"{offer.vendor}-{type(offer).__name__}-{code}")


@pytest.mark.parametrize(("offer", "body", "row", "code"), list(cases()))
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
    assert outcome.raw == body


def _asked(offer: Offer) -> Any:
    return ask(offer, **({"codetype": "1004"} if isinstance(offer, juhe.Captcha) else {}))[0]


def test_the_tables_are_as_long_as_the_documents() -> None:
    assert len(JUHE_SYSTEM) + len(JUHE_CAPTCHA) + len(JUHE_PLATE) == 27
    assert len(ETOPLIVE) + 1 == 17  # and 0
    assert len(CTYUN) == 14
    assert juhe.CAPTCHA_ERRORS.keys() | juhe.PLATE_ERRORS.keys() == {
        str(code) for code in JUHE_SYSTEM | JUHE_CAPTCHA | JUHE_PLATE
    }
    assert etoplive.ERRORS.keys() == {str(code) for code in ETOPLIVE}
    assert esign.ERRORS.keys() == {str(code) for code in ESIGN}
    assert esign.GATEWAY_ERRORS.keys() == set(ESIGN_GATEWAY)
    assert {code for code in ctyun.ERRORS if code.startswith(("4", "5"))} == {str(code) for code in CTYUN}


@pytest.mark.parametrize("code", JUHE_SYSTEM)
def test_juhes_older_answers_carry_only_a_resultcode(vendor: Host, code: int) -> None:
    vendor.says({"resultcode": str(code - 9900), "reason": "!!!", "result": None})
    outcome = error(_asked(juhe.Plate()))
    assert (type(outcome), outcome.status, outcome.paid) == JUHE_SYSTEM[code]
    assert outcome.code == str(code)


OFFERS = [juhe.Captcha(), juhe.Plate(), etoplive.Pid(2), esign.GeneralText(), *CTYUN_OFFERS]
NAMES = {"juhe": "error_code", "etoplive": "ErrorCode", "esign": "code", "ctyun": "code"}


@pytest.mark.parametrize("offer", OFFERS)
@pytest.mark.parametrize(
    "code",
    [99999, "99999", -77, None, "", True, 0.5, [], {"code": 0}, "张三", "990000190001010011X" * 4, "no such code"],
)
def test_an_unknown_code_is_never_success(vendor: Host, offer: Offer, code: Any) -> None:
    vendor.says({NAMES[offer.vendor]: code, "message": "m", "result": [], "data": {}, "ResultList": []})
    outcome = error(_asked(offer))
    assert isinstance(outcome, Changed)
    assert outcome.paid
    assert outcome.code is None or outcome.code.isascii()
    assert "990000" not in str(outcome.code)


@pytest.mark.parametrize("offer", OFFERS)
@pytest.mark.parametrize("body", [{}, {"message": "m"}, {"code": {"code": {"error_code": 0, "ErrorCode": 0}}}])
def test_a_missing_or_nested_code_is_never_success(vendor: Host, offer: Offer, body: Any) -> None:
    vendor.says(body)
    assert isinstance(_asked(offer), Changed)


@pytest.mark.parametrize("offer", OFFERS)
@pytest.mark.parametrize(
    ("answer", "kind", "paid", "retry_after"),
    [
        (Answered("", 429, {"Retry-After": "7"}), Busy, FREE, 7),
        (Answered("", 429), Busy, FREE, None),
        (Answered("", 429, {"Retry-After": "9" * 30}), Busy, FREE, 3600),
        (Answered("", 503, {"Retry-After": "soon"}), Busy, FREE, None),
        (Answered("", 503, {"Retry-After": "Wed, 01 Jan 2020 00:00:00 GMT"}), Busy, FREE, 1),
        (Answered("<html>oops</html>", 500), Busy, FREE, None),
        (Answered({"message": "oops"}, 500), Busy, FREE, None),
        (Answered("bad gateway", 502), Busy, PAID, None),
        (Answered("timeout", 504), Busy, PAID, None),
        (Answered("", 401), Refused, FREE, None),
        (Answered("<html>", 403), Refused, FREE, None),
        # What somebody else answered while the vendor deploys or repairs passes, and cost nothing.
        (Answered("", 404), Busy, FREE, None),
        (Answered({"message": "oops"}, 404), Busy, FREE, None),
        (Answered("", 405), Busy, FREE, None),
        (Answered("", 302, {"Location": "http://127.0.0.1:1/"}), Busy, FREE, None),
        (Answered("<html>oops</html>", 301, {"Location": "/login"}), Busy, FREE, None),
        (Answered("<html>login</html>"), Busy, FREE, None),
        (Answered("\ufeff\n <!DOCTYPE html><html>oops", headers={"Retry-After": "600"}), Busy, FREE, 600),
        (Answered("系统维护中"), Busy, FREE, None),
        (Answered("系统维护中".encode("gbk")), Busy, FREE, None),
        (Answered("<html>oops</html>", 400), Busy, FREE, None),
        (Answered({"message": "oops"}, 400), Changed, FREE, None),
        (Answered("<html>oops</html>", 413), Refused, FREE, None),
        # What the vendor answered and the way damaged passes too; it may have been paid for.
        (Answered(""), Busy, PAID, None),
        (Answered('{"error_code": 0, "ErrorCode": 0, "code": 0, "res'), Busy, PAID, None),
        (Answered('{"error_code": 0, "ErrorCode": 0, "n": "汉字汉字'.encode()[:-1] + b'"}'), Busy, PAID, None),
        (Answered(b"\xff\xfe\x00garbage\x80"), Busy, PAID, None),
        # What can be read and means something unknown is for a person.
        (Answered("[]"), Changed, PAID, None),
        (Answered('"0"'), Changed, PAID, None),
        (Answered('{"code": 0, "error_code": 0, "ErrorCode": 0, "n": NaN}'), Changed, PAID, None),
        (Answered('{"code": 0, "error_code": 0, "ErrorCode": 0, "n": 1e999}'), Changed, PAID, None),
        (Answered('{"code": 0, "error_code": 0, "ErrorCode": 0, "n": "\\ud800"}'), Changed, PAID, None),
        (Answered('{"a":' * 60 + "0" + "}" * 60), Changed, PAID, None),
        (Answered('{"a":' * 100_000 + "0" + "}" * 100_000), Changed, PAID, None),
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
    assert isinstance(_asked(juhe.Captcha()), Busy)


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
    assert isinstance(offer.understood(asked, kept), Busy)
    unlisted = ReceivedAnswer(200, {}, json.dumps({NAMES[offer.vendor]: 99999}).encode("utf-16"))
    assert isinstance(offer.understood(asked, unlisted), Changed)
