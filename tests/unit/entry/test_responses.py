"""Promise: who is told to come back later is told when, also where the vendor named no time."""

import json

import pytest

from ocr.entry import responses
from ocr.platform.errors import CallerError, InProgress, InternalError, OcrError, VendorRejected, VendorUnavailable


@pytest.mark.parametrize(
    ("fault", "wait"),
    [
        pytest.param(VendorUnavailable("No time named."), "5", id="busy"),
        pytest.param(VendorUnavailable("A time named.", retry_after=30), "30", id="busy for 30 s"),
        pytest.param(VendorUnavailable("At once.", retry_after=0), "0", id="busy for no time"),
        pytest.param(InProgress("Being read.", retry_after=7), "7", id="in flight"),
        pytest.param(InternalError("A throttled table."), "5", id="internal"),
        pytest.param(VendorRejected("The key is wrong."), None, id="refused"),
        pytest.param(CallerError("No picture.", kind="damaged"), None, id="caller"),
    ],
)
def test_a_retry_is_told_when(fault: OcrError, wait: str | None) -> None:
    named = fault.retry_after
    response = responses.error(fault)
    assert response["headers"].get("Retry-After") == wait
    assert response["statusCode"] == json.loads(response["body"])["status"] == fault.status
    # The queue's back-off asks the error itself.
    assert fault.retry_after == named
