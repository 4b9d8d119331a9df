"""No answer, however wrong, makes an adapter raise, invent, tell what it read in an error, or succeed with nothing.

`MUTATIONS` sets how many answers are tried; the default fits into every run of the tests.
"""

import math
import os
from collections.abc import Iterator, Sequence
from typing import Any
from unittest.mock import patch

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from ocr.declare.offers import Offer
from ocr.model.answer import ReceivedAnswer
from ocr.model.problem import problem_of
from ocr.model.reading import Box, Reading
from ocr.platform.errors import CallerError, NoResult, OcrError, UnexpectedResponse, VendorRejected, VendorUnavailable
from ocr.vendors import transport
from tests.support.adapters import Recorded, adapters
from tests.support.mutating import mutated
from tests.support.vendors import Answered, Host, ask, picture

MUTATIONS = int(os.environ.get("MUTATIONS", "5000"))
OVER_HTTP = 200
AT_ONCE = 10  # answers an example: making an example takes longer than reading its answer
PERSONAL = "某某某"


CASES = [one for adapter in adapters().values() for one in adapter.recorded(PERSONAL)]


def read(case: Recorded) -> list[Any]:
    """What the offer makes of what it is answered."""
    return ask(case.offer, *[picture(bytes([number])) for number in range(case.pictures)], **case.options)


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.offer.vendor}-{type(case.offer).__name__}")
def test_the_bodies_to_be_changed_are_understood(vendor: Host, case: Recorded) -> None:
    vendor.says(case.body)
    assert not any(isinstance(outcome, UnexpectedResponse) for outcome in read(case))


@settings(
    max_examples=MUTATIONS // AT_ONCE,
    deadline=None,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)
@given(case=st.sampled_from(CASES), seed=st.integers(0, 2**48))
def test_any_answer(vendor: Host, case: Recorded, seed: int) -> None:
    for content in (mutated(case.body, seed + number) for number in range(AT_ONCE)):
        with patch.object(transport, "send", return_value=transport.Answer(200, {}, content)):
            _hold(case, content, read(case))


@settings(
    max_examples=OVER_HTTP,
    deadline=None,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)
@given(case=st.sampled_from(CASES), seed=st.integers(0, 2**48), status=st.sampled_from([200, 200, 200, 400, 404, 500]))
def test_any_answer_over_http(vendor: Host, case: Recorded, seed: int, status: int) -> None:
    content = mutated(case.body, seed)
    vendor.says(Answered(content, status))
    outcomes = read(case)
    _hold(case, content, outcomes)
    assert status == 200 or not any(isinstance(outcome, Reading) for outcome in outcomes)


def _hold(case: Recorded, content: bytes, outcomes: list[Any]) -> None:
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
    assert Reading.model_validate_json(reading.model_dump_json()) == reading.model_copy(update={"raw": None})


def _sane(box: Box) -> bool:
    return all(math.isfinite(number) and -100 <= number <= 1000 for point in box for number in point)


def _tells_nothing(error: OcrError) -> None:
    assert isinstance(error, VendorUnavailable | CallerError | UnexpectedResponse | NoResult | VendorRejected)
    assert PERSONAL not in problem_of(error).model_dump_json()
    assert isinstance(error.raw, ReceivedAnswer)


def _succeeded(offer: Offer, content: bytes) -> bool:
    """Whether some code of success stands in the answer: without one, nothing may be taken for success."""
    body = transport.Answer(200, {}, content).members()
    adapter = adapters()[offer.vendor]
    return not {*adapter.SUCCESSES}.isdisjoint(_codes(body, adapter.CODES))


def _codes(value: Any, names: Sequence[str]) -> Iterator[str]:
    members = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for member, part in members:
        if member in names:
            yield str(part).strip().removesuffix(".0")
        yield from _codes(part, names)
