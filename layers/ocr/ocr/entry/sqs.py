"""The queue trigger: a batch of S3 uploads, each ending in a record or coming again, none touching the others.

A batch is processed together as far as a function has memory for its pictures, the rest after that. What there is too
little time for comes again.

Whatever ends the process (time, memory, a crash in a decoder) ends the whole batch. Of messages that come again, one
may be what did it. All are hidden first, each for another while, so that they do not meet again; then they are decoded
one by one. One that was tried twice before is also read alone. An upload over which the process died twice is not
processed any more.

An upload is tried as often as the settings say; waiting for a vendor is no try: for room, for the end of an outage,
for an operator who has to mend a key or a quota. Then it is given up (`dead_letters`). SQS itself gives up much later:
its count rises as well when Lambda is throttled and no function sees the message.
"""

import hashlib
import random
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
from botocore.exceptions import BotoCoreError, ClientError

from ocr.declare.options import checked
from ocr.declare.product import Product
from ocr.entry import dead_letters, requests
from ocr.model.picture import Upload
from ocr.model.record import Record
from ocr.pages.examine import MAX_BYTES
from ocr.pipeline import files, process
from ocr.pipeline.process import Job, Outcome, Retry
from ocr.platform import aws, threads
from ocr.platform.errors import CallerError, InProgress, OcrError, TooComplex
from ocr.platform.settings import settings
from ocr.platform.telemetry import alert, logger, unforeseen
from ocr.storage import erasure, keyed, records, tries

FIRST_BACKOFF = 5
LONGEST_BACKOFF = 900
# How much longer than the invocation a message is hidden: by a random part of this, in seconds.
APART = 90
# What is left, after other messages took their time, to process one.
LEAST_SECONDS = 10.0
# Pictures that are processed together, in bytes: a vendor's request holds them in memory several times.
MOST_TOGETHER_BYTES = 10 * MAX_BYTES
# The part of the time that pictures may take until they are decoded; the rest is for vendors.
DECODING_SHARE = 1 / 3
MOST_DEATHS = 2
# After so many tries that came to nothing an upload is read alone.
MOST_TOGETHER = 2
# SQS hides a message for twelve hours at most, counted from when it was received.
LONGEST_HIDDEN = 42_000
# How long a message that waits for a vendor is hidden: at least so long, and by this part of what it has waited so far.
# What ends is noticed within a tenth of the time that it took, and three days use up a third of the thousand deliveries
# that SQS makes.
WAIT_SECONDS, WAIT_SHARE = 20, 0.1
# In seconds; SQS deletes a message after 14 days.
LONGEST_WAIT = 3 * 86_400
# After so many seconds somebody hears of an upload that waits. SQS cannot tell: it leaves out of the age of a queue's
# oldest message what was received three times.
LONG_WAIT = 3600


@dataclass
class Delivery:
    """One queue message: the pictures it tells of, and whether it has to come again, in how many seconds.

    `uploads` are the objects that it names, `ids` those of their records. `spent` counts the tries before this one.
    `waits` says that it comes again because no vendor has worked on it.
    """

    message: SQSRecord
    uploads: list[Upload] = field(default_factory=list)
    ids: list[str] = field(default_factory=list)
    jobs: list[Job] = field(default_factory=list)
    spent: int = 0
    again: bool = False
    waits: bool = False
    after: int | None = None

    @property
    def suspect(self) -> bool:
        """Whether it was delivered before: then it may be what ended the process."""
        return int(self.message.attributes.approximate_receive_count or 1) > 1

    @property
    def size(self) -> int:
        """How many bytes its pictures have, at most."""
        return sum(MAX_BYTES if upload.size is None else min(upload.size, MAX_BYTES) for upload in self.uploads)

    def wait(self) -> None:
        """Have it come again, with no try spent: nobody has worked on it."""
        self.again = self.waits = True

    @property
    def last(self) -> bool:
        """Whether its pictures will not be read again."""
        return self.spent + 1 >= settings().max_tries or self.age > LONGEST_WAIT

    @property
    def over(self) -> bool:
        """Whether they were read for the last time before, and only could not be given up then."""
        return self.spent >= settings().max_tries

    @property
    def age(self) -> float:
        """Seconds since it was sent."""
        sent = self.message.attributes.get("SentTimestamp")
        return time.time() - int(sent) / 1000 if sent else 0


