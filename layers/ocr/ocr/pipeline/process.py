"""The path of a picture: claim its content, have it read, make the record, keep it."""

import random
import time
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from decimal import Decimal
from functools import partial
from typing import Any

from aws_lambda_powertools.metrics import MetricUnit
from botocore.exceptions import BotoCoreError, ClientError

from ocr.declare.fields import Fields
from ocr.declare.offers import LABEL, Offer, VendorRequest
from ocr.declare.offers import Outcome as Answer
from ocr.declare.options import ESCALATE, SPLIT, VENDOR
from ocr.declare.product import Product
from ocr.model.picture import Picture, Upload
from ocr.model.problem import problem_of
from ocr.model.reading import Reading
from ocr.model.record import Attempt, CropLink, PageRecord, PictureInfo, Record, Status, readers
from ocr.model.tenant import OPERATOR, Tenant
from ocr.pages import codes
from ocr.pipeline import opinions, routing
from ocr.pipeline.status import settled
from ocr.platform import threads
from ocr.platform.errors import (
    CallerError,
    InProgress,
    InternalError,
    NoResult,
    OcrError,
    OutcomeUnknown,
    TooComplex,
    UnexpectedResponse,
    VendorRejected,
    VendorUnavailable,
)
from ocr.platform.settings import escalation, settings
from ocr.platform.telemetry import alert, meter, unforeseen
from ocr.storage import ledger, raw_answers, records, usage
from ocr.storage.ledger import Asked, Lease, StoredReading
from ocr.storage.records import RecordRef

# The lease outlives the invocation by this much, so that nobody takes over a call that may still answer.
LEASE_MARGIN = 10.0
# What is left, after everything else had to be done, to write what was read.
KEEP_SECONDS = 1.5
# A picture that breaks a vendor down so often is not tried again.
MOST_BROKEN = 2
FIRST_PAUSE, LONGEST_PAUSE = 0.2, 2.0


@dataclass(frozen=True)
class Job:
    """One picture of a tenant with its checked options, and its record's place if that is known before the picture is.

    `last` says that nobody will bring it again after this.
    """

    document: Picture
    options: Mapping[str, str] = field(default_factory=dict)
    ref: RecordRef | None = None
    last: bool = False
    tenant: Tenant = OPERATOR

    @property
    def in_pieces(self) -> bool:
        """Whether it is read piece by piece: the pages of a file, or the documents on a picture."""
        return bool(self.document.pages) or self.options.get(SPLIT) == "1"


@dataclass(frozen=True)
class Retry:
    """A picture that should be brought again, and why. On its last time a failed record is kept all the same."""

    error: OcrError


Outcome = Record | Retry
Options = tuple[tuple[str, str], ...]


@dataclass
class Step:
    """One content that was claimed, on its way to a record.

    `standing` is what the vendor's kept response still means where nobody understands it.
    """

    job: Job
    ref: RecordRef
    lease: Lease
    standing: OcrError | None = None

    def begin(self, run: routing.DocumentRun, offer: Offer) -> None:
        """Write down that this vendor is asked, and what came of the calls before; see `routing.DocumentRun`."""
        if run.charge and not self.lease.may_pay(run.spent):
            raise _UNSEEN
        self.lease = ledger.sending(self._settled(run), Asked(offer.vendor, run.charge), spent=run.spent)
        run.counts.clear()

    def ended(self, run: routing.DocumentRun) -> "Step":
        """This step when no vendor is asked any more."""
        return replace(self, lease=self._settled(run).made())

    def _settled(self, run: routing.DocumentRun) -> Lease:
        return replace(self.lease, counts=(*self.lease.counts, *run.counts))


