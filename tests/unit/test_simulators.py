"""The simulated vendors do what the vendors' documents say: every call here is built by hand from those documents."""

import base64
import hashlib
import hmac
import io
import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from typing import Any, get_args
from urllib.parse import quote_plus, urlencode

import pylopdf_fonts_zh_cn as fonts
import pytest
import requests
from PIL import Image, ImageDraw, ImageFont
from PIL.PngImagePlugin import PngInfo
from starlette.datastructures import Headers

from local.samples import samples
from local.simulators import SECRETS, VENDORS, Control, ctyun, esign, etoplive, juhe, running, sight
from local.simulators.desk import CHARGED, Fault
from local.simulators.pictures import opened
from local.simulators.sight import Entry, Line, Page, Plate, Sighting
from local.simulators.wire import Call

GENERAL = f"/v1/aiop/api/{SECRETS['ctyun']['general_code']}/ocrdetect/ocr/v1/image.json"
ID_CARD = f"/v1/aiop/api/{SECRETS['ctyun']['idcard_code']}/IdentityCard/ocr/v1/idcard.json"
PLATE = f"/v1/aiop/api/{SECRETS['ctyun']['plate_code']}/driven-plate-ocr/platelicense.json"
CHARACTERS = "/v2/identity/auth/api/ocr/generalcharacters"
SERVLET = "/ocr/PageOcrServlet"


# ---- pictures ---------------------------------------------------------------------------------------------------


def file_of(image: Image.Image, kind: str = "PNG", **options: Any) -> bytes:
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def blank(width: int = 120, height: int = 48, kind: str = "PNG") -> bytes:
    return file_of(Image.new("RGB", (width, height), "white"), kind)


def captcha(answer: str) -> bytes:
    notes = PngInfo()
    notes.add_text("answer", answer)
    return file_of(Image.new("RGB", (100, 40), "white"), pnginfo=notes)


@pytest.fixture(scope="module")
def text() -> bytes:
    """Two lines that the engine reads without doubt."""
    image = Image.new("RGB", (520, 160), "white")
    pen = ImageDraw.Draw(image)
    for top, line in ((20, "社区图书馆开放时间"), (90, "周一至周五 9:00")):
        pen.text((30, top), line, "black", ImageFont.truetype(fonts.sans_path(), 40))
    return file_of(image, "JPEG", quality=95)


def oversize(limit: int) -> bytes:
    """A real picture with more bytes than `limit`: what follows a JPEG's end does no harm to it."""
    return blank(kind="JPEG").ljust(limit + 1, b"\0")


def plate_for_sure(picture: Any) -> list[Plate]:
    return [Plate("粤B12345", 0.97, ((10, 5), (110, 5), (110, 40), (10, 40)), "blue")]


def b64(content: bytes) -> str:
    return base64.b64encode(content).decode()


# ---- the vendors ------------------------------------------------------------------------------------------------


@dataclass
class Vendor:
    """A running simulator, asked without any of the product's code."""

    url: str
    control: Control

    def post(self, path: str, **request: Any) -> requests.Response:
        with requests.Session() as session:
            session.trust_env = False
            return session.post(self.url + path, timeout=request.pop("timeout", 60), **request)

    def get(self, path: str, **request: Any) -> requests.Response:
        with requests.Session() as session:
            session.trust_env = False
            return session.get(self.url + path, timeout=60, **request)

    @property
    def violations(self) -> list[str]:
        return [violation["reason"] for violation in self.control.report()["violations"]]


@pytest.fixture(scope="module")
def addresses() -> Iterator[dict[str, str]]:
    with running() as urls:
        yield urls


@pytest.fixture
def vendor_at(addresses: dict[str, str]) -> Callable[[str], Vendor]:
    def reset(name: str) -> Vendor:
        control = Control(addresses[name])
        control.reset()
        return Vendor(addresses[name], control)

    return reset


@pytest.fixture
def juhe_at(vendor_at: Callable[[str], Vendor]) -> Vendor:
    return vendor_at("juhe")


@pytest.fixture
def etoplive_at(vendor_at: Callable[[str], Vendor]) -> Vendor:
    return vendor_at("etoplive")


@pytest.fixture
def esign_at(vendor_at: Callable[[str], Vendor]) -> Vendor:
    return vendor_at("esign")


@pytest.fixture
def ctyun_at(vendor_at: Callable[[str], Vendor]) -> Vendor:
    return vendor_at("ctyun")


def captcha_form(picture: bytes, **changes: Any) -> dict[str, Any]:
    form = {"key": SECRETS["juhe"]["captcha_key"], "codetype": "1004", "pic": b64(picture)} | changes
    return {name: value for name, value in form.items() if value is not None}


def bill_form(picture: bytes | None, **changes: Any) -> dict[str, Any]:
    form = {"pid": "1001", **SECRETS["etoplive"]} | ({"file": b64(picture)} if picture else {}) | changes
    return {name: value for name, value in form.items() if value is not None}


def esign_headers(body: bytes, path: str = CHARACTERS, **changes: str | None) -> dict[str, str]:
    secrets = SECRETS["esign"]
    md5 = b64(hashlib.md5(body).digest())
    kind = "application/json;charset=UTF-8"
    signed = f"POST\n*/*\n{md5}\n{kind}\n\n{path}"
    headers = {
        "X-Tsign-Open-App-Id": secrets["app_id"],
        "X-Tsign-Open-Auth-Mode": "Signature",
        "X-Tsign-Open-Ca-Timestamp": str(int(time.time() * 1000)),
        "X-Tsign-Open-Ca-Signature": b64(hmac.digest(secrets["app_secret"].encode(), signed.encode(), "sha256")),
        "Accept": "*/*",
        "Content-MD5": md5,
        "Content-Type": kind,
    } | changes
    return {name: value for name, value in headers.items() if value is not None}


