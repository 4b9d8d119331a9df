"""The whole gateway in this process, and what its users and operators see of it: what the state machine drives."""

import hashlib
import json
import time
from base64 import b64encode
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field, replace
from http import HTTPStatus
from io import BytesIO
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlsplit

import botocore.endpoint
import pytest
from PIL import Image

from announce import app as announcer
from license_plate.app import handler as plates
from local.cloud.aws import Aws
from local.redrive import notification
from local.samples import samples
from local.simulators import SECRETS, Control, reader, running
from local.simulators.pictures import NotAPicture, opened
from ocr.model.picture import Upload
from ocr.model.record import FINAL, Status
from ocr.platform import aws, threads
from ocr.storage import ledger, records
from ocr.vendors import ctyun, juhe, transport
from records import app as api
from tests.support import clocks
from tests.support.aws import ANSWERS, TABLE, UPLOADS, empty_bucket, empty_table, forget_settings
from tests.support.fault_injection import VENDOR, Fault, FaultInjector
from tests.support.queues import Message, Queue
from tests.support.scripted import Context

PICTURES = ("car", "new_energy", "lorry", "blank", "none")
VENDORS = ("juhe", "ctyun")
KEYS = ("uploads/license_plate/a.jpg", "uploads/license_plate/b.jpg")
SECRETS_PREFIX = "machine"
# More than any lease, any back-off and a circuit's rest.
LONG = 1000
ROUNDS = 40
# A vendor that hangs is waited for in real time: no longer than it takes to see that it does.
SECONDS, SECONDS_WITH_HANGS, LEAST_SECONDS = 60.0, 4.0, 0.2
MOST_ANNOUNCEMENTS = 100
# When SQS itself gives up: no machine brings a message so often.
MOST_RECEIVES = 1000


@dataclass(frozen=True, eq=False)
class Content:
    """Bytes that nobody sent before, with their options. `plate` is what stands on the picture, if it is one."""

    number: int
    picture: str
    options: Mapping[str, str]
    plate: str | None
    body: bytes = field(repr=False)

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.body).hexdigest()


@dataclass(frozen=True)
class Sent:
    """One upload of a content: an accepted picture."""

    content: Content
    upload: Upload

    @property
    def id(self) -> str:
        """The id of its record."""
        return records.record_ref(self.upload).id


@dataclass(frozen=True)
class Faulty:
    """A vendor that answers so many calls as ordered (`local.simulators.state.Order`)."""

    vendor: str
    order: Mapping[str, Any]
    times: int


@dataclass(frozen=True)
class Altered:
    """A vendor that is set otherwise (its simulator's `Settings`) until everything calms down."""

    vendor: str
    settings: Mapping[str, Any]


Mishap = Fault | Faulty | Altered


