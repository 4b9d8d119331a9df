"""`make redrive`: what ended in the dead-letter queue, and what no answer was understood of, is read again.

Uploads go back to the queue of their product, announcements to theirs. An upload's letter names its record: what was
erased meanwhile goes nowhere. Where a batch of the table's stream was given up, what it told of is looked up in the
stream, which keeps it for a day. Of a vendor's answer that was not understood, the record is made anew if it is by now,
at no charge; else its upload is sent to the vendor once more, which may cost.
"""

import json
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from typing import Any
from urllib.parse import quote_plus
from uuid import uuid4

import boto3
from boto3.dynamodb.types import TypeDeserializer
from botocore.exceptions import ClientError
from rich.console import Console

from announce.app import announcement
from local.arguments import Arguments
from local.cloud.stack import logical, parts_of, point_at, settings_of
from ocr.declare.catalogue import products
from ocr.model.problem import PROBLEM_BASE
from ocr.model.record import Announcement, Record, Source, Status
from ocr.pipeline.renormalization import renormalize
from ocr.platform.errors import OcrError, UnexpectedResponse
from ocr.platform.settings import settings
from ocr.storage import ledger, records

BATCH = 10
# A page may be empty though there is more behind it; a batch has a hundred records at most.
MOST_PAGES = 100
ANNOUNCEMENTS, DELIVERIES, WEBHOOKS = "Announcements", "Deliveries", "PostWebhooks"


def main() -> None:
    """Move every message; what this stack has no queue for is left where it is."""
    parser = Arguments("make redrive")
    parser.add_argument("--stack", help="the name of a stack on AWS; without it, that of make up, if that runs")
    parts = parts_of(boto3.client, point_at(parser.parse_args().stack))
    moved, left = move(boto3.client, parts)
    sqs = boto3.client("sqs")
    os.environ.update(settings_of(boto3.client, parts["RecordsApi"]))
    again, made = changed(
        lambda slug, body: sqs.send_message(QueueUrl=parts[f"{logical(slug)}Queue"], MessageBody=body)
    )
    Console().print(f"{moved} put back, {left} left in the dead-letter queue")
    Console().print(f"of answers that were not understood: {made} are by now, {again} uploads are read again")


def changed(send: Callable[[str, str], object]) -> tuple[int, int]:
    """How many uploads are read again whose answers were not understood, and how many records were made of those.

    `send` is given a product's slug and the message for its queue. A picture that came by HTTPS is not kept: it may be
    sent, and paid for, once more.
    """
    again = made = 0
    for slug in products():
        for record in _not_understood(slug):
            with suppress(OcrError):
                anew = renormalize(record.id)
                if anew and anew.status != Status.FAILED:
                    made += 1
                    continue
            ledger.forgive(str((records.stored(record.id) or {})["content"]))
            if source := record.source:
                send(slug, notification(source))
                again += 1
    return again, made


def notification(source: Source) -> str:
    """What S3 tells a product's queue of an upload."""
    thing = {"key": quote_plus(source.key), "versionId": source.version}
    entry = {"bucket": {"name": source.bucket}, "object": {name: one for name, one in thing.items() if one}}
    return json.dumps({"Records": [{"s3": entry}]})


def _not_understood(slug: str) -> Iterator[Record]:
    query = {
        "TableName": settings().table,
        "IndexName": "by_product",
        "KeyConditionExpression": "product = :slug",
        "FilterExpression": "#status = :failed AND attribute_exists(content)",
        "ExpressionAttributeNames": {"#status": "status"},
        "ExpressionAttributeValues": {":slug": slug, ":failed": Status.FAILED},
    }
    for page in list(records.queried(query)):
        for item in page["Items"]:
            record = records.find(item["id"])
            if record and record.problem and record.problem.type == PROBLEM_BASE + UnexpectedResponse.default_kind:
                yield record


