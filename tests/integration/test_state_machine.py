"""Promise: nothing lost, nothing paid twice, success never claimed falsely, whatever comes together.

The real handlers, on a real table and real buckets, with vendors that count what they charge. Queues and the bus are
this test's own, at the other end of botocore's wire. Time moves when a rule says so. Within an invocation one thing
happens after another, so that a run can be repeated; two invocations meet where `twins` says.

`MACHINES` sets how many runs are tried; the default fits into every run of the tests.
"""

import os
from collections.abc import Iterator
from dataclasses import replace
from itertools import cycle
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from local.cloud.aws import Aws
from local.simulators.state import CHARGED
from tests.support.fault_injection import VENDOR, Fault
from tests.support.gateway import KEYS, PICTURES, VENDORS, Altered, Content, Faulty, Gateway, Mishap, gateways

MACHINES = int(os.environ.get("MACHINES", "5"))
STEPS = 40

ORDERS = ("juhe,ctyun", "ctyun,juhe", "juhe", "ctyun")
# A pause of the test's own is slow enough, and so is what unpacks a megabyte; what drips is waited for in real time.
FAULTS: list[dict[str, Any]] = [{"fault": fault, "seconds": 0.1} for fault in CHARGED if fault not in {"slow", "flood"}]
FAULTS += [{"code": 10014, "charged": True}, {"code": 10012}, {"code": 5000}, {"code": 999999, "charged": True}]
FAULTS += [{"fault": "http500", "status": 502, "charged": True}, {"fault": "http500", "status": 504}]
TABLE = ("PutItem", "GetItem", "UpdateItem", "TransactWriteItems", "Query", "DeleteItem")
BUCKET = ("GetObject", "PutObject", "DeleteObject", "ListObjectVersions")
OTHERS = ("PutEvents", "SendMessageBatch", "GetQueueUrl", "ChangeMessageVisibility")
WRITES = ("PutItem", "TransactWriteItems", "PutObject", "PutEvents", "SendMessageBatch", VENDOR)
SKIPS = st.sampled_from([0, 0, 1, 2, 3])
# A single failure the SDK itself makes good.
TIMES = st.sampled_from([1, 2, 2, 4])
ERRORS = [(operation, kind) for operation in (*TABLE, *BUCKET, *OTHERS) for kind in ("refused", "lost")]
ERRORS += [(operation, "throttled") for operation in TABLE]
ERRORS += [(operation, "conflict") for operation in ("PutItem", "TransactWriteItems")]
CRASHES = [(step, kind) for step in (*WRITES, "GetItem") for kind in ("crash before", "crash after")]
STROKES = st.builds(
    lambda what, skip, times: Fault(*what, skip, times),
    st.sampled_from(ERRORS) | st.sampled_from(CRASHES),
    SKIPS,
    TIMES,
)
FAULTY = st.builds(Faulty, st.sampled_from(VENDORS), st.sampled_from(FAULTS), TIMES)
# CTyun refuses a signature whose time is a quarter of an hour off, with any secret.
ALTERED = st.sampled_from([Altered("ctyun", {"ahead": seconds}) for seconds in (3600, -3600)])
MISHAPS = st.lists(STROKES | FAULTY | ALTERED, max_size=3)
PAUSED = (VENDOR, "PutItem", "GetItem", "TransactWriteItems")
PAUSES = st.builds(Fault, st.sampled_from(PAUSED), st.sampled_from(["pause before", "pause after"]), SKIPS)
# What is drawn never depends on what stands in the table or waits: real time has its part in that.
CHOSEN = st.lists(st.integers(0, 99), min_size=1, max_size=10)
ACTORS = st.sampled_from(["deliver", "deliver", "post", "post", "delete"])


@pytest.fixture
def gateway(emulator: Aws, monkeypatch: pytest.MonkeyPatch) -> Iterator[Gateway]:
    yield from gateways(emulator, monkeypatch)


