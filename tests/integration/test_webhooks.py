"""Promise: who asked for outcomes hears of each, signed, in the order of each record; nobody inside is told."""

import re
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from boto3.dynamodb.types import TypeSerializer
from standardwebhooks import Webhook

from local.cloud.aws import ROOT, Aws
from local.loopback import serving
from ocr.model.record import Announcement, Status
from ocr.platform import aws
from tests.support.aws import PREFIX, World, forget_secrets, forget_settings, whole
from tests.support.scripted import Context
from tests.support.vendors import Answered, Host
from webhooks import app, endpoints
from webhooks.endpoints import Endpoint

PAGE = ROOT / "docs/events.md"
MOMENT = datetime(2026, 1, 31, 8, tzinfo=UTC)


@pytest.fixture
def queue(world: World, emulator: Aws, vendor: Host, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The queue of deliveries; the vendor's host is the receiver, whom the operator trusts. Nothing is stored yet."""
    secret = f"{PREFIX}/{endpoints.NAME}"
    whole("secretsmanager").create_secret(Name=secret, SecretString="{}")
    forget_secrets()
    attributes = {"FifoQueue": "true", "VisibilityTimeout": "360"}
    url: str = emulator.client("sqs").create_queue(QueueName="deliveries.fifo", Attributes=attributes)["QueueUrl"]
    monkeypatch.setenv("DELIVERIES", url)
    monkeypatch.setenv("WEBHOOK_ORIGINS", vendor.url)
    forget_settings()
    yield url
    emulator.client("sqs").delete_queue(QueueUrl=url)
    whole("secretsmanager").delete_secret(SecretId=secret, ForceDeleteWithoutRecovery=True)


def call(event: dict[str, Any]) -> Any:
    return app.handler(event, Context())  # type: ignore[arg-type]


def added(url: str, **filters: Any) -> dict[str, Any]:
    found: dict[str, Any] = call({"command": "add", "url": url, **filters})["endpoint"]
    return found


def outcome(number: int, status: Status = Status.SUCCEEDED, product: str = "id_card") -> dict[str, Any]:
    """A finished record's item."""
    finished = (MOMENT + timedelta(seconds=number)).isoformat()
    return {"id": f"r{number % 10}", "product": product, "status": status, "finished_at": finished, "replayed": False}


def of_stream(*items: dict[str, Any]) -> dict[str, Any]:
    images = [{name: TypeSerializer().serialize(value) for name, value in item.items()} for item in items]
    return {"Records": [{"eventSource": "aws:dynamodb", "dynamodb": {"NewImage": image}} for image in images]}


def brought(queue: str, *, received: int | None = None, sent: float | None = None) -> dict[str, Any]:
    """What the queue brings now, as Lambda's poller does; as if it had been received and sent so."""
    messages = whole("sqs").receive_message(QueueUrl=queue, MaxNumberOfMessages=10, AttributeNames=["All"])
    return {
        "Records": [
            {
                "messageId": one["MessageId"],
                "receiptHandle": one["ReceiptHandle"],
                "body": one["Body"],
                "eventSource": "aws:sqs",
                "attributes": one["Attributes"]
                | ({"ApproximateReceiveCount": str(received)} if received else {})
                | ({"SentTimestamp": str(int(sent * 1000))} if sent else {}),
            }
            for one in messages.get("Messages", [])
        ]
    }


def heard(receiver: Host, secret: str) -> list[dict[str, Any]]:
    """What the receiver was told, in order, each verified with the library that receivers use."""
    return [Webhook(secret).verify(one.body, dict(one.headers)) for one in receiver.asked]


def test_an_endpoint_hears_of_what_it_asked_for_in_order_and_can_verify_it(queue: str, vendor: Host) -> None:
    vendor.says(Answered("", 204))
    asked = added(f"{vendor.url}/hook", products=["id_card"], statuses=["succeeded", "deleted"])
    call(of_stream(outcome(1), outcome(2, Status.FAILED), outcome(3, product="passport"), outcome(11, Status.DELETED)))
    assert call(brought(queue)) == {"batchItemFailures": []}
    events = heard(vendor, asked["secret"])
    assert [(one["data"]["record_id"], one["data"]["status"]) for one in events] == [
        ("r1", "succeeded"),
        ("r1", "deleted"),
    ]
    assert events[0]["type"] == "record.finished"
    Announcement.model_validate(events[0]["data"])
    ids = [one.headers["webhook-id"] for one in vendor.asked]
    assert ids == [one["data"]["event_id"] for one in events]
    assert brought(queue) == {"Records": []}


def test_an_endpoint_is_told_at_once_of_what_happens_after_it_was_added(queue: str, vendor: Host) -> None:
    vendor.says(Answered("", 204))
    call(of_stream(outcome(1)))
    asked = added(f"{vendor.url}/hook")
    call(of_stream(outcome(2)))
    call(brought(queue))
    assert [one["data"]["record_id"] for one in heard(vendor, asked["secret"])] == ["r2"]


def test_a_delivery_is_made_also_where_another_process_added_its_endpoint(
    queue: str, vendor: Host, monkeypatch: pytest.MonkeyPatch
) -> None:
    vendor.says(Answered("", 204))
    asked = added(f"{vendor.url}/hook")
    call(of_stream(outcome(1)))
    stored = endpoints.stored
    monkeypatch.setattr(endpoints, "stored", lambda *, now=False: stored(now=True) if now else {})
    assert call(brought(queue)) == {"batchItemFailures": []}
    assert [one["data"]["record_id"] for one in heard(vendor, asked["secret"])] == ["r1"]


def test_a_tenants_endpoint_hears_of_its_own_records_alone_and_the_operators_of_all(queue: str, vendor: Host) -> None:
    vendor.says(Answered("", 204))
    added(f"{vendor.url}/claims", tenant="claims")
    added(f"{vendor.url}/all")
    call(of_stream(outcome(1) | {"tenant": "claims"}, outcome(2) | {"tenant": "others"}, outcome(3)))
    call(brought(queue))
    heard_by = sorted((one.path, one.json["data"]["record_id"]) for one in vendor.asked)
    assert heard_by == [("/all", "r1"), ("/all", "r2"), ("/all", "r3"), ("/claims", "r1")]


def test_who_fails_is_told_again_and_what_comes_after_waits_behind_it(
    queue: str, vendor: Host, monkeypatch: pytest.MonkeyPatch
) -> None:
    hidden: list[tuple[str, float]] = []
    monkeypatch.setattr(app, "_hide", lambda message, seconds: hidden.append((message.message_id, seconds)))
    vendor.says(Answered("", 500))
    added(f"{vendor.url}/hook")
    call(of_stream(outcome(1), outcome(11, Status.DELETED), outcome(2)))
    batch = brought(queue)
    ids = [one["messageId"] for one in batch["Records"]]
    again = call(batch)["batchItemFailures"]
    assert sorted(one["itemIdentifier"] for one in again) == sorted(ids)
    assert len(vendor.asked) == 2  # the first of each record
    assert len(hidden) == 3
    assert all(3 < seconds < 7 for _, seconds in hidden)


def test_each_pause_is_longer_and_never_shorter_than_the_endpoint_asks(
    queue: str, vendor: Host, monkeypatch: pytest.MonkeyPatch
) -> None:
    pauses: list[float] = []
    monkeypatch.setattr(app, "_hide", lambda message, seconds: pauses.append(seconds))
    added(f"{vendor.url}/hook")
    call(of_stream(outcome(1)))
    [message] = brought(queue)["Records"]
    vendor.says(Answered("", 503, {"Retry-After": "600"}))
    call({"Records": [message]})
    vendor.says(Answered("", 503))
    for received in (2, 4, 900):
        message["attributes"]["ApproximateReceiveCount"] = str(received)
        call({"Records": [message]})
    assert pauses[0] == 600
    assert 15 <= pauses[1] <= 25
    assert 240 <= pauses[2] <= 400
    assert pauses[3] <= 1.25 * app.LONGEST_PAUSE


@pytest.mark.parametrize(("status", "hours"), [(500, 25), (410, 0)])
def test_after_a_day_or_where_nobody_is_any_more_it_is_a_dead_letter(
    queue: str, vendor: Host, world: World, status: int, hours: int
) -> None:
    vendor.says(Answered("", status))
    asked = added(f"{vendor.url}/hook")
    call(of_stream(outcome(1)))
    assert call(brought(queue, sent=time.time() - hours * 3600)) == {"batchItemFailures": []}
    [dead] = world.dead_letters()
    assert (dead["endpoint"], dead["event"]["record_id"]) == (asked["id"], "r1")


def test_a_dead_outcome_that_comes_back_is_told_to_all_who_want_it(queue: str, vendor: Host) -> None:
    vendor.says(Answered("", 200))
    asked = added(f"{vendor.url}/hook")
    event = Announcement(
        event_id="e", record_id="r1", product="id_card", status=Status.FAILED, finished_at=MOMENT, replayed=False
    )
    aws.queues().send_message(
        QueueUrl=queue, MessageBody=event.model_dump_json(), MessageGroupId="r1", MessageDeduplicationId="e"
    )
    call(brought(queue))
    call(brought(queue))
    assert [one["data"]["event_id"] for one in heard(vendor, asked["secret"])] == ["e"]


def test_a_redirect_is_not_followed_and_no_acceptance(
    queue: str, vendor: Host, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(app, "_hide", lambda *_: None)
    vendor.says(Answered("", 302, {"Location": "http://169.254.169.254/"}))
    added(f"{vendor.url}/hook")
    call(of_stream(outcome(1)))
    assert len(call(brought(queue))["batchItemFailures"]) == 1
    assert len(vendor.asked) == 1


@pytest.mark.parametrize(
    "url", ["http://example.com/", "https://127.0.0.1/", "https://user:pass@example.com/", "https://example.com:8443/"]
)
def test_no_address_inside_is_told(queue: str, vendor: Host, url: str) -> None:
    answer = call({"command": "add", "url": url})
    if "endpoint" in answer:  # the name is looked up when it is told
        answer = call({"command": "test", "id": answer["endpoint"]["id"]})
        assert (answer["accepted"], answer["status"]) == (False, None)
        assert "public internet" in answer["detail"]
    else:
        assert answer["refused"].startswith("The endpoint's address")
        assert url not in answer["refused"]


def test_a_test_says_what_the_endpoint_answers_and_a_removed_one_hears_nothing(queue: str, vendor: Host) -> None:
    vendor.says(Answered("", 204))
    asked = added(f"{vendor.url}/hook")
    assert call({"command": "test", "id": asked["id"]}) == {"accepted": True, "status": 204, "detail": "answered"}
    [event] = heard(vendor, asked["secret"])
    assert event["type"] == "webhook.test"
    [listed] = call({"command": "list"})["endpoints"]
    assert listed["id"] == asked["id"]
    assert "secret" not in listed
    call(of_stream(outcome(1)))
    assert call({"command": "remove", "id": asked["id"]}) == {"removed": asked["id"]}
    assert call(brought(queue)) == {"batchItemFailures": []}
    assert len(vendor.asked) == 1


@pytest.mark.parametrize(
    "wrong",
    [
        {"command": "add", "url": "https://example.com/", "products": ["idcard"]},
        {"command": "add", "url": "https://example.com/", "statuses": ["done"]},
        {"command": "add", "url": "https://example.com/", "tenant": "A B"},
        {"command": "remove", "id": "ep_0"},
        {"command": "drop"},
    ],
)
def test_a_wrong_command_says_what_is_wrong_with_it(queue: str, wrong: dict[str, Any]) -> None:
    assert call(wrong)["refused"]
    assert call({"command": "list"}) == {"endpoints": []}


def test_what_the_queue_does_not_take_the_stream_brings_again(
    queue: str, vendor: Host, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Full:
        def send_message_batch(self, **_: Any) -> dict[str, Any]:
            return {"Failed": [{"Id": "0"}]}

    added(f"{vendor.url}/hook")
    monkeypatch.setattr(aws, "queues", Full)
    with pytest.raises(app.NotQueued):
        call(of_stream(outcome(1)))


def test_the_receiver_of_the_docs_takes_what_is_signed_and_each_event_once_and_fetches_the_fields(
    queue: str, vendor: Host, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    [sample] = re.findall(r"```python\n(import json\nimport os\n.*?)```", PAGE.read_text(), re.DOTALL)
    # Here the vendor's host is the API.
    vendor.says({"document": {"fields": {"expires_on": "2036-01-31"}}})
    monkeypatch.setenv("URL", vendor.url)
    monkeypatch.setenv("KEY", "the receiver's")
    scope: dict[str, Any] = {"__name__": "receiver"}
    monkeypatch.setenv("WEBHOOK_SECRET", Endpoint.new("", (), (), "").secret)
    exec(compile(sample, "receiver", "exec"), scope)
    receiver = scope["Receiver"]
    with serving(receiver) as url:
        monkeypatch.setenv("WEBHOOK_ORIGINS", url)
        forget_settings()
        asked = added(f"{url}/hook")
        scope["WEBHOOK"] = Webhook(asked["secret"])
        call(of_stream(outcome(1)))
        batch = brought(queue)
        assert call(batch) == call(batch) == {"batchItemFailures": []}
        told, told_fields = (line for line in capsys.readouterr().out.splitlines() if not line.startswith('{"'))
        assert told.startswith("record.finished")
        assert "2036-01-31" not in told
        assert told_fields == "{'expires_on': '2036-01-31'}"
        [fetched] = vendor.asked
        assert (fetched.method, fetched.path) == ("GET", "/records/r1")
        assert {name.lower(): value for name, value in fetched.headers.items()}["x-api-key"] == "the receiver's"
        scope["WEBHOOK"] = Webhook(b"another")
        assert call({"command": "test", "id": asked["id"]})["status"] == 401