def read(product: Product, jobs: Sequence[Job], end: float) -> list[Outcome]:
    """An outcome for each work, in order; all of them before `end`, on the monotonic clock.

    What fails for one, fails for that one alone: the others may have been paid for.
    """
    kept: dict[int, Outcome] = {}
    # Each vendor's answer is about pictures of one tenant.
    groups: defaultdict[tuple[Tenant, Options], list[tuple[int, Step]]] = defaultdict(list)
    claims = threads.each(lambda job: guarded(claim, product, job, end), jobs)
    for number, (job, claimed) in enumerate(zip(jobs, claims, strict=True)):
        found = (
            guarded(_recovered, product, claimed, end) if isinstance(claimed, Step) and claimed.lease.before else None
        )
        if found:
            kept[number] = found
        elif isinstance(claimed, Step):
            told = tuple(sorted((name, value) for name, value in job.options.items() if name != LABEL))
            groups[job.tenant, told].append((number, claimed))
        else:
            kept[number] = claimed
    for (_, options), group in groups.items():
        request = _ask(product, [step.job.document for _, step in group], dict(options), end)
        routing.read(
            product.offers, request, [_document_run(product, step, end, kept, number) for number, step in group]
        )
    return [_caught_up(product, job, kept[number]) for number, job in enumerate(jobs)]


def _caught_up(product: Product, job: Job, outcome: Outcome) -> Outcome:
    """What another call has read of the same content meanwhile, one for the same batch say."""
    if not isinstance(outcome, Retry) or not isinstance(outcome.error, InProgress):
        return outcome
    key = content(product, job)
    done = guarded(ledger.finished, key)
    if not isinstance(done, StoredReading):
        return outcome
    return guarded(ledger.replay, done, ref(job, key), product.fields, job.options)


def content(product: Product, job: Job) -> str:
    """The content that a picture is of: what was read of it before answers it, whichever vendor did.

    Who insists on vendors is answered by what those alone have read, or has the picture read by them as a content of
    its own. So has who names a policy, once it was read under another. What a vendor said before is not asked again.
    """
    document = job.document
    name = partial(
        ledger.content_key,
        product.slug,
        job.options,
        document.sha256,
        page=document.page,
        part=document.part,
        tenant=job.tenant,
    )
    shared = name()
    vendors, policy = job.options.get(VENDOR, ""), job.options.get(ESCALATE, "")
    if not (vendors or policy):
        return shared
    own = name(f"{vendors} {policy}".rstrip())
    done = ledger.finished(shared)
    if done:
        # What nobody is known to have read would be paid for once more under another name.
        unknown = done.record.status == Status.UNKNOWN
        return shared if unknown or (not policy and readers(done.record) <= {*vendors.split(",")}) else own
    return own if ledger.finished(own) else shared


def _answered_before(product: Product, step: Step) -> Callable[[Offer], Answer | None]:
    """What a vendor said of a picture when it was asked for another content of it; None where it was not."""
    job, own = step.job, step.lease.content
    name = partial(ledger.content_key, product.slug, job.options, job.document.sha256, tenant=job.tenant)
    shared = name()

    def answered(offer: Offer) -> Answer | None:
        if own == shared or job.document.page:
            return None
        request = VendorRequest(product.slug, product.fields, [job.document], job.options, seconds=0)
        for content in {shared: None, name(offer.vendor): None}.keys() - {own}:
            try:
                outcome = raw_answers.understood(offer, request, content)
                if isinstance(outcome, Reading | NoResult):
                    raw_answers.copy(product.slug, content, own, offer.vendor)
                    return outcome
            except Exception as error:
                unforeseen("A kept answer could not be understood", error)
        return None

    return answered


def ref(job: Job, content: str) -> RecordRef:
    """Where the record of a picture of this content is."""
    if job.ref:
        return job.ref
    return RecordRef(ledger.record_id(content, job.options, job.tenant), datetime.now(UTC), tenant=job.tenant)


