"""Several vendors' readings of one picture become one, field by field.

What they agree on is the value. Where they differ, the text whose checks hold wins, else the surer one; where that
leaves a doubt, both texts stand in the record and a person is asked. That a document has expired is no doubt of how it
was read: a person may want to know, another vendor would read the same.
"""

from collections.abc import Callable, Sequence

from ocr.declare.checks import refutes
from ocr.declare.fields import declared
from ocr.declare.product import Product
from ocr.model.check import Check
from ocr.model.reading import ExtractedDocument, Item, Opinion, Reading
from ocr.model.record import Document, Evidence, Record, Status
from ocr.pipeline.normalization import by_field
from ocr.platform.settings import Escalation

Settle = Callable[[Reading], Record]


def doubtful(record: Record, policy: Escalation) -> bool:
    """Whether a reading's record is not good enough to stand alone: another vendor may know better."""
    if record.document is None or record.status not in (Status.SUCCEEDED, Status.INCOMPLETE):
        return False
    unsure = record.lowest_confidence is not None and record.lowest_confidence < policy.confidence
    return unsure or policy.checks and (record.status == Status.INCOMPLETE or _is_refuted(record))


def _is_refuted(record: Record) -> bool:
    """Whether a check speaks against a value, or another vendor does."""
    disputed = record.document and any(one.opinions for one in record.document.evidence.values())
    return bool(disputed or _refuting(record))


def _refuting(record: Record) -> list[Check]:
    documents = [record.document, *record.others] if record.document else []
    return [check for document in documents for check in document.failed if refutes(check)]


def combined(product: Product, readings: Sequence[Reading], settle: Settle) -> Reading:
    """One reading of all; the one of which most holds where they are of several documents."""
    records = [settle(reading) for reading in readings]
    order = sorted(range(len(readings)), key=lambda number: _faults(records[number]))
    best, document = readings[order[0]], records[order[0]].document
    for number in order[1:]:
        other = records[number].document
        if document and other and _is_one(product, best, records[order[0]]) and not records[number].others:
            best = _settled_between(product, best, document, other, readings[number].vendor)
    if _faults(settle(best)) > _faults(records[order[0]]):
        return readings[order[0]]
    return best


def _faults(record: Record) -> tuple[bool, bool, int, int]:
    fields = len(record.document.fields) if record.document else 0
    return record.document is None, record.status != Status.SUCCEEDED, len(_refuting(record)), -fields


def _is_one(product: Product, reading: Reading, record: Record) -> bool:
    """Whether a reading is of one document, of which each text says whose field's it is."""
    return len(reading.findings) == 1 and not (record.others or product.sorts)


def _settled_between(product: Product, reading: Reading, document: Document, other: Document, vendor: str) -> Reading:
    """The reading with what another vendor knows better, and with both texts where nobody can tell."""
    [finding] = reading.findings
    items = dict(by_field(product.fields, finding))
    better: dict[str, Item] = {}
    disputed = dict(reading.disputed)
    for name in declared(product.fields):
        theirs, evidence = other.fields.get(name), other.evidence.get(name)
        agreed = theirs is None or theirs == document.fields.get(name)
        if agreed or evidence is None or not _holds(other, name):
            continue
        mine = document.evidence.get(name)
        if mine is None or not _holds(document, name):
            better[name] = _item(evidence)
            continue
        surer = (evidence.confidence or 0) > (mine.confidence or 0)
        if surer:
            better[name] = _item(evidence)
        loser, whose = (mine, reading.vendor) if surer else (evidence, vendor)
        disputed[name] = [*disputed.get(name, []), _opinion(whose, loser)]
    kept = [item for item in finding.items if not any(item is items.get(name) for name in better)]
    changed: ExtractedDocument = finding.model_copy(update={"items": [*kept, *better.values()]})
    return reading.model_copy(update={"findings": [changed], "disputed": disputed})


def _holds(document: Document, name: str) -> bool:
    return name in document.fields and not any(name in check.fields for check in document.failed if refutes(check))


def _item(evidence: Evidence) -> Item:
    return Item(label=evidence.label, text=evidence.text, confidence=evidence.confidence, box=evidence.box)


def _opinion(vendor: str, evidence: Evidence) -> Opinion:
    return Opinion(vendor=vendor, text=evidence.text, confidence=evidence.confidence)