def esign_request(picture: bytes | None, path: str = CHARACTERS, **members: Any) -> dict[str, Any]:
    body = json.dumps(({"image": b64(picture)} if picture else {}) | members).encode()
    return {"data": body, "headers": esign_headers(body, path)}


def ctyun_request(body: Any, path: str = GENERAL, **changes: str) -> dict[str, Any]:
    secrets = SECRETS["ctyun"]
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    now = changes.get("Timestamp", str(int(time.time() * 1000)))
    signed = f"{secrets['app_key']}{secrets['app_secret']}{now}{path}".encode() + content
    headers = {
        "Content-Type": "application/json",
        "Sign": hashlib.md5(signed).hexdigest(),
        "Timestamp": now,
        "AppKey": secrets["app_key"],
    }
    return {"data": content, "headers": headers | changes}


def ask(name: str, at: Vendor, **request: Any) -> requests.Response:
    """A correct question that costs no reading, or next to none."""
    match name:
        case "juhe":
            return at.post("/verify_yzm_img/query", data=captcha_form(captcha("7k3m")), **request)
        case "etoplive":
            return at.post(SERVLET, data=bill_form(blank(), pid="6"), **request)
        case "esign":
            return at.post(CHARACTERS, **esign_request(blank()), **request)
    return at.post(PLATE, **ctyun_request({"data": [b64(blank())]}, PLATE), **request)


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """The engine stays out of it: every picture shows one plate and one line of text."""
    line = Line("周一", 0.9, ((10, 5), (60, 5), (60, 20), (10, 20)))
    monkeypatch.setattr(sight, "plates", plate_for_sure)
    monkeypatch.setattr(sight, "page", lambda picture: Page(picture.width, picture.height, 0, [line]))


# ---- signatures -------------------------------------------------------------------------------------------------

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
    md5 = esign.content_md5(VECTOR_BODY)
    call = esign_call("POST", CHARACTERS, VECTOR_BODY, accept="*/*", content_md5=md5, content_type=kind)

    assert md5 == "FItCBXUs63SOgXVOLuVBsw=="
    assert esign.string_to_sign(call) == f"POST\n*/*\nFItCBXUs63SOgXVOLuVBsw==\n{kind}\n\n{CHARACTERS}"
    assert esign.signature(esign.string_to_sign(call), SECRETS["esign"]["app_secret"]) == signature


def test_esign_sorts_the_query_and_keeps_the_newlines_of_empty_parts() -> None:
    call = esign_call("GET", "/v1/example", query="b=2&a=1", accept="*/*")

    assert esign.string_to_sign(call) == "GET\n*/*\n\n\n\n/v1/example?a=1&b=2"
    assert esign.signature(esign.string_to_sign(call), SECRETS["esign"]["app_secret"]) == (
        "P0QU/UCxkndcDFExWn0T2oX7NnTBiFZvHZ02QBIUZt4="
    )


def test_esign_digests_utf8_bytes_and_an_absent_body_as_nothing() -> None:
    assert esign.content_md5('{"name":"张三"}'.encode()) == "HjMyrLrHKE0+csnLjzE02Q=="
    assert esign.content_md5(b"") == ""


@pytest.mark.parametrize(
    ("body", "sign"),
    [
        (b'{"data": ["aGVsbG8="]}', "a281e2afaf08ec23181068d92a82de63"),
        (b'{"data":["aGVsbG8="]}', "7605b645a79a675320d0b1769acdaf62"),
    ],
)
def test_ctyun_signs_the_exact_bytes(body: bytes, sign: str) -> None:
    keys = SECRETS["ctyun"]

    assert ctyun.sign(keys["app_key"], keys["app_secret"], "1700000000000", GENERAL, body) == sign


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


# ---- every code and every fault ---------------------------------------------------------------------------------

CODES = {
    "juhe": [*range(271001, 271010), *range(271101, 271105), *range(10001, 10006), *range(10007, 10010)]
    + [10011, 10012, 10013, 10014, 10020, 10021],
    "etoplive": ["3", "16", "17", "19", "-1", "-2", "-3", "-4", "-5", "-6", "-7", "-8", "-49", "-51", "-52", "-55"],
    "esign": [30500100, 30500101],
    "ctyun": [*range(4001, 4014), 5000],
}
CODE_KEYS = {"juhe": "error_code", "etoplive": "ErrorCode", "esign": "code", "ctyun": "code"}


def test_the_tables_are_complete() -> None:
    assert [len(CODES[name]) for name in VENDORS] == [27, 16, 2, 14]
    assert set(juhe.Juhe.errors) == set(CODES["juhe"])
    assert set(etoplive.ERRORS) == {"0", *CODES["etoplive"]}
    assert set(ctyun.ERRORS) == set(CODES["ctyun"])


