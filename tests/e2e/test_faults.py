"""Promise: whatever AWS does to a function ends in a retry or in an honest failure, is paid once and is announced.

A proxy between the deployed functions and AWS refuses, cuts and loses requests as it is told.
"""

import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from time import monotonic, sleep
from typing import Any

import pytest
import requests

from local.cloud.aws import Aws
from local.cloud.faults import BROKEN, CANCELLED, CUT, LOST, OVER_CAPACITY, PARTIAL, SLOW_DOWN, THROTTLED, Fault, Faults
from local.cloud.faults import faulty as proxied
from local.cloud.listener import Listener, listening
from local.cloud.sending import Picture, salt, send
from local.cloud.stack import Stack
from local.samples import samples
from local.simulators import Control, running
from tests.support.aws import failing
from tests.support.stack import deployed

# A stack of its own, and minutes of waiting for leases: for `make test-all`.
pytestmark = [
    pytest.mark.xdist_group("faults"),
    pytest.mark.skipif("FAULTS" not in os.environ, reason="FAULTS is not set"),
]

PRODUCT, VENDOR = "license_plate", "juhe"
SETTINGS = {"ProductVendors": f"{PRODUCT}={VENDOR}"}
# More than any SDK tries one call, fewer than it tries two: the first delivery fails, the second gets through.
OUTLASTING = 5
MANY = 1000
# A call that nobody finished is taken over when its lease ends: 29 s of API Gateway and a margin.
LONGEST_SECONDS = 60.0
ANSWER_SECONDS = 180.0
# What the bus refuses twice comes again when its message is seen again: it is hidden for six minutes.
ANNOUNCED_SECONDS = 420.0

Place = dict[str, str]
CLAIM: Place = {"on": "dynamodb", "holding": '"sending"'}
KEEP: Place = {"on": "dynamodb", "holding": '"succeeded"'}
FETCH: Place = {"on": "s3.GET", "path": f"/uploads/{PRODUCT}/"}
RAW: Place = {"on": "s3.PUT", "path": f"/answers/{PRODUCT}/"}
SECRET: Place = {"on": "secretsmanager.GetSecretValue"}
ANNOUNCE: Place = {"on": "events.PutEvents"}


@pytest.fixture(scope="module")
def vendor() -> Iterator[str]:
    with running(VENDOR) as urls:
        yield urls[VENDOR]


@pytest.fixture(scope="module")
def aws(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Aws]:
    with failing(tmp_path_factory.mktemp("aws")) as started:
        yield started


@pytest.fixture(scope="module")
def proxy(aws: Aws) -> Iterator[Faults]:
    with proxied(aws) as faults:
        yield faults


@pytest.fixture(scope="module")
def stack(aws: Aws, proxy: Faults, vendor: str) -> Stack:
    stack = deployed(aws, {VENDOR: vendor}, SETTINGS)
    # The bucket's test messages have woken all functions at once: no fault is to fall into that.
    assert posted(stack, plate()).status_code == 200
    return stack


@pytest.fixture
def bill(vendor: str) -> Iterator[Control]:
    """The vendor, who has counted nothing yet."""
    control = Control(vendor)
    control.reset()
    yield control
    assert control.report()["violations"] == []


@pytest.fixture
def faults(stack: Stack, proxy: Faults) -> Iterator[Faults]:
    """The proxy without orders; afterwards the dead-letter queue must be as empty as before."""
    proxy.reset()
    yield proxy
    proxy.reset()
    attributes = stack.client("sqs").get_queue_attributes(QueueUrl=stack.dead_letters, AttributeNames=["All"])[
        "Attributes"
    ]
    assert (attributes["ApproximateNumberOfMessages"], attributes["ApproximateNumberOfMessagesNotVisible"]) == (
        "0",
        "0",
    )


@pytest.fixture
def listener(stack: Stack) -> Iterator[Listener]:
    with listening(stack) as heard:
        yield heard


def charges(bill: Control) -> int:
    return len(bill.report()["charges"])


def plate() -> Picture:
    """A licence plate that was never seen before."""
    sample = next(iter(samples([PRODUCT])))
    return Picture(PRODUCT, sample.name, sample.picture + salt(), sample.media_type)


