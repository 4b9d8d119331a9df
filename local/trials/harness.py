"""What a trial stands on: a deployed stack of its own, uploads waiting in the queue, and what became of each.

The product's queue is read only within `Harness.read`, so that a trial begins with everything it sends in the queue.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from io import BytesIO
from itertools import batched
from pathlib import Path
from time import monotonic, sleep
from typing import Any
from urllib.parse import quote_plus
from zipfile import ZipFile

import requests
from rich.console import Console
from rich.progress import track

from local.cloud.aws import ROOT, Aws, stop
from local.cloud.deploy import deploy
from local.cloud.listener import Listener, listening
from local.cloud.stack import NAME, Stack, settings_of
from local.simulators import SECRETS, Control, reader, running
from local.simulators.pictures import opened
from local.trials.pictures import PRODUCT, plate
from local.trials.result import Figure

FOLDER = ROOT / ".local/trials"
LOGS = "/trials"
BATCH = 10
UPLOADERS = 8
POLL_SECONDS = 0.25
# Nothing that is on its way rests longer: a dead call's lease, the queue's visibility timeout, a vendor's back-off.
PATIENCE = 420.0
ANNOUNCED_SECONDS = 120.0
SETTLING_SECONDS = 60.0


@dataclass(frozen=True)
class Sent:
    """One upload."""

    key: str
    version: str


@dataclass
class Harness:
    """A stack whose licence plates are read by a simulated vendor, for one trial alone."""

    stack: Stack
    vendor: Control
    listener: Listener
    console: Console
    mapping: str
    sent: int = 0

    @property
    def function(self) -> str:
        """Name of the product's function."""
        return self.stack.function(PRODUCT)

    @property
    def queue(self) -> str:
        """URL of the product's queue."""
        return self.stack.queue(PRODUCT)

    def settle(self) -> None:
        """Let S3's test messages, which every new queue gets, be read; from here on the product's queue is not."""
        deadline = monotonic() + SETTLING_SECONDS
        queues = [part for name, part in self.stack.parts.items() if name.endswith("Queue")]
        while any(self.waiting(queue) for queue in queues) and monotonic() < deadline:
            sleep(POLL_SECONDS)
        self._map(Enabled=False)
        self.stack.client("sqs").purge_queue(QueueUrl=self.queue)

    def upload(self, pictures: Sequence[bytes], name: Callable[[int], str] = "{:05}.jpg".format) -> list[Sent]:
        """Put the pictures under the product's prefix, the one at each place under its name; their messages wait."""
        keys = [f"uploads/{PRODUCT}/{name(place)}" for place in range(len(pictures))]
        with ThreadPoolExecutor(UPLOADERS) as threads:
            putting = threads.map(self._put, keys, pictures)
            sent = list(track(putting, "Uploading", len(keys), console=self.console, transient=True))
        self.sent += len(sent)
        return sent

    def _put(self, key: str, content: bytes) -> Sent:
        put = self.stack.client("s3").put_object(Bucket=self.stack.uploads, Key=key, Body=content)
        return Sent(key, put["VersionId"])

    def notify(self, uploads: Iterable[Sent]) -> None:
        """Send the notifications of these uploads once more, as S3 and SQS may at any time, in this order."""
        for group in batched(uploads, BATCH, strict=False):
            entries = [{"Id": str(place), "MessageBody": self._notification(one)} for place, one in enumerate(group)]
            self.stack.client("sqs").send_message_batch(QueueUrl=self.queue, Entries=entries)
            self.sent += len(entries)

    def _notification(self, upload: Sent) -> str:
        thing = {"key": quote_plus(upload.key), "versionId": upload.version}
        entry = {"eventName": "ObjectCreated:Put", "s3": {"bucket": {"name": self.stack.uploads}, "object": thing}}
        return json.dumps({"Records": [entry]})

    def read(self, meanwhile: Callable[[int], None] = lambda done: None) -> float:
        """Have everything that waits read, until the queue is empty or stands still for too long; seconds that took.

        `meanwhile` is called again and again with how many messages have left the queue.
        """
        self._wait_for_messages()
        begun = monotonic()
        with self.reading():
            for _ in track(self._leaving(meanwhile), "Reading", self.sent, console=self.console, transient=True):
                pass
            return monotonic() - begun

    @contextmanager
    def reading(self) -> Iterator[None]:
        """Have the product's queue read within this block."""
        self._map(Enabled=True)
        try:
            yield
        finally:
            self._map(Enabled=False)
            self.sent = 0

    def _wait_for_messages(self) -> None:
        deadline = monotonic() + PATIENCE
        while self.waiting() < self.sent and monotonic() < deadline:
            sleep(POLL_SECONDS)

    def _leaving(self, meanwhile: Callable[[int], None]) -> Iterator[None]:
        """One item for each message that left the queue."""
        done, last = 0, monotonic()
        while done < self.sent and monotonic() - last < PATIENCE:
            sleep(POLL_SECONDS)
            meanwhile(done)
            left = self.sent - done - self.waiting()
            if left > 0:
                done, last = done + left, monotonic()
                yield from [None] * left

    def waiting(self, queue: str | None = None) -> int:
        """Messages that are in a queue, the product's without a URL; those that are hidden included."""
        return sum(self.messages(queue or self.queue))

    def messages(self, queue: str) -> tuple[int, int]:
        """How many messages of a queue are there to be received, and how many are hidden."""
        parts = [f"ApproximateNumberOfMessages{part}" for part in ("", "NotVisible", "Delayed")]
        sqs = self.stack.client("sqs")
        attributes = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=parts)["Attributes"]
        visible, hidden, delayed = (int(attributes.get(part, 0)) for part in parts)
        return visible, hidden + delayed

    def run_instead(self, function: str, program: Path, seconds: int) -> None:
        """Have a function run the `handler` of this program, from a layer, for at most so many seconds a call."""
        functions = self.stack.client("lambda")
        packed = BytesIO()
        with ZipFile(packed, "w") as archive:
            archive.write(program, f"python/{program.name}")
        layer = functions.publish_layer_version(LayerName="trial", Content={"ZipFile": packed.getvalue()})
        layers = [one["Arn"] for one in functions.get_function_configuration(FunctionName=function)["Layers"]]
        functions.update_function_configuration(
            FunctionName=function,
            Handler=f"{program.stem}.handler",
            Layers=[*layers, layer["LayerVersionArn"]],
            Timeout=seconds,
        )

    def batches_of(self, size: int) -> None:
        """Have at most so many messages brought to one invocation."""
        self._map(BatchSize=size)

    def _map(self, **changes: Any) -> None:
        self.stack.client("lambda").update_event_source_mapping(UUID=self.mapping, **changes)

    def _items(self) -> list[Mapping[str, Any]]:
        """Everything in the table."""
        pages = self.stack.aws.session().resource("dynamodb", endpoint_url=self.stack.aws.endpoint)
        paginator = pages.meta.client.get_paginator("scan")
        return [item for page in paginator.paginate(TableName=self.stack.table) for item in page["Items"]]

    def records(self) -> dict[Sent, Mapping[str, Any]]:
        """The finished record of each upload; an upload without one is lost."""
        items = {item["id"]: item for item in self._items()}
        start = f"s3://{self.stack.uploads}/"
        return {
            Sent(item["source"].removeprefix(start), item["version"]): _record(item, items)
            for item in items.values()
            if "source" in item and "finished_at" in item
        }

    def resends(self) -> int:
        """Calls made although an earlier one may have been charged and came to nothing, as the ledger counts them."""
        return sum(int(item["resends"]) for item in self._items() if "resends" in item)

    def invocations(self) -> list[float]:
        """The seconds billed for each invocation of the product since it was deployed."""
        lines = self._logged('"Billed Duration"')
        return [float(line.partition("Billed Duration: ")[2].partition(" ms")[0]) / 1000 for line in lines]

    def deaths(self) -> int:
        """Invocations whose process died under them."""
        return len(self._logged('"Worker process died"'))

    def _logged(self, pattern: str) -> list[str]:
        pages = self.stack.client("logs").get_paginator("filter_log_events")
        found = pages.paginate(logGroupName=LOGS, filterPattern=pattern)
        return [event["message"] for page in found for event in page["events"]]

    def tally(self, uploads: Sequence[Sent], contents: int) -> list[Figure]:
        """What is promised of any uploads: none lost, none failed, all announced, one vendor call a content."""
        records = self.records()
        found = [records[one] for one in uploads if one in records]
        charges = len(self.vendor.report()["charges"])
        return [
            Figure("lost", len(uploads) - len(found), most=0),
            Figure("failed", sum(record["status"] != "succeeded" for record in found), most=0),
            Figure("unannounced", self.unannounced(found), most=0),
            Figure("calls ÷ contents", charges / contents, most=1.0),
        ]

    def bill(self) -> list[Figure]:
        """What is promised of costs: the vendor charged what `GET /usage` says, or a part of what it says is possible.

        Every way to look at them says the same. What is possible is told apart.
        """
        url, headers = f"{self.stack.url}/usage", {"x-api-key": self.stack.api_key}
        since = (datetime.now(UTC).date() - timedelta(days=1)).isoformat()
        charged = self.vendor.report()["units"]
        off = units = possible = 0.0
        for by in ("vendor", "product", "key", "day"):
            answer = requests.get(url, {"by": by, "from": since}, headers=headers, timeout=30)
            answer.raise_for_status()
            rows = answer.json()["rows"]
            units, possible = (sum(row[name] for row in rows) for name in ("units", "possible_units"))
            off += max(0.0, units - charged, charged - units - possible)
        return [
            Figure("units charged", round(units)),
            Figure("possibly charged", round(possible)),
            Figure("usage off the vendor's own count", round(off), most=0),
        ]

    def counted(self, function: str, name: str) -> int:
        """What Lambda has counted of a function in the last day: its `Throttles`, `Errors` or `Invocations`."""
        until = datetime.now(UTC) + timedelta(minutes=1)
        points = self.stack.client("cloudwatch").get_metric_statistics(
            Namespace="AWS/Lambda",
            MetricName=name,
            Dimensions=[{"Name": "FunctionName", "Value": function}],
            StartTime=until - timedelta(days=1),
            EndTime=until,
            Period=24 * 3600,
            Statistics=["Sum"],
        )["Datapoints"]
        return int(sum(one["Sum"] for one in points))

    def metric_lines(self, since: float) -> list[str]:
        """The lines in which functions have told CloudWatch of metrics since then, in seconds since the epoch."""
        logs = self.stack.client("logs")
        groups = logs.get_paginator("describe_log_groups").paginate()
        pages = logs.get_paginator("filter_log_events")
        return [
            event["message"]
            for page in groups
            for group in page["logGroups"]
            for found in pages.paginate(
                logGroupName=group["logGroupName"], startTime=int(1000 * since), filterPattern='"CloudWatchMetrics"'
            )
            for event in found["events"]
        ]

    def set(self, function: str | None = None, **settings: str) -> Mapping[str, str]:
        """Have a function run with other settings, the product's without a name; those that it had."""
        name = function or self.function
        had = settings_of(self.stack.client, name)
        functions = self.stack.client("lambda")
        functions.update_function_configuration(FunctionName=name, Environment={"Variables": had | settings})
        return had

    def unannounced(self, records: Iterable[Mapping[str, Any]]) -> int:
        """How many of these records no event tells of."""
        awaited = {(record["id"], record["replayed"]) for record in records}
        return len(self.listener.wait_for(awaited, ANNOUNCED_SECONDS))