class Gateway:
    """The handlers with everything around them. `now` is the time, in seconds since 1970."""

    def __init__(self, emulator: Aws, controls: Mapping[str, Control], environment: pytest.MonkeyPatch) -> None:
        self.controls, self.environment = controls, environment
        self.injector = FaultInjector(
            {
                "PutEvents": self._put_events,
                "SendMessageBatch": self._put_by,
                "GetQueueUrl": lambda _: b'{"QueueUrl": "http://queue/uploads"}',
                "ChangeMessageVisibility": self._hide,
                "SendMessage": self._give_up,
            }
        )
        self.injector.passed = self._notify
        self.now = float(int(time.time()))
        self.s3, self.streams = emulator.client("s3"), emulator.client("dynamodbstreams")
        # Without injected faults: what really stands in the table.
        self.table = emulator.session().resource("dynamodb", endpoint_url=emulator.endpoint).Table(TABLE)
        self.base = dict(_pictures())

    def begin(self, resends: int, tries: int, rates: bool) -> None:
        """A new gateway: nothing stored, sent or charged, and all is well."""
        self.injector.clear()
        self.injector.fallen = 0
        empty_table()
        empty_bucket(ANSWERS)
        for control in self.controls.values():
            control.reset()
        self.contents: list[Content] = []
        self.sent: list[Sent] = []
        self.uploads = Queue("uploads", lambda: self.now, MOST_RECEIVES)
        self.late = Queue("announcements", lambda: self.now, MOST_ANNOUNCEMENTS)
        self.heard: list[dict[str, Any]] = []
        self.accepted: dict[str, Content] = {}
        self.deletions: Counter[int] = Counter()
        self.unfinished: dict[str, Content] = {}
        self.unanswered: set[int] = set()
        self.charged: Counter[str] = Counter()
        self.refused_events, self.disturbed, self.hangs, self.checked = 0, False, False, 0
        self.environment.setenv("MAX_TRIES", str(tries))
        self.environment.setenv("VENDOR_RATES", "juhe=1000 ctyun=1000" if rates else "")
        self.allow(resends)
        self.place = self._end_of_stream()

    def allow(self, resends: int) -> None:
        """Let so many pictures be sent again whose outcome is unknown."""
        self.resends = resends
        self.environment.setenv("RESEND_UNKNOWN", str(resends))
        forget_settings()

    # ---- what users do

    def content(self, picture: str, vendors: str) -> Content:
        """A content that was never sent before."""
        body, plate = self.base[picture]
        number = len(self.contents)
        made = Content(number, picture, {"vendor": vendors}, plate, body + b"%08d" % number)
        self.contents.append(made)
        return made

    def upload(self, content: Content, key: str) -> None:
        """Put an object, of which the queue is told."""
        answer = self.s3.put_object(Bucket=UPLOADS, Key=key, Body=content.body, Metadata=dict(content.options))
        self.sent.append(Sent(content, Upload(UPLOADS, key, answer["VersionId"])))
        self._tell(key, answer["VersionId"])

    def _tell(self, key: str, version: str) -> None:
        """Tell the queue of an upload, as the bucket does."""
        thing = {"key": key, "versionId": version}
        self.uploads.send(json.dumps({"Records": [{"s3": {"bucket": {"name": UPLOADS}, "object": thing}}]}))

    def _notify(self, operation: str, request: Any, answer: Any) -> None:
        """Tell the queue of a picture that a function has put into the bucket, for a caller who does not wait."""
        bucket, _, key = urlsplit(request.url).path.removeprefix("/").partition("/")
        if operation == "PutObject" and bucket == UPLOADS and answer.status_code == HTTPStatus.OK:
            self._tell(key, answer.headers["x-amz-version-id"])

    def post(self, content: Content) -> bool:
        """Have a content read by HTTPS; whether the answer was a record, or named one."""
        event = {
            "httpMethod": "POST",
            "path": "/ocr/license_plate",
            "headers": {"Content-Type": "image/jpeg"},
            "queryStringParameters": dict(content.options),
            "requestContext": {},
            "body": b64encode(content.body).decode(),
            "isBase64Encoded": True,
        }
        self.unanswered.add(content.number)
        with self.injector.invocation():
            answer = plates(event, self._context())
            body = json.loads(answer["body"])
            if answer["statusCode"] < HTTPStatus.INTERNAL_SERVER_ERROR:
                self.unanswered.discard(content.number)
            if answer["statusCode"] == HTTPStatus.OK:
                self._right(content, body)
            if id := body.get("record_id") or body.get("id"):
                self.accepted[id] = content
            return bool(id)
        return False

    def delete(self, content: Content) -> None:
        """Have the gateway forget a content, by one of its records."""
        if found := sorted(self._ids(content) & {item["id"] for item in self.items()}):
            self.deletions[content.number] += 1
            self._delete(found[0], content)

    def _ids(self, content: Content) -> set[str]:
        uploads = {one.id for one in self.sent if one.content is content}
        return uploads | {id for id, posted in self.accepted.items() if posted is content}

    def _delete(self, id: str, content: Content) -> None:
        self.unfinished[id] = content
        with self.injector.invocation():
            status, _ = self.ask("DELETE", f"/records/{id}")
            assert status in (204, 404, 409, 500, 503), status
            # Who is told to come again may have begun.
            if status in (204, 404):
                self.unfinished.pop(id, None)

    def ask(self, method: str, path: str, **query: str) -> tuple[int, Any]:
        """Status and body of the API beside reading pictures."""
        event = {
            "httpMethod": method,
            "path": path,
            "resource": path,
            "headers": {},
            "queryStringParameters": query or None,
            "requestContext": {"stage": "v1", "path": path},
            "body": None,
            "isBase64Encoded": False,
        }
        answer = api.handler(event, Context())  # type: ignore[arg-type]
        return answer["statusCode"], json.loads(answer["body"] or "null")

    # ---- what AWS does

    def deliver(self, ids: Iterable[str], *, deleted: bool = True) -> None:
        """Bring a batch of uploads; `deleted` says whether the queue forgets those that were done."""
        batch = self.uploads.receive(ids)
        self._none_died_without_a_record()
        if not batch:
            return
        with self.injector.invocation():
            answer = plates(self.uploads.event(batch), self._context())
            failed = {one["itemIdentifier"] for one in answer["batchItemFailures"]}
            if deleted:
                self.uploads.delete(message.id for message in batch if message.id not in failed)

    def redrive(self) -> None:
        """Have read again what was given up, as `make redrive` does."""
        dead, self.uploads.dead = self.uploads.dead, []
        items = {item["id"]: item for item in self.items()}
        for message in dead:
            if found := records.source(items[json.loads(message.body)["record_id"]]):
                self.uploads.send(notification(found))

    def announce(self, most: int, *, again: bool = False) -> None:
        """Bring the next of the table's stream to the announcer; `again` says that it will come once more."""
        answer = self.streams.get_records(ShardIterator=self.place, Limit=most)
        event = {"Records": [one | {"eventSource": "aws:dynamodb"} for one in answer["Records"]]}
        with self.injector.invocation():
            try:
                if event["Records"]:
                    announcer.handler(event, Context())  # type: ignore[arg-type]
            except announcer.NotAnnounced:
                return
            if not again:
                self.place = answer["NextShardIterator"]

    def announce_late(self, *, again: bool = False) -> None:
        """Bring what the bus did not take before."""
        if not (batch := self.late.receive(self.late.waiting()[:10])):
            return
        with self.injector.invocation():
            answer = announcer.handler(self.late.event(batch), Context())  # type: ignore[arg-type]
            failed = {one["itemIdentifier"] for one in answer["batchItemFailures"]}
            if not again:
                self.late.delete(message.id for message in batch if message.id not in failed)

    def twins(self, content: Content, actors: tuple[str, str], pause: Fault, *, lapse: bool = False) -> None:
        """While the first actor is held up, the second comes and goes; `lapse`: after a long time."""
        injector = self.injector
        injector.reached.clear()
        injector.released.clear()
        injector.faults.insert(0, pause)
        with ThreadPoolExecutor(1) as thread:
            first = thread.submit(self._act, actors[0], content)
            first.add_done_callback(lambda _: injector.reached.set())
            assert injector.reached.wait(SECONDS)
            injector.faults = [fault for fault in injector.faults if fault is not pause]
            self.now += LONG if lapse else 0
            try:
                self._act(actors[1], content)
            finally:
                injector.released.set()
            first.result()

    def _act(self, actor: str, content: Content) -> None:
        match actor:
            case "post":
                self.post(content)
            case "delete":
                self.delete(content)
            case _:
                self.deliver(self._message_of(content))

    def _message_of(self, content: Content) -> list[str]:
        versions = [one.upload.version for one in self.sent if one.content is content]
        if not versions:
            self.upload(content, KEYS[0])
            return [f"uploads-{self.uploads.sent}"]
        found = [id for id, one in self.uploads.messages.items() if _upload_of(one).version in versions]
        return found[-1:]

    def befall(self, mishaps: Iterable[Mishap]) -> None:
        """Have these befall the next calls, beside what waits already."""
        for mishap in mishaps:
            if isinstance(mishap, Fault):
                self.injector.faults.append(replace(mishap))
                continue
            self.disturbed = True
            if isinstance(mishap, Altered):
                self.controls[mishap.vendor].set(**mishap.settings)
            else:
                self.hangs = self.hangs or mishap.order.get("fault") == "hang"
                self.controls[mishap.vendor].order(**mishap.order, times=mishap.times)

    def pass_time_until_a_message_waits(self) -> None:
        self.now = max(self.now, min(one.visible_at for one in self.uploads.messages.values()))

    def refuse(self, events: int) -> None:
        """Have the bus refuse so many of the next events, whatever request they come in."""
        self.refused_events += events

    def _context(self) -> Any:
        return Context(SECONDS_WITH_HANGS if self.hangs and self._hanging() else SECONDS)

    def _hanging(self) -> bool:
        orders = [order for control in self.controls.values() for order in control.report()["orders"]]
        return any(order.get("fault") == "hang" for order in orders)

    # ---- the far ends of botocore's wire

    def _put_events(self, body: bytes) -> bytes:
        entries = []
        for entry in json.loads(body)["Entries"]:
            if self.refused_events:
                self.refused_events -= 1
                entries.append({"ErrorCode": "ThrottlingException"})
            else:
                self.heard.append(json.loads(entry["Detail"]))
                entries.append({"EventId": str(len(self.heard))})
        return json.dumps({"Entries": entries, "FailedEntryCount": sum("ErrorCode" in one for one in entries)}).encode()

    def _put_by(self, body: bytes) -> bytes:
        entries = json.loads(body)["Entries"]
        for entry in entries:
            self.late.send(entry["MessageBody"])
        taken = [{"Id": entry["Id"], "MessageId": "1", "MD5OfMessageBody": ""} for entry in entries]
        return json.dumps({"Successful": taken, "Failed": []}).encode()

    def _hide(self, body: bytes) -> bytes:
        request = json.loads(body)
        self.uploads.hide(request["ReceiptHandle"], request["VisibilityTimeout"])
        return b"{}"

    def _give_up(self, body: bytes) -> bytes:
        request = json.loads(body)
        self.uploads.bury(request["MessageBody"])
        digest = hashlib.md5(request["MessageBody"].encode(), usedforsecurity=False).hexdigest()
        return json.dumps({"MessageId": "1", "MD5OfMessageBody": digest}).encode()

    def _end_of_stream(self) -> str:
        [stream] = self.streams.list_streams(TableName=TABLE)["Streams"]
        shards = self.streams.describe_stream(StreamArn=stream["StreamArn"])["StreamDescription"]["Shards"]
        place: str = self.streams.get_shard_iterator(
            StreamArn=stream["StreamArn"], ShardId=shards[-1]["ShardId"], ShardIteratorType="LATEST"
        )["ShardIterator"]
        return place

    # ---- how it ends

    def settle(self) -> None:
        """Let everything come in, with nothing in its way; what died is put back. Fails where that finds no end."""
        self.injector.clear()
        self.refused_events = 0
        self._bank()
        for _ in range(ROUNDS):
            self.now += LONG
            self._round()
            if not (self.uploads.messages or self.uploads.dead or self.late.messages or self.news()):
                return
        raise AssertionError("It does not come to an end.")

    def ask_again(self) -> None:
        """Have every content read once more, and what was to be deleted deleted: nothing prevents that now."""
        for content in self.contents:
            assert self.post(content) or content.picture == "none"
        for id, content in [*self.unfinished.items()]:
            self._delete(id, content)
        assert not self.unfinished

    def _round(self) -> None:
        ids = self.uploads.waiting()
        for start in range(0, len(ids), 10):
            self.deliver(ids[start : start + 10])
        self.redrive()
        self.announce(MOST_ANNOUNCEMENTS)
        self.announce_late()

    def news(self) -> bool:
        """Whether the announcer has not been brought all of the stream."""
        return bool(self.streams.get_records(ShardIterator=self.place)["Records"])

    def _bank(self) -> None:
        for control in self.controls.values():
            report = control.report()
            assert report["violations"] == []
            self.charged.update(report["pictures"])
            control.reset()

    def check(self) -> None:
        """Hold what the outside shows against the promises."""
        self._bank()
        stored = {item["id"]: item for item in self.items()}
        items = {id: item for id, item in stored.items() if "status" in item}
        for sent in self.sent:
            self._ended(sent, items)
        for id, content in self.accepted.items():
            self._stands(content, id)
        for item in items.values():
            if item["status"] == Status.PENDING:
                assert self._content_of(item).number in self.unanswered
            else:
                self._announced(item)
        assert {one["record_id"] for one in self.heard} <= items.keys()
        for content in self.contents:
            self._paid(content, stored)

    def _content_of(self, item: Mapping[str, Any]) -> Content:
        ids = {ledger.content_key("license_plate", one.options, one.sha256): one for one in self.contents}
        return ids[item["content"]]

    def items(self) -> list[dict[str, Any]]:
        """Everything in the table."""
        found: list[dict[str, Any]] = self.table.scan(ConsistentRead=True)["Items"]
        return found

    def _ended(self, sent: Sent, items: Mapping[str, Mapping[str, Any]]) -> None:
        """An upload has exactly one record, which its address leads to."""
        source, version = records.uri(sent.upload), sent.upload.version
        if sent.content in self.unfinished.values():
            return
        if self.deletions[sent.content.number] and items[sent.id]["status"] == Status.DELETED:
            return
        assert [id for id, item in items.items() if (item.get("source"), item.get("version")) == (source, version)] == [
            sent.id
        ]
        status, record = self.ask("GET", "/records/by-source", uri=source, version=str(version))
        assert (status, record["id"]) == (200, sent.id)
        assert record["status"] == items[sent.id]["status"]
        self._right(sent.content, record)

    def _stands(self, content: Content, id: str) -> None:
        """What a caller was told of still stands."""
        if content in self.unfinished.values():
            return
        status, record = self.ask("GET", f"/records/{id}")
        assert status == 200 or (status == 410 and self.deletions[content.number])
        # Who sent it once more and got no answer has to send it again: it may be expected, and not have come.
        if status == 200 and not (record["status"] == Status.PENDING and content.number in self.unanswered):
            self._right(content, record)

    def _right(self, content: Content, record: Mapping[str, Any]) -> None:
        """A record is final, says what stands on its picture or else why not, and a calm run reads every picture."""
        assert record["status"] in FINAL
        succeeded = record["status"] == Status.SUCCEEDED
        assert succeeded != bool(record.get("problem"))
        if succeeded:
            assert record["document"]["fields"]["plate_number"] == content.plate
        if not (self.disturbed or self.injector.fallen):
            assert record["status"] == _CALM.get(content.picture, Status.SUCCEEDED)

    def _announced(self, item: Mapping[str, Any]) -> None:
        """The last that the bus heard of a record is how it stands."""
        events = [one["event_id"] for one in self.heard if one["record_id"] == item["id"]]
        assert events
        assert events[-1] == announcer.announcement(item).event_id

    def _paid(self, content: Content, stored: Mapping[str, Mapping[str, Any]]) -> None:
        """A content costs one call, and one more for each resend that is admitted and allowed."""
        paid, lives = self.charged[content.sha256], 1 + self.deletions[content.number]
        assert paid <= lives * (1 + self.resends)
        if lives == 1:
            assert paid <= 1 + self._admitted(content, stored)
        if not (self.disturbed or self.injector.fallen):
            assert paid <= lives

    def _admitted(self, content: Content, stored: Mapping[str, Mapping[str, Any]]) -> int:
        """The resends that the ledger and the records of a content tell of."""
        entry = stored.get(records.entry_id(_content_id(content)), {})
        resends = [json.loads(stored[id].get("record", "{}")).get("resends", 0) for id in self._ids(content)]
        return max([int(entry.get("resends", 0)), *resends])

    def _none_died_without_a_record(self) -> None:
        """Whatever befell it: the upload of a message that was given up has a record."""
        for message in self.uploads.dead:
            id = json.loads(message.body)["record_id"]
            found = [item["status"] for item in self.items() if item["id"] == id]
            assert found
            assert found[0] in FINAL | {Status.DELETED}


