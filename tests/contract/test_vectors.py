"""Signatures as the vendors' documents define them, on fixed inputs worked out by hand beforehand."""

import pytest

from ocr.vendors import ctyun, esign

APP_SECRET = "0123456789abcdef0123456789abcdef"
PATH = "/v2/identity/auth/api/ocr/generalcharacters"
BODY = b'{"image":"aGVsbG8gb2Ny","requestId":"req-0001"}'


def test_esign_digest_is_base64_of_the_raw_md5() -> None:
    assert esign.content_md5(BODY) == "FItCBXUs63SOgXVOLuVBsw=="
    assert esign.content_md5(b"") == "1B2M2Y8AsgTpgAmY7PhCfg=="


def test_esign_digest_covers_utf8_bytes_and_not_hex_digits() -> None:
    digest = esign.content_md5('{"name":"张三"}'.encode())
    assert digest == "HjMyrLrHKE0+csnLjzE02Q=="
    assert digest != "MWUzMzMyYWNiYWM3Mjg0ZDNlNzJjOWNiOGYzMTM0ZDk="


@pytest.mark.parametrize(
    ("content_type", "signature"),
    [
        ("application/json;charset=UTF-8", "8w84obDrJeM8AmU8sR9Wdlt+fbPzldX1FPn0ea9hpOI="),
        ("application/json; charset=UTF-8", "IZNr62cvA3ONzdvbHLjM9Wcpo++8cDp2JY4s1r6u+Ao="),
    ],
)
def test_esign_signs_the_content_type_to_the_letter(content_type: str, signature: str) -> None:
    string = esign.string_to_sign("POST", PATH, "FItCBXUs63SOgXVOLuVBsw==", content_type)
    assert string == f"POST\n*/*\nFItCBXUs63SOgXVOLuVBsw==\n{content_type}\n\n{PATH}"
    assert esign.signature(APP_SECRET, string) == signature


def test_esign_keeps_the_lines_of_empty_parts() -> None:
    string = esign.string_to_sign("GET", "/v1/example?a=1&b=2")
    assert string == "GET\n*/*\n\n\n\n/v1/example?a=1&b=2"
    assert esign.signature(APP_SECRET, string) == "P0QU/UCxkndcDFExWn0T2oX7NnTBiFZvHZ02QBIUZt4="


@pytest.mark.parametrize(
    ("body", "sign"),
    [
        (b'{"data": ["aGVsbG8="]}', "a281e2afaf08ec23181068d92a82de63"),
        (b'{"data":["aGVsbG8="]}', "7605b645a79a675320d0b1769acdaf62"),
    ],
)
def test_ctyun_signs_the_exact_bytes(body: bytes, sign: str) -> None:
    secret = {"app_key": "11112222333344445555666677778888", "app_secret": "aaaabbbbccccddddeeeeffff00001111"}
    path = "/v1/aiop/api/2abcdefghijk/ocrdetect/ocr/v1/image.json"
    assert ctyun.md5_sign(secret, "1700000000000", path, body) == sign


def test_ctyun_newer_gateway() -> None:
    secret = {"app_key": "11112222333344445555666677778888", "ak": "test-ak", "sk": "test-sk"}
    request_id, date = "00000000-0000-1000-8000-000000000001", "20240102T030405Z"
    assert ctyun.eop_authorization(secret, request_id, date, b'{"data": ["aGVsbG8="]}') == (
        "test-ak Headers=appkey;ctyun-eop-request-id;eop-date Signature=8wNieupTDnsYn0gaVZhfwKmvlqhHguTq500VqVPGbEE="
    )