def _record(item: Mapping[str, Any], items: Mapping[str, Mapping[str, Any]]) -> Mapping[str, Any]:
    """A record from its own item, and from that of its content where that has what was read."""
    body = item if "record" in item else items[f"content#{item['content']}"]
    record: Mapping[str, Any] = json.loads(body["record"])
    return {**record, **{name: item[name] for name in ("id", "status", "replayed")}}


@contextmanager
def harness(parameters: Mapping[str, str], console: Console, vendor: str, concurrency: int = 0) -> Iterator[Harness]:
    """A fresh local AWS with the stack deployed to it by these template parameters; it ends with the block.

    The vendor is simulated. `concurrency` is the account's, see `Aws.start`.
    """
    try:
        with running(vendor) as urls:
            simulated = {"VendorUrls": f"{vendor}={urls[vendor]}", "ProductVendors": f"{PRODUCT}={vendor}"}
            stack = deploy(Aws.start(FOLDER, concurrency=concurrency), console, simulated | dict(parameters))
            secret = json.dumps(SECRETS[vendor])
            stack.client("secretsmanager").put_secret_value(SecretId=f"{NAME}/{vendor}", SecretString=secret)
            # The simulator starts its engine with the first picture, which none that is measured is to wait for.
            reader.plates(opened(plate()))
            with listening(stack) as listener:
                yield _prepared(stack, Control(urls[vendor]), listener, console)
    finally:
        stop(FOLDER)


def _prepared(stack: Stack, vendor: Control, listener: Listener, console: Console) -> Harness:
    """The ground with its queue not read yet, and with the product's log apart from those of all others."""
    functions, name = stack.client("lambda"), stack.function(PRODUCT)
    [mapping] = functions.list_event_source_mappings(FunctionName=name)["EventSourceMappings"]
    prepared = Harness(stack, vendor, listener, console, mapping["UUID"])
    prepared.settle()
    stack.client("logs").create_log_group(logGroupName=LOGS)
    functions.update_function_configuration(FunctionName=name, LoggingConfig={"LogGroup": LOGS, "LogFormat": "JSON"})
    return prepared
