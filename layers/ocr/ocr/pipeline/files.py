"""The path of a file of pages: each page by itself, at most once, then all of them in one record.

A page that holds its own characters is understood from these: nobody is asked, nothing is paid. Any other is drawn and
goes the way of a picture, as a content of its own in the ledger, so that whoever goes on with a file after a crash, or
with more time, finds what was read of it. A file takes as many steps as its pages need.

With the option `split` the documents on a page, or on a picture, go that way each by itself: our own engine says where
they are, which is a content of its own too, so that they are the same ones when somebody else goes on.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from itertools import batched
from time import monotonic
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from ocr.declare.offers import LABEL, Offer, VendorRequest
from ocr.declare.options import PAGES, SPLIT
from ocr.declare.product import Product
from ocr.model.answer import ReceivedAnswer
from ocr.model.check import Check
from ocr.model.picture import Picture, Upload
from ocr.model.problem import problem_of
from ocr.model.reading import TEXT, Code, ExtractedDocument, Item, Reading, on_page
from ocr.model.record import FINAL, Attempt, Document, PageInfo, PageRecord, Record, Status
from ocr.model.tenant import OPERATOR, Tenant
from ocr.pages import files
from ocr.pages.page import Page, Part, selected
from ocr.pipeline import parts, process
from ocr.pipeline.identity import ONE, TYPE, WITHIN
from ocr.pipeline.process import Job, Outcome, Retry, Step
from ocr.pipeline.routing import NO_TIME
from ocr.pipeline.status import doubt, settled
from ocr.platform.errors import CallerError, Incomplete, OcrError, VendorUnavailable
from ocr.platform.telemetry import unforeseen
from ocr.storage import ledger, raw_answers
from ocr.storage.records import RecordRef

# Pages that are drawn and read side by side: a function has memory for a few.
AT_ONCE = 4
# Pages of which the vendors' answers are not of this document, or of more than one.
_SET_APART = {"wrong_document", "several_documents"}


@dataclass(frozen=True)
class PageResult:
    """What came of one page: its record, which nobody is shown, and the reading that it was made of."""

    page: Page
    record: Record
    reading: Reading | None


@dataclass
class _Results:
    """Pages that were read, how many of them this time; those that wait; and what told where their documents are."""

    found: list[PageResult]
    fresh: int = 0
    waiting: list[Page] = field(default_factory=list)
    separations: list[PageRecord] = field(default_factory=list)

    @property
    def attempts(self) -> list[Attempt]:
        """All calls, in order."""
        records = [*self.separations, *(result.record for result in self.found)]
        return [attempt for record in records for attempt in record.attempts]


def job(
    product: Product,
    content: bytes,
    options: Mapping[str, str],
    upload: Upload | None = None,
    ref: RecordRef | None = None,
    *,
    last: bool = False,
    tenant: Tenant = OPERATOR,
) -> Job:
    """The work that a file with these options is; raises `CallerError` and `TooComplex` for what cannot be read."""
    document = files.opened(content, upload)
    selected(options.get(PAGES), document.pages or 1)
    left_out = {PAGES} - ({PAGES} if document.pages else set()) | ({SPLIT} if options.get(SPLIT) == "0" else set())
    own = {name: value for name, value in options.items() if name not in left_out}
    if SPLIT in own:
        parts.separator(product)
    return Job(document, own, ref, last, tenant)


def read(product: Product, jobs: Sequence[Job], end: float) -> list[Outcome]:
    """An outcome for each work, picture or file, in order; as `process.read`."""
    pictures = [job for job in jobs if not job.in_pieces]
    outcomes = iter(process.read(product, pictures, end))
    return [process.guarded(_in_pieces, product, job, end) if job.in_pieces else next(outcomes) for job in jobs]


def _in_pieces(product: Product, job: Job, end: float) -> Outcome:
    step = process.claim(product, job, end)
    if not isinstance(step, Step):
        return step
    results = _Results([])
    error = _opened_pages(product, step, results, end)
    pages = [] if error else results.waiting
    if not error and job.options.get(SPLIT):
        pages, error = _parted(product, step, results, end)
    if not error and not job.document.pages and not any(page.part for page in pages):
        # A picture of one document, or of several that nothing parts, is read as it is without the option.
        ledger.release(step.lease, spent=0)
        [outcome] = process.read(product, [replace(job, options=page_options(job.options))], end)
        return outcome
    error = error or _read(product, step, pages, results, end)
    if error:
        return _put_off(product, step, results, error)
    return _assembled(product, step, results, end)


def _put_off(product: Product, step: Step, results: _Results, error: OcrError) -> Outcome:
    """Give the file back: its pages that were read are kept, and a step that got further is no failed try."""
    if step.job.last and not results.fresh:
        record = settled(product, process.unread(product, step), error)
        record.count(results.attempts)
        ledger.fail(record, step.lease, step.ref, product.fields, spent=0)
    else:
        ledger.release(step.lease, spent=0)
    return Retry(replace(error, blames="nothing") if results.fresh else error)


def _opened_pages(product: Product, step: Step, results: _Results, end: float) -> OcrError | None:
    """Open the pages: what they say themselves is a result, the others wait. The error is why some are not opened."""
    document = step.job.document
    if not document.pages:
        results.waiting.append(Page(1, document.width, document.height, draw=lambda: _of_file(document, 1)))
        return None
    for number in selected(step.job.options.get(PAGES), document.pages):
        if monotonic() > end:
            return _NO_TIME
        page = _opened(product, step, number)
        if isinstance(page, PageResult):
            results.found.append(page)
        else:
            results.waiting.append(page)
    return None


def _read(product: Product, step: Step, pages: Sequence[Page], results: _Results, end: float) -> OcrError | None:
    """Have the pages, or their parts, read that were not before; the error is why some have to be read later."""
    waiting: list[Page] = []
    for page in pages:
        if monotonic() > end:
            return _NO_TIME
        if done := ledger.finished(process.content(product, _page_job(step, _undrawn(step, page)))):
            results.found.append(_result(product, step, page, done.record))
        else:
            waiting.append(page)
    for group in batched(waiting, AT_ONCE, strict=False):
        if monotonic() > end:
            return _NO_TIME
        drawn = [_drawn(product, step, page) for page in group]
        jobs = [one for one in drawn if isinstance(one, Job)]
        outcomes = iter(process.read(product, jobs, end))
        late: OcrError | None = None
        for page, one in zip(group, drawn, strict=True):
            outcome = next(outcomes) if isinstance(one, Job) else one
            if isinstance(outcome, Retry):
                late = late or outcome.error
            elif isinstance(outcome, Record):
                results.found.append(_result(product, step, page, outcome))
                results.fresh += isinstance(one, Job)
        if late:
            return late
    results.found.sort(key=lambda result: (result.page.number, result.page.part.number if result.page.part else 0))
    return None


def _parted(product: Product, step: Step, results: _Results, end: float) -> tuple[list[Page], OcrError | None]:
    """The waiting pages, each document on them as a page of its own; and why this is not known of all of them."""
    separator = parts.separator(product)
    parted: list[Page] = []
    for group in batched(results.waiting, AT_ONCE, strict=False):
        if monotonic() > end:
            return [], _NO_TIME
        pages = [replace(page, draw=cache(page.draw)) if page.draw else page for page in group]
        told = [_separated(product, step, separator, page) for page in pages]
        outcomes = iter(process.read(product, [one for one in told if isinstance(one, Job)], end))
        for page, one in zip(pages, told, strict=True):
            outcome = next(outcomes) if isinstance(one, Job) else one
            if isinstance(outcome, Retry):
                return [], outcome.error
            if isinstance(outcome, PageRecord):
                results.separations.append(outcome)
            parted += parts.told(page, outcome) or [page]
    return parted, None


def _separated(product: Product, step: Step, separator: Offer, page: Page) -> Job | Record:
    """What was told of a page's documents before, or the work of telling it."""
    undrawn = parts.separation(_undrawn(step, page), step.job, separator)
    if done := ledger.finished(process.content(product, undrawn)):
        return done.record
    drawn = _drawn(product, step, page)
    return parts.separation(drawn.document, step.job, separator) if isinstance(drawn, Job) else drawn


