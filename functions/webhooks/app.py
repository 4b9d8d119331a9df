"""Webhooks: every outcome is posted to the endpoints that asked for it, signed as Standard Webhooks says.

The table's stream brings outcomes in their order. For each endpoint that wants one, a delivery goes to a queue that
keeps the order of each record. One that fails comes again, later each time, for a day; what the same record is told of
after it waits behind it. Then it is a dead letter.
"""

import json
import random
import time
from collections.abc import Iterator, Sequence
from typing import Any

from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.data_classes import DynamoDBStreamEvent
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSEvent, SQSRecord
from aws_lambda_powertools.utilities.typing import LambdaContext
from pydantic import BaseModel

from announce.app import outcomes
from ocr.model.record import Announcement
from ocr.platform import aws, threads
from ocr.platform.settings import settings
from ocr.platform.telemetry import logger, meter, unforeseen
from webhooks import commands, endpoints
from webhooks.sending import SECONDS, Attempt, send

KIND = "record.finished"
# What SQS takes in one request.
MOST = 10
# After each failure the next try is this many times later, in seconds; the last ones are hours apart.
FIRST_PAUSE, GROWTH, LONGEST_PAUSE = 5.0, 4.0, 3 * 3600.0
LONGEST_WAIT = 24 * 3600.0


class NotQueued(Exception):
    """The queue did not take all deliveries; whoever brought the outcomes brings them again."""


class Delivery(BaseModel):
    """One outcome on its way to one endpoint."""

    endpoint: str
    event: Announcement

    @property
    def group(self) -> str:
        """What is kept in order."""
        return f"{self.endpoint}.{self.event.record_id}"


@logger.inject_lambda_context
def handler(event: dict[str, Any], context: LambdaContext) -> Any:
    """Queue the deliveries of a batch of the table's stream, make those of a batch of the queue, or do as asked."""
    if "command" in event:
        return commands.run(event)
    if event["Records"][0]["eventSource"] == "aws:sqs":
        until = time.monotonic() + context.get_remaining_time_in_millis() / 1000
        return deliver(list(SQSEvent(event).records), until)
    queue(list(outcomes(DynamoDBStreamEvent(event))))
    return {"batchItemFailures": []}


def queue(events: Sequence[Announcement]) -> None:
    """Queue a delivery of each event to each endpoint that wants it, in order; raises `NotQueued`."""
    found = endpoints.stored().values()
    deliveries = [Delivery(endpoint=one.id, event=event) for event in events for one in found if one.wants(event)]
    for batch in _batches(deliveries):
        answer = aws.queues().send_message_batch(
            QueueUrl=settings().deliveries,
            Entries=[
                {
                    "Id": str(place),
                    "MessageBody": one.model_dump_json(),
                    "MessageGroupId": one.group,
                    "MessageDeduplicationId": f"{one.endpoint}.{one.event.event_id}",
                }
                for place, one in enumerate(batch)
            ],
        )
        if answer.get("Failed"):
            raise NotQueued


def _batches(deliveries: Sequence[Delivery]) -> Iterator[list[Delivery]]:
    """As many as SQS takes at once, none of the same group: of a batch that is taken in part, none is overtaken."""
    batch: list[Delivery] = []
    for one in deliveries:
        if len(batch) == MOST or one.group in {other.group for other in batch}:
            yield batch
            batch = []
        batch.append(one)
    if batch:
        yield batch


def deliver(messages: Sequence[SQSRecord], until: float) -> dict[str, Any]:
    """The partial batch response: the messages that come again. Each group goes in its order, side by side."""
    groups: dict[str, list[SQSRecord]] = {}
    for message in messages:
        groups.setdefault(str(message.attributes.message_group_id), []).append(message)
    again = threads.each(lambda group: _deliver_in_order(group, until), list(groups.values()))
    return {"batchItemFailures": [{"itemIdentifier": one.message_id} for group in again for one in group]}


def _deliver_in_order(messages: Sequence[SQSRecord], until: float) -> Sequence[SQSRecord]:
    """Those that come again: the first that fails, and all behind it."""
    for place, message in enumerate(messages):
        try:
            pause = _deliver(message, until)
        except Exception as error:
            unforeseen("A webhook failed", error)
            pause = _pause(message)
        if pause is not None:
            # A group is locked as long as one of it is hidden.
            for one in messages[place:]:
                _hide(one, pause)
            return messages[place:]
    return []


def _deliver(message: SQSRecord, until: float) -> float | None:
    """Seconds until a message has to come again; None where it need not."""
    content = json.loads(message.body)
    if "endpoint" not in content:  # an outcome that was a dead letter
        queue([Announcement.model_validate(content)])
        return None
    delivery = Delivery.model_validate(content)
    # Another process may know of an endpoint that was added since this one looked.
    endpoint = endpoints.stored().get(delivery.endpoint) or endpoints.stored(now=True).get(delivery.endpoint)
    if not endpoint:
        return None
    if until - time.monotonic() < SECONDS:
        return 0
    event = delivery.event
    data = event.model_dump(mode="json")
    attempt = send(endpoint, event.event_id, KIND, data["finished_at"], data, until)
    if attempt.accepted:
        _count("delivered", delivery, attempt)
        return None
    if attempt.gone or _age(message) > LONGEST_WAIT:
        aws.queues().send_message(QueueUrl=settings().dead_letters, MessageBody=message.body)
        _count("given_up", delivery, attempt)
        return None
    _count("failed", delivery, attempt)
    return max(_pause(message), attempt.retry_after)


def _count(outcome: str, delivery: Delivery, attempt: Attempt) -> None:
    known = {"endpoint": delivery.endpoint, "record_id": delivery.event.record_id}
    meter({"outcome": outcome}, known, WebhookDeliveries=(MetricUnit.Count, 1))
    if outcome != "delivered":
        logger.warning(
            "An endpoint did not take an event", extra=known | {"status": attempt.status, "error": attempt.detail}
        )


def _pause(message: SQSRecord) -> float:
    failures = max(0, int(message.attributes.approximate_receive_count or 1) - 1)
    # The exponent is bounded: Lambda's throttles count as deliveries, too.
    return min(LONGEST_PAUSE, FIRST_PAUSE * GROWTH ** min(failures, 10)) * random.uniform(0.75, 1.25)


def _age(message: SQSRecord) -> float:
    return time.time() - int(message.attributes.sent_timestamp or 0) / 1000


def _hide(message: SQSRecord, seconds: float) -> None:
    aws.queues().change_message_visibility(
        QueueUrl=settings().deliveries, ReceiptHandle=message.receipt_handle, VisibilityTimeout=round(seconds)
    )
