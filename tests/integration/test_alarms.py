"""Promise: whoever operates this hears of every failure, by the alarm that is meant for it, and of nothing else."""

import json
import time
from collections.abc import Callable
from typing import Any

import pytest

from local.cloud.alarms import Measured, Metric, emitted, metric, sounding
from ocr.declare.product import Product
from ocr.platform.errors import NoResult, OcrError, UnexpectedResponse, VendorRejected, VendorUnavailable
from ocr.platform.telemetry import unforeseen
from tests.support.aws import World, forget_settings
from tests.support.scripted import picture, product, reading
from tests.support.sending import deliver, post
from tests.support.template import alarms, properties

NAMES = {"AWS/SQS": "QueueName", "AWS/Lambda": "FunctionName", "AWS/ApiGateway": "ApiName"}


def of_aws(namespace: str, name: str, whose: str) -> Metric:
    return metric(namespace, name, **{NAMES[namespace]: whose})


# What AWS itself counts, and a value that it has when the thing has gone wrong.
OF_AWS: dict[str, tuple[Metric, float]] = {
    "DeadLetter": (of_aws("AWS/SQS", "ApproximateNumberOfMessagesVisible", "DeadLetters"), 1),
    "UndeliveredWaits": (of_aws("AWS/SQS", "ApproximateNumberOfMessagesVisible", "Undelivered"), 1),
    "AnnouncementsWait": (of_aws("AWS/SQS", "ApproximateNumberOfMessagesNotVisible", "Announcements"), 1),
    "WebhooksWait": (of_aws("AWS/SQS", "ApproximateAgeOfOldestMessage", "Deliveries"), 4000),
    "StreamLags": (of_aws("AWS/Lambda", "IteratorAge", "Announce"), 600_000),
    "EngineThrottled": (of_aws("AWS/Lambda", "Throttles", "Engine"), 500),
    "ApiFails": (of_aws("AWS/ApiGateway", "5XXError", "AWS::StackName"), 20),
    "OldestUpload1": (of_aws("AWS/SQS", "ApproximateAgeOfOldestMessage", "IdCardQueue"), 4000),
}


def risen(measured: Measured) -> set[str]:
    """The alarms of the template that this sets off, each part of the stack being named by its logical id."""
    return sounding({name: _named(alarm) for name, alarm in alarms().items()}, measured)


def _named(part: Any) -> Any:
    match part:
        case {"Ref": name} | {"Fn::GetAtt": [name, _]}:
            return name
        case dict():
            return {name: _named(one) for name, one in part.items()}
        case list():
            return [_named(one) for one in part]
        case _:
            return part


def says(*errors: OcrError) -> Product:
    return product([lambda error=error: error for error in errors])  # type: ignore[misc]


def breaks(world: World) -> None:
    unforeseen("Something failed", RuntimeError())


def comes_again(world: World, seconds: float = 4000) -> None:
    kind, upload = says(VendorUnavailable("down")), world.upload("uploads/ticket/a.png", picture(99))
    assert deliver(kind, upload, receives=9, sent=time.time() - seconds)


OURS: dict[str, Callable[[World], object]] = {
    "VendorRejected": lambda world: post(says(VendorRejected("The key is refused.", code="1")), picture()),
    "UnexpectedResponse": lambda world: post(says(UnexpectedResponse("What is this?", paid=False)), picture()),
    "CircuitOpened": lambda world: [post(says(VendorUnavailable("down")), picture(seed)) for seed in range(2)],
    "OutcomeUnknown": lambda world: [
        post(kind, picture()) for kind in [says(VendorUnavailable("No answer in time.", paid=True))] for _ in range(2)
    ],
    "BudgetNearlySpent": lambda world: post(product([reading]), picture()),
    "InternalFailure": breaks,
    "UploadWaits": comes_again,
}


@pytest.mark.parametrize("alarm", OURS)
def test_a_failure_of_ours_sets_off_its_alarm_and_no_other(
    world: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], alarm: str
) -> None:
    monkeypatch.setenv("CIRCUIT_FAILURES", "2" if alarm == "CircuitOpened" else "100")
    monkeypatch.setenv("RESEND_UNKNOWN", "0")
    monkeypatch.setenv("VENDOR_BUDGETS", "first=1/day" if alarm == "BudgetNearlySpent" else "")
    forget_settings()
    capsys.readouterr()
    OURS[alarm](world)
    assert risen(emitted(capsys.readouterr().out.splitlines())) == {alarm}


@pytest.mark.parametrize("alarm", OF_AWS)
def test_a_failure_that_aws_counts_sets_off_its_alarm_and_no_other(alarm: str) -> None:
    counted, value = OF_AWS[alarm]
    assert risen({counted: [value]}) == {alarm}


def test_every_alarm_is_tried_here() -> None:
    assert {name.rstrip("0123456789") for name in alarms()} == {
        name.rstrip("0123456789") for name in OURS.keys() | OF_AWS.keys()
    }


def test_a_clean_hour_wakes_nobody(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    capsys.readouterr()
    for number, kind in enumerate([product([reading]), says(NoResult("Nothing."))] * 3):
        post(kind, picture(number))
    post(product([reading]), b"no picture")
    comes_again(world, seconds=600)
    quiet = {counted: [0.0] for counted, _ in OF_AWS.values()}
    assert risen(quiet | emitted(capsys.readouterr().out.splitlines())) == set()


def test_an_upload_that_no_vendor_is_asked_about_is_counted_once(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    upload = world.upload("uploads/ticket/a.png", b"no picture")
    capsys.readouterr()
    for _ in range(2):
        assert deliver(product([reading]), upload) == []
    counted = emitted(capsys.readouterr().out.splitlines())
    assert counted[metric("OCR", "Records", service="ocr", status="failed")] == [1]


def test_the_product_is_found_in_the_lines_and_is_no_metric(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    """A metric is paid for by its dimensions."""
    capsys.readouterr()
    post(product([reading]), picture())
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines() if line.startswith('{"_aws"')]
    dimensions = {tuple(sorted(one["_aws"]["CloudWatchMetrics"][0]["Dimensions"][0])) for one in lines}
    assert dimensions == {("outcome", "service", "vendor"), ("service", "status")}
    assert {line["product"] for line in lines} == {"ticket"}


def test_the_dashboard_shows_what_the_functions_count(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    """Records by status, time, price units, calls and money by vendor, queues, dead letters, circuits, throttles."""
    body = json.loads(properties("Dashboard")["DashboardBody"]["Fn::Sub"].replace("${!", "${"))
    asked = str([one["properties"].get("metrics") or one["properties"]["query"] for one in body["widgets"]])
    capsys.readouterr()
    post(product([reading]), picture())
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines() if line.startswith('{"_aws"')]
    for line in lines:
        [part] = line["_aws"]["CloudWatchMetrics"]
        under = ",".join(["OCR", *sorted(part["Dimensions"][0])])
        for counted in part["Metrics"]:
            assert f'{{{under}}} MetricName="{counted["Name"]}"' in asked
    [money] = [line["yuan"] for line in lines if "VendorUnits" in line]
    assert float(money) >= 0
    for shown in ("p95", "sum(yuan)", "AgeOfOldestMessage", "NumberOfMessagesVisible", "CircuitOpened", "Throttles"):
        assert shown in asked