_NO_TIME = VendorUnavailable("There was too little time left for all pages.", code=NO_TIME)


def _opened(product: Product, step: Step, number: int) -> Page | PageResult:
    """A page that a vendor has to read, or what came of it."""
    try:
        page = files.page(step.job.document, number)
    except OcrError as fault:
        return PageResult(Page(number, 1, 1), _failed(product, step, fault), None)
    reader = reader_of(product, step.job.options)
    if page.answer is None or reader is None:
        if page.draw is None:
            error = CallerError(
                "The file holds text where this product, or the vendor that was asked for, needs a picture.",
                "Print it to a PDF, or take a picture of it.",
                kind="unsupported_format",
            )
            return PageResult(page, _failed(product, step, error), None)
        return page
    reading = understood(product, reader, step.job.options, page)
    if isinstance(reading, Reading):
        record = settled(product, process.unread(product, step), reading)
        return PageResult(page, record, reading)
    return page if page.draw else PageResult(page, _failed(product, step, reading), None)


def reader_of(product: Product, options: Mapping[str, str]) -> Offer | None:
    """Who understands text; None where a caller insists on a vendor."""
    if "vendor" in options:
        return None
    return next((offer for offer in product.offers if offer.reads_text), None)


def understood(product: Product, reader: Offer, options: Mapping[str, str], page: Page) -> Reading | OcrError:
    """What the page's own text says."""
    assert page.answer is not None
    there = Picture(b"", "PNG", page.width, page.height)
    request = VendorRequest(product.slug, product.fields, [there], options, seconds=0)
    outcome = reader.understood(request, ReceivedAnswer.of(page.answer))
    if not isinstance(outcome, Reading):
        return outcome
    reading = _with_data(_as_written(outcome), page.answer.get("data") or {})
    return reading.model_copy(update={"vendor": TEXT, "units": 0, "raw": None})


