"""From what a vendor said to what a product promises: labelled texts become typed, checked fields."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from functools import cache
from typing import Any

from pydantic import TypeAdapter, ValidationError

from ocr.declare import catalogue
from ocr.declare.checks import check_results, confirms
from ocr.declare.codes import CodeValues
from ocr.declare.fields import Declared, Fields, canonical, declared, document_field, labels
from ocr.declare.product import Product
from ocr.model.check import Check, Outcome
from ocr.model.reading import Code, ExtractedDocument, Item, Reading
from ocr.model.record import Document, Evidence
from ocr.pipeline.confidence import Witness, confidence, witness

Rules = Sequence[Callable[[Fields], Check]]

# Below this score, or confidence, a value needs another witness: it was read badly, or only its place says whose it is.
LEAST_CERTAIN = 0.88


def documents(product: Product, reading: Reading, codes: Sequence[Code] = ()) -> list[Document]:
    """The documents in a reading in the product's terms, the fullest first; empty when it holds none.

    `codes` are those on the picture: what they say confirms what was read, fills what was not, and shows what differs.
    """
    if product.sorts:
        return _sorted(product, reading, codes)
    decoded = [(said, code) for code in codes if product.code and (said := product.code.read(code.text))]
    return normalize(product.fields, product.checks, reading, decoded)


def normalize(
    model: type[Fields], rules: Rules, reading: Reading, decoded: Sequence[tuple[CodeValues, Code]] = ()
) -> list[Document]:
    """The documents in a reading, the fullest first; an empty list when it holds nothing of the product.

    Findings that contradict each other in no field are sides or pages of one document and become one. `decoded` is
    what codes on the picture say of such documents.
    """
    content = _content(model, reading)
    something = content or any(said.proven for said, _ in decoded)
    merged = _merged(model, reading.findings or ([ExtractedDocument()] if something else []))
    drafts = [_drafted(model, finding, content) for finding in merged]
    _referee(drafts, decoded)
    found = [_found(draft, rules, finding) for draft, finding in zip(drafts, merged, strict=True)]
    kept = [one for one in found if _holds_anything(one, reading)]
    return sorted(kept, key=_fullness, reverse=True)


def _holds_anything(found: Document, reading: Reading) -> bool:
    """Whether a document was read at all. What a vendor labels is one, though nobody declared its labels.

    Where the page's lines are known, labels of other papers are among them: they make no document.
    """
    return bool(found.fields or found.evidence or (found.unmapped and not reading.lines))


def _content(model: type[Fields], reading: Reading) -> dict[str, Any]:
    """The fields that hold the reading's lines or tables themselves."""
    held = {
        "lines": "\n".join(line.text for line in reading.lines),
        "tables": [_grid(table.cells) for table in reading.tables],
    }
    wanted = ((name, field.mark.content) for name, field in declared(model).items() if field.mark.content)
    return {name: held[kind] for name, kind in wanted if held.get(kind)}


def _grid(cells: Sequence[Any]) -> list[list[str]]:
    height = 1 + max((cell.row for cell in cells), default=-1)
    width = 1 + max((cell.column for cell in cells), default=-1)
    grid = [[""] * width for _ in range(height)]
    for cell in cells:
        grid[cell.row][cell.column] = cell.text
    return grid


def _merged(model: type[Fields], findings: Iterable[ExtractedDocument]) -> list[ExtractedDocument]:
    documents: list[ExtractedDocument] = []
    for finding in findings:
        mates = [other for other in documents if not (other.alone or finding.alone) and _agree(model, other, finding)]
        mate = mates[0] if mates else None
        # On another page it may be the other side of any of them.
        if mate is None or (finding.page != mate.page and len(mates) > 1):
            documents.append(finding)
        else:
            documents[documents.index(mate)] = _joined(mate, finding)
    return documents


def _agree(model: type[Fields], one: ExtractedDocument, other: ExtractedDocument) -> bool:
    first, second = by_field(model, one), by_field(model, other)
    return all(canonical(first[name].text) == canonical(second[name].text) for name in first.keys() & second.keys())