@pytest.mark.parametrize(("name", "code"), [(name, code) for name, codes in CODES.items() for code in codes])
def test_every_code_can_be_provoked_once(
    name: str, code: int | str, vendor_at: Callable[[str], Vendor], quick: None
) -> None:
    at = vendor_at(name)
    at.control.order(code=code)

    answer = ask(name, at)

    assert answer.status_code == 200
    assert answer.json()[CODE_KEYS[name]] == code
    assert str(ask(name, at).json()[CODE_KEYS[name]]) == "0"


@pytest.mark.parametrize(("code", "old"), [(10001, "101"), (10014, "114"), (10021, "121")])
def test_juhes_system_errors_carry_the_older_resultcode(code: int, old: str, juhe_at: Vendor) -> None:
    juhe_at.control.order(code=code)

    assert ask("juhe", juhe_at).json()["resultcode"] == old


@pytest.mark.parametrize("message", esign.GATEWAY_MESSAGES)
def test_every_message_behind_esigns_401_can_be_provoked(message: str, esign_at: Vendor) -> None:
    esign_at.control.order(code=401, message=message)

    answer = ask("esign", esign_at)

    assert (answer.status_code, answer.json()) == (401, {"success": False, "code": 401, "message": message})


def test_an_order_holds_for_as_many_calls_as_it_says(juhe_at: Vendor) -> None:
    juhe_at.control.order(code=10012, times=2)

    codes = [ask("juhe", juhe_at).json()["error_code"] for _ in range(3)]

    assert codes == [10012, 10012, 0]


def test_an_order_without_end_holds_until_the_reset(juhe_at: Vendor) -> None:
    juhe_at.control.order(fault="http500", times=None)
    held = [ask("juhe", juhe_at).status_code for _ in range(5)]

    juhe_at.control.reset()

    assert held == [500] * 5
    assert ask("juhe", juhe_at).status_code == 200


def test_an_order_for_a_path_lets_other_calls_pass(juhe_at: Vendor) -> None:
    juhe_at.control.order(code=10020, path="/verify_carlicense/")

    assert ask("juhe", juhe_at).json()["error_code"] == 0
    assert len(juhe_at.control.report()["orders"]) == 1


@pytest.mark.parametrize("told", [{"cod": 1}, {"fault": "sulk"}, {"settings": {"colour": 1}}, [1]])
def test_an_order_that_makes_no_sense_is_not_taken(told: Any, juhe_at: Vendor) -> None:
    answer = requests.put(juhe_at.control.url, json=told, timeout=5)

    assert answer.status_code == 400
    assert juhe_at.control.report()["orders"] == []


def succeeds_late(answer: requests.Response) -> bool:
    return answer.elapsed.total_seconds() >= 0.05 and answer.ok


def is_no_json(answer: requests.Response) -> bool:
    try:
        answer.json()
    except ValueError:
        return True
    return False


SHOWS: dict[str, Callable[[requests.Response, str], bool]] = {
    "slow": lambda answer, key: succeeds_late(answer),
    "http500": lambda answer, key: answer.status_code == 500,
    "http429": lambda answer, key: (answer.status_code, answer.headers["Retry-After"]) == (429, "0"),
    "garbage": lambda answer, key: answer.ok and is_no_json(answer),
    "html": lambda answer, key: answer.headers["Content-Type"].startswith("text/html"),
    "truncated": lambda answer, key: answer.content.startswith(b"{") and is_no_json(answer),
    "empty": lambda answer, key: answer.content == b"",
    "wrong_types": lambda answer, key: any(isinstance(value, list | dict) for value in answer.json().values()),
    "string_code": lambda answer, key: answer.json()[key] == "0",
    "missing_code": lambda answer, key: bool(answer.json()) and key not in answer.json(),
    "nested_code": lambda answer, key: answer.json()[key] == 0,
}
FAILS = {"hang": requests.ReadTimeout, "cut": requests.exceptions.ChunkedEncodingError}


def test_every_fault_is_tried() -> None:
    assert {*SHOWS, *FAILS} == set(get_args(Fault)) == set(CHARGED)


@pytest.mark.parametrize("name", VENDORS)
@pytest.mark.parametrize("fault", [*SHOWS, *FAILS])
def test_every_fault_happens_and_is_charged_as_the_vendor_would(
    fault: Fault, name: str, vendor_at: Callable[[str], Vendor], quick: None
) -> None:
    at = vendor_at(name)
    at.control.order(fault=fault, seconds=0.05)

    if fault in FAILS:
        with pytest.raises(FAILS[fault]):
            ask(name, at, timeout=0.3)
    else:
        assert SHOWS[fault](ask(name, at), CODE_KEYS[name])

    assert len(at.control.report()["charges"]) == CHARGED[fault]


def test_a_code_and_a_fault_go_together(juhe_at: Vendor) -> None:
    juhe_at.control.order(code=10011, fault="string_code")

    assert ask("juhe", juhe_at).json()["error_code"] == "10011"


def test_a_code_can_come_with_another_http_status(esign_at: Vendor) -> None:
    esign_at.control.order(code=401, message="INVALID_TIMESTAMP", status=200)

    assert ask("esign", esign_at).status_code == 200


@pytest.mark.parametrize(("code", "charged", "count"), [(10014, None, 1), (10012, None, 0), (10012, True, 1)])
def test_what_an_error_costs(code: int, charged: bool | None, count: int, juhe_at: Vendor) -> None:
    juhe_at.control.order(code=code, charged=charged)

    ask("juhe", juhe_at)

    assert len(juhe_at.control.report()["charges"]) == count


