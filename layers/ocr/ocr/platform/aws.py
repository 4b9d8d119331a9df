"""AWS clients, made once a process.

They are botocore's own, not boto3's, and are made from `descriptions/`: botocore's descriptions of the services, less
the operations that nobody here calls. What boto3 adds, and the whole of the descriptions, would cost a cold start more
than its own code does (docs/performance.md). An operation that functions begin to call is added in
`local/generate/descriptions.py`.
"""

import os
import random
import time
from collections.abc import Callable
from functools import cache, partial
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any, Literal, cast

import botocore.session
from botocore.config import Config
from botocore.exceptions import ClientError
from botocore.handlers import add_expect_header
from botocore.loaders import Loader

from ocr.platform import attribute_values, threads
from ocr.platform.settings import settings

# botocore's own timeouts are a minute: the caller would be gone. Parameters are checked by mypy and the tests, not once
# more at each call; nor is it worth a third of a call to write down anew what runs it.
SOON = Config(
    connect_timeout=2,
    read_timeout=5,
    parameter_validation=False,
    max_pool_connections=threads.MOST,
    user_agent=f"ocr-gateway Botocore/{botocore.__version__}",
)
# How often a write that conflicts with a transaction is retried, and within how many seconds the first time.
MOST_CONFLICTS, CONFLICT_SECONDS = 5, 0.05
LINK_SECONDS = 300
CONFLICTS = {"TransactionConflictException", "TransactionConflict"}

DESCRIPTIONS = Path(__file__).with_name("descriptions")

if TYPE_CHECKING:
    from mypy_boto3_cloudformation import CloudFormationClient
    from mypy_boto3_cloudwatch import CloudWatchClient
    from mypy_boto3_dynamodb.client import DynamoDBClient
    from mypy_boto3_dynamodb.service_resource import Table
    from mypy_boto3_events import EventBridgeClient
    from mypy_boto3_lambda import LambdaClient
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_s3.type_defs import GetObjectOutputTypeDef
    from mypy_boto3_secretsmanager import SecretsManagerClient
    from mypy_boto3_sqs import SQSClient


class _Descriptions(Loader):
    """What is in `DESCRIPTIONS`, and the rest as the runtime's botocore has it."""

    def __init__(self) -> None:
        super().__init__(extra_search_paths=[str(DESCRIPTIONS)])

    def list_available_services(self, type_name: str) -> list[str]:
        """The services that clients are made of; botocore looks through all that it knows, some four hundred."""
        return [place.name for place in DESCRIPTIONS.iterdir() if place.is_dir()]


@cache
def _session() -> botocore.session.Session:
    session = botocore.session.get_session()
    session.register_component("data_loader", _Descriptions())
    return session


# A session makes its clients one after another.
_making = Lock()


def _client(service: str, config: Config) -> Any:
    with _making:
        return _session().create_client(service, config=config)


@cache
def dynamodb() -> "DynamoDBClient":
    """DynamoDB, in Python's types."""
    client: DynamoDBClient = _client("dynamodb", SOON)
    attribute_values.translate(client)
    client.meta.events.register("needs-retry.dynamodb", _after_conflict)  # type: ignore[arg-type]  # its stubs know no answers
    return client


class _Table:
    """DynamoDB's operations on the table of records, circuits and shared tokens."""

    def __getattr__(self, operation: str) -> Any:
        return partial(getattr(dynamodb(), operation), TableName=settings().table)


def table() -> "Table":
    """The table of records, circuits and shared tokens: `get_item`, `put_item`, `update_item`, `delete_item`."""
    return cast("Table", _TABLE)


_TABLE = _Table()


def _after_conflict(attempts: int, response: tuple[Any, dict[str, Any]] | None, **_: Any) -> float | None:
    """Seconds until a write that conflicted with a transaction is retried; botocore does not retry these itself."""
    answer = response[1] if response else {}
    codes = {answer.get("Error", {}).get("Code"), *(one.get("Code") for one in answer.get("CancellationReasons", []))}
    if not codes & CONFLICTS or "ConditionalCheckFailed" in codes or attempts > MOST_CONFLICTS:
        return None
    return random.uniform(0, CONFLICT_SECONDS * 2 ** (attempts - 1))


