"""How an upload is given up: it has its record, and only then its message is a dead letter.

Functions put messages into the dead-letter queue by themselves, when an upload was tried as often as the settings say.
SQS does so much later, for messages that no function ever saw: on their way, `functions/undelivered` writes the record.
"""

from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord

from ocr.entry import requests
from ocr.model.picture import Upload
from ocr.pipeline import process
from ocr.platform import aws
from ocr.platform.settings import settings
from ocr.platform.telemetry import logger, unforeseen
from ocr.storage import tries


def give_up(message: SQSRecord) -> None:
    """See to it that each upload of a message has a record, then put the message into the dead-letter queue.

    Raises what the table or the queue raises; then the message has to come again.
    """
    ended = [process.write_failed_record(upload.key.split("/")[1], upload) for upload in _uploads(message)]
    aws.queues().send_message(QueueUrl=settings().dead_letters, MessageBody=message.body)
    for record in ended:
        logger.info("An upload was given up", record_id=record.id, product=record.product, status=record.status)
        # Who puts it back wants it tried as often again.
        tries.forget(record.id)


def _uploads(message: SQSRecord) -> list[Upload]:
    """The uploads of a message; none where it is not one that S3 writes, which no record can be made of."""
    try:
        return requests.uploads(message)
    except Exception as error:
        unforeseen("A dead letter names no upload", error)
        return []
