"""Promise: want of room is nobody's fault. A picture waits for its turn, and what nobody saw has its record too."""

import io
import json
import time
from collections.abc import Callable
from typing import Any, NoReturn

import pytest
from botocore.exceptions import ClientError

from ocr.declare.product import Product
from ocr.entry.serve import serve
from ocr.model.record import Status
from ocr.platform import aws
from ocr.platform.errors import InternalError, VendorUnavailable
from ocr.platform.settings import settings
from ocr.vendors import embedded
from tests.support import clocks
from tests.support.aws import World, forget_settings
from tests.support.scripted import Context, Ticket, calls, picture, product, reading
from tests.support.sending import deliver, deliver_last, delivered, of_upload, post
from undelivered import app as undelivered

LINES = {
    "lines": [{"text": "编号 A-17", "confidence": 0.9, "box": [[20, 20], [40, 20], [40, 30], [20, 30]]}],
    "angle": 0,
}


class Lambda:
    """The engine's function, with room for a call as `full` says; `calls` counts all, `peak` those at once."""

    def __init__(self, full: Callable[[], bool]) -> None:
        self.full, self.calls = full, 0

    def invoke(self, **_: Any) -> dict[str, Any]:
        self.calls += 1
        if self.full():
            raise ClientError({"Error": {"Code": "TooManyRequestsException"}}, "Invoke")
        return {"Payload": io.BytesIO(json.dumps(LINES).encode())}


@pytest.fixture
def engine(world: World, monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[], bool]], Lambda]:
    """Puts an engine in place. Time passes at once, and a single fault would open a circuit."""
    passed, monotonic = [0.0], time.monotonic
    monkeypatch.setattr(time, "monotonic", lambda: monotonic() + passed[0])
    monkeypatch.setattr(time, "sleep", lambda seconds: passed.__setitem__(0, passed[0] + seconds))
    monkeypatch.setattr(embedded, "room", embedded.Room())
    monkeypatch.setenv("VENDORS", "embedded")
    monkeypatch.setenv("CIRCUIT_FAILURES", "1")
    forget_settings()

    def put(full: Callable[[], bool]) -> Lambda:
        found = Lambda(full)
        monkeypatch.setattr(aws, "functions", lambda seconds: found)
        return found

    return put


def read_by_the_engine() -> Product:
    return Product("ticket", Ticket, name="票", category="general", required=["number"], offers=[embedded.Labels()])


Engine = Callable[[Callable[[], bool]], Lambda]


def test_who_is_throttled_waits_within_the_invocation(world: World, engine: Engine) -> None:
    full = iter([True] * 7 + [False] * 9)
    found = engine(lambda: next(full))
    upload = world.upload("uploads/ticket/a.png", picture())
    assert deliver(read_by_the_engine(), upload) == []
    record = of_upload(upload)
    assert record
    assert record.status == Status.SUCCEEDED
    assert [attempt.outcome for attempt in record.attempts] == ["read"]
    assert found.calls == 8


def test_no_throttle_uses_up_a_try_or_opens_a_circuit(world: World, engine: Engine) -> None:
    crowded = engine(lambda: True)
    upload = world.upload("uploads/ticket/a.png", picture())
    for receives in range(1, 13):
        assert deliver(read_by_the_engine(), upload, receives=receives) == ["message-0"]
    assert of_upload(upload) is None
    assert crowded.calls > 12 * 5
    engine(lambda: False)
    assert deliver(read_by_the_engine(), upload, receives=13) == []
    record = of_upload(upload)
    assert record
    assert record.status == Status.SUCCEEDED


def test_a_caller_who_meets_a_throttle_gets_the_record_later(world: World, engine: Engine) -> None:
    engine(lambda: True)
    status, body = post(read_by_the_engine(), picture())
    assert (status, body["status"]) == (202, "pending")


def test_a_batch_asks_for_less_while_it_is_throttled(world: World, engine: Engine) -> None:
    engine(lambda: True)
    uploads = [world.upload(f"uploads/ticket/{n}.png", picture(n)) for n in range(10)]
    assert len(deliver(read_by_the_engine(), *uploads)) == 10
    after = engine(lambda: True)
    assert len(deliver(read_by_the_engine(), *uploads, receives=2)) == 10
    # Each alone would ask some thirty times until its time is over.
    assert after.calls < 10 * 15