def by_field(model: type[Fields], finding: ExtractedDocument) -> dict[str, Item]:
    """A finding's items by the fields that their labels are of."""
    return {name: item for item in finding.items if (name := _field_of(model, item)) and item.text.strip()}


def _joined(one: ExtractedDocument, other: ExtractedDocument) -> ExtractedDocument:
    rows = {name: [*one.rows.get(name, []), *other.rows.get(name, [])] for name in {**one.rows, **other.rows}}
    both = {"items": [*one.items, *other.items], "rows": rows, "checks": [*one.checks, *other.checks]}
    return one.model_copy(update=both | {"leftover": [*one.leftover, *other.leftover]})


def _referee(drafts: Sequence["_Draft"], decoded: Sequence[tuple[CodeValues, Code]]) -> None:
    """Have every document judged by the code that is its own.

    A code belongs to the only document there is, or to the one with which it agrees most. One whose checksum holds says
    what is right; one whose checksum does not hold was altered, and so may the print have been.
    """
    proven = {tuple(sorted(said.values.items())): (said, code) for said, code in decoded if said.proven}
    for said, code in proven.values():
        agreeing = [draft.agreeing(said) for draft in drafts]
        best = max(agreeing, default=0)
        alone = len(drafts) == len(proven) == 1
        if alone or best and agreeing.count(best) == 1:
            drafts[agreeing.index(best)].referee(said, code)
    for said, _ in decoded if not proven else ():
        agreeing = [draft.agreeing(said) for draft in drafts]
        best = max(agreeing, default=0)
        if len(drafts) == len(decoded) == 1 or best and agreeing.count(best) == 1:
            drafts[agreeing.index(best)].doubt(said)


def _code_check(outcome: Outcome, fields: Sequence[str], detail: str = "") -> Check:
    return Check(name="code_agrees", fields=list(fields), outcome=outcome, detail=detail)


def _drafted(model: type[Fields], finding: ExtractedDocument, content: dict[str, Any]) -> "_Draft":
    draft = _Draft(model)
    for item in finding.items:
        draft.add(item)
    for name, lines in finding.rows.items():
        draft.add_rows(name, lines)
    draft.unmapped += [_evidence(item) for item in finding.leftover]
    draft.values.update(content)
    return draft


def _found(draft: "_Draft", rules: Rules, finding: ExtractedDocument) -> Document:
    draft.derive()
    fields = draft.model.model_construct(**draft.values)
    checks = [*draft.misread, *finding.checks, *draft.judged, *check_results(fields, rules)]
    draft.weigh(checks)
    return Document(
        type=finding.type,
        sides=draft.sides(),
        fields=fields.model_dump(mode="json", exclude_defaults=True, exclude_none=True),
        evidence=draft.evidence,
        unmapped=draft.unmapped,
        checks=[*checks, *_uncertain(draft, checks)],
        box=finding.box,
        page=finding.page,
    )


def _uncertain(draft: "_Draft", checks: Iterable[Check]) -> Iterator[Check]:
    """The check on values that were read or placed with little confidence while nothing else confirms them."""
    checked = {field for check in checks if check.outcome == "failed" or confirms(check) for field in check.fields}
    if doubtful := [name for name, sure in draft.scores() if sure < LEAST_CERTAIN and name not in checked]:
        detail = "It was read or placed with little confidence, and nothing else confirms it."
        yield Check(name="certain", fields=doubtful, outcome="failed", detail=detail)


def _fullness(found: Document) -> tuple[int, int]:
    return len(found.fields), len(found.evidence)


def _field_of(model: type[Fields], item: Item) -> str | None:
    known = labels(model)
    return known.get(canonical(item.label)) or (known.get(canonical(item.key)) if item.key else None)