def _document_run(
    product: Product, step: Step, end: float, kept: dict[int, Outcome], number: int
) -> routing.DocumentRun:
    """A picture's way through the vendors, at whose end its outcome stands in `kept` under its number."""

    def keep(run: routing.DocumentRun) -> None:
        kept[number] = guarded(_finish, product, step, run, end)

    return routing.DocumentRun(
        step.job.document,
        step.begin,
        keep,
        second=_second(product, step),
        answered_before=_answered_before(product, step),
        tenant=step.job.tenant,
    )


def _second(product: Product, step: Step) -> routing.SecondOpinion | None:
    """When another vendor is asked about what was read; a page of a file shows a part of a document, and is not."""
    named = step.job.options.get(ESCALATE)
    policy = escalation(named) if named else settings().escalation(product.slug)
    if step.job.document.page or not (policy.checks or policy.confidence):
        return None

    def settle(reading: Reading) -> Record:
        return _settled(product, step, reading)

    def combine(readings: Sequence[Reading]) -> Reading:
        return opinions.combined(product, readings, settle) if len(readings) > 1 else readings[0]

    def doubts(run: routing.DocumentRun) -> bool:
        try:
            doubted = opinions.doubtful(settle(combine(run.opinions)), policy)
        except Exception as error:
            unforeseen("A reading could not be judged", error)
            return False
        if doubted:
            # It was paid for: who dies while the next one is asked leaves it to the next reader.
            _keep_raw(product, step.lease, run)
        return doubted

    return routing.SecondOpinion(doubts, combine, policy.pays)


def _ask(product: Product, documents: Sequence[Picture], options: Mapping[str, str], end: float) -> VendorRequest:
    return VendorRequest(product.slug, product.fields, documents, options, seconds=end - time.monotonic())


def guarded[**Given, Result](
    step: Callable[Given, Result], *given: Given.args, **named: Given.kwargs
) -> Result | Retry:
    """What the step returns; where it fails as nobody foresaw, its picture is to be brought again.

    A claim that it held runs out by its lease, which counts as an answer that was never seen.
    """
    try:
        return step(*given, **named)
    except InProgress as error:
        return Retry(error)
    except Exception as error:
        unforeseen("A picture failed", error)
        return Retry(_INTERNAL)


_INTERNAL = InternalError("An error of this system, not of the request.")
_BURIED = InternalError("The upload could not be read as often as the settings let it come; it may have been deleted.")
_UNSEEN = OutcomeUnknown(
    "The picture was sent to a vendor as often as the settings allow, and no response came back that can be read."
)


def refuse(
    product: str,
    ref: RecordRef,
    error: OcrError,
    content: str | None = None,
    *,
    picture: str | None = None,
    options: Mapping[str, str] | None = None,
    again: bool = False,
) -> Record:
    """The failed record of a picture that no vendor was asked about, under its product's slug.

    It keeps the `options` where they are known. `again` lets it be read when it comes again.
    """
    record = Record(
        id=ref.id,
        product=product,
        status=Status.FAILED,
        created_at=ref.created_at,
        options=dict(options or {}),
        problem=problem_of(error),
    )
    failed = records.placed(record, ref)
    kept = records.write_failed(failed, content, picture=picture, again=again)
    if kept is failed:
        count(kept)
    return kept


def count(record: Record) -> None:
    """Tell CloudWatch of a record that was written."""
    meter({"status": record.status}, {"product": record.product}, Records=(MetricUnit.Count, 1))


def write_failed_record(product: str, upload: Upload) -> Record:
    """The record of an upload that will not be brought again: the one it has, else a failed one of this product."""
    ref = records.record_ref(upload)
    standing = records.find(ref.id)
    if standing and standing.status != Status.PENDING:
        return standing
    return refuse(product, ref, _BURIED, again=True)


def claim(product: Product, job: Job, end: float) -> Step | Outcome:
    key = content(product, job)
    place = ref(job, key)
    try:
        lease = ledger.lease(key, product.slug, end - time.monotonic() + LEASE_MARGIN, _first(product, job, end))
    except InProgress as error:
        if job.last and not job.document.page:
            refuse(product.slug, place, error, key, options=job.options, again=True)
        raise
    if isinstance(lease, StoredReading):
        return ledger.replay(lease, place, product.fields, job.options)
    return Step(job, place, lease)