def answer(product: Product, messages: Sequence[SQSRecord], end: float) -> dict[str, Any]:
    """The partial batch response, before `end` on the monotonic clock: the messages that have to come again."""
    deliveries = [_delivery(message) for message in messages]
    suspects = [delivery for delivery in deliveries if delivery.suspect]
    if len(deliveries) > 1:
        threads.each(lambda delivery: _hide(delivery, end - time.monotonic() + random.uniform(1, APART)), suspects)
    fresh = [delivery for delivery in deliveries if not delivery.suspect]
    for number, group in enumerate(_in_groups(fresh)):
        if number and end - time.monotonic() < LEAST_SECONDS:
            for delivery in group:
                delivery.wait()
        else:
            _process(product, group, end)
    for delivery in fresh:
        _conclude(delivery, tried=False)
    for group in _in_groups(suspects):
        _process_suspects(product, group, end)
    for delivery in suspects:
        _conclude(delivery, tried=True)
    late = [delivery for delivery in deliveries if delivery.again]
    for delivery in late:
        _back_off(delivery)
        if delivery.age > LONG_WAIT:
            alert("UploadWaits", {"product": product.slug})
    return {"batchItemFailures": [{"itemIdentifier": delivery.message.message_id} for delivery in late]}


def _delivery(message: SQSRecord) -> Delivery:
    """A message with its uploads; one that S3 did not write is given up at once, since it says the same each time."""
    try:
        return Delivery(message, requests.uploads(message))
    except Exception as error:
        unforeseen("A message failed", error)
        return Delivery(message, again=True, spent=settings().max_tries)


def _in_groups(deliveries: Sequence[Delivery]) -> Iterator[list[Delivery]]:
    """The deliveries in order, as many at once as a function has memory for."""
    group, size = list[Delivery](), 0
    for delivery in deliveries:
        if group and size + delivery.size > MOST_TOGETHER_BYTES:
            yield group
            group, size = [], 0
        group.append(delivery)
        size += delivery.size
    if group:
        yield group


def _process(product: Product, deliveries: Sequence[Delivery], end: float) -> None:
    until = _decoding(end)
    threads.each(lambda delivery: _load(product, delivery, until), deliveries)
    _read(product, [delivery for delivery in deliveries if delivery.jobs], end)


def _decoding(end: float) -> float:
    """Until when pictures are decoded, on the monotonic clock."""
    now = time.monotonic()
    return now + (end - now) * DECODING_SHARE


def _read(product: Product, deliveries: Sequence[Delivery], end: float) -> None:
    try:
        outcomes = iter(files.read(product, [job for one in deliveries for job in one.jobs], end))
        for delivery in deliveries:
            _note(delivery, [next(outcomes) for _ in delivery.jobs])
    except Exception as error:
        unforeseen("A batch failed", error)
        for delivery in deliveries:
            delivery.again = delivery.again or bool(delivery.jobs)
    finally:
        # The pictures of the next ones take their place in memory.
        for delivery in deliveries:
            delivery.jobs.clear()


def _process_suspects(product: Product, suspects: Sequence[Delivery], end: float) -> None:
    until = _decoding(end)
    for number, delivery in enumerate(suspects):
        # As with the reading below.
        _load_alone(product, delivery, until if number else end)
    loaded = [delivery for delivery in suspects if delivery.jobs]
    together = [delivery for delivery in loaded if delivery.spent < MOST_TOGETHER]
    _read(product, together, end)
    for number, delivery in enumerate([one for one in loaded if one.spent >= MOST_TOGETHER]):
        # The first is read however little time there is: none may be put off for ever.
        if (number or together) and end - time.monotonic() < LEAST_SECONDS:
            delivery.wait()
        else:
            _read(product, [delivery], end)


