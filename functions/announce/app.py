"""Announce: every finished record leaves the table's stream for the event bus. The transactional outbox's second half.

An event names the record, its product and how it ended; whoever may know more asks for the record. What the bus does
not take goes to a queue of its own, which brings it again while the stream goes on: nobody waits for a poisoned one.
"""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from itertools import batched
from typing import Any

from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType, process_partial_response
from aws_lambda_powertools.utilities.batch.types import PartialItemFailureResponse
from aws_lambda_powertools.utilities.data_classes import DynamoDBStreamEvent
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
from aws_lambda_powertools.utilities.typing import LambdaContext
from botocore.exceptions import BotoCoreError, ClientError

from ocr.model.record import Announcement
from ocr.platform import aws
from ocr.platform.settings import settings
from ocr.platform.telemetry import logger, meter, unforeseen
from ocr.storage import records

SOURCE = "ocr"
DETAIL_TYPE = "Record finished"
# What EventBridge and SQS take in one request.
MOST = 10
processor = BatchProcessor(event_type=EventType.SQS, raise_on_entire_batch_failure=False)


class NotAnnounced(Exception):
    """Neither the bus nor the queue took an event; whoever brought it brings it again."""


@logger.inject_lambda_context
def handler(event: dict[str, Any], context: LambdaContext) -> PartialItemFailureResponse:
    """Announce one batch of the table's stream, or of what the bus did not take before."""
    if event["Records"][0]["eventSource"] == "aws:sqs":
        return process_partial_response(event=event, record_handler=catch_up, processor=processor, context=context)
    there = True
    for group in batched(outcomes(DynamoDBStreamEvent(event)), MOST, strict=False):
        # A bus that does not answer is not waited for by everybody in the batch.
        left = _announce(group) if there else group
        there = len(left) < len(group)
        if left:
            _put_by(left)
    return {"batchItemFailures": []}


def catch_up(record: SQSRecord) -> None:
    """Announce what the bus did not take before, unless a later outcome of the record has overtaken it."""
    waiting = Announcement.model_validate_json(record.body)
    item = records.stored(waiting.record_id)
    if item and "finished_at" in item and announcement(item).event_id != waiting.event_id:
        return
    if _announce([waiting]):
        raise NotAnnounced


def announcement(item: Mapping[str, Any]) -> Announcement:
    """What is told of a record's item."""
    event = f"{item['id']} {item['status']} {item['finished_at']}"
    return Announcement(
        event_id=hashlib.sha256(event.encode()).hexdigest()[:32],
        record_id=item["id"],
        product=item["product"],
        tenant=item.get("tenant"),
        label=item.get("label"),
        status=item["status"],
        finished_at=item["finished_at"],
        replayed=item["replayed"],
        problem=item.get("problem"),
        needs_review=item.get("needs_review", False),
        checks_failed=item.get("checks_failed", 0),
        lowest_confidence=item.get("lowest_confidence"),
        decision=item.get("decision"),
        corrected=item.get("corrected", 0),
    )


def outcomes(event: DynamoDBStreamEvent) -> Iterator[Announcement]:
    """What is to be told of a batch of the stream, in its order."""
    for record in event.records:
        image = record.dynamodb and record.dynamodb.new_image
        # An item that is expected, an entry of the ledger: no outcome.
        if image and "finished_at" in image:
            yield announcement(image)


def _announce(announcements: Sequence[Announcement]) -> list[Announcement]:
    """Put up to ten on the bus, in order; what it did not take."""
    try:
        answer = aws.events().put_events(Entries=[_entry(one) for one in announcements])
    except (ClientError, BotoCoreError) as error:
        unforeseen("The bus does not answer", error)
        return list(announcements)
    left = []
    for one, entry in zip(announcements, answer["Entries"], strict=True):
        if "EventId" in entry:
            meter({"status": one.status}, {"product": one.product}, RecordsAnnounced=(MetricUnit.Count, 1))
        else:
            logger.warning("The bus did not take an event", record_id=one.record_id, error=entry.get("ErrorCode"))
            left.append(one)
    return left


def _entry(event: Announcement) -> Any:
    return {
        "EventBusName": settings().bus,
        "Source": SOURCE,
        "DetailType": DETAIL_TYPE,
        "Detail": event.model_dump_json(),
    }


def _put_by(announcements: Sequence[Announcement]) -> None:
    """Hand announcements over to the queue that brings them again; raises `NotAnnounced` where it does not take all."""
    entries: list[Any] = [
        {"Id": str(place), "MessageBody": one.model_dump_json()} for place, one in enumerate(announcements)
    ]
    try:
        answer = aws.queues().send_message_batch(QueueUrl=settings().announcements, Entries=entries)
    except (ClientError, BotoCoreError) as error:
        unforeseen("Announcements could not be put by", error)
        raise NotAnnounced from None
    if answer.get("Failed"):
        raise NotAnnounced
