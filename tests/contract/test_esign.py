"""eSign: what is signed and sent, and what each answer becomes."""

import base64
import hashlib
import hmac
import json
import time
from typing import Any

import pytest

from local.simulators import Control
from ocr.model.problem import problem_of
from ocr.model.reading import Reading
from ocr.platform.errors import ConfigurationError, NoResult, UnexpectedResponse, VendorRejected, VendorUnavailable
from ocr.vendors import esign
from tests.contract.adapters.esign import ERRORS, GATEWAY, TEXT, answer, detection, turned_away
from tests.support.adapters import Case
from tests.support.simulated import PRINTED, place
from tests.support.vendors import SECRETS, Answered, Host, ask, error, kept, picture, reading

PATH = "/v2/identity/auth/api/ocr/generalcharacters"
SECRET = SECRETS["esign"]


def test_the_signature_covers_what_is_sent(vendor: Host) -> None:
    vendor.says(answer(detection()))
    before = time.time() * 1000 - 1
    ask(esign.GeneralText(), picture(b"bytes"), requestId="订单-1")
    [asked] = vendor.asked
    assert (asked.method, asked.path, asked.query) == ("POST", PATH, {})
    assert asked.json == {"image": base64.b64encode(b"bytes").decode(), "requestId": "订单-1"}
    md5 = base64.b64encode(hashlib.md5(asked.body).digest()).decode()
    string = f"POST\n*/*\n{md5}\napplication/json;charset=UTF-8\n\n{PATH}"
    signature = hmac.new(SECRET["app_secret"].encode(), string.encode(), hashlib.sha256).digest()
    sent = asked.headers
    assert sent["x-tsign-open-ca-signature"] == base64.b64encode(signature).decode()
    assert sent["content-md5"] == md5
    assert sent["content-type"] == "application/json;charset=UTF-8"
    assert sent["accept"] == "*/*"
    assert sent["x-tsign-open-app-id"] == SECRET["app_id"]
    assert sent["x-tsign-open-auth-mode"] == "Signature"
    assert len(sent["x-tsign-open-ca-timestamp"]) == 13
    assert before <= int(sent["x-tsign-open-ca-timestamp"]) <= time.time() * 1000 + 1


def test_lines_with_boxes_angle_and_trace(vendor: Host) -> None:
    vendor.says(answer(detection(), detection("接口描述"), angle=-1.5))
    found = reading(ask(esign.GeneralText())[0])
    assert [line.text for line in found.lines] == [TEXT, "接口描述"]
    assert found.lines[0].box == ((37, 34), (404, 34), (404, 70), (37, 70))
    assert found.lines[0].confidence is None
    assert found.angle == -1.5
    assert found.trace == "bfbaf02e-f63e-4b9d-8818-705bcc618d46"
    assert kept(found)["data"]["textDetections"][0]["detectedText"] == TEXT


def test_without_a_polygon_the_box_is_the_items(vendor: Host) -> None:
    vendor.says(answer(detection(polygon=None)))
    [line] = reading(ask(esign.GeneralText())[0]).lines
    assert line.box == ((37, 34), (405, 34), (405, 71), (37, 71))


def test_an_items_box_on_a_straightened_picture_is_none_on_the_one_sent(vendor: Host) -> None:
    vendor.says(answer(detection(polygon=None), angle=90.0))
    [line] = reading(ask(esign.GeneralText())[0]).lines
    assert line.box is None


def test_an_opaque_paragraph_is_let_be(vendor: Host) -> None:
    vendor.says(answer(detection(advancedInfo='{"Parag":{"ParagNo":1}}')))
    assert reading(ask(esign.GeneralText())[0]).lines[0].text == TEXT


@pytest.mark.parametrize("body", [answer(), answer(detection("")), answer(detection(" "))])
def test_no_text_is_no_result(vendor: Host, body: Any) -> None:
    vendor.says(body)
    assert isinstance(ask(esign.GeneralText())[0], NoResult)


