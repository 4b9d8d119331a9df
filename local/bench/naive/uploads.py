"""What one would write first for uploads: one after another, ask the vendor, put the answer into a table."""

import base64
import json
import os
import uuid
from typing import Any
from urllib.parse import unquote_plus

import boto3
import requests

s3 = boto3.client("s3")
table = boto3.resource("dynamodb").Table(os.environ["TABLE"])
secret = boto3.client("secretsmanager").get_secret_value(SecretId=os.environ["SECRETS_PREFIX"] + "/juhe")
key = json.loads(secret["SecretString"])["plate_key"]
JUHE = os.environ["VENDOR_URLS"].removeprefix("juhe=")


def handler(event: dict[str, Any], context: object) -> None:
    """Read the plates on the pictures of a batch of uploads."""
    for message in event["Records"]:
        for entry in json.loads(message["body"])["Records"]:
            read(entry["s3"]["bucket"]["name"], unquote_plus(entry["s3"]["object"]["key"]))


def read(bucket: str, name: str) -> None:
    """Read one picture; raises where anything fails, and the whole batch comes again."""
    picture = s3.get_object(Bucket=bucket, Key=name)["Body"].read()
    form = {"key": key, "file": base64.b64encode(picture).decode()}
    answer = requests.post(f"{JUHE}/verify_carlicense/query", data=form, timeout=20).json()
    table.put_item(Item={"id": uuid.uuid4().hex, "bytes": len(picture), "answer": json.dumps(answer)})
