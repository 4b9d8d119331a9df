"""Announce: every finished record leaves the table's stream for the event bus. The transactional outbox's second half.

An event names the record, its product and how it ended; whoever may know more asks for the record.
"""

from typing import Any

from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType, process_partial_response
from aws_lambda_powertools.utilities.batch.types import PartialItemFailureResponse
from aws_lambda_powertools.utilities.data_classes.dynamo_db_stream_event import DynamoDBRecord
from aws_lambda_powertools.utilities.typing import LambdaContext

from ocr import aws
from ocr.observe import logger, meter, traced
from ocr.record import Announcement
from ocr.settings import settings

SOURCE = "ocr"
DETAIL_TYPE = "Record finished"
processor = BatchProcessor(event_type=EventType.DynamoDBStreams)


class NotAnnounced(Exception):
    """The bus did not take an event; the stream brings it again."""


@traced
@logger.inject_lambda_context
def handler(event: dict[str, Any], context: LambdaContext) -> PartialItemFailureResponse:
    """Announce one batch of the table's stream; what fails is reported and comes again."""
    return process_partial_response(event=event, record_handler=announce, processor=processor, context=context)


def announce(record: DynamoDBRecord) -> None:
    """Put one finished record on the bus."""
    item = record.dynamodb.new_image if record.dynamodb else None
    if not item or "status" not in item:
        return
    told = announcement(item)
    answer = aws.events().put_events(
        Entries=[
            {
                "EventBusName": settings().bus,
                "Source": SOURCE,
                "DetailType": DETAIL_TYPE,
                "Detail": told.model_dump_json(),
            }
        ]
    )
    if answer["FailedEntryCount"]:
        raise NotAnnounced(answer["Entries"][0].get("ErrorCode", ""))
    meter({"product": told.product, "status": told.status}, RecordsAnnounced=(MetricUnit.Count, 1))


def announcement(item: dict[str, Any]) -> Announcement:
    """What is told of an item of the table: a record, or the pointer of a further upload to one."""
    return Announcement(
        record_id=item.get("record_id", item["id"]),
        product=item.get("source_of") or item["product"],
        status=item["status"],
        replayed="source_of" in item,
    )
