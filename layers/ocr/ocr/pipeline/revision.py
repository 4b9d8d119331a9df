"""What a person makes of a record: corrected fields, checked as a vendor's are, and a decision.

A correction is text, as the document prints it, and goes through the field's type. All checks of values run again. What
was read stays: as evidence, and in the record's revisions as what the value was before.
"""

import re
from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from pydantic import ValidationError

from ocr.declare.checks import check_results
from ocr.declare.fields import Declared, Fields, declared
from ocr.declare.product import Product
from ocr.model.check import Check
from ocr.model.problem import problem_of
from ocr.model.record import Correction, Decision, Document, Record, Review, Revision, Status
from ocr.pipeline.normalization import typed
from ocr.pipeline.status import doubt, shortfall
from ocr.platform.errors import CallerError

MOST_REVISIONS = 100
MOST_LETTERS = 10_000
_CELL = re.compile(r"([a-z][a-z0-9_]*)\[([0-9]{1,4})\]\.([a-z][a-z0-9_]*)")
# What these checks say is about the text as it was read, and of no interest once a person gave the value.
_OF_THE_READING = frozenset({"type", "certain"})


@dataclass(frozen=True)
class Change:
    """What a person asks for: texts by field (`items[0].tax` is a row's; None removes the value), and a decision."""

    texts: Mapping[str, str | None]
    decision: Decision | None = None

    @classmethod
    def of(cls, body: Mapping[str, Any]) -> "Change":
        """The change that a JSON object asks for; raises `invalid_request` for any other object."""
        texts, decision = body.get("fields", {}), body.get("decision")
        if not isinstance(texts, dict) or not all(isinstance(text, str | None) for text in texts.values()):
            raise _invalid("`fields` is not an object of texts or nulls.")
        if any(len(text or "") > MOST_LETTERS for text in texts.values()):
            raise _invalid(f"A text in `fields` is longer than {MOST_LETTERS} characters.")
        if decision not in (None, "approved", "rejected"):
            raise _invalid("`decision` is neither `approved` nor `rejected`.")
        if body.keys() - {"fields", "decision"} or not (texts or decision):
            raise _invalid("The body has other members than `fields` and `decision`, or none of them.")
        return cls(texts, decision)


def _invalid(detail: str) -> CallerError:
    advice = 'Send {"fields": {"name": "text"}, "decision": "approved"}, or one of the two.'
    return CallerError(detail, advice, kind="invalid_request")


def revised(product: Product, record: Record, change: Change, by: str) -> Record:
    """The record with this change by this person; the same record where nothing changes.

    Raises `conflict` for a record that cannot be changed so, `invalid_request` for fields that the product does not
    have and `invalid_value` for a text that is not of its field's type.
    """
    if record.status in (Status.PENDING, Status.FAILED, Status.UNKNOWN):
        raise CallerError("Nothing was read of this picture, so there is nothing to review.", kind="conflict")
    before = record.reviewed or Review(revisions=[])
    document, corrections = record.document, list[Correction]()
    if change.texts:
        if document is None or product.sorts:
            raise CallerError("This record has no fields that could be corrected.", kind="conflict")
        document, corrections = _corrected(product, document, change.texts, frozenset(before.corrected))
    decision = change.decision or (None if corrections else before.decision)
    if not corrections and decision == before.decision:
        return record
    if len(before.revisions) >= MOST_REVISIONS:
        raise CallerError(f"This record was changed {MOST_REVISIONS} times and stays as it is.", kind="conflict")
    now = datetime.now(UTC)
    review = Review(
        decision=decision,
        corrected=list(dict.fromkeys([*before.corrected, *(one.field for one in corrections)])),
        revisions=[*before.revisions, Revision(at=now, by=by, decision=change.decision, corrections=corrections)],
    )
    made = record.model_copy(update={"document": document, "reviewed": review, "finished_at": now})
    made = _settled(product, made) if corrections else made
    doubt(made)
    return made


def _settled(product: Product, record: Record) -> Record:
    """The record with the status that its fields lead to now; one of another or of several documents keeps its own."""
    if record.problem and record.problem.kind != "incomplete":
        return record
    found = [one for one in (record.document, *record.others) if one]
    error = next((short for one in found if (short := shortfall(product, one, record.vendor))), None)
    status = Status.INCOMPLETE if error else Status.SUCCEEDED
    return record.model_copy(update={"status": status, "problem": error and problem_of(error)})