_CALM = {"blank": Status.NO_RESULT, "none": Status.FAILED}


def _content_id(content: Content) -> str:
    from ocr.storage.ledger import content_key

    return content_key("license_plate", content.options, content.sha256)


def _upload_of(message: Message) -> Upload:
    [entry] = json.loads(message.body)["Records"]
    return Upload(UPLOADS, entry["s3"]["object"]["key"], entry["s3"]["object"]["versionId"])


def _pictures() -> Iterator[tuple[str, tuple[bytes, str | None]]]:
    """Pictures by name, with the plate that stands on each."""
    for sample in samples(["license_plate"]):
        with Image.open(BytesIO(sample.picture)) as picture:
            yield sample.name, (_jpeg(picture.resize((600, 450))), sample.truth["plate_number"])
    yield "blank", (_jpeg(Image.new("RGB", (600, 450), "grey")), None)
    yield "none", (b"no picture", None)


def _jpeg(picture: Image.Image) -> bytes:
    file = BytesIO()
    picture.save(file, "JPEG", quality=90)
    return file.getvalue()


def gateways(emulator: Aws, patch: pytest.MonkeyPatch) -> Iterator[Gateway]:
    """A gateway whose clients pass through its fault injector, in one thread an invocation, in its own time."""
    with running(*VENDORS) as urls:
        _environment(emulator, urls, patch)
        controls = {vendor: Control(url) for vendor, url in urls.items()}
        made = Gateway(emulator, controls, patch)
        for body, _ in made.base.values():
            # A vendor looks at a picture once, and loads its engine for the first: nobody is to wait for that here.
            with suppress(NotAPicture):
                reader.plates(opened(body))
        _patched(made, patch)
        clients = (aws.dynamodb(), aws.s3(), aws.queues(), aws.events())
        with made.injector.over(*clients):
            yield made
    _forget_clients()
    forget_settings()


