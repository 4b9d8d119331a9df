"""Promise: personal data stays home. Every product is read, and nothing that was read stands where others may look."""

from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from itertools import cycle
from typing import Any

import pytest

from local.listener import listening
from local.samples import Sample, samples
from local.sending import TRIGGERS, Picture, Reading, send
from local.stack import Stack
from ocr.catalogue import products

SENDERS = 2
# Shorter texts may stand anywhere by chance.
LEAST = 6
CAPTCHA = {"captcha": {"vendor": "juhe"}}


@pytest.fixture(scope="module")
def one_of_each() -> list[Sample]:
    found: dict[str, Sample] = {}
    for sample in samples():
        found.setdefault(sample.product, sample)
    return list(found.values())


def texts(truth: Any) -> Iterator[str]:
    """Every text of a truth that is long enough to be searched for, and that no product is called."""
    if isinstance(truth, Mapping):
        for value in truth.values():
            yield from texts(value)
    elif isinstance(truth, list):
        for value in truth:
            yield from texts(value)
    elif isinstance(truth, str) and len(truth) >= LEAST and truth not in products():
        yield truth


def logged(stack: Stack) -> str:
    """Everything in the functions' log group: log lines and, in them, metrics."""
    pages = stack.client("logs").get_paginator("filter_log_events").paginate(logGroupName=stack.parts["Logs"])
    return "\n".join(event["message"] for page in pages for event in page["events"])


def test_nothing_that_was_read_stands_in_logs_metrics_events_or_problems(
    stack: Stack, one_of_each: list[Sample]
) -> None:
    blank = next(one for one in one_of_each if one.product == "general_text")

    def picture(sample: Sample) -> Picture:
        told = {**sample.options, **CAPTCHA.get(sample.product, {})}
        return Picture(sample.product, sample.name, sample.picture, sample.media_type, told, sample.truth)

    def read(sample: Sample, trigger: Any) -> Reading:
        return send(stack, picture(sample), trigger)

    with listening(stack) as listener, ThreadPoolExecutor(SENDERS) as threads:
        readings = list(threads.map(read, one_of_each, cycle(TRIGGERS)))
        # A page of text is no bank card: a problem, whose body must say so without saying what it read.
        refusal = send(stack, Picture("bank_card", "text", blank.picture, blank.media_type, {}, blank.truth), "https")
        missing = listener.wait_for({reading.record_id or "" for reading in readings}, 60)
    assert not missing
    wrong = [(one.picture.product, one.body) for one in readings if one.status != "succeeded"]
    assert wrong == []

    elsewhere = "\n".join([logged(stack), str(listener.heard), str(refusal.body.get("problem", refusal.body))])
    assert "VendorCalls" in elsewhere
    assert "Record finished" in elsewhere
    known = {text for sample in one_of_each for text in texts(sample.truth)}
    assert len(known) > 300
    assert sorted(text for text in known if text in elsewhere) == []
