"""Promise: every outcome reaches the bus at least once, in order for each record, and none holds up the others."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from boto3.dynamodb.types import TypeSerializer
from botocore.exceptions import ClientError

from announce import app
from local.cloud.aws import Aws
from ocr.model.record import Record, Status
from ocr.platform import aws
from ocr.storage import erasure, records
from tests.support.aws import World, forget_settings
from tests.support.scripted import Context, picture, product, reading
from tests.support.sending import post

MANY = 25


class Bus:
    """EventBridge's client: takes events but for those of the records in `refused`, and is gone while `down`."""

    def __init__(self) -> None:
        self.heard: list[dict[str, Any]] = []
        self.refused: set[str] = set()
        self.down = False
        self.asked = 0

    def put_events(self, Entries: list[dict[str, Any]]) -> dict[str, Any]:
        assert len(Entries) <= 10
        self.asked += 1
        if self.down:
            raise ClientError({"Error": {"Code": "InternalException"}}, "PutEvents")
        details = [json.loads(entry["Detail"]) for entry in Entries]
        self.heard += [detail for detail in details if detail["record_id"] not in self.refused]
        return {
            "Entries": [
                {"ErrorCode": "ThrottlingException"} if detail["record_id"] in self.refused else {"EventId": "1"}
                for detail in details
            ]
        }

    @property
    def announced(self) -> list[str]:
        return [detail["record_id"] for detail in self.heard]


@pytest.fixture
def bus(world: World, monkeypatch: pytest.MonkeyPatch) -> Bus:
    made = Bus()
    monkeypatch.setattr(aws, "events", lambda: made)
    return made


@pytest.fixture
def queue(world: World, emulator: Aws, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The queue of what the bus did not take."""
    sqs = emulator.client("sqs")
    url: str = sqs.create_queue(QueueName="announcements")["QueueUrl"]
    monkeypatch.setenv("ANNOUNCEMENTS", url)
    forget_settings()
    yield url
    sqs.delete_queue(QueueUrl=url)


def stream(*items: dict[str, Any]) -> dict[str, Any]:
    """The stream's event of these items being written."""
    image = TypeSerializer().serialize
    return {
        "Records": [
            {
                "eventSource": "aws:dynamodb",
                "eventName": "INSERT",
                "dynamodb": {"NewImage": {name: image(value) for name, value in item.items()}},
            }
            for item in items
        ]
    }


def announce(event: dict[str, Any]) -> dict[str, Any]:
    answer: dict[str, Any] = app.handler(event, Context())  # type: ignore[arg-type,assignment]
    return answer


def items(count: int) -> list[dict[str, Any]]:
    """The items of so many finished records."""
    kind = product([reading])
    ids = [post(kind, picture(seed))[1]["id"] for seed in range(count)]
    return [item for id in ids if (item := records.stored(id))]


def waiting(emulator: Aws, queue: str) -> dict[str, Any]:
    """All that waits in the queue, as the queue's event."""
    found: list[dict[str, Any]] = []
    while messages := emulator.client("sqs").receive_message(QueueUrl=queue, MaxNumberOfMessages=10).get("Messages"):
        found += messages
    return {
        "Records": [{"eventSource": "aws:sqs", "messageId": str(n), "body": one["Body"]} for n, one in enumerate(found)]
    }


def test_every_record_of_a_batch_is_announced_in_its_order(bus: Bus) -> None:
    written = items(MANY)
    assert announce(stream(*written)) == {"batchItemFailures": []}
    assert bus.announced == [item["id"] for item in written]


def test_an_event_tells_of_doubts_and_of_nothing_that_was_read(bus: Bus) -> None:
    [item] = items(1)
    announce(stream(item, item | {"status": "incomplete", "problem": "incomplete", "checks_failed": 2}))
    sure, doubtful = bus.heard
    assert (sure["status"], sure["problem"], sure["checks_failed"], sure["lowest_confidence"]) == (
        "succeeded",
        None,
        0,
        0.9,
    )
    assert (doubtful["status"], doubtful["problem"], doubtful["checks_failed"]) == ("incomplete", "incomplete", 2)
    assert "A-17" not in json.dumps(bus.heard)


def test_what_comes_twice_has_the_same_event_id_and_another_outcome_another(bus: Bus) -> None:
    [item] = items(1)
    announce(stream(item, item, item | {"status": "deleted", "finished_at": "2030-01-01T00:00:00.000000+00:00"}))
    first, second, other = [detail["event_id"] for detail in bus.heard]
    assert first == second != other


def test_the_ledgers_entries_and_pictures_that_are_expected_are_no_news(bus: Bus, world: World) -> None:
    items(1)
    records.reserve(records.RecordRef("0" * 32, datetime.now(UTC)), "ticket")
    announce(stream(*(item for item in world.items() if "finished_at" not in item)))
    assert bus.heard == []


def test_an_event_that_the_bus_refuses_waits_apart_and_holds_up_no_other(bus: Bus, queue: str, emulator: Aws) -> None:
    written = items(MANY)
    bus.refused = {written[3]["id"]}
    announce(stream(*written))
    assert bus.announced == [item["id"] for item in written if item is not written[3]]
    late = waiting(emulator, queue)
    assert announce(late) == {"batchItemFailures": [{"itemIdentifier": "0"}]}
    bus.refused.clear()
    assert announce(late) == {"batchItemFailures": []}
    assert bus.announced[-1] == written[3]["id"]


def test_a_bus_that_is_down_loses_nothing(bus: Bus, queue: str, emulator: Aws) -> None:
    written = items(MANY)
    bus.down = True
    announce(stream(*written))
    assert bus.asked == 1, "a bus that hangs was waited for by every group of the batch"
    bus.down = False
    announce(waiting(emulator, queue))
    assert sorted(bus.announced) == sorted(item["id"] for item in written)


def test_an_event_that_a_later_one_overtook_is_not_told_after_it(bus: Bus, queue: str, emulator: Aws) -> None:
    [item] = items(1)
    bus.down = True
    announce(stream(item))
    bus.down = False
    assert erasure.erase(item["id"])
    later = records.stored(item["id"])
    assert later
    announce(stream(later))
    assert announce(waiting(emulator, queue)) == {"batchItemFailures": []}
    assert [detail["status"] for detail in bus.heard] == [Status.DELETED]


def test_the_stream_comes_again_where_neither_bus_nor_queue_takes_an_event(
    bus: Bus, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ANNOUNCEMENTS", "http://127.0.0.1:9/nowhere")
    forget_settings()
    [item] = items(1)
    bus.down = True
    with pytest.raises(app.NotAnnounced):
        announce(stream(item))


def test_a_message_that_nobody_understands_fails_alone(bus: Bus) -> None:
    [item] = items(1)
    good = app.announcement(item).model_dump_json()
    event = {
        "Records": [
            {"eventSource": "aws:sqs", "messageId": id, "body": body} for id, body in (("bad", "{}"), ("good", good))
        ]
    }
    assert announce(event) == {"batchItemFailures": [{"itemIdentifier": "bad"}]}
    assert bus.announced == [item["id"]]


def test_a_record_says_in_the_table_what_is_announced(bus: Bus) -> None:
    [item] = items(1)
    announce(stream(item))
    record = records.find(item["id"])
    assert isinstance(record, Record)
    assert bus.heard[0]["status"] == record.status
    assert bus.heard[0]["finished_at"] == record.model_dump(mode="json")["finished_at"]