def test_no_wait_for_a_vendors_room_or_its_open_circuit_uses_up_a_try(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MAX_TRIES", "4")
    monkeypatch.setenv("CIRCUIT_FAILURES", "1")
    forget_settings()
    answers = [lambda: VendorUnavailable("full", code="429", blames="nothing")] * 6 + [
        lambda: VendorUnavailable("down"),
        reading,
    ]
    kind = product(answers)
    upload = world.upload("uploads/ticket/a.png", picture())
    for receives in range(1, 15):
        assert deliver(kind, upload, receives=receives) == ["message-0"]
    assert calls(kind) == 7
    later = time.time() + settings().circuit_seconds + 1
    clocks.patch(monkeypatch, lambda: later)
    assert deliver(kind, upload, receives=31) == []
    record = of_upload(upload)
    assert record
    assert record.status == Status.SUCCEEDED


def test_what_lambda_throttled_on_its_way_is_read_however_often_the_queue_has_delivered_it(world: World) -> None:
    upload = world.upload("uploads/ticket/a.png", picture())
    assert deliver(product([reading]), upload, receives=500) == []
    record = of_upload(upload)
    assert record
    assert record.status == Status.SUCCEEDED


def test_many_that_come_again_are_read_side_by_side(world: World) -> None:
    kind = product([reading])
    uploads = [world.upload(f"uploads/ticket/{n}.png", picture(n)) for n in range(10)]
    answer = serve(kind)(delivered(*uploads, receives=4), Context())  # type: ignore[arg-type]
    assert answer == {"batchItemFailures": []}
    assert calls(kind) == 10


def test_what_waits_for_days_is_given_up_with_a_record(world: World) -> None:
    kind, upload = (
        product([lambda: VendorUnavailable("full", blames="nothing")]),
        world.upload("uploads/ticket/a.png", picture()),
    )
    event = delivered(upload, receives=300, sent=time.time() - 4 * 86_400)
    assert serve(kind)(event, Context()) == {"batchItemFailures": []}  # type: ignore[arg-type]
    record = of_upload(upload)
    assert record
    assert record.status == Status.FAILED
    assert world.dead_letters() == [{"record_id": record.id, "product": "ticket"}]


def test_what_is_put_back_is_tried_as_often_as_before(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CIRCUIT_FAILURES", "100")
    monkeypatch.setenv("MAX_TRIES", "4")
    forget_settings()
    kind, upload = product([lambda: InternalError("failed")]), world.upload("uploads/ticket/a.png", picture())
    assert deliver_last(kind, upload) == []
    assert world.dead_letters()
    for receives in range(1, 4):
        assert deliver(kind, upload, receives=receives) == ["message-0"]
    assert deliver(kind, upload, receives=4) == []
    assert world.dead_letters()


def test_what_cannot_be_given_up_now_is_given_up_next_time_and_not_read_again(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    kind, upload = product([lambda: VendorUnavailable("down")]), world.upload("uploads/ticket/a.png", picture())

    def refused() -> NoReturn:
        raise ClientError({"Error": {"Code": "ThrottlingException"}}, "SendMessage")

    there = aws.queues
    monkeypatch.setattr(aws, "queues", refused)
    assert deliver_last(kind, upload) == ["message-0"]
    monkeypatch.setattr(aws, "queues", there)
    asked = calls(kind)
    assert deliver(kind, upload, receives=11) == []
    assert calls(kind) == asked
    record = of_upload(upload)
    assert record
    assert world.dead_letters() == [{"record_id": record.id, "product": "ticket"}]


def test_a_message_that_s3_did_not_write_is_a_dead_letter_at_once(world: World) -> None:
    event = delivered({})
    event["Records"][0]["body"] = '{"Records": [{"what": "is this"}]}'
    assert serve(product([reading]))(event, Context()) == {"batchItemFailures": []}  # type: ignore[arg-type]
    assert world.dead_letters() == [{"Records": [{"what": "is this"}]}]
    assert world.items() == []


def test_what_no_function_ever_saw_has_its_failed_record_before_it_is_a_dead_letter(world: World) -> None:
    upload = world.upload("uploads/id_card/a.png", picture())
    event = delivered(upload, {"no": "upload"}, receives=1)
    assert undelivered.handler(event, Context()) == {"batchItemFailures": []}  # type: ignore[arg-type]
    record = of_upload(upload)
    assert record
    assert (record.product, record.status, record.problem and record.problem.kind) == (
        "id_card",
        Status.FAILED,
        "internal",
    )
    assert world.dead_letters() == [{"record_id": record.id, "product": "id_card"}, {"Records": [{"no": "upload"}]}]


def test_what_was_read_meanwhile_keeps_its_record(world: World) -> None:
    upload = world.upload("uploads/ticket/a.png", picture())
    assert deliver(product([reading]), upload) == []
    assert undelivered.handler(delivered(upload), Context()) == {"batchItemFailures": []}  # type: ignore[arg-type]
    record = of_upload(upload)
    assert record
    assert record.status == Status.SUCCEEDED
