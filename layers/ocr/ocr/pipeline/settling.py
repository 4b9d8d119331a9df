"""What came of a picture: the record's documents, its status, and the problem where it is no success.

A success is one whole document of the product that was asked for. Whatever else was read stays in the record, so that a
person can look at it, but under another status.
"""

from ocr.declare.fields import declared
from ocr.declare.product import Product
from ocr.model.check import Check
from ocr.model.problem import problem_of
from ocr.model.reading import Reading
from ocr.model.record import FINAL, Document, Record, Status
from ocr.pipeline.identity import document_type, one_document
from ocr.pipeline.normalization import documents
from ocr.platform.errors import PROBLEMS, Changed, Incomplete, NoResult, OcrError
from ocr.platform.telemetry import unforeseen

# Of a picture: each is compared with all before it.
MOST_DOCUMENTS = 200


Identity = tuple[Check, str | None, Check]


def settled(product: Product, record: Record, outcome: Reading | OcrError, identity: Identity | None = None) -> Record:
    """The record with what came of its picture; `identity` is known where it was told page by page."""
    error = _filled(product, record, outcome, identity) if isinstance(outcome, Reading) else outcome
    if error:
        ends = PROBLEMS[error.kind].upload
        record.status = Status(ends) if ends in FINAL else Status.FAILED
        record.problem = problem_of(error)
        record.vendor = error.vendor
    return record


def _filled(product: Product, record: Record, reading: Reading, identity: Identity | None) -> OcrError | None:
    """Put a reading into the record; the error is why it is no success.

    An answer that this stumbles over is one not understood: it was paid for and is kept raw.
    """
    try:
        return _fill(product, record, reading, identity)
    except Exception as error:
        unforeseen("A reading could not be made into a record", error)
        return Changed("The vendor's answer could not be made into a record.", vendor=reading.vendor)


def _fill(product: Product, record: Record, reading: Reading, identity: Identity | None) -> OcrError | None:
    if len(reading.findings) > MOST_DOCUMENTS:
        return Changed("The vendor reports more documents than a picture can hold.", vendor=reading.vendor)
    record.vendor = reading.vendor
    record.angle = reading.angle
    held = {part.mark.content for part in declared(product.fields).values()}
    record.lines = reading.lines if "lines" in held else []
    record.tables = reading.tables if "tables" in held else []
    found = documents(product, reading, record.codes)
    kind, other, one = identity or (*document_type(product, reading.lines), one_document(product, reading.lines))
    if found:
        document = found[0] if one.outcome != "failed" else _unclear(found[0])
        document.checks += [kind, one]
        record.document, *record.others = document, *found[1:]
    if other:
        detail = f"The picture does not show {product.name} ({product.slug}). It looks like {other}."
        return NoResult(detail, kind="wrong_document", vendor=reading.vendor, extra={"looks_like": other})
    if not found:
        detail = f"No field of {product.name} ({product.slug}) was found on the picture."
        return NoResult(detail, vendor=reading.vendor)
    if one.outcome == "failed":
        detail = f"The picture shows several documents ({product.name}, {product.slug}); their fields are not mixed."
        return Incomplete(detail, kind="several_documents", vendor=reading.vendor, extra={"repeated": one.fields})
    return _shortfall(product, found[0], reading)


def _unclear(document: Document) -> Document:
    """What was read of several documents: nobody can tell which value belongs to which, so that no field has one."""
    texts = [*document.evidence.values(), *document.unmapped]
    return document.model_copy(update={"fields": {}, "evidence": {}, "sides": [], "unmapped": texts, "checks": []})


def _shortfall(product: Product, document: Document, reading: Reading) -> OcrError | None:
    """Why a document is no success; None where it is one."""
    missing = [check for check in document.failed if check.name == product.complete.name]
    if missing:
        fields = [name for check in missing for name in check.fields]
        detail = f"{product.name} ({product.slug}) was not read as a whole. {' '.join(one.detail for one in missing)}"
        return Incomplete(detail, vendor=reading.vendor, extra={"missing": fields})
    return None