@pytest.mark.parametrize(
    "body",
    [
        {"code": 0, "message": "成功"},
        {"code": 0, "message": "成功", "data": {}},
        {"code": 0, "message": "成功", "data": [detection()]},
        answer(detection(text=None)),
        answer(textDetections="nothing"),
        {"message": "成功", "data": answer(detection())["data"]},
        {**answer(detection()), "success": False},
        {"code": 1437999, "message": "余额不足"},
    ],
)
def test_success_in_another_form_is_changed(vendor: Host, body: Any) -> None:
    vendor.says(body)
    [outcome] = ask(esign.GeneralText())
    assert isinstance(outcome, UnexpectedResponse)
    assert kept(outcome) == body
    assert "余额" not in problem_of(outcome).model_dump_json()


LATER = {"Date": "Fri, 01 Jan 2100 00:00:00 GMT"}


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """No answer has told of the vendor's clock."""
    monkeypatch.setattr(esign, "_ahead", [0.0])


@pytest.mark.parametrize("headers", [{}, {"Date": "soon"}])
def test_without_the_vendors_time_there_is_no_second_call(vendor: Host, headers: dict[str, str]) -> None:
    vendor.says(Answered(turned_away("INVALID_TIMESTAMP"), 401, headers))
    outcome = error(ask(esign.GeneralText())[0])
    assert isinstance(outcome, VendorRejected)
    assert "clock" in outcome.advice
    assert len(vendor.asked) == 1


@pytest.mark.parametrize("status", [200, 401])
def test_a_stale_timestamp_is_signed_anew_once(vendor: Host, status: int) -> None:
    stale = Answered(turned_away("INVALID_TIMESTAMP"), status, LATER)
    vendor.says(stale, answer(detection()))
    assert reading(ask(esign.GeneralText())[0]).lines
    assert len(vendor.asked) == 2
    assert int(vendor.asked[1].headers["x-tsign-open-ca-timestamp"]) // 1000 == pytest.approx(4102444800, abs=20)
    vendor.says(stale)
    assert isinstance(ask(esign.GeneralText())[0], VendorRejected)
    assert len(vendor.asked) == 1


def test_signing_anew_waits_for_its_place_in_the_vendors_rate(vendor: Host) -> None:
    def wait_for_rate() -> None:
        raise VendorUnavailable("used up", code="rate")

    vendor.says(Answered(turned_away("INVALID_TIMESTAMP"), 401, LATER), answer(detection()))
    [outcome] = ask(esign.GeneralText(), wait_for_rate=wait_for_rate)
    assert error(outcome).code == "rate"
    assert len(vendor.asked) == 1


@pytest.mark.parametrize("message", ["INVALID_SIGNATURE", "无效的应用", "something new"])
def test_other_refusals_are_not_repeated(vendor: Host, message: str) -> None:
    vendor.says(turned_away(message))
    [outcome] = ask(esign.GeneralText())
    assert isinstance(outcome, VendorRejected)
    assert not outcome.paid
    assert len(vendor.asked) == 1
    assert "something" not in problem_of(outcome).model_dump_json()


def test_an_unknown_mode_is_a_mistake_of_ours(vendor: Host) -> None:
    with pytest.raises(ConfigurationError):
        ask(esign.GeneralText(), secret={**SECRET, "mode": "basic"})


