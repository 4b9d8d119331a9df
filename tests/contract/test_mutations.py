"""No answer, however wrong, makes an adapter raise, invent, tell what it read in an error, or succeed with nothing.

`MUTATIONS` sets how many answers are tried; the default fits into every run of the tests.
"""

import json
import math
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from unittest.mock import patch

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from ocr.declare.offers import Offer
from ocr.model.answer import ReceivedAnswer
from ocr.model.problem import problem_of
from ocr.model.reading import Box, Reading
from ocr.platform.errors import Busy, CallerError, Changed, NoResult, OcrError, Refused
from ocr.vendors import ctyun, esign, etoplive, juhe, transport
from tests.contract import test_ctyun, test_esign, test_etoplive, test_juhe
from tests.contract.mutating import mutated
from tests.contract.vendors import Answered, Host, ask, picture

MUTATIONS = int(os.environ.get("MUTATIONS", "5000"))
OVER_HTTP = 200
AT_ONCE = 10  # answers an example: making an example takes longer than reading its answer
PERSONAL = "某某某"


@dataclass(frozen=True)
class Case:
    offer: Offer
    body: Any
    options: dict[str, str] = field(default_factory=dict)
    pictures: int = 1

    def read(self) -> list[Any]:
        return ask(self.offer, *[picture(bytes([number])) for number in range(self.pictures)], **self.options)


def cases() -> Iterator[Case]:
    yield Case(juhe.Captcha(), test_juhe.captcha(PERSONAL), {"codetype": "2003"})
    yield Case(juhe.Captcha(), test_juhe.captcha("1,2|3,4"), {"codetype": "9102"})
    yield Case(juhe.Captcha(), test_juhe.captcha("23"), {"codetype": "6001"})
    yield Case(juhe.Plate(), test_juhe.plates(*test_juhe.PLATE, ("车牌号", PERSONAL), *test_juhe.PLATE[1:]))
    yield Case(juhe.Plate(), {"resultcode": "101", "reason": PERSONAL, "result": None, "error_code": 10001})
    named = test_etoplive.field("姓名", PERSONAL)
    for entry in (test_etoplive.entry(named, named), test_etoplive.entry(named, type=PERSONAL, img_type=1)):
        for shape in (test_etoplive.paged, test_etoplive.listed):
            yield Case(etoplive.Pid(2), shape(entry, entry))
            yield Case(etoplive.Pid(22, type=("身份证",)), shape(entry))
            yield Case(etoplive.Pid(1001), shape(entry))
            yield Case(etoplive.Pid(1036), shape(entry, entry))
            yield Case(etoplive.Pid(667), shape(entry), {"removeImgData": "0"})
    rows = [{"DetailData": [{"FieldList": [named]}]}]
    yield Case(etoplive.Pid(1038), {"Response": test_etoplive.paged(test_etoplive.entry(named, DetailList=rows))})
    yield Case(etoplive.Pid(6), {"ErrorCode": 0, "PlateNum": 1, "Plate": [{"车牌号": PERSONAL, "车牌颜色": "蓝色"}]})
    yield Case(etoplive.Pid(1), {"ErrorCode": "0", "VIN": PERSONAL})
    checked = {"imageCheck": "11111", "imageCheckVaule": "0"}
    yield Case(etoplive.Pid(2), test_etoplive.paged(test_etoplive.entry(named)), checked)
    yield Case(esign.GeneralText(), test_esign.answer(test_esign.detection(PERSONAL), test_esign.detection("b")))
    yield Case(esign.GeneralText(), test_esign.answer(test_esign.detection(PERSONAL, polygon=None), angle=90.0))
    yield Case(esign.GeneralText(), test_esign.turned_away("INVALID_SIGNATURE"))
    texts = [test_ctyun.text_entry(PERSONAL), test_ctyun.failed_entry(4010), test_ctyun.text_entry("c")]
    yield Case(ctyun.GeneralText(), test_ctyun.answer(*texts, fail=1), pictures=3)
    yield Case(ctyun.GeneralText(), {"statusCode": 800, "returnObj": [test_ctyun.text_entry(PERSONAL)]})
    portrait = test_ctyun.PORTRAIT | {"name": PERSONAL}
    yield Case(ctyun.IdCard(), test_ctyun.answer(test_ctyun.card_entry(portrait, risk="normal")))
    yield Case(ctyun.Plate(), test_ctyun.answer(test_ctyun.plate_entry(platelicense=PERSONAL)))
    yield Case(ctyun.Plate(), {"code": 4001, "message": "error", "details": PERSONAL})


