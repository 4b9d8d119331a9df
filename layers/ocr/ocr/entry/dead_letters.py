"""How an upload is given up: it has its record, and only then its message is a dead letter.

Functions put messages into the dead-letter queue by themselves, when an upload was tried as often as the settings say.
SQS does so much later, for messages that no function ever saw: on their way, `functions/undelivered` writes the record.

A dead letter names the record, not the upload: uploads are named after people, and a record can be erased.
"""

import json

from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord

from ocr.entry import requests
from ocr.model.picture import Upload
from ocr.model.record import Status
from ocr.pipeline import process
from ocr.platform import aws
from ocr.platform.settings import settings
from ocr.platform.telemetry import logger, unforeseen
from ocr.storage import tries


def give_up(message: SQSRecord) -> None:
    """See to it that each upload of a message has a record, then put a letter for each into the dead-letter queue.

    A message that S3 did not write goes there as it is. Raises what the table or the queue raises; then the message has
    to come again.
    """
    uploads = _uploads(message)
    if uploads is None:
        _send(message.body)
        return
    for upload in uploads:
        record = process.write_failed_record(upload.product, upload)
        if record.status == Status.DELETED:
            continue
        _send(json.dumps({"record_id": record.id, "product": record.product}))
        logger.info("An upload was given up", record_id=record.id, product=record.product, status=record.status)
        # Who puts it back wants it tried as often again.
        tries.forget(record.id)


def _send(letter: str) -> None:
    aws.queues().send_message(QueueUrl=settings().dead_letters, MessageBody=letter)


def _uploads(message: SQSRecord) -> list[Upload] | None:
    """The uploads of a message; None where it is not one that S3 writes, which no record can be made of."""
    try:
        return requests.uploads(message)
    except Exception as error:
        unforeseen("A dead letter names no upload", error)
        return None