# A reader that dies in the midst of an answer leaves its socket to the garbage collector.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_any_mixture_of_what_may_happen(gateway: Gateway) -> None:
    def drawn(draw: st.DataObject) -> Content:
        return gateway.contents[draw.draw(st.integers(0, len(gateway.contents) - 1))]

    class Machine(RuleBasedStateMachine):
        """What may happen to a gateway, in any order."""

        @initialize(
            resends=st.sampled_from([0, 1, 1, 2]),
            tries=st.sampled_from([2, 3, 10]),
            rates=st.booleans(),
            contents=st.lists(st.tuples(st.sampled_from(PICTURES), st.sampled_from(ORDERS)), min_size=2, max_size=4),
        )
        def begin(self, resends: int, tries: int, rates: bool, contents: list[tuple[str, str]]) -> None:
            gateway.begin(resends, tries, rates)
            for (picture, vendors), key in zip(contents, cycle(KEYS), strict=False):
                gateway.upload(gateway.content(picture, vendors), key)
            gateway.upload(gateway.contents[0], KEYS[0])

        @rule(draw=st.data(), key=st.sampled_from(KEYS))
        def upload_again(self, draw: st.DataObject, key: str) -> None:
            gateway.upload(drawn(draw), key)

        @rule(chosen=CHOSEN, early=st.booleans(), lost=st.booleans(), mishaps=MISHAPS)
        def deliver(self, chosen: list[int], early: bool, lost: bool, mishaps: list[Mishap]) -> None:
            if not gateway.uploads.messages:
                return
            if not early:
                gateway.pass_time_until_a_message_waits()
            ids = sorted(gateway.uploads.messages) if early else gateway.uploads.waiting()
            gateway.befall(mishaps)
            gateway.deliver(dict.fromkeys(ids[number % len(ids)] for number in chosen), deleted=not lost)

        @rule(draw=st.data(), mishaps=MISHAPS)
        def post(self, draw: st.DataObject, mishaps: list[Mishap]) -> None:
            gateway.befall(mishaps)
            gateway.post(drawn(draw))

        @rule(draw=st.data(), actors=st.tuples(ACTORS, ACTORS), pause=PAUSES, mishaps=MISHAPS)
        def twins(self, draw: st.DataObject, actors: tuple[str, str], pause: Fault, mishaps: list[Mishap]) -> None:
            gateway.befall(mishaps)
            gateway.twins(drawn(draw), actors, replace(pause))

        @rule(draw=st.data(), actors=st.tuples(ACTORS, ACTORS), pause=PAUSES)
        def twins_of_whom_one_outlasts_its_lease(
            self, draw: st.DataObject, actors: tuple[str, str], pause: Fault
        ) -> None:
            gateway.twins(drawn(draw), actors, replace(pause), lapse=True)

        @rule(seconds=st.sampled_from([1, 20, 100, 400, 1000]))
        def wait(self, seconds: int) -> None:
            gateway.now += seconds

        @rule(most=st.sampled_from([1, 3, 100]), again=st.booleans(), refused=st.integers(0, 2), mishaps=MISHAPS)
        def announce(self, most: int, again: bool, refused: int, mishaps: list[Mishap]) -> None:
            gateway.refuse(refused)
            gateway.befall(mishaps)
            gateway.announce(most, again=again)
            gateway.announce_late(again=again)

        @rule()
        def redrive(self) -> None:
            gateway.redrive()

        @rule(draw=st.data(), mishaps=MISHAPS)
        def delete(self, draw: st.DataObject, mishaps: list[Mishap]) -> None:
            gateway.befall(mishaps)
            gateway.delete(drawn(draw))

        @rule()
        def allow_one_more_resend(self) -> None:
            gateway.allow(min(3, gateway.resends + 1))

        def teardown(self) -> None:
            gateway.settle()
            gateway.check()
            gateway.ask_again()
            gateway.settle()
            gateway.check()

    run_state_machine_as_test(
        Machine,
        settings=settings(
            max_examples=MACHINES,
            stateful_step_count=STEPS,
            deadline=None,
            database=None,
            derandomize=True,
            report_multiple_bugs=False,
            suppress_health_check=list(HealthCheck),
        ),
    )


BAD_DAYS: list[Mishap] = [
    *(
        Faulty("ctyun", {"fault": fault, "seconds": 0.1}, 1)
        for fault in ("maintenance", "redirect", "drip", "wrong_secret", "gbk", "short_batch", "truncated", "http429")
    ),
    Altered("ctyun", {"ahead": 3600}),
]


def test_a_batch_that_meets_one_bad_answer_heals(gateway: Gateway) -> None:
    """Several pictures in one call, as the machine rarely draws them together with a certain fault."""
    for mishap in BAD_DAYS:
        gateway.begin(resends=1, tries=10, rates=False)
        for picture, key in zip(("car", "new_energy", "lorry"), cycle(KEYS), strict=False):
            gateway.upload(gateway.content(picture, "ctyun"), key)
        gateway.befall([mishap])
        gateway.deliver(gateway.uploads.waiting())
        gateway.settle()
        gateway.check()
        settled = [item["status"] for item in gateway.items() if "source" in item]
        assert settled == ["succeeded"] * 3, mishap
