"""Failures, one after the other: each sets off the alarms that are meant for it and no other, and an hour's work none.

The alarms are those that CloudFormation made. What functions count is taken from the lines that they printed, what
Lambda counts (throttles) from the local AWS, the API's 5xx from the answers that came. The alarms' periods are not
waited for: what is seen of a failure is put into one period and said to come again in each, and a message or a record
that waits when it is looked at is said to wait for two hours. So the hour's work is put into five minutes.

Only CloudWatch can tell how late its figures come, and how SQS and Lambda reckon them. Of a queue without order SQS
leaves out of the oldest message's age what was received three times, which is done here as it is documented.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic, sleep, time
from typing import Any
from urllib.parse import urlsplit

import requests

from local.cloud.alarms import Alarm, Metric, emitted, metric, sounding
from local.cloud.sending import salt
from local.trials.harness import PATIENCE, POLL_SECONDS, Harness
from local.trials.pictures import PRODUCT, contents, plate
from local.trials.result import Figure, Result
from local.trials.trial import VENDOR, Trial, scaled
from local.trials.webhooks import add, receiving

UPLOADS, CALLS = 500, 60
# How long what is not waited for goes on.
GOES_ON = 2 * 3600.0
# SQS's own bound, see above.
MOST_RECEIVES = 3
SOON = 120.0
IMPATIENT, FUNCTION_SECONDS = Path(__file__).with_name("impatient.py"), 60
# Enough at once that the engine is asked for more often than an alarm lets pass.
THRONG = 20
NOBODY_KNOWS, NO_KEY = 999_999, 10_001


@dataclass
class Scene:
    """A stack whose alarms are looked at. `since` is when the present window began, in seconds since the epoch."""

    harness: Harness
    alarms: Mapping[str, Alarm]
    since: float = field(default_factory=time)
    endpoint_says: int = 204
    failed: int = 0
    before: Counter[tuple[str, str]] = field(default_factory=Counter)
    invoked: int = 0

    def call(self, content: bytes | None = None) -> int:
        """The HTTP status of a picture that is sent by HTTPS; one that was never seen, if none is given."""
        stack = self.harness.stack
        headers = {"x-api-key": stack.api_key, "Content-Type": "image/jpeg"}
        picture = plate() + salt() if content is None else content
        answer = requests.post(f"{stack.url}/ocr/{PRODUCT}", data=picture, headers=headers, timeout=120)
        self.failed += answer.status_code // 100 == 5
        return answer.status_code

    @contextmanager
    def with_settings(self, function: str, **settings: str) -> Iterator[None]:
        """Have a function run with other settings for a while."""
        kept = self.harness.set(function, **settings)
        yield
        self.harness.set(function, **{name: kept.get(name, "") for name in settings})

    @contextmanager
    def throttled(self, function: str) -> Iterator[None]:
        """Let no more of a function run for a while."""
        functions = self.harness.stack.client("lambda")
        functions.put_function_concurrency(FunctionName=function, ReservedConcurrentExecutions=0)
        yield
        functions.delete_function_concurrency(FunctionName=function)

    def heard(self, expected: frozenset[str]) -> set[str]:
        """The alarms that sound: as soon as those that are expected do, or when they have had time to.

        Each under the name that it has in common with others of its kind.
        """
        deadline = monotonic() + SOON
        while not expected <= (found := {_family(name) for name in self.sounding()}) and monotonic() < deadline:
            sleep(POLL_SECONDS)
        return found

    def sounding(self) -> set[str]:
        """The alarms that what was measured since the window began sets off."""
        measured: dict[Metric, list[float]] = emitted(self.harness.metric_lines(self.since))
        return sounding(self.alarms, measured | self._of_functions() | self._of_queues() | self._of_the_api())

    def records(self) -> int:
        """How many records functions have told CloudWatch of since the window began."""
        counted = emitted(self.harness.metric_lines(self.since))
        return int(sum(sum(values) for (_, name, _), values in counted.items() if name == "Records"))

    def go_on(self) -> None:
        """Begin the next window where this one ends."""
        self.since, self.failed = time(), 0
        self.before, self.invoked = self._counted(), len(self.harness.invocations())

    def _of_functions(self) -> dict[Metric, list[float]]:
        since = self._counted() - self.before
        announce = self.harness.stack.parts["Announce"]
        stopped = since[announce, "Throttles"] + since[announce, "Errors"]
        waits = stopped and since[announce, "Invocations"] <= stopped
        throttles = {
            metric("AWS/Lambda", name, FunctionName=function): [float(count)]
            for (function, name), count in since.items()
            if name == "Throttles"
        }
        return throttles | {metric("AWS/Lambda", "IteratorAge", FunctionName=announce): [1000 * GOES_ON * bool(waits)]}

    def _counted(self) -> Counter[tuple[str, str]]:
        """What the local AWS has counted of each function that an alarm watches."""
        names = {self.harness.stack.parts[name] for name in ("Announce", "Engine")}
        return Counter({(one, what): self.harness.counted(one, what) for one in names for what in _COUNTED})

    def _of_queues(self) -> dict[Metric, list[float]]:
        stack, measured = self.harness.stack, dict[Metric, list[float]]()
        received = len(self.harness.invocations()) - self.invoked
        for url in {part for part in stack.parts.values() if part.startswith("http") and "/ocr-" in part}:
            name = urlsplit(url).path.rpartition("/")[2]
            visible, hidden = self.harness.messages(url)
            measured[metric("AWS/SQS", "ApproximateNumberOfMessagesVisible", QueueName=name)] = [visible]
            measured[metric("AWS/SQS", "ApproximateNumberOfMessagesNotVisible", QueueName=name)] = [hidden]
            left_out = url == self.harness.queue and received >= MOST_RECEIVES
            if visible + hidden and not left_out:
                measured[metric("AWS/SQS", "ApproximateAgeOfOldestMessage", QueueName=name)] = [GOES_ON]
        return measured

    def _of_the_api(self) -> dict[Metric, list[float]]:
        return {metric("AWS/ApiGateway", "5XXError", ApiName="ocr"): [float(self.failed)]}


_COUNTED = ("Throttles", "Errors", "Invocations")


def _family(alarm: str) -> str:
    """An alarm's name without the number that several of a kind have."""
    return alarm.rstrip("0123456789")


