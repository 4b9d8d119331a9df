"""How many messages wait in the stack's queues, and for how long."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from ocr.platform import aws, threads
from ocr.platform.settings import settings

if TYPE_CHECKING:
    from mypy_boto3_cloudwatch.type_defs import MetricDataQueryTypeDef
    from mypy_boto3_sqs.literals import QueueAttributeNameType

LENGTHS: dict["QueueAttributeNameType", str] = {
    "ApproximateNumberOfMessages": "waiting",
    "ApproximateNumberOfMessagesDelayed": "delayed",
    "ApproximateNumberOfMessagesNotVisible": "in_progress",
}
# SQS tells CloudWatch of its queues every minute, and of one that nobody used for a while it begins late.
RECENTLY, PERIOD = timedelta(minutes=15), 60
_WORD = re.compile(r"(?<!^)(?=[A-Z])")


def states() -> list[dict[str, Any]]:
    """Each queue's messages, and the age of the oldest one in seconds where CloudWatch knows it.

    SQS is asked once for each queue ($0.40 a million), CloudWatch once for all that hold something ($0.01 for a
    thousand queues). SQS itself does not tell ages, and an AWS on a laptop has none.
    """
    found = [one for one in threads.each(_lengths, sorted(_urls().items())) if one]
    ages = _ages([one["queue"] for one in found if one["waiting"] + one["delayed"] + one["in_progress"]])
    return [one | ({"oldest_seconds": ages[one["queue"]]} if one["queue"] in ages else {}) for one in found]


@cache
def _urls() -> dict[str, str]:
    """The URL of each queue, by the slug of the product whose uploads wait in it, or by its own name.

    A deployment that changes queues starts the functions anew.
    """
    pages = aws.stacks().get_paginator("list_stack_resources").paginate(StackName=settings().stack)
    parts = [part for page in pages for part in page["StackResourceSummaries"]]
    return {
        _WORD.sub("_", part["LogicalResourceId"].removesuffix("Queue")).lower(): part["PhysicalResourceId"]
        for part in parts
        if part["ResourceType"] == "AWS::SQS::Queue" and "PhysicalResourceId" in part
    }


def _lengths(named: tuple[str, str]) -> dict[str, Any] | None:
    name, url = named
    try:
        found = aws.queues().get_queue_attributes(QueueUrl=url, AttributeNames=list(LENGTHS))["Attributes"]
    except ClientError as error:
        # A deployment has just taken its product away.
        if not error.response["Error"]["Code"].endswith("NonExistentQueue"):
            raise
        return None
    return {"queue": name} | {told: int(found[attribute]) for attribute, told in LENGTHS.items()}


def _ages(names: Sequence[str]) -> dict[str, int]:
    """The age of the oldest message of each of these queues, in seconds; a queue without one is left out."""
    if not names:
        return {}
    now = datetime.now(UTC)
    told = aws.metrics().get_metric_data(
        MetricDataQueries=[_age(f"q{number}", _urls()[name]) for number, name in enumerate(names)],
        StartTime=now - RECENTLY,
        EndTime=now,
        ScanBy="TimestampDescending",
    )
    values = {one["Id"]: one["Values"] for one in told["MetricDataResults"]}
    return {name: int(last[0]) for number, name in enumerate(names) if (last := values.get(f"q{number}"))}


def _age(id: str, url: str) -> "MetricDataQueryTypeDef":
    return {
        "Id": id,
        "MetricStat": {
            "Metric": {
                "Namespace": "AWS/SQS",
                "MetricName": "ApproximateAgeOfOldestMessage",
                "Dimensions": [{"Name": "QueueName", "Value": url.rpartition("/")[2]}],
            },
            "Period": PERIOD,
            "Stat": "Maximum",
        },
    }
