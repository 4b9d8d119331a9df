"""CTyun's simulator does what CTyun's manual says."""

import hashlib
from typing import Any

import pytest

from local.simulators import SECRETS, ctyun
from tests.support.simulator_requests import GENERAL, PLATE, Vendor, b64, blank, ctyun_request, oversize


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


def test_ctyun_takes_ten_megabytes_a_picture(ctyun_at: Vendor, quick: None, monkeypatch: pytest.MonkeyPatch) -> None:
    assert ctyun.LARGEST == 10 * 1024 * 1024
    monkeypatch.setattr(ctyun, "LARGEST", 4096)

    answer = ctyun_at.post(GENERAL, **ctyun_request({"data": [b64(oversize(4095)), b64(oversize(4096))]})).json()

    assert [result.get("err_code") for result in answer["result"]] == [None, 4010]


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


def test_ctyun_wants_its_sign_in_lower_case(ctyun_at: Vendor) -> None:
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
