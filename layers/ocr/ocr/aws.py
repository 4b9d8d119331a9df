"""AWS clients, made at first use and kept for the life of the container."""

from functools import cache
from typing import TYPE_CHECKING

import boto3
from botocore.config import Config

from ocr.settings import settings

# An AWS that does not answer is not waited for until the caller has gone: botocore's own patience is a minute. What is
# sent is checked by mypy and by the tests, not once more at each call.
SOON = Config(connect_timeout=2, read_timeout=5, parameter_validation=False)

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodb.service_resource import Table
    from mypy_boto3_events import EventBridgeClient
    from mypy_boto3_lambda import LambdaClient
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_sqs import SQSClient


@cache
def table() -> "Table":
    """The table of records, circuits and shared tokens."""
    return boto3.resource("dynamodb", config=SOON).Table(settings().table)


@cache
def dynamodb() -> "DynamoDBClient":
    """The low-level client, for libraries that speak DynamoDB's own types."""
    return boto3.client("dynamodb", config=SOON)


@cache
def s3() -> "S3Client":
    # Presigned forms go to the bucket's own region: S3's old global address does not serve the newer ones.
    style = Config(signature_version="s3v4", s3={"addressing_style": "virtual"}, read_timeout=10)
    return boto3.client("s3", config=SOON.merge(style))


@cache
def events() -> "EventBridgeClient":
    return boto3.client("events", config=SOON)


@cache
def functions(seconds: int) -> "LambdaClient":
    """A Lambda client that waits so long for an answer. One try: the queue and the caller are the only retry loop."""
    return boto3.client("lambda", config=Config(retries={"total_max_attempts": 1}, read_timeout=seconds))


@cache
def queues() -> "SQSClient":
    return boto3.client("sqs", config=SOON)