def _first(product: Product, job: Job, end: float) -> Asked | None:
    if job.in_pieces:
        return None  # Its pieces are sent, one by one.
    offer = routing.first(product.offers, _ask(product, [job.document], job.options, end))
    return Asked(offer.vendor, usage.charge(product.slug, offer, job.options, job.tenant)) if offer else None


def _recovered(product: Product, step: Step, end: float) -> Record | None:
    """The record of a content that a vendor had read before whoever asked it died, made of the answer as kept.

    Who was asked last may have been asked for a second opinion only: an answer of another is as good, unless the caller
    insists on vendors.
    """
    vendors = step.job.options.get(VENDOR)
    offers = [one for one in product.offers if not vendors or one.vendor in vendors.split(",")]
    for offer in sorted(offers, key=lambda one: one.vendor != step.lease.before):
        if record := _recovered_from(product, step, offer, end):
            return record
    return None


def _recovered_from(product: Product, step: Step, offer: Offer, end: float) -> Record | None:
    request = _ask(product, [step.job.document], step.job.options, end)
    try:
        outcome = raw_answers.understood(offer, request, step.lease.content)
    except (ClientError, BotoCoreError):
        # Nobody knows whether there is one: the vendor is not asked again before that is known.
        ledger.release(step.lease.made(), spent=0, answered=step.lease.before)
        raise
    except Exception as error:
        unforeseen("A kept answer could not be understood", error)
        return None
    if not isinstance(outcome, Reading | NoResult):
        # What asks for another try is no answer to stand by: it would be tried for ever.
        if offer.vendor == step.lease.before and not isinstance(
            outcome, VendorUnavailable | VendorRejected | InternalError
        ):
            step.standing = outcome
        return None
    record = _record(product, step, outcome)
    if _is_not_understood(record):
        return None
    found, units = outcome if isinstance(outcome, Reading) else None, offer.units(step.job.options)
    call = (found.units, found.trace) if found else (units, None)
    cost = float(Decimal(str(call[0])) * settings().price(offer.vendor, offer.interface))
    record.count([Attempt(vendor=offer.vendor, outcome="read", units=call[0], cost=cost, trace=call[1])])
    record.resends = step.lease.made().resends
    return keep_record(record, step, product, end)


def _is_not_understood(record: Record) -> bool:
    """Whether a vendor's answer is no record yet: it may be once an adapter is mended, or the vendor is well."""
    return record.problem is not None and record.problem.kind == UnexpectedResponse.default_kind


Write = Callable[[Record, Lease, RecordRef, type[Fields]], Record]


def keep_record(record: Record, step: Step, product: Product, end: float, write: Write | None = None) -> Record:
    """The record once it is written. It was paid for: a table that is busy is asked again while there is time.

    Where it stays so, the content is given back at once: the next reader makes the record of the answer as kept.
    """
    pause = FIRST_PAUSE
    while True:
        try:
            return (write or ledger.keep)(record, step.lease, step.ref, product.fields)
        except (ClientError, BotoCoreError) as error:
            unforeseen("A record could not be written", error)
            if pause > LONGEST_PAUSE or time.monotonic() + pause > end + KEEP_SECONDS:
                ledger.release(step.lease, spent=1, answered=record.vendor or "")
                raise
        time.sleep(pause * random.uniform(0.5, 1))
        pause *= 2


