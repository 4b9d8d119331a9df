"""eSign's simulator does what eSign's documents say."""

import json
import time
from typing import Any

import pytest

from local.simulators import SECRETS, reader
from local.simulators.reader import Line, Page
from tests.support.simulator_requests import CHARACTERS, Vendor, b64, blank, esign_headers, esign_request, oversize


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
    ("angle", "answered", "box", "item"),
    [
        (90, 90.0, ((95, 10), (95, 60), (80, 60), (80, 10)), {"x": 10, "y": 5, "width": 50, "height": 15}),
        (180, 180.0, ((90, 45), (40, 45), (40, 30), (90, 30)), {"x": 10, "y": 5, "width": 50, "height": 15}),
        (270, -90.0, ((5, 90), (5, 40), (20, 40), (20, 90)), {"x": 10, "y": 5, "width": 50, "height": 15}),
    ],
)
def test_esigns_item_boxes_are_those_of_the_upright_picture(
    angle: int, answered: float, box: Any, item: dict[str, int], esign_at: Vendor, monkeypatch: pytest.MonkeyPatch
) -> None:
    size = (100, 50) if angle == 180 else (100, 100)
    monkeypatch.setattr(reader, "page", lambda picture: Page(*size, angle, [Line("周一", 0.9, box)]))

    data = esign_at.post(CHARACTERS, **esign_request(blank())).json()["data"]

    assert (data["angle"], data["textDetections"][0]["itemPolygon"]) == (answered, item)


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