def _load_alone(product: Product, delivery: Delivery, until: float) -> None:
    """Load what may have ended a process before; its uploads are refused when it did so twice.

    Counted is what happens while they are decoded: a process that ends while it waits for a vendor ends for other
    reasons.
    """
    if time.monotonic() > until:
        delivery.wait()
        return
    try:
        refs = [records.record_ref(upload) for upload in delivery.uploads]
        before = [tries.begin(ref.id) for ref in refs]
        delivery.ids = [ref.id for ref in refs]
        delivery.spent = max((one.spent for one in before), default=delivery.spent)
        if any(one.deaths >= MOST_DEATHS for one in before):
            for ref in refs:
                error = TooComplex("This system ended each time that it processed this picture.")
                _log(process.refuse(product.slug, ref, error))
        elif delivery.over:
            delivery.again = True
        else:
            _load(product, delivery, until)
        for ref in refs:
            tries.end(ref.id)
    except Exception as error:
        unforeseen("A message failed", error)
        delivery.again = True


def _load(product: Product, delivery: Delivery, until: float) -> None:
    for upload in delivery.uploads:
        if time.monotonic() > until:
            delivery.wait()
        else:
            _load_one(product, delivery, upload)


def _conclude(delivery: Delivery, *, tried: bool) -> None:
    """Count the try of a message that has to come again, or give the message up; `tried` says that it is counted."""
    if not delivery.again:
        return
    try:
        if delivery.last:
            dead_letters.give_up(delivery.message)
            delivery.again = False
            return
        for id in delivery.ids:
            if tried == delivery.waits:
                tries.spend(id, -1 if tried else 1)
    except Exception as error:
        unforeseen("A message could not be given up, or its try not be counted", error)


def _load_one(product: Product, delivery: Delivery, upload: Upload) -> None:
    try:
        ref = records.record_ref(upload)
        if ref.id not in delivery.ids:
            delivery.ids.append(ref.id)
        picture, options = None, {}
        try:
            if ref.spent:
                erasure.erase_upload(upload)
                raise _SPENT
            stored = requests.fetch(upload)
            picture = keyed.picture(hashlib.sha256(stored.content).hexdigest(), ref.tenant)
            options = checked(product.offers, stored.options, stored.metadata)
            job = files.job(product, stored.content, options, upload, ref, last=delivery.last, tenant=ref.tenant)
            delivery.jobs.append(job)
        except OcrError as error:
            _log(process.refuse(product.slug, ref, error, picture=picture, options=options))
    except Exception as error:
        unforeseen("An upload could not be loaded", error)
        delivery.again = True


_SPENT = CallerError(
    "This form was good for one picture, and its record has one or was deleted.",
    "POST /uploads/{product} gives a form for each picture.",
    kind="conflict",
)


def _note(delivery: Delivery, outcomes: Sequence[Outcome]) -> None:
    for job, outcome in zip(delivery.jobs, outcomes, strict=True):
        if isinstance(outcome, Record):
            _log(outcome)
            _drop_copy(job)
    errors = [outcome.error for outcome in outcomes if isinstance(outcome, Retry)]
    delivery.waits = bool(errors) and not delivery.again and all(error.waits for error in errors)
    delivery.again = delivery.again or bool(errors)
    # Whoever reads the same content right now is done sooner than its lease says: that is no vendor's wish.
    asked = [error.retry_after for error in errors if error.retry_after and not isinstance(error, InProgress)]
    delivery.after = max(asked, default=None)


def _log(record: Record) -> None:
    """Say that an upload has its record: what the function returns says only that the message need not come again."""
    logger.info("An upload has its record", record_id=record.id, product=record.product, status=record.status)


def _drop_copy(job: Job) -> None:
    """Delete the copy that an HTTPS caller handed over, once its record stands; a failure here only costs space."""
    upload = job.ref.upload if job.ref else None
    if upload is None or f"/{records.LATER}/" not in upload.key:
        return
    try:
        erasure.erase_upload(upload)
    except (ClientError, BotoCoreError) as error:
        logger.warning("A handed-over copy stays until it expires", error=type(error).__name__)


def _back_off(delivery: Delivery) -> None:
    """Hide the message for longer each time, and at least as long as the vendor asked; a failure only costs time.

    A vendor that asks for the same half minute again and again would use up the tries in a few minutes. Jitter
    spreads what failed together: around the exponential wait, but never short of what the vendor asked for.
    """
    growing = max(WAIT_SECONDS, WAIT_SHARE * delivery.age) if delivery.waits else FIRST_BACKOFF * 2**delivery.spent
    first = min(LONGEST_BACKOFF, growing)
    asked = (delivery.after or 0) * random.uniform(1, 1.5)
    _hide(delivery, max(first * random.uniform(0.75, 1.25), asked))


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
