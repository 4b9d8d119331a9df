"""What came of a picture: the record's documents, its status, and the problem where it is no success.

A success is one whole document of the product that was asked for. Whatever else was read stays in the record, so that a
person can look at it, but under another status.
"""

from collections.abc import Sequence

from ocr.declare.fields import declared
from ocr.declare.product import Product
from ocr.model.check import Check
from ocr.model.problem import problem_of
from ocr.model.reading import Code, ExtractedDocument, Reading
from ocr.model.record import FINAL, Document, Record, Status
from ocr.pipeline.identity import WITHIN, document_type, one_document, within_picture
from ocr.pipeline.normalization import documents
from ocr.platform.errors import PROBLEMS, Incomplete, NoResult, OcrError, UnexpectedResponse
from ocr.platform.telemetry import unforeseen

# Of a picture: each is compared with all before it.
MOST_DOCUMENTS = 200


Identity = tuple[Check, str | None, Check, Check]


def settled(product: Product, record: Record, outcome: Reading | OcrError, identity: Identity | None = None) -> Record:
    """The record with what came of its picture; `identity` is known where it was told page by page."""
    error = _filled(product, record, outcome, identity) if isinstance(outcome, Reading) else outcome
    if error:
        ends = PROBLEMS[error.kind].upload
        record.status = Status(ends) if ends in FINAL else Status.FAILED
        record.problem = problem_of(error)
        record.vendor = error.vendor
    disputed = outcome.disputed if isinstance(outcome, Reading) and record.document else {}
    for name, opinions in disputed.items():
        if record.document and name in record.document.evidence:
            record.document.evidence[name].opinions = opinions
    doubt(record)
    return record


def doubt(record: Record) -> None:
    """Have the record say which fields are in doubt, and whether a person should look at it; a decision ends that."""
    person = record.reviewed
    failed = record.document.failed if record.document else []
    evidence = record.document.evidence if record.document else {}
    disputed = {name for name, one in evidence.items() if one.opinions}.difference(person.corrected if person else ())
    record.review = sorted({field for check in failed for field in check.fields} | disputed)
    doubted = record.status == Status.INCOMPLETE or record.checks_failed or record.review
    record.needs_review = bool(record.document and doubted and not (person and person.decision))


def _filled(product: Product, record: Record, reading: Reading, identity: Identity | None) -> OcrError | None:
    """Put a reading into the record; the error is why it is no success.

    An answer that this stumbles over is one not understood: it was paid for and is kept raw.
    """
    try:
        return _fill(product, record, reading, identity)
    except Exception as error:
        unforeseen("A reading could not be made into a record", error)
        return UnexpectedResponse("The vendor's answer could not be made into a record.", vendor=reading.vendor)


def _fill(product: Product, record: Record, reading: Reading, identity: Identity | None) -> OcrError | None:
    if len(reading.findings) > MOST_DOCUMENTS:
        return UnexpectedResponse("The vendor reports more documents than a picture can hold.", vendor=reading.vendor)
    record.vendor = reading.vendor
    record.angle = reading.angle
    held = {part.mark.content for part in declared(product.fields).values()}
    record.lines = reading.lines if "lines" in held else []
    record.tables = reading.tables if "tables" in held else []
    record.also_shows = reading.also_shows
    if any(finding.alone for finding in reading.findings):
        return _fill_apart(product, record, reading)
    found = _by_page(product, documents(product, reading, record.codes))
    kind, other, one, within = identity or (
        *document_type(product, reading.lines),
        one_document(product, reading.lines),
        within_picture(product, reading.lines, record.picture, next(iter(found), None)),
    )
    if found:
        document = found[0] if one.outcome != "failed" else _unclear(found[0])
        document.checks += [kind, one, within]
        record.document, *record.others = document, *found[1:]
    if other:
        detail = f"The picture does not show {product.name} ({product.slug}). It looks like {other}."
        return NoResult(detail, kind="wrong_document", vendor=reading.vendor, extra={"looks_like": other})
    if not found:
        detail = f"No field of {product.name} ({product.slug}) was found on the picture."
        return NoResult(detail, vendor=reading.vendor)
    if one.outcome == "failed":
        return _mixed(product, one, reading)
    return shortfall(product, document, reading.vendor)