def posted(stack: Stack, picture: Picture) -> requests.Response:
    headers = {"x-api-key": stack.api_key, "Content-Type": picture.media_type}
    return requests.post(f"{stack.url}/ocr/{PRODUCT}", data=picture.content, headers=headers, timeout=ANSWER_SECONDS)


def seconds_to_wait(answer: requests.Response) -> int:
    """The seconds to wait, of an answer that is an honest failure."""
    assert answer.status_code == 409 or answer.status_code >= 500, answer.text
    assert answer.headers["Content-Type"] == "application/problem+json", answer.text
    assert answer.json()["status"] == answer.status_code
    return int(answer.headers["Retry-After"])


def read_in_the_end(stack: Stack, picture: Picture) -> dict[str, Any]:
    """The record that a caller gets who comes again whenever it is told to."""
    deadline = monotonic() + LONGEST_SECONDS
    while (answer := posted(stack, picture)).status_code != 200:
        assert monotonic() < deadline, answer.text
        sleep(seconds_to_wait(answer))
    record: dict[str, Any] = answer.json()
    assert record["status"] == "succeeded"
    return record


def uploaded(stack: Stack, picture: Picture) -> dict[str, Any]:
    """What became of an upload."""
    return dict(send(stack, picture, "s3", behind=b"").body)


def start_anew(stack: Stack) -> None:
    """Have the next invocation be a cold start, as it is after any change of a function's configuration."""
    functions, name = stack.client("lambda"), stack.function(PRODUCT)
    size = functions.get_function_configuration(FunctionName=name)["MemorySize"]
    functions.update_function_configuration(FunctionName=name, MemorySize=size)
    functions.get_waiter("function_updated_v2").wait(FunctionName=name)


def read_on_the_second_try(stack: Stack, faults: Faults, bill: Control, place: Place, fault: Fault) -> None:
    """Order a fault that outlasts the SDK, and have it gone when the caller comes again."""
    faults.order(fault=fault, **place)
    picture = plate()
    answer = posted(stack, picture)
    assert seconds_to_wait(answer) > 0
    assert answer.status_code >= 500
    assert faults.hits()
    assert charges(bill) == 0
    faults.reset()
    read_in_the_end(stack, picture)
    assert charges(bill) == 1


@pytest.mark.parametrize(
    ("place", "fault"),
    [
        pytest.param(CLAIM, THROTTLED, id="claim throttled"),
        pytest.param(CLAIM, CUT, id="claim cut"),
        pytest.param(KEEP, OVER_CAPACITY, id="record over capacity"),
        pytest.param(KEEP, CUT, id="record cut"),
        pytest.param(KEEP, LOST, id="answer to the record lost"),
        pytest.param(RAW, SLOW_DOWN, id="raw answer slowed down"),
    ],
)
def test_a_fault_that_passes_is_not_noticed(
    stack: Stack, faults: Faults, bill: Control, place: Place, fault: Fault
) -> None:
    faults.order(fault=fault, times=1, **place)
    answer = posted(stack, plate())
    assert (answer.status_code, len(faults.hits()), charges(bill)) == (200, 1, 1), answer.text


@pytest.mark.parametrize(
    "fault",
    [
        pytest.param(THROTTLED, id="throttled"),
        pytest.param(OVER_CAPACITY, id="over capacity"),
        pytest.param(BROKEN, id="500"),
        pytest.param(CUT, id="cut"),
    ],
)
def test_a_caller_whose_claim_fails_is_told_to_come_again(
    stack: Stack, faults: Faults, bill: Control, fault: Fault
) -> None:
    read_on_the_second_try(stack, faults, bill, CLAIM, fault)


@pytest.mark.parametrize("fault", [pytest.param(THROTTLED, id="throttled"), pytest.param(BROKEN, id="500")])
def test_a_caller_is_told_to_come_again_when_a_cold_start_finds_no_secret(
    stack: Stack, faults: Faults, bill: Control, fault: Fault
) -> None:
    start_anew(stack)
    read_on_the_second_try(stack, faults, bill, SECRET, fault)


