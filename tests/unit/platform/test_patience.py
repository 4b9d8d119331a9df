"""Promise: the engine is waited for about as long as there is time, also where that is little."""

from typing import NoReturn

import pytest
from botocore.exceptions import ReadTimeoutError

from ocr.declare.fields import Fields
from ocr.declare.offers import VendorRequest
from ocr.model.picture import Picture
from ocr.platform import aws
from ocr.vendors import embedded


@pytest.mark.parametrize(("left", "waits"), [(12.0, 10), (5.0, 5), (4.9, 4), (1.2, 1)])
def test_the_engine_is_waited_for_as_long_as_there_is_time(
    left: float, waits: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = list[int]()

    def functions(seconds: int) -> NoReturn:
        asked.append(seconds)
        raise ReadTimeoutError(endpoint_url="")

    monkeypatch.setattr(aws, "functions", functions)
    monkeypatch.setattr(embedded.time, "monotonic", lambda: 0.0)
    request = VendorRequest("id_card", Fields, [Picture(b"", "JPEG", 1, 1)], {}, left, {})
    [outcome] = embedded.Labels().read(request)
    assert getattr(outcome, "code", "") == "late"
    assert asked == [waits]
