"""A record made anew from a vendor's answer as it was kept: after a label, a type or an adapter was put right."""

from collections.abc import Collection
from datetime import UTC, datetime
from importlib import import_module
from typing import Any

from ocr.declare.offers import VendorRequest
from ocr.declare.product import Product
from ocr.model.picture import Picture, Upload
from ocr.model.reading import TEXT, Reading
from ocr.model.record import PictureInfo, Record, Status, readers
from ocr.model.tenant import OPERATOR, Tenant
from ocr.pages.page import Page, Part
from ocr.pipeline import files, parts, process
from ocr.pipeline.opinions import combined
from ocr.pipeline.status import settled
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
    if record.pages:
        return _made_of_pages(product, record, picture, content)
    document = Picture(b"", picture.format, picture.width, picture.height)
    made, _ = _made_of_kept(product, _blank(record), document, content, readers(record))
    return made


def _made_of_pages(product: Product, record: Record, picture: PictureInfo, content: str) -> Record:
    """The record of a file, of what its pages say themselves and of the answers about the others."""
    texts = raw_answers.texts(product.slug, content)
    reader = files.reader_of(product, record.options)
    results = []
    for info in record.pages:
        part = Part(info.part, info.box) if info.part and info.box else None
        page = Page(info.number, info.width, info.height, texts.get(info.number), part=part)
        number = info.number if picture.pages else None
        codes = [code for code in record.codes if code.page == number and (part is None or part.holds(code.box))]
        own = _blank(record).model_copy(update={"codes": codes})
        if info.vendor == TEXT and page.answer and reader:
            outcome = files.understood(product, reader, record.options, page)
            made = settled(product, own, outcome)
        else:
            size = part.size if part else (info.width, info.height)
            document = Picture(b"", "JPEG", *size, page=info.number, part=info.part, file=picture.sha256)
            job = process.Job(document, files.page_options(record.options), tenant=Tenant(record.tenant or ""))
            made, outcome = _made_of_kept(product, own, document, process.content(product, job), {info.vendor})
            made = parts.placed(product, own, page, made, outcome if isinstance(outcome, Reading) else None)
        results.append(files.PageResult(page, made, outcome if isinstance(outcome, Reading) else None))
    again = files.joined(product, _blank(record), results)
    # What it cost, and what stands beside the answers, stays.
    same = {name: getattr(record, name) for name in ("attempts", "cost", "resends", "crops", "codes")}
    return again.model_copy(update=same)


def _made_of_kept(
    product: Product, blank: Record, document: Picture, content: str, asked: Collection[str | None]
) -> tuple[Record, Reading | OcrError]:
    """The record of a content whose vendors' answers are kept, and the outcome that it was made of."""
    request = VendorRequest(product.slug, product.fields, [document], blank.options, seconds=0)
    offers = sorted((one for one in product.offers if one.vendor in asked), key=lambda one: one.vendor != blank.vendor)
    found = [raw_answers.understood(offer, request, content) for offer in offers]
    outcomes = [outcome for outcome in found if outcome is not None]
    if not outcomes:
        raise _nothing_kept()

    def settle(outcome: Reading | OcrError) -> Record:
        return settled(product, blank.model_copy(), outcome)

    readings = [outcome for outcome in outcomes if isinstance(outcome, Reading)]
    outcome = combined(product, readings, settle) if len(readings) > 1 else (readings or outcomes)[0]
    return settle(outcome), outcome


def _blank(record: Record) -> Record:
    """The record as it was before anything was read."""
    empty: dict[str, Any] = {"document": None, "others": [], "lines": [], "tables": [], "problem": None, "angle": None}
    return record.model_copy(update=empty | {"status": Status.SUCCEEDED, "finished_at": datetime.now(UTC)})


def _nothing_kept() -> OcrError:
    return CallerError(
        "No vendor's answer is kept that this record could be made from.",
        "Answers expire, and a picture that was not read has none: send the picture again.",
        kind="conflict",
    )
