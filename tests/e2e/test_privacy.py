"""Promise: personal data stays home. Every product is read, and nothing that was read stands where others may look."""

from concurrent.futures import ThreadPoolExecutor
from itertools import cycle
from typing import Any

import pytest

from local.cloud.listener import listening
from local.cloud.sending import TRIGGERS, Picture, Reading, send
from local.cloud.stack import Stack
from local.samples import Sample, samples
from tests.support.searching import CHINESE, LOG_GROUPS, logged, stands_in, texts

SENDERS = 2
CAPTCHA = {"captcha": {"vendor": "juhe"}}


@pytest.fixture(scope="module")
def one_of_each() -> list[Sample]:
    found: dict[str, Sample] = {}
    for sample in samples():
        found.setdefault(sample.product, sample)
    return list(found.values())


def test_nothing_that_was_read_stands_in_logs_metrics_events_or_problems(
    stack: Stack, one_of_each: list[Sample]
) -> None:
    blank = next(one for one in one_of_each if one.product == "general_text")

    def picture(sample: Sample) -> Picture:
        options = {**sample.options, **CAPTCHA.get(sample.product, {})}
        return Picture(sample.product, sample.name, sample.picture, sample.media_type, options, sample.truth)

    def read(sample: Sample, trigger: Any) -> Reading:
        return send(stack, picture(sample), trigger)

    with listening(stack) as listener, ThreadPoolExecutor(SENDERS) as threads:
        readings = list(threads.map(read, one_of_each, cycle(TRIGGERS)))
        # A page of text is no bank card: a problem, whose body must say so without saying what it read.
        refusal = send(stack, Picture("bank_card", "text", blank.picture, blank.media_type, {}, blank.truth), "https")
        missing = listener.wait_for({(reading.record_id or "", False) for reading in readings}, 60)
    assert not missing
    wrong = [(one.picture.product, one.body) for one in readings if one.status != "succeeded"]
    assert wrong == []

    logs = [logged(stack, group) for group in LOG_GROUPS]
    elsewhere = "\n".join([*logs, str(listener.heard), str(refusal.body.get("problem", refusal.body))])
    assert "VendorCalls" in elsewhere
    assert "Record finished" in elsewhere
    known = {text for sample in one_of_each for text in texts(sample.truth)}
    assert len(known) > 300
    # Names of persons are short.
    assert [text for text in known if len(text) == 3 and CHINESE.match(text)]
    assert sorted(text for text in known if stands_in(text, elsewhere)) == []