CASES = list(cases())
SUCCESS = {"juhe": "error_code", "etoplive": "ErrorCode", "esign": "code", "ctyun": "code"}


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.offer.vendor}-{type(case.offer).__name__}")
def test_the_bodies_to_be_changed_are_understood(vendor: Host, case: Case) -> None:
    vendor.says(case.body)
    assert not any(isinstance(outcome, Changed) for outcome in case.read())


@settings(
    max_examples=MUTATIONS // AT_ONCE,
    deadline=None,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)
@given(case=st.sampled_from(CASES), seed=st.integers(0, 2**48))
def test_any_answer(vendor: Host, case: Case, seed: int) -> None:
    for content in (mutated(case.body, seed + number) for number in range(AT_ONCE)):
        with patch.object(transport, "send", return_value=transport.Answer(200, {}, content)):
            _hold(case, content, case.read())


@settings(
    max_examples=OVER_HTTP,
    deadline=None,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)
@given(case=st.sampled_from(CASES), seed=st.integers(0, 2**48), status=st.sampled_from([200, 200, 200, 400, 404, 500]))
def test_any_answer_over_http(vendor: Host, case: Case, seed: int, status: int) -> None:
    content = mutated(case.body, seed)
    vendor.says(Answered(content, status))
    outcomes = case.read()
    _hold(case, content, outcomes)
    assert status == 200 or not any(isinstance(outcome, Reading) for outcome in outcomes)


def _hold(case: Case, content: bytes, outcomes: list[Any]) -> None:
    assert len(outcomes) == case.pictures
    for outcome in outcomes:
        assert outcome.vendor == case.offer.vendor
        if isinstance(outcome, Reading):
            _holds_something(outcome)
            assert _succeeded(case.offer, content)
        else:
            _tells_nothing(outcome)


def _holds_something(reading: Reading) -> None:
    items = [item for finding in reading.findings for item in finding.items]
    items += [item for finding in reading.findings for row in finding.rows.values() for line in row for item in line]
    texts = [part.text for part in [*items, *reading.lines]]
    assert texts
    assert all(text.strip() for text in texts)
    boxes = [part.box for part in [*items, *reading.lines, *reading.findings] if part.box]
    assert all(_sane(box) for box in boxes)
    assert all(part.confidence is None or 0 <= part.confidence <= 1 for part in [*items, *reading.lines])
    assert Reading.model_validate_json(reading.model_dump_json()) == reading


def _sane(box: Box) -> bool:
    return all(math.isfinite(number) and -100 <= number <= 1000 for point in box for number in point)


def _tells_nothing(error: OcrError) -> None:
    assert isinstance(error, Busy | CallerError | Changed | NoResult | Refused)
    assert PERSONAL not in problem_of(error).model_dump_json()
    if not isinstance(error.raw, ReceivedAnswer):
        json.dumps(error.raw, ensure_ascii=False).encode()


def _succeeded(offer: Offer, content: bytes) -> bool:
    """Whether some code of success stands in the answer: without one, nothing may be taken for success."""
    body = transport.Answer(200, {}, content).members()
    return not {"0", "0.0", "800"}.isdisjoint(_codes(body, SUCCESS[offer.vendor]))


def _codes(value: Any, name: str) -> Iterator[str]:
    members = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for member, part in members:
        if member in (name, "statusCode"):
            yield str(part).strip()
        yield from _codes(part, name)