Happening = Callable[[Scene], AbstractContextManager[None]]


@dataclass(frozen=True)
class Failure:
    """A failure, and the alarms meant for it. `happening` does it; it is looked at within, and mended afterwards."""

    name: str
    alarms: frozenset[str]
    happening: Happening


FAILURES: list[Failure] = []


def failure(name: str, *alarms: str) -> Callable[[Callable[[Scene], Iterator[None]]], Happening]:
    """A function that does something and yields while it lasts, as the next failure."""

    def added(does: Callable[[Scene], Iterator[None]]) -> Happening:
        happening = contextmanager(does)
        FAILURES.append(Failure(name, frozenset(alarms), happening))
        return happening

    return added


@failure("a vendor refuses the key", "VendorRejected")
def _refused(scene: Scene) -> Iterator[None]:
    scene.harness.vendor.order(code=NO_KEY)
    scene.call()
    yield


@failure("a vendor answers in another form", "UnexpectedResponse")
def _changed(scene: Scene) -> Iterator[None]:
    scene.harness.vendor.order(code=NOBODY_KNOWS)
    scene.call()
    yield


@failure("a vendor fails again and again", "CircuitOpened")
def _down(scene: Scene) -> Iterator[None]:
    scene.harness.vendor.order(fault="http500", times=None)
    for _ in range(int(PARAMETERS["CircuitFailures"])):
        scene.call()
    yield
    scene.harness.vendor.forget()
    _until(lambda: scene.call() == requests.codes.ok)


