"""The queue trigger: a batch of S3 uploads, each ending in a record or coming again, none touching the others.

Whatever ends the process (time, memory, a crash in a decoder) ends the whole batch. A message that comes again, which
may be the one that did it, is processed alone; all others are hidden first, each for another while, so that they do not
meet it again. An upload over which the process died twice is not processed any more.
"""

import hashlib
import random
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
from botocore.exceptions import BotoCoreError, ClientError

from ocr.declare.options import checked
from ocr.declare.product import Product
from ocr.entry import requests
from ocr.model.picture import Upload
from ocr.model.record import Record
from ocr.pages.examine import examine
from ocr.pipeline import process
from ocr.pipeline.process import Job, Outcome, Retry
from ocr.platform import aws, threads
from ocr.platform.errors import CallerError, InFlight, OcrError, TooMuch
from ocr.platform.settings import settings
from ocr.platform.telemetry import logger, unforeseen
from ocr.storage import erasure, keyed, records, tries

FIRST_BACKOFF = 5
LONGEST_BACKOFF = 900
# How much longer than the invocation a message is hidden: by a random part of this, in seconds.
APART = 90
# What is left, after other messages took their time, to process one.
LEAST_SECONDS = 10.0
MOST_DEATHS = 2
# SQS hides a message for twelve hours at most, counted from when it was received.
LONGEST_HIDDEN = 42_000


@dataclass
class Delivery:
    """One queue message: the pictures it tells of, and whether it has to come again, in how many seconds."""

    message: SQSRecord
    works: list[Job] = field(default_factory=list)
    again: bool = False
    after: int | None = None

    @property
    def receives(self) -> int:
        """How often the queue has delivered it, this time included."""
        return int(self.message.attributes.approximate_receive_count or 1)

    @property
    def last(self) -> bool:
        """Whether its pictures will not be read again. The one delivery after that only looks after their records."""
        return self.receives >= settings().max_receives - 1

    @property
    def suspect(self) -> bool:
        """Whether it was delivered before: then it may be what ended the process."""
        return self.receives > 1 and not self.over

    @property
    def over(self) -> bool:
        """Whether this is that delivery, behind which the dead-letter queue waits."""
        return self.receives >= settings().max_receives


def answer(product: Product, messages: Sequence[SQSRecord], end: float) -> dict[str, Any]:
    """The partial batch response, before `end` on the monotonic clock: the messages that have to come again."""
    deliveries = [Delivery(message) for message in messages]
    suspects = [delivery for delivery in deliveries if delivery.suspect]
    if len(deliveries) > 1:
        threads.each(lambda delivery: _hide(delivery, end - time.monotonic() + random.uniform(1, APART)), suspects)
    _process(product, [delivery for delivery in deliveries if not delivery.suspect], end)
    for number, delivery in enumerate(suspects):
        # The first is processed however little time there is: none may be put off for ever.
        if number and end - time.monotonic() < LEAST_SECONDS and not delivery.last:
            delivery.again = True
        else:
            _process_alone(product, delivery, end)
    late = [delivery for delivery in deliveries if delivery.again]
    for delivery in late:
        _back_off(delivery)
    return {"batchItemFailures": [{"itemIdentifier": delivery.message.message_id} for delivery in late]}


def _process(product: Product, deliveries: Sequence[Delivery], end: float) -> None:
    threads.each(lambda delivery: _load(product, delivery), deliveries)
    _read(product, deliveries, end)


def _read(product: Product, deliveries: Sequence[Delivery], end: float) -> None:
    try:
        outcomes = iter(process.read(product, [work for one in deliveries for work in one.works], end))
        for delivery in deliveries:
            _note(delivery, [next(outcomes) for _ in delivery.works])
    except Exception as error:
        unforeseen("A batch failed", error)
        for delivery in deliveries:
            delivery.again = delivery.again or bool(delivery.works)


def _process_alone(product: Product, delivery: Delivery, end: float) -> None:
    """Process a message that may have ended a process before; its uploads are refused when it did so twice.

    Counted is what happens while they are decoded: a process that ends while it waits for a vendor ends for other
    reasons.
    """
    try:
        tickets = [records.record_ref(upload) for upload in requests.uploads(delivery.message)]
        deaths = [tries.begin(ticket.id) for ticket in tickets]
        if any(count >= MOST_DEATHS for count in deaths):
            for ticket in tickets:
                error = TooMuch("This system ended each time that it processed this picture.")
                _log(process.refuse(product, ticket, error))
        else:
            _load(product, delivery)
        for ticket in tickets:
            tries.end(ticket.id)
        _read(product, [delivery], end)
    except Exception as error:
        unforeseen("A message failed", error)
        delivery.again = True