# ---- Juhe -------------------------------------------------------------------------------------------------------

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

    told = juhe_at.post("/verify_carlicense/query", data=form).json()["result"]["res"]

    assert [(part["desc"], part["content"]) for part in told] == [
        ("车牌号", "粤B12345"),
        ("车牌颜色", "蓝"),
        ("车牌颜色", "1"),
        ("车牌类型", "1"),
        ("整牌可信度", "97"),
        ("亮度评价", "255"),
        ("车牌运动方向", "0"),
        ("车牌位置(left_top_right_bottom)", "10_5_110_40"),
    ]
    assert {(part["nID"], part["index"]) for part in told} == {(None, None)}


@pytest.mark.parametrize(("content", "code"), [(b"", 271102), (b"no picture", 271103), (blank(), 271103)])
def test_juhe_reads_no_plate_where_there_is_none(
    content: bytes, code: int, juhe_at: Vendor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sight, "plates", lambda picture: [])
    form = {"key": SECRETS["juhe"]["plate_key"]}

    answer = juhe_at.post("/verify_carlicense/verify", data=form, files={"file": ("p.png", content)}).json()

    assert answer["error_code"] == code


def test_juhes_plate_interface_is_post_only(juhe_at: Vendor) -> None:
    assert juhe_at.get("/verify_carlicense/query").json()["error_code"] == 271104


# ---- etoplive ---------------------------------------------------------------------------------------------------


def test_etoplive_knows_42_pids(etoplive_at: Vendor) -> None:
    etoplive_at.control.order(code="-3", times=None)

    codes = [etoplive_at.post(SERVLET, data=bill_form(blank(), pid=str(pid))).json() for pid in etoplive.PIDS]

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


@pytest.fixture
def album() -> Iterator[str]:
    """A loopback web server with one picture, `/a.png`."""

    class Album(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            found = self.path.startswith("/a.png")
            self.send_response(200 if found else 404)
            self.end_headers()
            self.wfile.write(blank() if found else b"")

        def log_message(self, *args: Any) -> None: ...

    with HTTPServer(("127.0.0.1", 0), Album) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def test_etoplive_fetches_a_url(etoplive_at: Vendor, album: str, quick: None) -> None:
    url = f"{album}/a.png?X-Amz-Signature=a%2Fb"

    answer = etoplive_at.post(SERVLET, data=bill_form(None, pid="6", urlPath=url)).json()

    assert answer["PlateNum"] == 1
    assert etoplive_at.control.report()["pictures"] == {hashlib.sha256(blank()).hexdigest(): 1}


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
TAXI = Sighting("taxi_receipt", [Entry("total", "金额", "27.00", 0.98, BOX)], lines=[Line("金额27.00", 0.98, BOX)])
TRAIN = Sighting("train_ticket", [Entry("train_number", "车次", "G107", 0.91, BOX)], lines=[Line("G107", 0.91, BOX)])
MAIN = Sighting("vehicle_license", [Entry("plate_number", "号牌号码", "浙A12345", 0.9, None, "main")], side="main")
POLICY = Sighting(
    "electronic_policy",
    [Entry("policy_number", "保单号", "P1", 0.9, BOX)],
    rows=[[Entry("coverage_name", "承保险种", "三者险")], [Entry("coverage_name", "承保险种", "车损险")]],
)


def entries_of(answer: requests.Response) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = answer.json()["PageInfo"][0]["Result"][0]["ResultList"]
    return found


def shows(monkeypatch: pytest.MonkeyPatch, *found: Sighting) -> None:
    monkeypatch.setattr(sight, "documents", lambda picture, slugs: list(found))


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
    sealed = Sighting("vat_invoice", TAXI.entries, lines=[Line("青禾公司发票专用章", 0.8, BOX), *TAXI.lines])
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
    shows(monkeypatch, Sighting("vin", [Entry("vin", "VIN", "LSVAA4182E2184847")]))

    answer = etoplive_at.post(SERVLET, data=bill_form(blank(), pid="1")).json()

    assert answer == {"ErrorCode": "0", "VIN": "LSVAA4182E2184847"}


def test_etoplive_finds_nothing_on_a_blank_page(etoplive_at: Vendor) -> None:
    assert etoplive_at.post(SERVLET, data=bill_form(blank(200, 100))).json() == {"ErrorCode": "19"}


# ---- eSign ------------------------------------------------------------------------------------------------------


def test_esign_tells_lines_with_polygons(esign_at: Vendor, quick: None) -> None:
    answer = esign_at.post(CHARACTERS, **esign_request(blank(), requestId="123456")).json()

    assert (answer["code"], answer["message"], answer["data"]["angle"]) == (0, "成功", 0.0)
    assert answer["data"]["textDetections"] == [
        {
            "advancedInfo": "1",
            "detectedText": "周一",
            "itemPolygon": {"x": 10, "y": 5, "width": 50, "height": 15},
            "polygon": [{"x": 10, "y": 5}, {"x": 60, "y": 5}, {"x": 60, "y": 20}, {"x": 10, "y": 20}],
        }
    ]
    assert esign_at.violations == []


@pytest.mark.parametrize(
    ("angle", "told", "box", "item"),
    [
        (90, 90.0, ((95, 10), (95, 60), (80, 60), (80, 10)), {"x": 10, "y": 5, "width": 50, "height": 15}),
        (180, 180.0, ((90, 45), (40, 45), (40, 30), (90, 30)), {"x": 10, "y": 5, "width": 50, "height": 15}),
        (270, -90.0, ((5, 90), (5, 40), (20, 40), (20, 90)), {"x": 10, "y": 5, "width": 50, "height": 15}),
    ],
)
def test_esigns_item_boxes_are_those_of_the_upright_picture(
    angle: int, told: float, box: Any, item: dict[str, int], esign_at: Vendor, monkeypatch: pytest.MonkeyPatch
) -> None:
    size = (100, 50) if angle == 180 else (100, 100)
    monkeypatch.setattr(sight, "page", lambda picture: Page(*size, angle, [Line("周一", 0.9, box)]))

    data = esign_at.post(CHARACTERS, **esign_request(blank())).json()["data"]

    assert (data["angle"], data["textDetections"][0]["itemPolygon"]) == (told, item)


def test_esign_may_have_no_polygon(esign_at: Vendor, quick: None) -> None:
    esign_at.control.set(polygons=False)

    data = esign_at.post(CHARACTERS, **esign_request(blank())).json()["data"]

    assert data["textDetections"][0]["polygon"] is None


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"X-Tsign-Open-App-Id": None}, "缺少参数"),
        ({"X-Tsign-Open-App-Id": "5111000001"}, "无效的应用"),
        ({"X-Tsign-Open-Ca-Signature": None}, "缺少参数"),
        ({"X-Tsign-Open-Ca-Timestamp": None}, "缺少参数"),
        ({"X-Tsign-Open-Ca-Timestamp": "1700000000000"}, "INVALID_TIMESTAMP"),
        ({"X-Tsign-Open-Ca-Timestamp": "1700000000"}, "INVALID_TIMESTAMP"),
        ({"X-Tsign-Open-Ca-Signature": "c2lnbmF0dXJl"}, "INVALID_SIGNATURE"),
        ({"Content-MD5": "1B2M2Y8AsgTpgAmY7PhCfg=="}, "INVALID_SIGNATURE"),
        ({"Content-Type": "application/json; charset=UTF-8"}, "INVALID_SIGNATURE"),
        ({"Accept": "application/json"}, "INVALID_SIGNATURE"),
        ({"X-Tsign-Open-Auth-Mode": "signature"}, "AUTHSTRATEGY_NOT_FOUND"),
        ({"X-Tsign-Open-Auth-Mode": None}, "TOKEN_CANT_BE_NULL"),
        ({"X-Tsign-Open-Auth-Mode": None, "X-Tsign-Open-Token": "made-up"}, "TOKEN错误"),
    ],
)
def test_esign_checks_every_header(changes: dict[str, str | None], message: str, esign_at: Vendor) -> None:
    body = json.dumps({"image": b64(blank())}).encode()

    answer = esign_at.post(CHARACTERS, data=body, headers=esign_headers(body, **changes))

    assert (answer.status_code, answer.json()["message"]) == (401, message)