@failure("a vendor never answers", "OutcomeUnknown")
def _silent(scene: Scene) -> Iterator[None]:
    picture = plate() + salt()
    with scene.with_settings(scene.harness.function, RESEND_UNKNOWN="0"):
        scene.harness.vendor.order(fault="cut")
        scene.call(picture)
        scene.call(picture)
        yield


@failure("a budget is nearly spent", "BudgetNearlySpent")
def _spent(scene: Scene) -> Iterator[None]:
    with scene.with_settings(scene.harness.function, VENDOR_BUDGETS=f"{VENDOR}=5/day"):
        for _ in range(4):
            scene.call()
        yield


@failure("a setting is wrong", "InternalFailure")
def _set_wrongly(scene: Scene) -> Iterator[None]:
    with scene.with_settings(scene.harness.function, VENDOR_RATES="nobody"):
        scene.call()
        yield


@failure("a release is broken", "ApiFails")
def _broken(scene: Scene) -> Iterator[None]:
    functions, name = scene.harness.stack.client("lambda"), scene.harness.function
    handler = functions.get_function_configuration(FunctionName=name)["Handler"]
    functions.update_function_configuration(FunctionName=name, Handler="nowhere.handler")
    for _ in range(6):
        scene.call()
    yield
    functions.update_function_configuration(FunctionName=name, Handler=handler)


@failure("there is no room for the engine", "EngineThrottled")
def _no_room(scene: Scene) -> Iterator[None]:
    with scene.with_settings(scene.harness.function, PRODUCT_VENDORS=f"{PRODUCT}=embedded"):
        scene.harness.upload(contents(THRONG), "engine-{:05}.jpg".format)
        with scene.throttled(scene.harness.stack.parts["Engine"]), scene.harness.reading():
            _until(lambda: "EngineThrottled" in scene.sounding())
        scene.harness.stack.client("sqs").purge_queue(QueueUrl=scene.harness.queue)
        yield


@failure("nothing reads the uploads", "OldestUpload")
def _unread(scene: Scene) -> Iterator[None]:
    scene.harness.upload(contents(1), "unread-{:05}.jpg".format)
    yield
    scene.harness.read()


@failure("nothing refuses uploads beside the prefixes", "UndeliveredWaits")
def _astray(scene: Scene) -> Iterator[None]:
    stack = scene.harness.stack
    with scene.throttled(stack.parts["GiveUp"]):
        stack.client("s3").put_object(Bucket=stack.uploads, Key="uploads/nowhere/1.jpg", Body=plate())
        yield
    _until(lambda: not scene.harness.waiting(stack.parts["Undelivered"]))


@failure("the bus is refused to the announcer", "AnnouncementsWait", "InternalFailure")
def _no_bus(scene: Scene) -> Iterator[None]:
    stack = scene.harness.stack
    with scene.with_settings(stack.parts["Announce"], BUS="nowhere"):
        scene.call()
        yield
    stack.client("sqs").purge_queue(QueueUrl=stack.parts["Announcements"])


@failure("there is no room for the announcer", "StreamLags")
def _not_announced(scene: Scene) -> Iterator[None]:
    with scene.throttled(scene.harness.stack.parts["Announce"]):
        scene.call()
        yield


@failure("an endpoint fails", "WebhooksWait")
def _endpoint_fails(scene: Scene) -> Iterator[None]:
    scene.endpoint_says = requests.codes.server_error
    scene.call()
    yield


@failure("an endpoint is gone", "DeadLetter")
def _endpoint_gone(scene: Scene) -> Iterator[None]:
    scene.endpoint_says = requests.codes.gone
    scene.call()
    _until(lambda: not scene.harness.waiting(scene.harness.stack.parts["Deliveries"]))
    yield
    scene.endpoint_says = requests.codes.no_content
    _no_dead_letters(scene)


@failure("a message that S3 did not write", "DeadLetter", "InternalFailure")
def _unreadable(scene: Scene) -> Iterator[None]:
    scene.harness.stack.client("sqs").send_message(QueueUrl=scene.harness.queue, MessageBody="nothing")
    with scene.harness.reading():
        _until(lambda: not scene.harness.waiting())
    yield
    _no_dead_letters(scene)