class TestOAuth2:
    """One token for all, renewed by one of them."""

    SECRET = {**SECRET, "mode": "oauth2"}

    def test_the_token_is_fetched_once_and_sent(self, vendor: Host, table: Any) -> None:
        vendor.says(_token("t1"), answer(detection()), answer(detection()))
        for _ in range(2):
            assert reading(ask(esign.GeneralText(), secret=self.SECRET)[0]).lines
        token, first, second = vendor.asked
        assert (token.method, token.path) == ("GET", "/v1/oauth2/access_token")
        assert token.query == {
            "appId": SECRET["app_id"],
            "secret": SECRET["app_secret"],
            "grantType": "client_credentials",
        }
        for asked in (first, second):
            assert asked.headers["x-tsign-open-token"] == "t1"
            assert asked.headers["x-tsign-open-app-id"] == SECRET["app_id"]
            assert "x-tsign-open-auth-mode" not in asked.headers
            assert "x-tsign-open-ca-signature" not in asked.headers

    def test_another_container_shares_it(self, vendor: Host, table: Any, container: Any) -> None:
        vendor.says(_token("t1"), answer(detection()))
        ask(esign.GeneralText(), secret=self.SECRET)
        container()
        vendor.says(answer(detection()))
        ask(esign.GeneralText(), secret=self.SECRET)
        assert [asked.headers.get("x-tsign-open-token") for asked in vendor.asked] == ["t1"]

    def test_a_token_turned_down_is_replaced_once(self, vendor: Host, table: Any) -> None:
        vendor.says(_token("t1"), turned_away("TOKEN错误"), _token("t2"), answer(detection()))
        assert reading(ask(esign.GeneralText(), secret=self.SECRET)[0]).lines
        assert [asked.headers.get("x-tsign-open-token") for asked in vendor.asked] == [None, "t1", None, "t2"]

    def test_a_token_turned_down_twice_is_refused(self, vendor: Host, table: Any) -> None:
        vendor.says(_token("t1"), turned_away("TOKEN错误"), _token("t2"), turned_away("TOKEN错误"))
        assert isinstance(ask(esign.GeneralText(), secret=self.SECRET)[0], VendorRejected)
        assert len(vendor.asked) == 4

    @pytest.mark.parametrize(
        ("body", "kind"),
        [
            (turned_away("UNAUTHORIZED"), VendorRejected),
            ({"code": 0, "data": {}}, UnexpectedResponse),
            ({"code": 0, "data": {"token": "t", "expiresIn": "soon"}}, UnexpectedResponse),
            (Answered("down", 503), VendorUnavailable),
        ],
    )
    def test_without_a_token_nothing_is_sent(self, vendor: Host, table: Any, body: Any, kind: type) -> None:
        vendor.says(body)
        assert isinstance(ask(esign.GeneralText(), secret=self.SECRET)[0], kind)
        assert len(vendor.asked) == 1


def _token(text: str, seconds: float = 7200) -> dict[str, Any]:
    expires = str(round((time.time() + seconds) * 1000))
    return {"code": 0, "message": "成功", "data": {"expiresIn": expires, "token": text, "refreshToken": "r"}}


def test_the_key_is_in_no_error(vendor: Host) -> None:
    vendor.says(Answered("<html>", 500))
    outcome = error(ask(esign.GeneralText())[0])
    assert SECRET["app_secret"] not in json.dumps([repr(outcome), problem_of(outcome).model_dump()])


def test_the_tables_are_as_long_as_the_document() -> None:
    assert esign.ERRORS.keys() == {str(code) for code in ERRORS}
    assert esign.GATEWAY_ERRORS.keys() == set(GATEWAY)


@pytest.mark.parametrize("polygons", [True, False])
def test_boxes_of_both_forms(wire: dict[str, Control], polygons: bool) -> None:
    wire["esign"].set(polygons=polygons)
    [outcome] = Case(esign.GeneralText()).read()
    assert isinstance(outcome, Reading)
    assert [line.text for line in outcome.lines] == PRINTED
    assert all(line.box for line in outcome.lines)
    [first, *_] = outcome.lines
    assert first.box is not None
    assert all(abs(a - b) <= 2 for a, b in zip(sum(first.box, ()), sum(place(0), ()), strict=True))


@pytest.mark.parametrize("ahead", [3600, -86_400])
def test_a_clock_that_differs_is_gone_by_from_the_second_call_on(
    wire: dict[str, Control], monkeypatch: pytest.MonkeyPatch, ahead: int
) -> None:
    monkeypatch.setattr(esign, "_ahead", [0.0])
    wire["esign"].set(ahead=ahead)
    for calls in (2, 3):
        [outcome] = Case(esign.GeneralText()).read()
        assert isinstance(outcome, Reading), repr(outcome)
        assert wire["esign"].report()["calls"] == calls


def test_many_containers_use_one_token(wire: dict[str, Control], table: Any, container: Any) -> None:
    for _ in range(5):
        [outcome] = Case(esign.GeneralText(), secret={"mode": "oauth2"}).read()
        assert isinstance(outcome, Reading)
        container()
    assert wire["esign"].report()["paths"]["/v1/oauth2/access_token"] == 1


@pytest.mark.parametrize("message", GATEWAY)
def test_every_refusal_of_the_gateway(wire: dict[str, Control], message: str) -> None:
    wire["esign"].order(code=401, message=message, times=2)
    [outcome] = Case(esign.GeneralText()).read()
    assert isinstance(outcome, VendorRejected)
    assert outcome.code == f"401/{message}"