def _by_page(product: Product, found: Sequence[Document]) -> list[Document]:
    """The documents of a file in the order of its pages; the first one that is whole, if any is, goes before them all.

    Those of a picture stay as they are: the fullest first.
    """
    whole = [one for one in found if not any(check.name == product.complete.name for check in one.failed)]
    if not any(one.page for one in found):
        return list(found)
    first = min(whole or found[:1], key=_page)
    return [first, *sorted((one for one in found if one is not first), key=_page)]


def _page(document: Document) -> int:
    return document.page or 0


def _fill_apart(product: Product, record: Record, reading: Reading) -> OcrError | None:
    """Put documents into the record that were parted on one page, each checked on its own lines, in their order."""
    found: list[Document] = []
    error: OcrError | None = None
    for finding in reading.findings:
        alone = reading.model_copy(update={"findings": [finding], "lines": finding.lines})
        own = [code for code in record.codes if _nearest(code, reading.findings) is finding]
        kind, _ = document_type(product, finding.lines)
        one = one_document(product, finding.lines)
        for document in documents(product, alone, own)[:1]:
            kept = document if one.outcome != "failed" else _unclear(document)
            within = within_picture(product, finding.lines, record.picture, kept)
            kept.checks += [kind, one, within]
            found.append(kept)
            mixed = one.outcome == "failed"
            short = _mixed(product, one, reading) if mixed else shortfall(product, kept, reading.vendor)
            error = error or short
    if not found:
        return NoResult(f"No field of {product.name} ({product.slug}) was found on the picture.", vendor=reading.vendor)
    record.document, *record.others = found
    return error


def _nearest(code: Code, findings: Sequence[ExtractedDocument]) -> ExtractedDocument | None:
    """The document on a page that a code belongs to: the one around it, or the nearest."""
    if code.box is None:
        return None
    x, y = (sum(corner[axis] for corner in code.box) / 4 for axis in (0, 1))

    def distance(finding: ExtractedDocument) -> float:
        corners = finding.box or ((0.0, 0.0),)
        across = max(min(one[0] for one in corners) - x, x - max(one[0] for one in corners), 0)
        down = max(min(one[1] for one in corners) - y, y - max(one[1] for one in corners), 0)
        return across**2 + down**2

    return min(findings, key=distance)


def _mixed(product: Product, one: Check, reading: Reading) -> Incomplete:
    detail = f"The picture shows several documents ({product.name}, {product.slug}); their fields are not mixed."
    return Incomplete(detail, kind="several_documents", vendor=reading.vendor, extra={"repeated": one.fields})


def _unclear(document: Document) -> Document:
    """What was read of several documents: nobody can tell which value belongs to which, so that no field has one."""
    texts = [*document.evidence.values(), *document.unmapped]
    return document.model_copy(update={"fields": {}, "evidence": {}, "sides": [], "unmapped": texts, "checks": []})


def shortfall(product: Product, document: Document, vendor: str | None) -> OcrError | None:
    """Why a document is no success; None where it is one."""
    missing = [check for check in document.failed if check.name == product.complete.name]
    if missing:
        fields = [name for check in missing for name in check.fields]
        detail = f"{product.name} ({product.slug}) was not read as a whole. {' '.join(one.detail for one in missing)}"
        return Incomplete(detail, vendor=vendor, extra={"missing": fields})
    if cut_off := next((check for check in document.failed if check.name == WITHIN), None):
        detail = f"{product.name} ({product.slug}) is not on the picture as a whole. {cut_off.detail}"
        return Incomplete(detail, vendor=vendor, extra={"missing": []})
    return None
