"""Uploads beside the products' prefixes `uploads/{product}/`: no product reads them, and each has a failed record.

S3 tells a product's queue of what lies under its prefix. A rule of EventBridge tells of the rest: a slug with a typing
error, a product that this stack does not have, a key outside of every folder.
"""

import json
from datetime import datetime

from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord

from ocr.entry.requests import is_folder
from ocr.model.picture import Upload
from ocr.pipeline import process
from ocr.platform.errors import CallerError
from ocr.platform.telemetry import logger
from ocr.storage import records

# What such a record has in place of a product's slug. The key's own words may name a person.
NO_PRODUCT = "unknown_product"
SOURCE = "aws.s3"


def is_from_eventbridge(message: SQSRecord) -> bool:
    """Whether EventBridge wrote the message, and not S3 itself or a function."""
    event = json.loads(message.body)
    return isinstance(event, dict) and event.get("source") == SOURCE


def refuse(message: SQSRecord) -> None:
    """Write the failed record of the upload that EventBridge's message names; a folder's marker has none.

    Raises what the table raises; then the message has to come again.
    """
    event = json.loads(message.body)
    # Unlike in S3's own messages the key comes as it is: Powertools' class for this event would decode it.
    key, size = event["detail"]["object"]["key"], event["detail"]["object"].get("size")
    if is_folder(key, size):
        return
    version = event["detail"]["object"].get("version-id")
    upload = Upload(event["detail"]["bucket"]["name"], key, version, datetime.fromisoformat(event["time"]))
    record = process.refuse(NO_PRODUCT, records.record_ref(upload), _NO_PRODUCT)
    logger.info("An upload lies beside the prefixes", record_id=record.id, status=record.status)


_NO_PRODUCT = CallerError(
    "The upload lies under no product's prefix.",
    "Upload it again as uploads/{product}/…; GET /products lists the products.",
    kind="unknown_product",
)