def test_an_upload_is_read_although_a_cold_start_finds_no_secret(stack: Stack, faults: Faults, bill: Control) -> None:
    start_anew(stack)
    faults.order(fault=BROKEN, times=OUTLASTING, **SECRET)
    assert uploaded(stack, plate())["status"] == "succeeded"
    assert len(faults.hits()) == OUTLASTING
    assert charges(bill) == 1


@pytest.mark.parametrize("fault", [pytest.param(THROTTLED, id="throttled"), pytest.param(CUT, id="cut")])
def test_a_reading_that_cannot_be_kept_is_never_claimed_a_success(
    stack: Stack, faults: Faults, bill: Control, fault: Fault
) -> None:
    faults.order(fault=fault, **KEEP)
    answer = posted(stack, plate())
    assert seconds_to_wait(answer) > 0
    assert answer.status_code >= 500
    assert charges(bill) == 1


def test_a_reading_that_could_not_be_kept_is_had_later(stack: Stack, faults: Faults, bill: Control) -> None:
    faults.order(fault=CANCELLED, times=MANY, **KEEP)
    picture = plate()
    assert seconds_to_wait(posted(stack, picture)) > 0
    faults.reset()
    read_in_the_end(stack, picture)
    # The table never learned of the first answer; the record is made of the answer as kept.
    assert charges(bill) == 1


def test_a_claim_whose_answer_is_lost_is_paid_once(stack: Stack, faults: Faults, bill: Control) -> None:
    faults.order(fault=LOST, times=1, **CLAIM)
    read_in_the_end(stack, plate())
    assert len(faults.hits()) == 1
    assert charges(bill) == 1


def test_a_record_outlives_a_raw_answer_that_cannot_be_kept(stack: Stack, faults: Faults, bill: Control) -> None:
    faults.order(fault=SLOW_DOWN, **RAW)
    picture = plate()
    assert posted(stack, picture).status_code == 200
    assert faults.hits()
    assert posted(stack, picture).status_code == 200
    assert charges(bill) == 1


@pytest.mark.parametrize(
    ("place", "fault"),
    [
        pytest.param(FETCH, SLOW_DOWN, id="upload slowed down"),
        pytest.param(FETCH, CUT, id="upload cut"),
        pytest.param(CLAIM, THROTTLED, id="claim throttled"),
        pytest.param(RAW, SLOW_DOWN, id="raw answer slowed down"),
        pytest.param(KEEP, BROKEN, id="record broken"),
    ],
)
def test_an_upload_is_read_once_the_fault_has_gone(
    stack: Stack, faults: Faults, bill: Control, place: Place, fault: Fault
) -> None:
    faults.order(fault=fault, times=OUTLASTING, **place)
    record = uploaded(stack, plate())
    assert record["status"] == "succeeded", record
    assert faults.hits()
    assert charges(bill) == 1


@pytest.mark.parametrize(
    "fault",
    [
        pytest.param(PARTIAL, id="partial"),
        pytest.param(BROKEN, id="500"),
        pytest.param(THROTTLED, id="throttled"),
        pytest.param(CUT, id="cut"),
        pytest.param(LOST, id="answer lost"),
    ],
)
def test_every_record_is_announced(stack: Stack, faults: Faults, listener: Listener, fault: Fault) -> None:
    faults.order(fault=fault, times=OUTLASTING, **ANNOUNCE)
    with ThreadPoolExecutor(3) as threads:
        records = [answer.json() for answer in threads.map(lambda _: posted(stack, plate()), range(6))]
    assert listener.wait_for({(record["id"], False) for record in records}, ANNOUNCED_SECONDS) == set()
    assert faults.hits()


def test_a_record_that_cannot_be_had_right_now_is_no_missing_one(stack: Stack, faults: Faults) -> None:
    id = posted(stack, plate()).json()["id"]
    faults.order("dynamodb.GetItem", THROTTLED)
    asked = f"{stack.url}/records/{id}"
    answer = requests.get(asked, headers={"x-api-key": stack.api_key}, timeout=ANSWER_SECONDS)
    assert seconds_to_wait(answer) > 0
    faults.reset()
    assert requests.get(asked, headers={"x-api-key": stack.api_key}, timeout=ANSWER_SECONDS).json()["id"] == id