def test_esign_sees_that_the_body_is_not_the_one_that_was_signed(esign_at: Vendor) -> None:
    body = json.dumps({"image": b64(blank())}).encode()

    answer = esign_at.post(CHARACTERS, data=body + b" ", headers=esign_headers(body))

    assert (answer.json()["message"], esign_at.violations) == (
        "INVALID_SIGNATURE",
        ["Content-MD5 is not that of the body"],
    )


def test_esigns_timestamp_is_good_for_fifteen_minutes(esign_at: Vendor, quick: None) -> None:
    answers = []
    for ahead in (14 * 60, 16 * 60):
        esign_at.control.set(ahead=ahead)
        answers.append(esign_at.post(CHARACTERS, **esign_request(blank())).json()["code"])

    assert answers == [0, 401]


@pytest.mark.parametrize(
    ("members", "code"),
    [({}, 30500100), ({"image": ""}, 30500100), ({"image": b64(oversize(1024 * 1024))}, 30500101)],
)
def test_esign_refuses_by_its_own_table(members: dict[str, str], code: int, esign_at: Vendor) -> None:
    assert esign_at.post(CHARACTERS, **esign_request(None, **members)).json()["code"] == code
    assert len(esign_at.violations) == 1


@pytest.mark.parametrize(
    ("members", "breach"),
    [
        ({"image": b64(blank()), "request_id": "1"}, "unknown parameter 'request_id'"),
        ({"image": b64(blank()), "requestId": 7}, "requestId is not a string"),
        ({"image": "data:image/png;base64,AAAA"}, "base64 carries a data: prefix"),
        ({"image": b64(blank(kind="GIF"))}, "the picture is GIF"),
        ({"image": b64(b"no picture")}, "the bytes do not decode as a picture"),
    ],
)
def test_esign_notes_what_its_document_does_not_have(members: dict[str, Any], breach: str, esign_at: Vendor) -> None:
    answer = esign_at.post(CHARACTERS, **esign_request(None, **members))

    assert (answer.status_code, esign_at.violations) == (400, [breach])


def token_of(at: Vendor) -> dict[str, str]:
    query = {"appId": SECRETS["esign"]["app_id"], "secret": SECRETS["esign"]["app_secret"]}
    answer = at.get("/v1/oauth2/access_token", params=query | {"grantType": "client_credentials"}).json()
    data: dict[str, str] = answer["data"]
    return data


