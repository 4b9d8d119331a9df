"""The vendors' signatures: the public vectors, restated."""

import time

import pytest
from starlette.datastructures import Headers

from local.simulators import SECRETS, ctyun, signatures
from local.simulators.calls import Call
from tests.support.simulator_requests import CHARACTERS, GENERAL, Vendor

VECTOR_BODY = b'{"image":"aGVsbG8gb2Ny","requestId":"req-0001"}'


def esign_call(method: str, path: str, body: bytes = b"", query: str = "", **headers: str) -> Call:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Call(method, path, query, Headers(named), body)


@pytest.mark.parametrize(
    ("kind", "signature"),
    [
        ("application/json;charset=UTF-8", "8w84obDrJeM8AmU8sR9Wdlt+fbPzldX1FPn0ea9hpOI="),
        ("application/json; charset=UTF-8", "IZNr62cvA3ONzdvbHLjM9Wcpo++8cDp2JY4s1r6u+Ao="),
    ],
)
def test_esign_signs_the_content_type_byte_for_byte(kind: str, signature: str) -> None:
    md5 = signatures.content_md5(VECTOR_BODY)
    call = esign_call("POST", CHARACTERS, VECTOR_BODY, accept="*/*", content_md5=md5, content_type=kind)

    assert md5 == "FItCBXUs63SOgXVOLuVBsw=="
    assert signatures.esign_string(call) == f"POST\n*/*\nFItCBXUs63SOgXVOLuVBsw==\n{kind}\n\n{CHARACTERS}"
    assert signatures.esign(signatures.esign_string(call), SECRETS["esign"]["app_secret"]) == signature


def test_esign_sorts_the_query_and_keeps_the_newlines_of_empty_parts() -> None:
    call = esign_call("GET", "/v1/example", query="b=2&a=1", accept="*/*")

    assert signatures.esign_string(call) == "GET\n*/*\n\n\n\n/v1/example?a=1&b=2"
    assert signatures.esign(signatures.esign_string(call), SECRETS["esign"]["app_secret"]) == (
        "P0QU/UCxkndcDFExWn0T2oX7NnTBiFZvHZ02QBIUZt4="
    )


def test_esign_digests_utf8_bytes_and_an_absent_body_as_nothing() -> None:
    assert signatures.content_md5('{"name":"张三"}'.encode()) == "HjMyrLrHKE0+csnLjzE02Q=="
    assert signatures.content_md5(b"") == ""


@pytest.mark.parametrize(
    ("body", "sign"),
    [
        (b'{"data": ["aGVsbG8="]}', "a281e2afaf08ec23181068d92a82de63"),
        (b'{"data":["aGVsbG8="]}', "7605b645a79a675320d0b1769acdaf62"),
    ],
)
def test_ctyun_signs_the_exact_bytes(body: bytes, sign: str) -> None:
    keys = SECRETS["ctyun"]

    assert signatures.ctyun(keys["app_key"], keys["app_secret"], "1700000000000", GENERAL, body) == sign


def test_ctyun_takes_the_vector_over_the_wire_once_its_clock_agrees(ctyun_at: Vendor) -> None:
    body, headers = b'{"data": ["aGVsbG8="]}', {"Content-Type": "application/json", "Timestamp": "1700000000000"}
    headers |= {"AppKey": "11112222333344445555666677778888", "Sign": "a281e2afaf08ec23181068d92a82de63"}

    late = ctyun_at.post(GENERAL, data=body, headers=headers)
    ctyun_at.control.set(ahead=1_700_000_000 - time.time())
    timely = ctyun_at.post(GENERAL, data=body, headers=headers)

    assert late.status_code == 401
    assert timely.json()["result"] == [{"err_code": 4009, "err_msg": ctyun.ERRORS[4009]}]  # five letters, no picture


EOP = {
    "appkey": "11112222333344445555666677778888",
    "ctyun-eop-request-id": "00000000-0000-1000-8000-000000000001",
    "eop-date": "20240102T030405Z",
    "Content-Type": "application/json;charset=UTF-8",
    "Eop-Authorization": "test-ak Headers=appkey;ctyun-eop-request-id;eop-date "
    "Signature=8wNieupTDnsYn0gaVZhfwKmvlqhHguTq500VqVPGbEE=",
}


def test_ctyuns_newer_gateway_takes_its_vector_and_answers_in_return_obj(ctyun_at: Vendor) -> None:
    answer = ctyun_at.post(GENERAL, data=b'{"data": ["aGVsbG8="]}', headers=EOP).json()

    assert answer["returnObj"][0]["err_code"] == 4009


def test_ctyuns_newer_gateway_refuses_another_body_in_its_own_words(ctyun_at: Vendor) -> None:
    answer = ctyun_at.post(GENERAL, data=b'{"data":["aGVsbG8="]}', headers=EOP).json()

    assert (answer["code"], answer["statusCode"], answer["returnObj"]) == ("10009", "CTAPI_10009", {})
