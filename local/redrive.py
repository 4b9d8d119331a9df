"""`make redrive`: put what ended in the dead-letter queue back on the queue of its product, to be read again."""

import json
from typing import Any

import boto3
from rich.console import Console

from local.aws import Aws
from local.stack import NAME, logical
from local.up import FOLDER

BATCH = 10


def main() -> None:
    """Move every upload; anything else in the queue, an announcement that failed say, is left where it is."""
    running = Aws.running(FOLDER)
    client = running.client if running else boto3.client
    formation, sqs = client("cloudformation"), client("sqs")
    parts = {
        part["LogicalResourceId"]: part["PhysicalResourceId"]
        for page in formation.get_paginator("list_stack_resources").paginate(StackName=NAME)
        for part in page["StackResourceSummaries"]
    }
    moved, left = move(sqs, parts)
    Console().print(f"{moved} put back, {left} left in the dead-letter queue")


def move(sqs: Any, parts: dict[str, str]) -> tuple[int, int]:
    """How many messages went back to their queues and how many stayed; `parts` maps logical to physical ids."""
    dead = parts["DeadLetters"]
    moved = left = 0
    while messages := sqs.receive_message(QueueUrl=dead, MaxNumberOfMessages=BATCH).get("Messages", []):
        for message in messages:
            queue = parts.get(f"{logical(_product(message['Body']))}Queue")
            if queue is None:
                left += 1
                continue
            # First there, then away: a message may be read twice, which costs nothing, but none is lost.
            sqs.send_message(QueueUrl=queue, MessageBody=message["Body"])
            sqs.delete_message(QueueUrl=dead, ReceiptHandle=message["ReceiptHandle"])
            moved += 1
    return moved, left


def _product(body: str) -> str:
    """The product whose prefix the uploaded object lies under; empty for a message that tells of no upload."""
    try:
        key = json.loads(body)["Records"][0]["s3"]["object"]["key"]
        return str(key.split("/")[1])
    except (ValueError, KeyError, IndexError, TypeError):
        return ""


if __name__ == "__main__":
    main()