def _finish(product: Product, step: Step, run: routing.DocumentRun, end: float) -> Outcome:
    if isinstance(run.outcome, InProgress):
        raise run.outcome
    step = step.ended(run)
    job, lease = step.job, replace(step.lease, broken=step.lease.broken + run.broken)
    _keep_raw(product, lease, run)
    outcome = run.outcome or _INTERNAL
    if isinstance(outcome, OutcomeUnknown) and step.standing:
        # Asked as often as allowed, and answered: with what nobody understands.
        outcome = step.standing
    error = outcome if isinstance(outcome, VendorUnavailable | VendorRejected | InternalError) else None
    if error and error.blames == "picture" and lease.broken >= MOST_BROKEN:
        outcome, error = TooComplex("Processing this picture failed each time.", vendor=error.vendor), None
    if error and not job.last:
        ledger.release(lease, spent=run.spent)
        return Retry(error)
    record = _record(product, step, _UNSEEN if error and run.unanswered else outcome)
    if isinstance(outcome, Reading) and _is_not_understood(record):
        # It was charged and nothing came of it: another call is one more, as after any answer of this kind.
        run.attempts[-1] = run.attempts[-1].model_copy(update={"outcome": UnexpectedResponse.default_kind})
    record.count(run.attempts)
    record.resends = lease.resends
    if error:
        ledger.fail(record, lease, step.ref, product.fields, spent=run.spent)
        kept: Outcome = Retry(error)
    elif isinstance(outcome, CallerError) and all(attempt.outcome == "unfit" for attempt in run.attempts):
        # No vendor has seen it: under other settings one may take it.
        kept = ledger.fail(record, lease, step.ref, product.fields, spent=run.spent)
    elif _is_not_understood(record):
        # What it means may be known another day: the next reader tries the response as kept before it asks a vendor.
        write = partial(ledger.fail, spent=run.spent, answered=record.vendor or "")
        kept = record = keep_record(record, replace(step, lease=lease), product, end, write)
    else:
        kept = record = keep_record(record, step, product, end)
    if not job.document.page:
        count(record)
    if record.status == Status.UNKNOWN:
        alert("OutcomeUnknown", {"product": product.slug})
    return kept


def _keep_raw(product: Product, lease: Lease, run: routing.DocumentRun) -> None:
    try:
        while run.raw:
            vendor, (answer, fitted) = run.raw.popitem()
            raw_answers.save(product.slug, lease.content, vendor, answer, fitted)
    except Exception as error:
        # The record that follows is worth more: it was paid for.
        unforeseen("A vendor's answer could not be kept", error)


def _record(product: Product, step: Step, outcome: Reading | OcrError) -> Record:
    record = _settled(product, step, outcome)
    if isinstance(record, PageRecord) and isinstance(outcome, Reading):
        record.reading = outcome.model_copy(update={"raw": None, "crops": []})
    if isinstance(outcome, Reading) and outcome.crops:
        record.crops = _kept_crops(product, step, outcome)
    return record


def _settled(product: Product, step: Step, outcome: Reading | OcrError) -> Record:
    record = unread(product, step)
    if isinstance(outcome, Reading) and (product.code or product.sorts):
        record.codes = codes.read(step.job.document)
    return settled(product, record, outcome)


def unread(product: Product, step: Step) -> Record:
    """The record of a content before anything was read of it."""
    document = step.job.document
    page: dict[str, Any] = {"page": document.page} if document.page else {}
    record = (PageRecord if document.page else Record)(
        id=step.ref.id,
        product=product.slug,
        status=Status.SUCCEEDED,
        created_at=step.ref.created_at,
        options=dict(step.job.options),
        picture=PictureInfo(
            sha256=document.sha256,
            format=document.format,
            width=document.width,
            height=document.height,
            bytes=len(document.content),
            pages=document.pages or None,
            orientation=document.orientation if document.orientation > 1 else None,
        ),
        **page,
    )
    return records.placed(record, step.ref)


def _kept_crops(product: Product, step: Step, reading: Reading) -> list[CropLink]:
    try:
        return raw_answers.save_crops(product.slug, step.lease.content, reading.crops)
    except (ClientError, BotoCoreError) as error:
        # What was read is worth more; the vendor's answer holds them still.
        unforeseen("A vendor's pictures could not be kept", error)
        return []
