"""The path of a picture: claim its content, have it read, make the record, keep it."""

import hashlib
import json
import time
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from aws_lambda_powertools.metrics import MetricUnit

from ocr import aws, choice, ledger
from ocr.document import Document, Upload
from ocr.errors import Busy, Changed, InFlight, Internal, NoResult, OcrError, Refused, Unknown
from ocr.fields import declared
from ocr.ledger import Claim
from ocr.observe import meter, unforeseen
from ocr.reading import Reading
from ocr.record import Picture, Record, Source, Status
from ocr.settings import settings
from ocr.vendor import Ask

if TYPE_CHECKING:
    from ocr.product import Product

# The lease outlives the invocation by this much, so that nobody takes over a call that may still answer.
LEASE_MARGIN = 10.0


@dataclass(frozen=True)
class Work:
    """One picture with its checked options; `last` says that nobody will bring it again after this."""

    document: Document
    options: Mapping[str, str] = field(default_factory=dict)
    last: bool = False


@dataclass(frozen=True)
class Again:
    """A picture that should be brought again, and why. On its last time a failed record is kept all the same."""

    error: OcrError


Outcome = Record | Again


def read(product: "Product", works: Sequence[Work], end: float) -> list[Outcome]:
    """An outcome for each work, in order; all of them before `end`, on the monotonic clock.

    What fails for one, fails for that one alone: the others may have been paid for.
    """
    kept: dict[int, Outcome] = {}
    groups: defaultdict[tuple[tuple[str, str], ...], list[tuple[int, Claim]]] = defaultdict(list)
    for number, work in enumerate(works):
        claim = _guarded(_claim, product, work, end)
        if isinstance(claim, Claim):
            groups[tuple(sorted(work.options.items()))].append((number, claim))
        else:
            kept[number] = claim
    for options, group in groups.items():
        documents = [works[number].document for number, _ in group]
        ask = Ask(product.slug, product.fields, documents, dict(options), seconds=end - time.monotonic())
        for (number, claim), turn in zip(group, choice.read(product.sold_by, ask), strict=True):
            kept[number] = _guarded(_finish, product, works[number], claim, turn)
    return [kept[number] for number in range(len(works))]


def _guarded[**Given, Result](
    step: Callable[Given, Result], *given: Given.args, **named: Given.kwargs
) -> Result | Again:
    """What the step returns; where it fails as nobody foresaw, its picture is to be brought again.

    A claim that it held runs out by its lease, which counts as an answer that was never seen.
    """
    try:
        return step(*given, **named)
    except Exception as error:
        unforeseen("A picture failed", error)
        return Again(Internal("An error of this system, not of the request."))


def refuse(product: "Product", upload: Upload, error: OcrError) -> Record:
    """The failed record of an upload that no vendor was asked about."""
    stand_in = hashlib.sha256(ledger.source_id(upload).encode()).hexdigest()
    record = Record(
        id=ledger.content_id(product.slug, {}, stand_in),
        product=product.slug,
        status=Status.FAILED,
        created_at=datetime.now(UTC),
        source=_source(upload),
        problem=error.problem(),
    )
    return ledger.refuse(record, upload)


def _claim(product: "Product", work: Work, end: float) -> Claim | Outcome:
    id = ledger.content_id(product.slug, work.options, work.document.sha256)
    try:
        claim = ledger.claim(id, product.slug, end - time.monotonic() + LEASE_MARGIN)
    except InFlight as error:
        return Again(error)
    upload = work.document.upload
    if isinstance(claim, Record):
        return ledger.replay(claim, upload) if upload else claim
    if claim.exhausted:
        return ledger.keep(_record(product, work, claim, _UNSEEN), claim, upload)
    return claim


_UNSEEN = Unknown("The picture was sent to a vendor as often as the settings allow, and no answer was ever seen.")


def _finish(product: "Product", work: Work, claim: Claim, turn: choice.Turn) -> Outcome:
    _keep_raw(product, claim, turn)
    error = turn.outcome if isinstance(turn.outcome, Busy | Refused | Internal) else None
    if error and not work.last:
        ledger.release(claim, charged=turn.charged)
        return Again(error)
    record = _record(product, work, claim, _UNSEEN if error and turn.unanswered else turn.outcome)
    record.attempts = turn.attempts
    again, charged = error is not None, error is not None and turn.charged
    kept = ledger.keep(record, claim, work.document.upload, again=again, charged=charged)
    meter({"product": product.slug, "status": kept.status}, Records=(MetricUnit.Count, 1))
    return Again(error) if error else kept


def _keep_raw(product: "Product", claim: Claim, turn: choice.Turn) -> None:
    try:
        for vendor, raw in turn.raw.items():
            aws.s3().put_object(
                Bucket=settings().answers_bucket,
                Key=f"answers/{product.slug}/{claim.id}/{vendor}.json",
                Body=json.dumps(raw, ensure_ascii=False, default=repr).encode(),
                ContentType="application/json",
            )
    except Exception as error:
        # The record that follows is worth more: it was paid for.
        unforeseen("A vendor's answer could not be kept", error)


def _record(product: "Product", work: Work, claim: Claim, outcome: Reading | OcrError | None) -> Record:
    document = work.document
    record = Record(
        id=claim.id,
        product=product.slug,
        status=Status.SUCCEEDED,
        created_at=claim.created_at,
        options=dict(work.options),
        picture=Picture(
            sha256=document.sha256,
            format=document.format,
            width=document.width,
            height=document.height,
            bytes=len(document.content),
        ),
        source=_source(document.upload),
    )
    if isinstance(outcome, Reading):
        outcome = _filled(product, record, outcome)
    if isinstance(outcome, OcrError):
        record.status = _STATUS.get(type(outcome), Status.FAILED)
        record.problem = outcome.problem()
        record.vendor = outcome.vendor
    return record


_STATUS = {NoResult: Status.NO_RESULT, Unknown: Status.UNKNOWN}


def _filled(product: "Product", record: Record, reading: Reading) -> OcrError | None:
    """`_fill`, and an answer that it stumbles over is one not understood: it was paid for and is kept raw."""
    try:
        return _fill(product, record, reading)
    except Exception as error:
        unforeseen("A reading could not be made into a record", error)
        return Changed("The vendor's answer could not be made into a record.", vendor=reading.vendor)


def _fill(product: "Product", record: Record, reading: Reading) -> NoResult | None:
    """Put a reading into the record; the error is that it holds nothing of the product."""
    record.vendor = reading.vendor
    record.angle = reading.angle
    held = {part.mark.content for part in declared(product.fields).values()}
    record.lines = reading.lines if "lines" in held else []
    record.tables = reading.tables if "tables" in held else []
    found = product.found(reading)
    if not found:
        return NoResult(f"Nothing of a {product.slug} was found on the picture.", vendor=reading.vendor)
    record.document, *record.others = found
    return None


def _source(upload: Upload | None) -> Source | None:
    return Source(bucket=upload.bucket, key=upload.key, version=upload.version) if upload else None