def move(client: Any, parts: Mapping[str, str]) -> tuple[int, int]:
    """How many messages went back and how many stayed; `client` makes clients, `parts` maps logical to physical ids."""
    sqs, dead = client("sqs"), parts["DeadLetters"]
    moved, left = 0, set[str]()
    while messages := _received(sqs, dead):
        if left.issuperset(message["MessageId"] for message in messages):
            break
        for message in messages:
            back = _destinations_of(client, parts, message["Body"])
            # First there, then away: a message may be read twice, which costs nothing, but none is lost.
            for queue, content in back or ():
                sqs.send_message(QueueUrl=queue, MessageBody=content, **_ordered(queue, content))
            if back is not None:
                sqs.delete_message(QueueUrl=dead, ReceiptHandle=message["ReceiptHandle"])
                moved += 1
            else:
                left.add(message["MessageId"])
    return moved, len(left)


def _ordered(queue: str, body: str) -> dict[str, str]:
    """What a queue that keeps an order is told besides; nothing for the others."""
    if not queue.endswith(".fifo"):
        return {}
    content = json.loads(body)
    record = content.get("event", content)["record_id"]
    group = f"{content['endpoint']}.{record}" if "endpoint" in content else record
    return {"MessageGroupId": group, "MessageDeduplicationId": uuid4().hex}


def _received(sqs: Any, queue: str) -> list[dict[str, Any]]:
    answer = sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=BATCH, WaitTimeSeconds=1)
    found: list[dict[str, Any]] = answer.get("Messages", [])
    return found


def _destinations_of(client: Any, parts: Mapping[str, str], body: str) -> list[tuple[str, str]] | None:
    """The queues that a dead message goes back to, and what each is sent; none for a record that was erased.

    None for what is none of ours, or is not to be found any more.
    """
    try:
        return _destinations(client, parts, body)
    except ClientError:
        return None


def _destinations(client: Any, parts: Mapping[str, str], body: str) -> list[tuple[str, str]] | None:
    match _parsed(body):
        case {"record_id": str(id), "product": str(slug), **rest} if not rest:
            queue, source = parts.get(f"{logical(slug)}Queue"), records.source(_item(client, parts, id))
            if queue is None:
                return None
            return [(queue, notification(source))] if source else []
        case {"event_id": _, "record_id": _}:
            return [(parts[ANNOUNCEMENTS], body)]
        case {"endpoint": _, "event": _} if DELIVERIES in parts:
            return [(parts[DELIVERIES], body)]
        case {"DDBStreamBatchInfo": dict(batch)} as dead:
            failed = dead.get("requestContext", {}).get("functionArn", "")
            queue = DELIVERIES if f":{parts.get(WEBHOOKS)}" in failed else ANNOUNCEMENTS
            events = _announcements(client("dynamodbstreams"), batch)
            return [(parts[queue], event.model_dump_json()) for event in events] or None
    return None


def _item(client: Any, parts: Mapping[str, str], id: str) -> dict[str, Any]:
    found = client("dynamodb").get_item(TableName=parts["Records"], Key={"id": {"S": id}}).get("Item", {})
    return {name: TypeDeserializer().deserialize(value) for name, value in found.items()}


def _parsed(body: str) -> Any:
    try:
        return json.loads(body)
    except ValueError:
        return None


def _announcements(streams: Any, batch: Mapping[str, Any]) -> Iterator[Announcement]:
    """What is to be told of a batch of the stream, as far as the stream still has it."""
    iterator = streams.get_shard_iterator(
        StreamArn=batch["streamArn"],
        ShardId=batch["shardId"],
        ShardIteratorType="AT_SEQUENCE_NUMBER",
        SequenceNumber=batch["startSequenceNumber"],
    )["ShardIterator"]
    last = int(batch["endSequenceNumber"])
    for _ in range(MOST_PAGES):
        if not iterator:
            return
        answer = streams.get_records(ShardIterator=iterator)
        for record in answer["Records"]:
            if int(record["dynamodb"]["SequenceNumber"]) > last:
                return
            image = record["dynamodb"].get("NewImage", {})
            if "finished_at" in image:
                yield announcement({name: TypeDeserializer().deserialize(value) for name, value in image.items()})
        iterator = answer.get("NextShardIterator")


if __name__ == "__main__":
    main()
