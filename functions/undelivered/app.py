"""Undelivered: uploads that reach no product. Each gets its failed record, of which the stream tells like of any other.

SQS gave some up: no function saw them, since Lambda was throttled, or each one died of them. Their messages go on to
the dead-letter queue, from where `make redrive` brings them back. Others lie beside every product's prefix.
"""

from typing import Any

from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType, process_partial_response
from aws_lambda_powertools.utilities.batch.types import PartialItemFailureResponse
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
from aws_lambda_powertools.utilities.typing import LambdaContext

from ocr.entry import dead_letters, unknown_product
from ocr.platform.telemetry import logger, unforeseen

processor = BatchProcessor(event_type=EventType.SQS, raise_on_entire_batch_failure=False)


@logger.inject_lambda_context
def handler(event: dict[str, Any], context: LambdaContext) -> PartialItemFailureResponse:
    """Write the records of one batch of messages; what the table or the queue does not take comes again."""
    return process_partial_response(event=event, record_handler=ended, processor=processor, context=context)


def ended(record: SQSRecord) -> None:
    """Write the record of one message."""
    try:
        if unknown_product.is_from_eventbridge(record):
            unknown_product.refuse(record)
        else:
            dead_letters.give_up(record)
    except Exception as error:
        unforeseen("A message could not be given up", error)
        raise
