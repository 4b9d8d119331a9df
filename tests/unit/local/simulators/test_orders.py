"""What a simulator can be told to do, and what it reports."""

import json
from collections.abc import Callable
from itertools import takewhile
from threading import Thread
from typing import Any, get_args

import pytest
import requests

from local.simulators import SECRETS, VENDORS, ctyun, esign_tables, etoplive_tables, juhe
from local.simulators.faults import faulty
from local.simulators.state import CHARGED, Fault, Order
from tests.support.simulator_requests import Vendor, ask

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
    assert set(etoplive_tables.ERRORS) == {"0", *CODES["etoplive"]}
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


@pytest.mark.parametrize("message", esign_tables.GATEWAY_MESSAGES)
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


def test_an_order_for_a_picture_lets_others_pass(juhe_at: Vendor) -> None:
    juhe_at.control.order(code=10020, sha256="0" * 64)
    assert ask("juhe", juhe_at).json()["error_code"] == 0
    [sha256] = juhe_at.control.report()["pictures"]
    juhe_at.control.order(code=10020, sha256=sha256)
    assert ask("juhe", juhe_at).json()["error_code"] == 10020


def test_a_flooding_answer_has_no_end_of_entries() -> None:
    answer = faulty(
        Order(fault="flood"), {"error_code": 0, "result": {"res": [1, 2, 3], "none": []}}, 200, "error_code"
    )
    body = json.loads(bytes(answer.body))
    assert len(body["result"].pop("res")) >= 20_000
    assert body == {"error_code": 0, "result": {"none": []}}


@pytest.mark.parametrize("order", [{"cod": 1}, {"fault": "sulk"}, {"settings": {"colour": 1}}, [1]])
def test_an_order_that_makes_no_sense_is_not_taken(order: Any, juhe_at: Vendor) -> None:
    answer = requests.put(juhe_at.control.url, json=order, timeout=5)

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


def is_undeclared_gbk(answer: requests.Response) -> bool:
    body = json.loads(answer.content.decode("gbk"))
    return isinstance(body, dict) and "charset" not in answer.headers["Content-Type"]


SHOWS: dict[str, Callable[[requests.Response, str], bool]] = {
    "slow": lambda answer, key: succeeds_late(answer),
    "http500": lambda answer, key: answer.status_code == 500,
    "http429": lambda answer, key: (answer.status_code, answer.headers["Retry-After"]) == (429, "0"),
    "garbage": lambda answer, key: answer.ok and is_no_json(answer),
    "maintenance": lambda answer, key: answer.ok and answer.headers["Content-Type"].startswith("text/html"),
    "redirect": lambda answer, key: [one.status_code for one in answer.history] == [302],
    "wrong_secret": lambda answer, key: answer.json()[key] != 0,
    "drip": lambda answer, key: succeeds_late(answer),
    "truncated": lambda answer, key: answer.content.startswith(b"{") and is_no_json(answer),
    "empty": lambda answer, key: answer.content == b"",
    "wrong_types": lambda answer, key: any(isinstance(value, list | dict) for value in answer.json().values()),
    "string_code": lambda answer, key: answer.json()[key] == "0",
    "missing_code": lambda answer, key: bool(answer.json()) and key not in answer.json(),
    "nested_code": lambda answer, key: answer.json()[key] == 0,
    "gbk": lambda answer, key: is_undeclared_gbk(answer),
    "short_batch": lambda answer, key: answer.ok and not is_no_json(answer),
    "flood": lambda answer, key: answer.ok and not is_no_json(answer),
}
# The picture was never read, or the error says so.
FREE = {"http500", "http429", "maintenance", "redirect", "wrong_secret", "nested_code"}
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

    assert len(at.control.report()["charges"]) == (fault not in FREE)


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


@pytest.mark.parametrize("name", VENDORS)
def test_calls_beyond_the_vendors_rate_are_turned_away_and_cost_nothing(
    name: str, vendor_at: Callable[[str], Vendor], quick: None
) -> None:
    at = vendor_at(name)
    at.control.set(per_second=0.001)

    taken, *turned_away = [ask(name, at) for _ in range(3)]

    assert taken.ok
    assert {(answer.status_code, answer.headers["Retry-After"]) for answer in turned_away} == {(429, "1")}
    report = at.control.report()
    assert (report["calls"], report["limited"], len(report["charges"])) == (3, 2, 1)


def test_a_vendors_rate_lets_calls_through_again_in_time(juhe_at: Vendor) -> None:
    juhe_at.control.set(per_second=4)

    answers = (ask("juhe", juhe_at).ok for _ in range(10_000))

    assert len(list(takewhile(bool, answers))) >= 4
    assert any(answers)


@pytest.mark.parametrize("rate", [0, -1])
def test_a_rate_that_lets_nothing_through_is_not_taken(rate: float, juhe_at: Vendor) -> None:
    with pytest.raises(ValueError, match="per_second"):
        juhe_at.control.set(per_second=rate)


def test_a_misread_answer_is_charged_and_lacks_characters(vendor_at: Callable[[str], Vendor]) -> None:
    at = vendor_at("juhe")
    at.control.order(misread=True)
    misread, right = ask("juhe", at).json(), ask("juhe", at).json()
    assert misread[CODE_KEYS["juhe"]] == right[CODE_KEYS["juhe"]]
    assert len(json.dumps(misread)) < len(json.dumps(right))
    assert len(at.control.report()["charges"]) == 2
