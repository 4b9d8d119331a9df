"""A record made anew from a vendor's answer as it was kept: after a label, a type or an adapter was put right."""

import json
from datetime import UTC, datetime
from http import HTTPStatus
from importlib import import_module
from typing import Any

from botocore.exceptions import ClientError

from ocr import aws, desk, ledger, records
from ocr.document import Document
from ocr.errors import CallerError, OcrError
from ocr.fit import Fitted
from ocr.product import Product
from ocr.reading import Reading
from ocr.record import Record, Status
from ocr.settings import settings
from ocr.vendor import Ask


def renormalize(id: str) -> Record | None:
    """The record of this id, made anew together with those of the same content; None where there is none.

    Raises `CallerError` 409 where no answer is kept that it could be made from.
    """
    record = records.find(id)
    if record is None or record.status == Status.DELETED:
        return record
    content = (records.stored(id) or {}).get("content")
    if content is None or record.vendor is None or record.picture is None:
        raise _nothing_kept()
    product: Product = import_module(f"{record.product}.app").handler
    raw, sent = _kept(product.slug, content, record.vendor)
    made = _made(product, record, raw, sent)
    if not ledger.renew(content, made, product.fields):
        raise _nothing_kept()
    return records.find(id)


def _made(product: Product, record: Record, raw: Any, sent: dict[str, str]) -> Record:
    """The record that this answer leads to now."""
    picture = record.picture
    assert picture
    original = Document(b"", picture.format, picture.width, picture.height, int(sent.get("orientation", 1)))
    shown = Document(b"", picture.format, int(sent["width"]), int(sent["height"]))
    ask = Ask(product.slug, product.fields, [shown], record.options, seconds=0)
    [offer] = [offer for offer in product.sold_by if offer.vendor == record.vendor]
    outcome = offer.understood(ask, raw)
    made = record.model_copy(
        update={"document": None, "others": [], "lines": [], "tables": [], "problem": None, "angle": None}
        | {"status": Status.SUCCEEDED, "finished_at": datetime.now(UTC)}
    )
    if isinstance(outcome, Reading):
        outcome = Fitted(shown, original).restored(outcome)
    return desk.settled(product, made, outcome)


def _kept(product: str, content: str, vendor: str) -> tuple[Any, dict[str, str]]:
    """The vendor's answer, decoded, and what is known of the picture that it is about."""
    key = f"answers/{product}/{content}/{vendor}.json"
    try:
        answer = aws.s3().get_object(Bucket=settings().answers_bucket, Key=key)
    except ClientError as error:
        if error.response["Error"]["Code"] != "NoSuchKey":
            raise
        raise _nothing_kept() from None
    return json.loads(answer["Body"].read()), answer["Metadata"]


def _nothing_kept() -> OcrError:
    return CallerError(
        "No vendor's answer is kept that this record could be made from.",
        "Answers expire, and a picture that was not read has none: send the picture again.",
        status=HTTPStatus.CONFLICT,
    )