def _load(product: Product, delivery: Delivery) -> None:
    try:
        uploads = requests.uploads(delivery.message)
    except Exception as error:
        unforeseen("A message failed", error)
        delivery.again = True
        return
    for upload in uploads:
        if delivery.over:
            _bury(product, delivery, upload)
        else:
            _load_one(product, delivery, upload)


def _bury(product: Product, delivery: Delivery, upload: Upload) -> None:
    """See to it that an upload has a record before its message dies."""
    delivery.again = True
    try:
        process.write_failed_record(product, upload)
    except Exception as error:
        unforeseen("A dying message left no record", error)


def _load_one(product: Product, delivery: Delivery, upload: Upload) -> None:
    try:
        ticket = records.record_ref(upload)
        picture = None
        try:
            if ticket.spent:
                erasure.erase_upload(upload)
                raise _SPENT
            told = requests.fetch(upload)
            picture = keyed.picture(hashlib.sha256(told.content).hexdigest())
            document = examine(told.content, upload)
            delivery.works.append(Job(document, checked(product.sold_by, told.options), ticket, delivery.last))
        except OcrError as error:
            _log(process.refuse(product, ticket, error, picture=picture))
    except Exception as error:
        unforeseen("An upload could not be loaded", error)
        delivery.again = True
        # A role that may not list the bucket is told 403 for a deleted object: that, too, has to end in a record.
        if delivery.last:
            _bury(product, delivery, upload)


_SPENT = CallerError(
    "This form was good for one picture, and its record has one or was deleted.",
    "POST /uploads/{product} gives a form for each picture.",
    kind="conflict",
)


def _note(delivery: Delivery, outcomes: Sequence[Outcome]) -> None:
    for work, outcome in zip(delivery.works, outcomes, strict=True):
        if isinstance(outcome, Record):
            _log(outcome)
            _drop_copy(work)
    errors = [outcome.error for outcome in outcomes if isinstance(outcome, Retry)]
    delivery.again = delivery.again or bool(errors)
    # Whoever reads the same content right now is done sooner than its lease says: that is no vendor's wish.
    asked = [error.retry_after for error in errors if error.retry_after and not isinstance(error, InFlight)]
    delivery.after = max(asked, default=None)


def _log(record: Record) -> None:
    """Say that an upload has its record: what the function returns says only that the message need not come again."""
    logger.info("An upload has its record", record_id=record.id, product=record.product, status=record.status)


def _drop_copy(work: Job) -> None:
    """Delete the copy that an HTTPS caller handed over, once its record stands; a failure here only costs space."""
    upload = work.ticket.upload if work.ticket else None
    if upload is None or f"/{records.LATER}/" not in upload.key:
        return
    try:
        erasure.erase_upload(upload)
    except (ClientError, BotoCoreError) as error:
        logger.warning("A handed-over copy stays until it expires", error=type(error).__name__)


def _back_off(delivery: Delivery) -> None:
    """Hide the message for longer each time, and at least as long as the vendor asked; a failure only costs time.

    A vendor that asks for the same half minute again and again would use up the deliveries in a few minutes. Jitter
    spreads what failed together: around the exponential wait, but never short of what the vendor asked for.
    """
    if delivery.over:
        _hide(delivery, 0)
        return
    growing = min(LONGEST_BACKOFF, FIRST_BACKOFF * 2 ** (delivery.receives - 1)) * random.uniform(0.75, 1.25)
    asked = (delivery.after or 0) * random.uniform(1, 1.5)
    _hide(delivery, max(growing, asked))


def _hide(delivery: Delivery, seconds: float) -> None:
    hidden = min(LONGEST_HIDDEN, max(0, round(seconds)))
    arn = delivery.message.event_source_arn
    if not arn:  # S3's own event: no queue has it
        return
    try:
        url = aws.queues().get_queue_url(QueueName=arn.rpartition(":")[2])["QueueUrl"]
        aws.queues().change_message_visibility(
            QueueUrl=url, ReceiptHandle=delivery.message.receipt_handle, VisibilityTimeout=hidden
        )
    except (ClientError, BotoCoreError) as error:
        logger.warning("A message keeps its queue's own visibility timeout", error=type(error).__name__)