def _as_written(reading: Reading) -> Reading:
    """The reading of characters that the file itself holds: they are as sure as their places are."""

    def items(originals: Sequence[Item]) -> list[Item]:
        return [one.model_copy(update={"confidence": one.score, "score": None}) for one in originals]

    def finding(original: ExtractedDocument) -> ExtractedDocument:
        rows = {name: [items(row) for row in rows] for name, rows in original.rows.items()}
        parts = {"items": items(original.items), "leftover": items(original.leftover), "rows": rows}
        return original.model_copy(update=parts)

    return reading.model_copy(update={"findings": [finding(original) for original in reading.findings]})


def _with_data(reading: Reading, data: Mapping[str, Any]) -> Reading:
    """The reading with what the file states as data, which counts before what is printed."""
    if not data:
        return reading
    stated = [_item(*pair) for pair in data.get("items", [])]
    rows = [[_item(*pair) for pair in row] for row in data.get("rows", [])]
    first, *others = reading.findings or [ExtractedDocument()]
    first = first.model_copy(
        update={"items": [*stated, *first.items], **({"rows": {"": rows}} if rows else {})},
    )
    return reading.model_copy(update={"findings": [first, *others]})


def _item(label: str, text: str) -> Item:
    return Item(label=label, text=text, confidence=1.0)


def _undrawn(step: Step, page: Page) -> Picture:
    """The page's picture without its bytes, which name no content."""
    part = page.part.name if page.part else None
    return replace(_of_file(step.job.document, page.number), content=b"", part=part)


def _of_file(document: Picture, number: int) -> Picture:
    """A picture as a page of a file."""
    return replace(document, pages=0, page=number, file=document.sha256, upload=None)


def _page_job(step: Step, picture: Picture) -> Job:
    """A page as a picture of its own. It is never brought the last time: its file may be."""
    return Job(picture, page_options(step.job.options), tenant=step.job.tenant)