def code_with(at: Vendor, token: str) -> int:
    headers = {"X-Tsign-Open-App-Id": SECRETS["esign"]["app_id"], "X-Tsign-Open-Token": token}
    headers |= {"Content-Type": "application/json; charset=UTF-8"}
    code: int = at.post(CHARACTERS, data=json.dumps({"image": b64(blank())}), headers=headers).json()["code"]
    return code


def test_esigns_token_opens_for_two_hours(esign_at: Vendor, quick: None) -> None:
    data = token_of(esign_at)
    ends = (int(data["expiresIn"]) / 1000 - time.time()) / 60

    codes = []
    for minutes in (0, 119, 121):
        esign_at.control.set(ahead=minutes * 60)
        codes.append(code_with(esign_at, data["token"]))

    assert 119 < ends <= 120
    assert codes == [0, 0, 401]


def test_esigns_new_token_cuts_the_one_before_to_five_minutes_and_ends_older_ones(
    esign_at: Vendor, quick: None
) -> None:
    tokens = [token_of(esign_at)["token"] for _ in range(3)]
    at_once = [code_with(esign_at, token) for token in tokens]
    esign_at.control.set(ahead=5 * 60 + 1)
    later = [code_with(esign_at, token) for token in tokens]

    assert (at_once, later) == ([401, 0, 0], [401, 401, 0])


def test_esigns_token_can_be_refreshed_and_a_wrong_secret_gets_none(esign_at: Vendor, quick: None) -> None:
    query = {"appId": SECRETS["esign"]["app_id"], "refreshToken": token_of(esign_at)["refreshToken"]}
    fresh = esign_at.get("/v1/oauth2/refresh_token", params=query | {"grantType": "refresh_token"}).json()["data"]
    wrong = {"appId": SECRETS["esign"]["app_id"], "secret": "wrong", "grantType": "client_credentials"}

    assert code_with(esign_at, fresh["token"]) == 0
    assert esign_at.get("/v1/oauth2/access_token", params=wrong).json()["message"] == "UNAUTHORIZED"


def test_an_order_to_esign_waits_for_the_reading(esign_at: Vendor) -> None:
    esign_at.control.order(code=30500101)

    token = token_of(esign_at)["token"]

    assert code_with(esign_at, token) == 30500101


# ---- CTyun ------------------------------------------------------------------------------------------------------


def test_ctyun_tells_lines_as_eight_numbers(ctyun_at: Vendor, quick: None) -> None:
    answer = ctyun_at.post(GENERAL, **ctyun_request({"data": [b64(blank()), b64(blank(64, 64))]})).json()

    line = {"name": "0", "text": "周一", "box": [10.0, 5.0, 60.0, 5.0, 60.0, 20.0, 10.0, 20.0]}
    assert (answer["code"], answer["message"]) == (0, {"success": 2, "fail": 0})
    assert answer["result"] == [{"text_line": 1, "detail": [line]}] * 2
    assert ctyun_at.control.report()["units"] == 2


@pytest.mark.parametrize("key", ["platelicense", "plate_license"])
def test_ctyun_tells_plates_under_either_name(key: str, ctyun_at: Vendor, quick: None) -> None:
    ctyun_at.control.set(plate_key=key)

    answer = ctyun_at.post(PLATE, **ctyun_request({"data": [b64(blank())]}, PLATE)).json()

    corners = [[10, 5], [110, 5], [110, 40], [10, 40]]
    plate = {"box": corners, "plate_type": "蓝牌", key: "粤 B12345", "confidence": 0.97}
    assert answer["result"] == [{"number of plate licenses": 1, "detail": [plate]}]


def test_ctyuns_plate_path_is_known_in_both_spellings(ctyun_at: Vendor, quick: None) -> None:
    path = PLATE.replace("platelicense", "plateLicense")

    assert ctyun_at.post(path, **ctyun_request({"data": [b64(blank())]}, path)).json()["code"] == 0


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"{", 4001),
        ([], 4002),
        ({}, 4003),
        ({"data": b64(blank())}, 4004),
        ({"data": []}, 4005),
        ({"data": ["AAAA"] * 51}, 4006),
    ],
)
def test_ctyun_refuses_a_request_by_its_own_table(body: Any, code: int, ctyun_at: Vendor) -> None:
    answer = ctyun_at.post(GENERAL, **ctyun_request(body)).json()

    assert (answer["code"], answer["message"], answer["details"]) == (code, "error", ctyun.ERRORS[code])
    assert len(ctyun_at.violations) == 1


BAD_PICTURES = [
    (b64(blank()).replace("=", "") + "-", 4008),
    ("data:image/png;base64," + b64(blank()), 4008),
    ({"data": []}, 4008),
    (b64(b"no picture"), 4009),
    (b64(blank(kind="GIF")), 4009),
    (b64(oversize(10 * 1024 * 1024)), 4010),
    (b64(blank(31, 100)), 4011),
    (b64(blank(100, 5001)), 4011),
]


@pytest.mark.parametrize(("bad", "code"), BAD_PICTURES, ids=lambda value: value if isinstance(value, int) else "")
def test_ctyun_refuses_one_picture_and_reads_the_others(bad: Any, code: int, ctyun_at: Vendor, quick: None) -> None:
    answer = ctyun_at.post(GENERAL, **ctyun_request({"data": [b64(blank()), bad, b64(blank(32, 5000))]})).json()

    assert (answer["code"], answer["message"]) == (0, {"success": 2, "fail": 1})
    assert [result.get("err_code") for result in answer["result"]] == [None, code, None]
    report = ctyun_at.control.report()
    assert (len(report["violations"]), report["units"]) == (1, 2)