class _Draft:
    """One document's fields while they are being filled."""

    def __init__(self, model: type[Fields]) -> None:
        self.declared = declared(model)
        self.model = model
        self.values: dict[str, Any] = {}
        self.evidence: dict[str, Evidence] = {}
        self.items: dict[str, Item] = {}
        self.unmapped: list[Evidence] = []
        self.misread: list[Check] = []
        self.rows: dict[str, list[_Draft]] = {}
        self.judged: list[Check] = []

    def add(self, item: Item) -> None:
        if not item.text.strip():
            return
        name = _field_of(self.model, item)
        evidence = _evidence(item)
        if name is None or name in self.evidence:
            if name is None or canonical(self.evidence[name].text) != canonical(item.text):
                self.unmapped.append(evidence)
            return
        self.evidence[name] = evidence
        self.items[name] = item
        self._set(self.declared[name], item.text)

    def _set(self, field: Declared, text: str) -> None:
        try:
            self.values[field.name] = typed(self.model, field.name, text)
        except ValidationError:
            self.misread.append(
                Check(name="type", fields=[field.name], outcome="failed", detail="The text is not of the field's type.")
            )

    def add_rows(self, name: str, lines: Sequence[Sequence[Item]]) -> None:
        field = self.declared.get(name) or next((one for one in self.declared.values() if one.row), None)
        if field is None or field.row is None:
            self.unmapped += [_evidence(item) for line in lines for item in line if item.text.strip()]
            return
        read = [self._row(field.row, line) for line in lines]
        drafts = [draft for draft in read if draft.values]
        self.rows[field.name] = drafts
        self.values[field.name] = [draft.model.model_construct(**draft.values) for draft in drafts]
        self.unmapped += [item for draft in read for item in draft.unmapped]
        # What is in no row's value keeps its text: a cell that is not of its type, all cells of a row without a value.
        self.unmapped += [item for draft in read if not draft.values for item in draft.evidence.values()]
        self.evidence |= {
            f"{field.name}[{number}].{name}": item
            for number, draft in enumerate(drafts)
            for name, item in draft.evidence.items()
            if name not in draft.values
        }
        self.misread += [
            check.model_copy(update={"fields": [f"{field.name}[{number}].{part}" for part in check.fields]})
            for number, draft in enumerate(drafts)
            for check in draft.misread
        ]

    def _row(self, model: type[Fields], line: Sequence[Item]) -> "_Draft":
        draft = _Draft(model)
        for item in line:
            draft.add(item)
        return draft

    def agreeing(self, said: CodeValues) -> int:
        """In how many fields what was read is what a code says."""
        return sum(self.values.get(name) == value for name, value in self._values(said).items())

    def referee(self, said: CodeValues, code: Code) -> None:
        """Take over what a code says. Where the print differs, its text is kept beside it and the check fails."""
        agreed, differing = [], []
        for name, value in self._values(said).items():
            if (printed := self.values.get(name)) == value:
                agreed.append(name)
                continue
            if printed is not None:
                differing.append(name)
            if name in self.evidence:
                self.unmapped.append(self.evidence[name])
                self.items.pop(name, None)
            self.misread = [check for check in self.misread if check.fields != [name]]
            self.values[name] = value
            self.evidence[name] = Evidence(label=code.symbology, text=said.values[name], box=code.box, source="code")
        if differing:
            self.judged.append(_code_check("failed", differing, "The print differs from the code, which is proven."))
        elif agreed:
            self.judged.append(_code_check("passed", agreed))

    def doubt(self, said: CodeValues) -> None:
        """Say that the code proves nothing: it was altered, or it is of a form that has no checksum."""
        if said.altered:
            fields = [name for name in self._values(said) if name in self.values]
            self.judged.append(_code_check("failed", fields, "The checksum of the code does not hold: it was altered."))
        else:
            self.judged.append(_code_check("not_applicable", [], "The code has no checksum."))

    def _values(self, said: CodeValues) -> dict[str, Any]:
        values = {}
        for name, text in said.values.items():
            with suppress(ValidationError):
                values[name] = typed(self.model, name, text)
        return values

    def scores(self) -> Iterator[tuple[str, float]]:
        """Every value's name (`items[0].tax`) and score, or its vendor's confidence, where one is known."""
        for name, item in self.items.items():
            sure = item.confidence if item.score is None else item.score
            if name in self.values and sure is not None:
                yield name, sure
        for field, drafts in self.rows.items():
            for number, draft in enumerate(drafts):
                yield from ((f"{field}[{number}].{name}", sure) for name, sure in draft.scores())

    def weigh(self, checks: Sequence[Check]) -> None:
        """Say how likely each value that has a score is right, by that and by the checks on it."""
        for name, item in self.items.items():
            if item.score is not None:
                known = witness(self.declared[name], (check for check in checks if name in check.fields))
                sure = confidence(item.score, len(item.text), known)
                self.evidence[name] = self.evidence[name].model_copy(update={"confidence": sure})

    def derive(self) -> None:
        for name, field in self.declared.items():
            if field.mark.derived and self.values.get(name) is None:
                source, by = field.mark.derived
                value = self.values.get(source)
                if value is not None and (result := by(value)) is not None:
                    self.values[name] = result

    def sides(self) -> list[str]:
        held = {field.mark.side for name, field in self.declared.items() if name in self.evidence}
        return [side for side in _sides(self.declared) if side in held]