def page_options(options: Mapping[str, str]) -> dict[str, str]:
    """The options that a page is read with, of those of its file."""
    return {name: value for name, value in options.items() if name not in {PAGES, SPLIT, LABEL}}


def _drawn(product: Product, step: Step, page: Page) -> Job | Record:
    assert page.draw is not None
    try:
        return _page_job(step, page.draw())
    except OcrError as error:
        return _failed(product, step, error)


def _failed(product: Product, step: Step, error: OcrError) -> Record:
    return settled(product, process.unread(product, step), error)


def _result(product: Product, step: Step, page: Page, record: Record) -> PageResult:
    reading = record.reading if isinstance(record, PageRecord) else None
    picture = record.picture
    if page.part:
        blank = process.unread(product, step)
        blank.codes = [_moved(code, page.part) for code in record.codes]
        return PageResult(page, parts.placed(product, blank, page, record, reading), reading)
    there = replace(page, width=picture.width, height=picture.height) if picture else page
    return PageResult(there, record, reading)


def _moved(code: Code, part: Part) -> Code:
    a, b, c, d = code.box or part.box
    return code.model_copy(update={"box": tuple(map(part.placed, (a, b, c, d))) if code.box else None})


# --- All pages together -----------------------------------------------------------------------------------------------


def _assembled(product: Product, step: Step, results: _Results, end: float) -> Outcome:
    _keep_texts(product, step, results.found)
    blank = process.unread(product, step)
    blank.also_shows = sorted({kind for one in results.separations for kind in one.also_shows})
    record = joined(product, blank, results.found)
    record.count(results.attempts)
    kept = process.keep_record(record, step, product, end)
    process.count(kept)
    return kept


def _keep_texts(product: Product, step: Step, results: Sequence[PageResult]) -> None:
    """Keep the pages' own text, so that the record can be made again without the file."""
    texts = {one.page.number: one.page.answer for one in results if one.page.answer and _is_text(one.reading)}
    if not texts:
        return
    try:
        raw_answers.save_texts(product.slug, step.lease.content, texts)
    except (ClientError, BotoCoreError) as error:
        # The record that follows is worth more.
        unforeseen("The text of a file could not be kept", error)


def _is_text(reading: Reading | None) -> bool:
    return reading is not None and reading.vendor == TEXT


def joined(product: Product, record: Record, results: Sequence[PageResult]) -> Record:
    """The file's record of what came of its pages, or a picture's of the documents that were cut out of it."""
    record.pages = [_info(result) for result in results]
    record.count([one for result in results for one in result.record.attempts])
    in_file = bool(record.picture and record.picture.pages)
    record.codes = [
        code.model_copy(update={"page": result.page.number if in_file else None})
        for result in results
        for code in result.record.codes
    ]
    record.crops = [one for result in results for one in result.record.crops]
    record.resends = sum(result.record.resends for result in results)
    usable = [result for result in results if result.reading and not _is_apart(result)]
    apart = [result for result in results if _is_apart(result)]
    unread = [result for result in results if result.record.status in _UNREAD or _is_empty(result)]
    if any(result.record.document for result in usable) or any(_texts(result) for result in usable):
        record = settled(product, record, _together(usable), _identity(usable))
        record.others += _documents(apart, in_file)
    elif documents := _documents([result for result in apart if result.page.part], in_file):
        record.document, *record.others = documents
        record.vendor = next(result.record.vendor for result in apart if result.record.document)
        record.others += _documents([result for result in apart if not result.page.part], in_file)
    else:
        return _like_first(record, results)
    if in_file:
        record.others.sort(key=lambda document: document.page or 0)
    if unread:
        return _marked(record, unread, "was not read", "were not read")
    if record.status == Status.SUCCEEDED and (short := [one for one in apart if one.page.part and one.record.problem]):
        record.status, record.problem = Status.INCOMPLETE, short[0].record.problem
    several = [result for result in apart if _kind(result) == "several_documents"]
    if several and record.status == Status.SUCCEEDED:
        return _marked(record, several, "shows several documents", "show several documents", "several_documents")
    doubt(record)
    return record


