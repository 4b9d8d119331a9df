"""The bucket itself as trigger, without a queue in between: `sam local generate-event s3 put` makes such an event.

It is taken as one delivery of a queue. Where that would have to come again, the invocation fails: Lambda repeats an
event that S3 sent, and then hands it to the function's own dead-letter queue or destination.
"""

import json
from collections.abc import Mapping
from typing import Any

from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord

from ocr.declare.product import Product
from ocr.entry import sqs


class NotReadError(RuntimeError):
    """An upload has no record yet; the log says why."""


def is_s3_event(event: Mapping[str, Any]) -> bool:
    """Whether it is S3's own event."""
    return any(record.get("eventSource") == "aws:s3" for record in event.get("Records") or [])


def answer(product: Product, event: Mapping[str, Any], request_id: str, end: float) -> dict[str, Any]:
    """An empty partial batch response, before `end` on the monotonic clock; raises `NotReadError`."""
    attributes = {"ApproximateReceiveCount": "1"}
    message = {"messageId": request_id, "body": json.dumps(event), "attributes": attributes, "eventSourceARN": ""}
    response = sqs.answer(product, [SQSRecord(message)], end)
    if response["batchItemFailures"]:
        raise NotReadError("An upload of this event could not be read, see the log. Invoke the function again with it.")
    return response