def _environment(emulator: Aws, urls: Mapping[str, str], patch: pytest.MonkeyPatch) -> None:
    environment = emulator.environment | {
        "AWS_MAX_ATTEMPTS": "2",
        "TABLE": TABLE,
        "UPLOADS_BUCKET": UPLOADS,
        "ANSWERS_BUCKET": ANSWERS,
        "ENGINE_FUNCTION": "none",
        "BUS": "bus",
        "ANNOUNCEMENTS": "http://queue/announcements",
        "SECRETS_PREFIX": SECRETS_PREFIX,
        "VENDORS": ",".join(VENDORS),
    }
    for name, value in (environment | {"VENDOR_URLS": " ".join(map("=".join, urls.items()))}).items():
        patch.setenv(name, value)
    secrets = emulator.client("secretsmanager")
    for vendor in VENDORS:
        name, value = f"{SECRETS_PREFIX}/{vendor}", json.dumps(SECRETS[vendor])
        try:
            secrets.create_secret(Name=name, SecretString=value)
        except secrets.exceptions.ResourceExistsException:
            # The emulator outlives a gateway: the secret stands there from the one before.
            secrets.put_secret_value(SecretId=name, SecretString=value)
    _forget_clients()
    forget_settings()


def _forget_clients() -> None:
    for client in (aws.dynamodb, aws.s3, aws.queues, aws.events, aws.secrets):
        client.cache_clear()


def _patched(gateway: Gateway, patch: pytest.MonkeyPatch) -> None:
    clocks.patch(patch, lambda: gateway.now)
    patch.setattr(botocore.endpoint, "time", SimpleNamespace(sleep=lambda _: None))
    for offer in (juhe.Plate, ctyun.Plate):
        patch.setattr(offer, "patience", LEAST_SECONDS)
    patch.setattr(threads, "MOST", 1)
    sending = transport.send
    patch.setattr(transport, "send", lambda *given, **named: gateway.injector.around(VENDOR, sending, *given, **named))