_UNREAD = {Status.FAILED, Status.UNKNOWN}


def _is_apart(result: PageResult) -> bool:
    """Whether the page's documents are no sides of others': they are taken as they are."""
    return result.page.part is not None or _kind(result) in _SET_APART


def _is_empty(result: PageResult) -> bool:
    """Whether nothing was read of a document that is there."""
    return result.page.part is not None and result.record.status == Status.NO_RESULT


def _documents(results: Sequence[PageResult], in_file: bool) -> list[Document]:
    """Their documents; of a page that is none of the product's only what it looks like."""
    return [
        document.model_copy(update={"page": result.page.number}) if in_file else document
        for result in results
        if result.record.document
        for document in (result.record.document, *(result.record.others if result.page.part else ()))
    ]


def _together(results: Sequence[PageResult]) -> Reading:
    """The pages' readings as one; what the product has to tell apart it tells by their values."""
    readings = [on_page(result.reading, result.page.number) for result in results if result.reading]
    first = next((result.reading for result in results if result.reading and result.record.document), None)
    vendor = first.vendor if first else readings[0].vendor
    return Reading(
        vendor=vendor,
        findings=[finding for reading in readings for finding in reading.findings],
        lines=[line for reading in readings for line in reading.lines],
        tables=[table for reading in readings for table in reading.tables],
        angle=readings[0].angle,
        units=sum(reading.units for reading in readings),
    )


def _identity(results: Sequence[PageResult]) -> tuple[Check, str | None, Check, Check]:
    """What was told of the first page with a document holds for the file: every page was looked at by itself."""
    checks = {check.name: check for result in reversed(results) for check in _checks(result)}
    missing = Check(name="", fields=[], outcome="not_applicable", detail="No page tells.")
    kind = checks.get(TYPE, missing.model_copy(update={"name": TYPE}))
    one, within = (checks.get(name, missing.model_copy(update={"name": name})) for name in (ONE, WITHIN))
    return kind, None, one, within


def _checks(result: PageResult) -> Sequence[Check]:
    return result.record.document.checks if result.record.document else ()


def _texts(result: PageResult) -> bool:
    return bool(result.record.lines or result.record.tables)


def _kind(result: PageResult) -> str | None:
    return result.record.problem.kind if result.record.problem else None


def _info(result: PageResult) -> PageInfo:
    status = result.record.status
    return PageInfo(
        number=result.page.number,
        part=result.page.part.name if result.page.part else None,
        box=result.page.part.box if result.page.part else None,
        width=result.page.width,
        height=result.page.height,
        vendor=result.reading.vendor if result.reading else result.record.vendor,
        status=status if status in FINAL else Status.FAILED,
        problem=_kind(result),
    )


def _like_first(record: Record, results: Sequence[PageResult]) -> Record:
    """Where no page holds the document, the file ended as the page did of which most is to be said."""
    order = [Status.INCOMPLETE, Status.UNKNOWN, Status.FAILED, Status.NO_RESULT]
    first = min(results, key=lambda result: order.index(result.record.status) if result.record.status in order else 9)
    documents = [
        result.record.document.model_copy(update={"page": result.page.number})
        for result in results
        if result.record.document
    ]
    record.status, record.problem, record.vendor = first.record.status, first.record.problem, first.record.vendor
    record.document, record.others = (documents[0], documents[1:]) if documents else (None, [])
    return record


def _marked(record: Record, results: Sequence[PageResult], one: str, several: str, kind: str = "incomplete") -> Record:
    """The record as one that a person has to look at, since of these pages it has nothing."""
    numbers = sorted({result.page.number for result in results})
    names = [
        f"{result.page.number} (document {result.page.part.name})" if result.page.part else str(result.page.number)
        for result in results
    ]
    detail = f"Page {names[0]} {one}." if len(names) == 1 else f"Pages {', '.join(names)} {several}."
    record.status = Status.INCOMPLETE
    record.problem = problem_of(Incomplete(detail, kind=kind, vendor=record.vendor, extra={"pages": numbers}))
    return record
