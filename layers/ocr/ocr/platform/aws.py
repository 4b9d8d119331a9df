"""AWS clients, made at first use and kept as long as the process."""

import os
import random
from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING, Any, Literal

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

from ocr.platform.settings import settings

# botocore's own timeouts are a minute: the caller would be gone. Parameters are checked by mypy and the tests, not once
# more at each call.
SOON = Config(connect_timeout=2, read_timeout=5, parameter_validation=False)
# How often a write that conflicts with a transaction is retried, and within how many seconds the first time.
MOST_CONFLICTS, CONFLICT_SECONDS = 5, 0.05
LINK_SECONDS = 300
CONFLICTS = {"TransactionConflictException", "TransactionConflict"}

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.parameters import SecretsProvider
    from mypy_boto3_cloudformation import CloudFormationClient
    from mypy_boto3_cloudwatch import CloudWatchClient
    from mypy_boto3_dynamodb.service_resource import Table
    from mypy_boto3_events import EventBridgeClient
    from mypy_boto3_lambda import LambdaClient
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_s3.type_defs import GetObjectOutputTypeDef
    from mypy_boto3_sqs import SQSClient


@cache
def table() -> "Table":
    """The table of records, circuits and shared tokens."""
    found = boto3.resource("dynamodb", config=SOON).Table(settings().table)
    hooks = found.meta.client.meta.events
    hooks.register("needs-retry.dynamodb", _after_conflict)  # type: ignore[arg-type]  # its stubs know no answers
    return found


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
    return boto3.client("s3", config=SOON.merge(style))


@cache
def events() -> "EventBridgeClient":
    """The client of the event bus."""
    return boto3.client("events", config=SOON)


@cache
def secrets() -> "SecretsProvider":
    """Secrets Manager behind a cache. It shares the other clients' session: a new one loads botocore's data again."""
    from aws_lambda_powertools.utilities.parameters import SecretsProvider  # costs 20 ms: not where nobody is called

    return SecretsProvider(boto3_client=boto3.client("secretsmanager", config=SOON))


@cache
def functions(seconds: int) -> "LambdaClient":
    """A Lambda client with this read timeout. It tries once: the queue and the caller are the only retry loop."""
    return boto3.client("lambda", config=Config(retries={"total_max_attempts": 1}, read_timeout=seconds))


@cache
def queues() -> "SQSClient":
    """The client of the queues."""
    return boto3.client("sqs", config=SOON)


@cache
def stacks() -> "CloudFormationClient":
    return boto3.client("cloudformation", config=SOON)


@cache
def metrics() -> "CloudWatchClient":
    return boto3.client("cloudwatch", config=SOON)


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