def test_ctyun_may_refuse_the_whole_request_for_one_picture(ctyun_at: Vendor) -> None:
    ctyun_at.control.set(errors_at="root")

    answer = ctyun_at.post(GENERAL, **ctyun_request({"data": [b64(blank()), b64(blank(31, 31))]})).json()

    assert answer["code"] == 4011


def test_ctyun_can_be_told_to_fail_one_picture_of_a_batch(ctyun_at: Vendor, quick: None) -> None:
    ctyun_at.control.order(code=4007, picture=1)
    pictures = [blank(40 + number, 40) for number in range(3)]

    answer = ctyun_at.post(GENERAL, **ctyun_request({"data": [b64(picture) for picture in pictures]})).json()

    assert [result.get("err_code") for result in answer["result"]] == [None, 4007, None]
    assert set(ctyun_at.control.report()["pictures"]) == {
        hashlib.sha256(pictures[number]).hexdigest() for number in (0, 2)
    }


@pytest.mark.parametrize(
    ("changes", "breach"),
    [
        ({"Sign": "0" * 32}, ["the signature is not that of the request"]),
        ({"Sign": ""}, ["no sign"]),
        ({"Timestamp": "1700000000"}, ["the timestamp is not 13 digits of milliseconds"]),
        ({"Timestamp": "1700000000000"}, []),
        ({"AppKey": "someone-else"}, []),
    ],
)
def test_ctyun_checks_every_header(changes: dict[str, str], breach: list[str], ctyun_at: Vendor) -> None:
    answer = ctyun_at.post(GENERAL, **ctyun_request({"data": [b64(blank())]}, **changes))

    assert (answer.status_code, answer.json()["code"], ctyun_at.violations) == (401, 401, breach)


def test_ctyun_wants_an_upper_case_md5_in_lower_case(ctyun_at: Vendor) -> None:
    request = ctyun_request({"data": [b64(blank())]})
    request["headers"]["Sign"] = request["headers"]["Sign"].upper()

    assert ctyun_at.post(GENERAL, **request).status_code == 401


def test_ctyun_knows_its_own_paths_and_post_only(ctyun_at: Vendor) -> None:
    elsewhere = GENERAL.replace(SECRETS["ctyun"]["general_code"], SECRETS["ctyun"]["plate_code"])

    assert ctyun_at.post(elsewhere, **ctyun_request({"data": []}, elsewhere)).json()["code"] == 4013
    assert ctyun_at.get(GENERAL).json()["code"] == 4012


def test_ctyun_notes_a_parameter_that_its_manual_does_not_have(ctyun_at: Vendor) -> None:
    answer = ctyun_at.post(GENERAL, **ctyun_request({"data": [b64(blank())], "lang": "zh"}))

    assert (answer.status_code, ctyun_at.violations) == (400, ["unknown parameter 'lang'"])


# ---- all of them ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", VENDORS)
def test_the_report_tells_facts_and_no_key(name: str, vendor_at: Callable[[str], Vendor], quick: None) -> None:
    at = vendor_at(name)

    ask(name, at)

    report = at.control.report()
    [picture] = report["last"]["pictures"]
    assert (report["calls"], len(report["charges"]), report["violations"]) == (1, 1, [])
    assert picture["width"] > 0
    assert not any(secret in json.dumps(report["last"]["options"]) for secret in SECRETS[name].values())


def test_a_reset_forgets_everything(juhe_at: Vendor) -> None:
    juhe_at.control.order(code=1, times=None)
    ask("juhe", juhe_at)
    juhe_at.post("/nowhere")

    juhe_at.control.reset()

    report = juhe_at.control.report()
    assert (report["calls"], report["charges"], report["violations"], report["orders"]) == (0, [], [], [])