@failure("a vendor refuses an upload for long", "UploadWaits", "VendorRejected")
def _long_refused(scene: Scene) -> Iterator[None]:
    harness = scene.harness
    harness.run_instead(harness.function, IMPATIENT, FUNCTION_SECONDS)
    harness.vendor.order(code=NO_KEY, times=None)
    harness.upload(contents(1), "refused-{:05}.jpg".format)
    with harness.reading():
        _until(lambda: len(harness.invocations()) - scene.invoked >= MOST_RECEIVES)
        yield
    harness.vendor.forget()


def _until(true: Callable[[], Any]) -> None:
    deadline = monotonic() + PATIENCE
    while not true() and monotonic() < deadline:
        sleep(POLL_SECONDS)


def _no_dead_letters(scene: Scene) -> None:
    scene.harness.stack.client("sqs").purge_queue(QueueUrl=scene.harness.stack.dead_letters)


def run(harness: Harness, scale: float) -> Result:
    """An hour's work, then the failures: what sounds is what is meant to, each time."""
    scene = Scene(harness, _alarms(harness))
    with receiving(lambda headers, body: scene.endpoint_says) as url:
        add(harness, url)
        scene.go_on()
        uploads, calls = scaled(UPLOADS, scale), scaled(CALLS, scale)
        written = _work(scene, uploads, calls)
        clean, counted = scene.sounding(), scene.records()
        harness.console.print(f"an hour's work: {', '.join(sorted(clean)) or 'silence'}")
        heard = {one: _heard(scene, one) for one in FAILURES}
    return Result(
        TRIAL.name,
        f"an hour's work in minutes, {uploads} uploads and {calls} calls; then {len(FAILURES)} failures: "
        + ", ".join(one.name for one in FAILURES),
        [
            Figure("records counted in the hour", counted, least=written),
            Figure("alarms in it", len(clean), most=0),
            Figure("failures without their alarm", sum(bool(one.alarms - heard[one]) for one in FAILURES), most=0),
            Figure("failures with another", sum(bool(heard[one] - one.alarms) for one in FAILURES), most=0),
            Figure("alarms never heard", len({*map(_family, scene.alarms)}.difference(*heard.values())), most=0),
        ],
    )


def _heard(scene: Scene, failure: Failure) -> set[str]:
    """The alarms that a failure sets off."""
    scene.go_on()
    with failure.happening(scene):
        found = scene.heard(failure.alarms)
    scene.harness.console.print(f"{failure.name}: {', '.join(sorted(found)) or 'silence'}")
    return found


def _work(scene: Scene, uploads: int, calls: int) -> int:
    """Do an hour's work: uploads, some of them twice, some no pictures, and calls; how many records it made.

    Who sends by HTTPS what is no picture has no record.
    """
    harness = scene.harness
    sent = harness.upload(contents(uploads))
    harness.notify(sent[::10])
    bad = harness.upload([salt() for _ in sent[::20]], "bad-{:05}.jpg".format)
    harness.read()
    statuses = [scene.call(salt() if number % 2 else None) for number in range(calls)]
    harness.unannounced(harness.records().values())
    _until(lambda: not harness.waiting(harness.stack.parts["Deliveries"]))
    return len(sent) + len(bad) + statuses.count(requests.codes.ok)


def _alarms(harness: Harness) -> dict[str, Alarm]:
    """The alarms of the stack as CloudFormation made them, by logical id."""
    pages = harness.stack.client("cloudwatch").get_paginator("describe_alarms").paginate()
    names = {physical: logical for logical, physical in harness.stack.parts.items()}
    return {names[one["AlarmName"]]: one for page in pages for one in page["MetricAlarms"]}


PARAMETERS = {"CircuitFailures": "2", "CircuitSeconds": "1"}
TRIAL = Trial("alarms", run, PARAMETERS)
