"""The least that paying once and losing nothing takes: a claim, the vendor, the answer. The bench's other yardstick."""

import json
import os
import uuid
from typing import Any

import boto3
import requests

table = boto3.resource("dynamodb").Table(os.environ["TABLE"])
session = requests.Session()
JUHE = os.environ["VENDOR_URLS"].removeprefix("juhe=")


def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Read the plate on the picture in the request's body."""
    id = uuid.uuid4().hex
    table.put_item(Item={"id": id, "state": "sending"}, ConditionExpression="attribute_not_exists(id)")
    form = {"key": "key", "file": event["body"]}
    answer = session.post(f"{JUHE}/verify_carlicense/query", data=form, timeout=20).json()
    table.put_item(
        Item={"id": id, "state": "done", "answer": json.dumps(answer)},
        ConditionExpression="#state = :sending",
        ExpressionAttributeNames={"#state": "state"},
        ExpressionAttributeValues={":sending": "sending"},
    )
    return {"statusCode": 200, "body": json.dumps({"id": id, "answer": answer})}