def test_calls_from_many_threads_are_all_counted(juhe_at: Vendor) -> None:
    threads = [Thread(target=ask, args=("juhe", juhe_at)) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    report = juhe_at.control.report()
    assert (report["calls"], len(report["charges"])) == (16, 16)


# ---- what they really read --------------------------------------------------------------------------------------


def test_the_text_on_a_picture_is_really_read(text: bytes, ctyun_at: Vendor, esign_at: Vendor) -> None:
    there = ctyun_at.post(GENERAL, **ctyun_request({"data": [b64(text)]})).json()["result"][0]["detail"]
    here = esign_at.post(CHARACTERS, **esign_request(text)).json()["data"]["textDetections"]

    assert [line["text"].replace(" ", "") for line in there] == ["社区图书馆开放时间", "周一至周五9:00"]
    assert [line["detectedText"] for line in here] == [line["text"] for line in there]
    assert 25 <= there[0]["box"][0] <= 40


def test_a_plate_is_really_read(juhe_at: Vendor, ctyun_at: Vendor) -> None:
    sample = next(samples(["license_plate"], layouts=("a",), variants=("clean",)))
    form = {"key": SECRETS["juhe"]["plate_key"], "file": b64(sample.picture)}

    told = juhe_at.post("/verify_carlicense/query", data=form).json()["result"]["res"]
    [seen] = ctyun_at.post(PLATE, **ctyun_request({"data": [form["file"]]}, PLATE)).json()["result"][0]["detail"]

    assert told[0]["content"] == sample.truth["plate_number"]
    assert seen["platelicense"].replace(" ", "") == sample.truth["plate_number"]


@pytest.fixture(scope="module")
def card() -> dict[str, Any]:
    """Both sides of a rendered ID card, by side."""
    return {sample.name: sample for sample in samples(["id_card"], layouts=("a",), variants=("clean",))}


def test_ctyun_calls_the_emblem_the_front(card: dict[str, Any], ctyun_at: Vendor) -> None:
    pictures = [b64(card[side].picture) for side in ("emblem", "portrait")]

    emblem, portrait = ctyun_at.post(ID_CARD, **ctyun_request({"data": pictures}, ID_CARD)).json()["result"]

    assert (emblem["note"], emblem["idcard_face"]) == ("front", "no face")
    assert emblem["detail"]["org"] == card["emblem"].truth["issuing_authority"]
    assert (emblem["detail"]["name"], emblem["demo_image"], emblem["risk"]) == ("", "demo_image", "normal")
    assert portrait["note"] == "back"
    assert portrait["detail"]["idn"] == card["portrait"].truth["id_number"]
    assert portrait["detail"]["org"] == ""
    assert base64.b64decode(portrait["idcard_face"]).startswith(b"\xff\xd8")


def test_etoplive_gives_the_id_cards_own_keys_and_labels(card: dict[str, Any], etoplive_at: Vendor) -> None:
    form = bill_form(card["portrait"].picture, pid="2", removeImgData="0", imageCheck="10010")

    answer = etoplive_at.post(SERVLET, data=form).json()

    [entry] = answer["PageInfo"][0]["Result"][0]["ResultList"]
    found = {field["key"]: (field["chn_key"], field["value"]) for field in entry["FieldList"]}
    truth = card["portrait"].truth
    assert entry["type"] == "身份证人像页"
    assert found["IDNum"] == ("公民身份号码", truth["id_number"])
    assert found["Birth"] == ("出生", truth["birth_date"].replace("-", ""))
    assert found["Sex"] == ("性别", "男" if int(truth["id_number"][16]) % 2 else "女")
    assert base64.b64decode(entry["head_image_data"]).startswith(b"\xff\xd8")
    assert {"checkCopy", "checkBlur"} == {name for name in entry if name.startswith("check")}


def test_etoplive_makes_two_documents_of_two_sides(card: dict[str, Any], etoplive_at: Vendor) -> None:
    sides = [Image.open(io.BytesIO(card[side].picture)) for side in ("portrait", "emblem")]
    sheet = Image.new("RGB", (sides[0].width, 2 * sides[0].height), "white")
    for number, side in enumerate(sides):
        sheet.paste(side, (0, number * side.height))

    answer = etoplive_at.post(SERVLET, data=bill_form(file_of(sheet, "JPEG"), pid="2")).json()

    found = answer["PageInfo"][0]["Result"][0]["ResultList"]
    assert [entry["type"] for entry in found] == ["身份证人像页", "身份证国徽页"]
    assert {entry["image_data"] for entry in found} == {""}


def test_etoplive_says_when_the_document_is_another_one(text: bytes, etoplive_at: Vendor) -> None:
    assert etoplive_at.post(SERVLET, data=bill_form(text, pid="2")).json() == {"ErrorCode": "3"}


def test_esigns_id_card_takes_both_sides_at_once(card: dict[str, Any], esign_at: Vendor) -> None:
    path = "/v2/identity/auth/api/ocr/idcard"
    sides = {"infoImg": b64(card["portrait"].picture), "emblemImg": b64(card["emblem"].picture)}

    data = esign_at.post(path, **esign_request(None, path, **sides)).json()["data"]

    assert data["idNo"] == card["portrait"].truth["id_number"]
    assert data["issuedBy"] == card["emblem"].truth["issuing_authority"]


def portrait_lines(left: float) -> list[Line]:
    """An ID card's lines, as the engine gives them, from this x on."""
    rows = ["姓名 顾家明", "性别 男", "住址 海棠市松岭区新月街359号", "公民身份号码 44010619700602997X"]
    boxes = [((left, y), (left + 300, y), (left + 300, y + 24), (left, y + 24)) for y in range(20, 180, 40)]
    return [Line(text, 0.99, box) for text, box in zip(rows, boxes, strict=True)]


@pytest.mark.parametrize(("lefts", "count"), [((20,), 1), ((20, 400), 2), ((20, 400, 780), 3)])
def test_documents_side_by_side_are_told_apart(
    lefts: tuple[float, ...], count: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = [line for left in lefts for line in portrait_lines(left)]
    monkeypatch.setattr(sight, "page", lambda picture: Page(380 * len(lefts), 200, 0, lines))

    found = sight.documents(opened(blank()), ["id_card"])

    assert len(found) == count
    assert {entry.text for entry in found[-1].entries} >= {"顾家明", "男", "44010619700602997X"}


def test_the_command_line_prints_addresses_and_stops_when_told(tmp_path: Path) -> None:
    file = tmp_path / "addresses.json"
    command = [sys.executable, "-m", "local.simulators", "juhe", "--write", str(file)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        urls = json.loads(process.stdout.readline())
        report = requests.get(f"{urls['juhe']}/_control", timeout=5).json()
        process.terminate()

    assert list(urls) == ["juhe"]
    assert report["calls"] == 0
    assert (json.loads(file.read_text()), process.returncode) == (urls, 0)