def _evidence(item: Item) -> Evidence:
    return Evidence(
        label=item.label,
        text=item.text,
        confidence=_sure(item),
        box=item.box,
        meaning=item.meaning,
        page=item.page,
    )


def _sure(item: Item) -> float | None:
    """How likely a text is right of which nothing but its score is known, or as its vendor says."""
    return item.confidence if item.score is None else confidence(item.score, len(item.text), Witness.NOTHING)


def _sides(fields: dict[str, Declared]) -> list[str]:
    return list(dict.fromkeys(field.mark.side for field in fields.values() if field.mark.side))


def typed(model: type[Fields], name: str, text: str) -> Any:
    """A text as the type of a field takes it; raises `ValidationError` where it cannot be one."""
    return _adapters(model)[name].validate_python(text)


@cache
def _adapters(model: type[Fields]) -> dict[str, TypeAdapter[Any]]:
    return {name: TypeAdapter(field.type) for name, field in declared(model).items()}


# --- Documents of other products --------------------------------------------------------------------------------------


def _sorted(product: Product, reading: Reading, codes: Sequence[Code]) -> list[Document]:
    """A document for each kind and, where the fields hold it, its content with its evidence and checks."""
    kinds: dict[str | None, list[tuple[Document, ExtractedDocument]]] = {}
    for finding in reading.findings:
        for kind in normalize(product.fields, product.checks, _of(reading, _without_keys(finding))):
            kinds.setdefault(kind.fields.get("document_type"), []).append((kind, finding))
    return [one for slug, members in kinds.items() for one in _inner(product, slug, reading, members, codes)]


def _inner(
    product: Product,
    slug: str | None,
    reading: Reading,
    members: list[tuple[Document, ExtractedDocument]],
    codes: Sequence[Code],
) -> list[Document]:
    name, other = document_field(product.fields), catalogue.products().get(slug or "")
    if not (name and other):
        return [kind for kind, _ in members]
    rests = [_without(product.fields, finding) for _, finding in members]
    filled = [_filled(members[0][0], name, inner) for inner in documents(other, _of(reading, *rests), codes)]
    return filled or [kind for kind, _ in members]


def _of(reading: Reading, *findings: ExtractedDocument) -> Reading:
    return reading.model_copy(update={"findings": list(findings), "lines": [], "tables": []})


def _without_keys(finding: ExtractedDocument) -> ExtractedDocument:
    """Only what is labelled as such says what a document is: a company has a `type` too."""
    return finding.model_copy(update={"items": [item.model_copy(update={"key": None}) for item in finding.items]})


def _without(fields: type[Fields], finding: ExtractedDocument) -> ExtractedDocument:
    own = labels(fields)
    return finding.model_copy(update={"items": [item for item in finding.items if canonical(item.label) not in own]})


def _filled(kind: Document, name: str, inner: Document) -> Document:
    """The kind with the document's content; names of evidence and checks say where in it they belong."""
    checks = [
        check.model_copy(update={"fields": [f"{name}.{field}" for field in check.fields]}) for check in inner.checks
    ]
    return inner.model_copy(
        update={
            "type": kind.type,
            "fields": kind.fields | {name: inner.fields},
            "evidence": kind.evidence | {f"{name}.{field}": one for field, one in inner.evidence.items()},
            "checks": [*kind.checks, *checks],
        }
    )