@cache
def s3() -> "S3Client":
    """The client of the buckets."""
    # Presigned forms go to the bucket's own region: S3's old global address does not serve the newer ones. An AWS at an
    # endpoint of its own has no hosts named after buckets.
    addressing: Literal["path", "virtual"] = "path" if os.environ.get("AWS_ENDPOINT_URL") else "virtual"
    style = Config(signature_version="s3v4", s3={"addressing_style": addressing}, read_timeout=10)
    client: S3Client = _client("s3", SOON.merge(style))
    # What is put is small: to ask first whether S3 would take it costs a round trip of its own.
    client.meta.events.unregister("before-call.s3", add_expect_header)
    return client


@cache
def events() -> "EventBridgeClient":
    """The client of the event bus."""
    client: EventBridgeClient = _client("events", SOON)
    return client


class Secrets:
    """Secrets Manager, behind what it said lately."""

    def __init__(self) -> None:
        self._client: SecretsManagerClient = _client("secretsmanager", SOON)
        self._kept: dict[str, tuple[float, str]] = {}

    def text(self, name: str, seconds: float) -> str:
        """A secret's text, as Secrets Manager had it at most so many seconds ago."""
        at, text = self._kept.get(name, (0.0, ""))
        now = time.time()
        if at + seconds <= now:
            text = self._client.get_secret_value(SecretId=name).get("SecretString", "")
            self._kept[name] = now, text
        return text

    def put(self, name: str, text: str) -> None:
        """Have a secret be this text from now on."""
        self._client.put_secret_value(SecretId=name, SecretString=text)
        self._kept[name] = time.time(), text


@cache
def secrets() -> Secrets:
    return Secrets()


@cache
def functions(seconds: int) -> "LambdaClient":
    """A Lambda client with this read timeout. It tries once: the queue and the caller are the only retry loop."""
    once = Config(retries={"total_max_attempts": 1}, read_timeout=seconds, max_pool_connections=threads.MOST)
    client: LambdaClient = _client("lambda", once)
    return client


@cache
def queues() -> "SQSClient":
    """The client of the queues."""
    client: SQSClient = _client("sqs", SOON)
    return client


@cache
def stacks() -> "CloudFormationClient":
    """The client of CloudFormation."""
    client: CloudFormationClient = _client("cloudformation", SOON)
    return client


@cache
def metrics() -> "CloudWatchClient":
    """The client of metrics and alarms."""
    client: CloudWatchClient = _client("cloudwatch", SOON)
    return client


def written[**Given, Answer](
    write: Callable[Given, Answer], *given: Given.args, **named: Given.kwargs
) -> Answer | None:
    """The response to a conditional write; None if its condition does not hold."""
    try:
        return write(*given, **named)
    except ClientError as error:
        if error.response["Error"]["Code"] != "ConditionalCheckFailedException":
            raise
        return None


def link(bucket: str, key: str, version: str | None = None) -> str:
    """A link to an object, good for five minutes, which needs no network to be made. It is a key: keep it nowhere."""
    where = {"Bucket": bucket, "Key": key} | ({"VersionId": version} if version else {})
    return s3().generate_presigned_url("get_object", Params=where, ExpiresIn=LINK_SECONDS)


def kept(key: str) -> "GetObjectOutputTypeDef | None":
    """An object of the bucket of answers; None if there is none, or it has expired."""
    try:
        return s3().get_object(Bucket=settings().answers_bucket, Key=key)
    except ClientError as error:
        # Without permission to list the bucket, S3 answers 403 for what is not there.
        if error.response["Error"]["Code"] not in {"NoSuchKey", "AccessDenied"}:
            raise
        return None
