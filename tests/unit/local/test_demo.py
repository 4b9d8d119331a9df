"""Promise: the demo misses every event that does not come: the record's own, and that of an upload that came second."""

import json
from typing import Any

import pytest

from local.cloud.listener import Event, Listener
from local.cloud.sending import Picture, Reading, Trigger
from local.demo import _event

PICTURE = Picture("id_card", "portrait", b"", "image/png")


class Queue:
    """A queue with these events in it; it stands in for the stack too."""

    def __init__(self, *events: Event) -> None:
        details = [{"detail": {"record_id": record_id, "replayed": replayed}} for record_id, replayed in events]
        self.messages = [{"Body": json.dumps(event), "ReceiptHandle": "handle"} for event in details]

    def client(self, service: str) -> "Queue":
        assert service == "sqs"
        return self

    def receive_message(self, **_: Any) -> dict[str, Any]:
        came, self.messages = self.messages, []
        return {"Messages": came}

    def delete_message_batch(self, **_: Any) -> None:
        pass


def reading(trigger: Trigger, **body: Any) -> Reading:
    return Reading(PICTURE, trigger, body, 1.0)


@pytest.mark.parametrize(
    ("read", "event"),
    [
        pytest.param(reading("https", id="1", replayed=False), ("1", False), id="read by HTTPS"),
        pytest.param(reading("s3", id="1", replayed=True), ("1", True), id="uploaded after HTTPS had read it"),
        pytest.param(reading("https", record_id="1", status=422), ("1", False), id="a problem"),
    ],
)
def test_a_reading_has_its_event(read: Reading, event: Event) -> None:
    assert _event(read) == event


def test_an_event_that_does_not_come_is_missed() -> None:
    listener = Listener(Queue(("1", False), ("2", False), ("2", True)), "queue")  # type: ignore[arg-type]
    assert listener.wait_for({("1", False), ("2", False), ("2", True)}, 0.1) == set()
    assert listener.wait_for({("1", False), ("1", True), ("3", False)}, 0.1) == {("1", True), ("3", False)}
