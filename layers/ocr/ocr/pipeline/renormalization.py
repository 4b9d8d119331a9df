"""A record made anew from a vendor's answer as it was kept: after a label, a type or an adapter was put right."""

from datetime import UTC, datetime
from importlib import import_module
from typing import Any

from ocr.declare.offers import VendorRequest
from ocr.declare.product import Product
from ocr.model.picture import Picture, Upload
from ocr.model.reading import Reading
from ocr.model.record import Record, Status
from ocr.model.tenant import OPERATOR, Tenant
from ocr.pipeline.opinions import combined
from ocr.pipeline.settling import settled
from ocr.platform.errors import CallerError, OcrError
from ocr.storage import ledger, raw_answers, records
from ocr.storage.ledger import StoredReading
from ocr.storage.records import RecordRef

LEASE_SECONDS = 30


def renormalize(id: str, tenant: Tenant = OPERATOR) -> Record | None:
    """The tenant's record of this id, made anew together with those of the same content; None where there is none.

    Those that a person has corrected or decided on stay as they are. Raises `conflict` where this is one of them, or
    where no answer is kept that it could be made from.
    """
    record = records.find(id, tenant)
    if record is None or record.status == Status.DELETED:
        return record
    if record.reviewed:
        raise CallerError("A person has reviewed this record; it stays as it is.", kind="conflict")
    content = (records.stored(id) or {}).get("content")
    if content is None:
        raise _nothing_kept()
    product: Product = import_module(f"{record.product}.app").product
    made = _made(product, record, content)
    if not ledger.renew(content, made, product.fields):
        _read_after_all(product, made, content)
    return records.find(id)


def _read_after_all(product: Product, made: Record, content: str) -> None:
    """Write the record of a response that was not understood when it came, if it is now."""
    source = made.source
    upload = Upload(source.bucket, source.key, source.version) if source else None
    ref = RecordRef(made.id, made.created_at, upload, tenant=Tenant(made.tenant or ""))
    lease = ledger.lease(content, product.slug, LEASE_SECONDS)
    if isinstance(lease, StoredReading):
        ledger.replay(lease, ref, product.fields)
    elif made.status == Status.FAILED:
        ledger.release(lease, spent=0)
    else:
        ledger.keep(made, lease, ref, product.fields)


def _made(product: Product, record: Record, content: str) -> Record:
    """The record that the vendors' answers lead to now: of all who read the picture, or of the one who failed."""
    picture = record.picture
    if picture is None:
        raise _nothing_kept()
    document = Picture(b"", picture.format, picture.width, picture.height)
    request = VendorRequest(product.slug, product.fields, [document], record.options, seconds=0)
    asked = {one.vendor for one in record.attempts if one.outcome == "read"} | {record.vendor}
    offers = sorted((one for one in product.offers if one.vendor in asked), key=lambda one: one.vendor != record.vendor)
    found = [raw_answers.understood(offer, request, content) for offer in offers]
    outcomes = [outcome for outcome in found if outcome is not None]
    if not outcomes:
        raise _nothing_kept()
    empty: dict[str, Any] = {"document": None, "others": [], "lines": [], "tables": [], "problem": None, "angle": None}
    fresh = {"status": Status.SUCCEEDED, "finished_at": datetime.now(UTC)}

    def settle(outcome: Reading | OcrError) -> Record:
        return settled(product, record.model_copy(update=empty | fresh), outcome)

    readings = [outcome for outcome in outcomes if isinstance(outcome, Reading)]
    return settle(combined(product, readings, settle) if len(readings) > 1 else (readings or outcomes)[0])


def _nothing_kept() -> OcrError:
    return CallerError(
        "No vendor's answer is kept that this record could be made from.",
        "Answers expire, and a picture that was not read has none: send the picture again.",
        kind="conflict",
    )