def _corrected(
    product: Product, document: Document, texts: Mapping[str, str | None], by_person: frozenset[str]
) -> tuple[Document, list[Correction]]:
    fields = _loaded(product.fields, document)
    names = {check.name for check in check_results(fields, product.checks)}
    before = _flat(fields)
    for name, text in texts.items():
        _set(fields, name, text)
    given = _flat(fields)
    _derive(fields, {name for name in texts if given.get(name) != before.get(name)}, {*texts, *by_person})
    after = _flat(fields)
    changed = [
        Correction(field=name, before=before.get(name), after=after.get(name))
        for name in dict.fromkeys([*before, *after])
        if before.get(name) != after.get(name)
    ]
    # Who sends a value back unchanged says that it is right: checks of how it was read are settled by that, too.
    settled = {*texts, *(one.field for one in changed)}
    confirmed = [
        Correction(field=name, before=before.get(name), after=after.get(name))
        for name in texts
        if name not in by_person and before.get(name) is not None and before.get(name) == after.get(name)
    ]
    kept = [one for check in document.checks if check.name not in names for one in _left(check, settled)]
    checks = [*kept, *check_results(fields, product.checks)]
    shown = fields.model_dump(mode="json", exclude_defaults=True, exclude_none=True)
    sides = _sides(product.fields, document.sides, (one.field for one in changed if one.after is not None))
    made = document.model_copy(update={"fields": shown, "checks": checks, "sides": sides})
    return made, [*changed, *confirmed]


def _loaded(model: type[Fields], document: Document) -> Fields:
    try:
        return model.model_validate(document.fields)
    except ValidationError:
        detail = "The record was written by an earlier version of the product, and its fields are others now."
        raise CallerError(detail, "Send the picture again.", kind="conflict") from None


def _flat(fields: Fields) -> dict[str, Any]:
    """Every value as JSON by its name, `items[0].tax` for a row's."""
    found: dict[str, Any] = {}
    for name, value in fields.model_dump(mode="json", exclude_none=True).items():
        if declared(type(fields))[name].row:
            found |= {f"{name}[{place}].{cell}": one for place, row in enumerate(value) for cell, one in row.items()}
        else:
            found[name] = value
    return found


def _set(fields: Fields, name: str, text: str | None) -> None:
    holder, field = _place(fields, name)
    if text is None or not text.strip():
        setattr(holder, field.name, None)
        return
    try:
        value = typed(type(holder), field.name, text)
    except ValidationError:
        detail = "The text is not of the field's type."
        raise CallerError(detail, kind="invalid_value", extra={"field": name}) from None
    setattr(holder, field.name, value)


def _place(fields: Fields, name: str) -> tuple[Fields, Declared]:
    """The model that holds a value of this name, and the value's field in it."""
    holder, own = fields, name
    if cell := _CELL.fullmatch(name):
        listed = declared(type(fields)).get(cell[1])
        rows = getattr(fields, cell[1]) or [] if listed and listed.row else []
        if int(cell[2]) < len(rows):
            holder, own = rows[int(cell[2])], cell[3]
    field = declared(type(holder)).get(own)
    if field is None or field.row or field.mark.content:
        raise _invalid("`fields` names a field that this record does not have, or that cannot be corrected.")
    return holder, field


def _derive(fields: Fields, changed: Container[str], by_person: Container[str]) -> None:
    """Compute anew what is derived from a changed field, unless a person gave it."""
    for name, field in declared(type(fields)).items():
        if field.mark.derived and field.mark.derived[0] in changed and name not in by_person:
            source, by = field.mark.derived
            value = getattr(fields, source)
            setattr(fields, name, None if value is None else by(value))


def _left(check: Check, settled: Iterable[str]) -> Iterator[Check]:
    """What a check of the reading still says, now that a person has settled these fields."""
    left = [field for field in check.fields if field not in settled]
    if left or not check.fields:
        yield check.model_copy(update={"fields": left})
    elif check.name not in _OF_THE_READING:
        yield check.model_copy(update={"outcome": "not_applicable", "detail": "A person gave the value."})


def _sides(model: type[Fields], found: Iterable[str], given: Iterable[str]) -> list[str]:
    marks = {name: field.mark.side for name, field in declared(model).items()}
    held = {*found, *(marks.get(name) for name in given)}
    return [side for side in dict.fromkeys(marks.values()) if side and side in held]
