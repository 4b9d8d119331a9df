"""The local AWS as the tests in this process see it: its table, its buckets, and what one container remembers."""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import boto3
from aws_lambda_powertools.utilities.circuit_breaker import base

from local.cloud.aws import Aws, stop
from ocr.pipeline import routing
from ocr.platform import aws as clients
from ocr.platform.settings import settings
from ocr.storage import ledger

TABLE, UPLOADS, ANSWERS, PREFIX = "records", "uploads-bucket", "answers-bucket", "gateway"
DEAD_LETTERS = "dead-letters"
INDEXES = {"by_product": "product", "by_day": "day", "by_source": "source", "by_tenant": "tenant", "by_review": "waits"}
UNSORTED = {"by_content": "content", "by_picture": "picture"}


@contextmanager
def failing(folder: Path) -> Iterator[Aws]:
    """An AWS of its own below this folder, whose functions meet the faults of a proxy."""
    try:
        yield Aws.start(folder, proxied=True)
    finally:
        stop(folder)


def create_table(started: Aws) -> None:
    """The table of the template, with its indexes."""
    started.client("dynamodb").create_table(
        TableName=TABLE,
        BillingMode="PAY_PER_REQUEST",
        StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"},
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[
            {"AttributeName": name, "AttributeType": "S"}
            for name in ("id", "created_at", *INDEXES.values(), *UNSORTED.values())
        ],
        GlobalSecondaryIndexes=[
            {
                "IndexName": index,
                "KeySchema": [
                    {"AttributeName": name, "KeyType": "HASH"},
                    {"AttributeName": "created_at", "KeyType": "RANGE"},
                ],
                "Projection": {"ProjectionType": "ALL"},
            }
            for index, name in INDEXES.items()
        ]
        + [
            {
                "IndexName": index,
                "KeySchema": [{"AttributeName": name, "KeyType": "HASH"}],
                "Projection": {"ProjectionType": "KEYS_ONLY"},
            }
            for index, name in UNSORTED.items()
        ],
    )


@dataclass(frozen=True)
class World:
    """The local AWS as the tests see it."""

    emulator: Aws

    def items(self) -> list[dict[str, Any]]:
        """Everything in the table."""
        found: list[dict[str, Any]] = whole_table().scan()["Items"]
        return found

    def dead_letters(self) -> list[dict[str, Any]]:
        """What lies in the dead-letter queue, parsed; it is empty then."""
        url, found = settings().dead_letters, list[dict[str, Any]]()
        queues = whole("sqs")
        while messages := queues.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages"):
            for message in messages:
                found.append(json.loads(message["Body"]))
                queues.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
        return found

    def letters(self) -> list[str]:
        """The bodies of up to ten messages in the dead-letter queue, which stay there."""
        url = settings().dead_letters
        answer = whole("sqs").receive_message(QueueUrl=url, MaxNumberOfMessages=10, VisibilityTimeout=0)
        return [message["Body"] for message in answer.get("Messages", [])]

    def upload(self, key: str, content: bytes, **metadata: str) -> dict[str, Any]:
        """Put an object; returns the S3 notification that the bucket would send."""
        answer = self.emulator.client("s3").put_object(Bucket=UPLOADS, Key=key, Body=content, Metadata=metadata)
        thing = {"key": key, "versionId": answer["VersionId"], "sequencer": "0"}
        return {"s3": {"bucket": {"name": UPLOADS}, "object": thing}}


def whole(service: str) -> Any:
    """A client of the local AWS with all operations of a service; the functions' own have those that they call."""
    return _whole(service, os.environ["AWS_ENDPOINT_URL"])


def whole_table() -> Any:
    """The table, with all operations that boto3 knows."""
    return _whole_table(os.environ["AWS_ENDPOINT_URL"])


@cache
def _whole(service: str, endpoint: str) -> Any:
    return boto3.client(service, endpoint_url=endpoint)  # type: ignore[call-overload]  # any service


@cache
def _whole_table(endpoint: str) -> Any:
    return boto3.resource("dynamodb", endpoint_url=endpoint).Table(TABLE)


def empty_table() -> None:
    """Delete every item."""
    with whole_table().batch_writer() as table:
        for page in whole_table().meta.client.get_paginator("scan").paginate(TableName=TABLE):
            for item in page["Items"]:
                table.delete_item(Key={"id": item["id"]})


def empty_bucket(name: str) -> None:
    """Delete every object, as it is now."""
    for page in whole("s3").get_paginator("list_objects_v2").paginate(Bucket=name):
        for one in page.get("Contents", []):
            whole("s3").delete_object(Bucket=name, Key=one["Key"])


def forget_settings() -> None:
    """Make the next use read the environment again, as a new Lambda container would."""
    for function in (settings, routing._guarded, routing._circuits):
        function.cache_clear()
    base._LOCAL_FAILURES.clear()


def renew_clients(endpoint: str) -> None:
    """Drop clients that were made for another AWS; those for this one are kept, since making them takes long."""
    for client in (clients.dynamodb, clients.s3, clients.queues, clients.events):
        made: Any = client()
        if made.meta.endpoint_url != endpoint:
            client.cache_clear()


def forget_secrets() -> None:
    """Make the next use fetch the vendors' secrets again."""
    clients.secrets.cache_clear()


def expire_leases() -> None:
    """As if the time of every lease had passed."""
    for item in whole_table().scan()["Items"]:
        if item.get("state") == ledger.SENDING:
            clients.table().put_item(Item=item | {"lease_until": 0})
