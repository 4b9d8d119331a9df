"""A local AWS with the table and the buckets of the template, for the handlers as they are, without Lambda."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from aws_lambda_powertools.utilities import parameters
from aws_lambda_powertools.utilities.circuit_breaker import base

from local.cloud.aws import Aws
from ocr.pipeline import routing
from ocr.platform import aws as clients
from ocr.platform.settings import settings
from tests.contract.vendors import SECRETS, Host, host

TABLE, UPLOADS, ANSWERS, PREFIX = "records", "uploads-bucket", "answers-bucket", "gateway"
INDEXES = {"by_product": "product", "by_day": "day", "by_source": "source"}
UNSORTED = {"by_content": "content", "by_picture": "picture"}


@pytest.fixture(scope="session")
def emulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Aws]:
    from local.cloud.aws import stop

    folder = tmp_path_factory.mktemp("aws")
    started = Aws.start(folder)
    s3 = started.client("s3")
    for bucket in (UPLOADS, ANSWERS):
        s3.create_bucket(Bucket=bucket)
    s3.put_bucket_versioning(Bucket=UPLOADS, VersioningConfiguration={"Status": "Enabled"})
    _create_table(started)
    yield started
    stop(folder)


def _create_table(started: Aws) -> None:
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
        found: list[dict[str, Any]] = clients.table().scan()["Items"]
        return found

    def upload(self, key: str, content: bytes, **metadata: str) -> dict[str, Any]:
        """Put an object; returns the S3 notification that the bucket would send."""
        answer = self.emulator.client("s3").put_object(Bucket=UPLOADS, Key=key, Body=content, Metadata=metadata)
        thing = {"key": key, "versionId": answer["VersionId"], "sequencer": "0"}
        return {"s3": {"bucket": {"name": UPLOADS}, "object": thing}}


def delivered(*notifications: dict[str, Any], receives: int = 1) -> dict[str, Any]:
    """An SQS event with one message a notification."""
    return {
        "Records": [
            {
                "messageId": f"message-{number}",
                "receiptHandle": "handle",
                "body": json.dumps({"Records": [notification]}),
                "attributes": {"ApproximateReceiveCount": str(receives)},
                "eventSource": "aws:sqs",
                "eventSourceARN": "arn:aws:sqs:us-east-1:000000000000:nowhere",
            }
            for number, notification in enumerate(notifications)
        ]
    }


@pytest.fixture
def world(emulator: Aws, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    """An empty table, and settings that point at the local AWS; vendors are called `first` and `second`."""
    environment = emulator.environment | {
        "TABLE": TABLE,
        "UPLOADS_BUCKET": UPLOADS,
        "ANSWERS_BUCKET": ANSWERS,
        "ENGINE_FUNCTION": "none",
        "SECRETS_PREFIX": PREFIX,
        "VENDORS": "first,second",
    }
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    forget_settings()
    renew_clients(emulator.endpoint)
    empty_table()
    # A kept answer would be found where a test lets its reader die.
    for kept in clients.s3().list_objects_v2(Bucket=ANSWERS).get("Contents", []):
        clients.s3().delete_object(Bucket=ANSWERS, Key=kept["Key"])
    yield World(emulator)
    forget_settings()


def empty_table() -> None:
    """Delete every item."""
    with clients.table().batch_writer() as table:
        for page in clients.table().meta.client.get_paginator("scan").paginate(TableName=TABLE):
            for item in page["Items"]:
                table.delete_item(Key={"id": item["id"]})


def forget_settings() -> None:
    """Make the next use read the environment again, as a new Lambda container would."""
    for function in (settings, routing._guarded, routing._circuits):
        function.cache_clear()
    base._LOCAL_FAILURES.clear()


def renew_clients(endpoint: str) -> None:
    """Drop clients that were made for another AWS; those for this one are kept, since making them takes long."""
    for client in (clients.table, clients.dynamodb, clients.s3, clients.queues, clients.events):
        made = client()
        if getattr(made.meta, "client", made).meta.endpoint_url != endpoint or getattr(made, "name", TABLE) != TABLE:
            client.cache_clear()


@pytest.fixture(scope="module")
def stand_in() -> Iterator[Host]:
    with host() as found:
        yield found


@pytest.fixture
def vendor(world: World, stand_in: Host, monkeypatch: pytest.MonkeyPatch) -> Host:
    """One host that is every vendor, with the vendors' secrets filled in."""
    secrets = world.emulator.client("secretsmanager")
    present = {secret["Name"] for secret in secrets.list_secrets()["SecretList"]}
    for name, secret in SECRETS.items():
        if f"{PREFIX}/{name}" not in present:
            secrets.create_secret(Name=f"{PREFIX}/{name}", SecretString=json.dumps(secret))
    monkeypatch.setenv("VENDORS", ",".join(SECRETS))
    monkeypatch.setenv("VENDOR_URLS", ",".join(f"{name}={stand_in.url}" for name in SECRETS))
    monkeypatch.setenv("CIRCUIT_FAILURES", "1000")
    forget_settings()
    parameters.clear_caches()
    return stand_in
