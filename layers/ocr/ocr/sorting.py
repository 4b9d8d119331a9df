"""Documents of any kind: which product's document it is and, where that is wanted, what that product makes of it."""

from collections.abc import Sequence
from typing import Annotated

from pydantic import BeforeValidator

from ocr import catalogue, etoplive
from ocr.fields import Fields, canonical, declared, derived, label, labels
from ocr.normalize import normalize
from ocr.product import Product
from ocr.reading import Finding, Item, Line, Reading
from ocr.record import Found
from ocr.types import Integer, Text

__all__ = ["Sorted", "Sorter", "sorted_out"]

RUNNER_UP = "runner_up"


def sorted_out(fields: type[Fields], lines: Sequence[Line]) -> Finding:
    """What the page with these lines is, with its own labelled values if `fields` hold them; empty if nothing is known.

    The confidence is that of the kind's evidence. The kind that suits second best is told beside the declared fields.
    """
    from ocr.classify import classify
    from ocr.extract import find

    verdict = classify(lines)
    if verdict is None:
        return Finding()
    kinds = [Item(label="document_type", text=verdict.best.slug, confidence=verdict.confidence)]
    if verdict.runner_up:
        kinds.append(Item(label=RUNNER_UP, text=verdict.runner_up.slug, confidence=1 - verdict.confidence))
    own = find(verdict.best.fields, lines) if _content(fields) else Finding()
    return own.model_copy(update={"items": [*own.items, *kinds]})


class Sorter(Product):
    """A product whose documents are other products': each is grouped with those of its kind and read as one of them."""

    def found(self, reading: Reading) -> list[Found]:
        """A document for each kind and, where the fields hold it, its content with its evidence and checks."""
        kinds: dict[str | None, list[tuple[Found, Finding]]] = {}
        for finding in reading.findings:
            for kind in normalize(self.fields, self.checks, _of(reading, _without_keys(finding))):
                kinds.setdefault(kind.fields.get("document_type"), []).append((kind, finding))
        return [document for slug, members in kinds.items() for document in self._documents(slug, reading, members)]

    def _documents(self, slug: str | None, reading: Reading, members: list[tuple[Found, Finding]]) -> list[Found]:
        name, product = _content(self.fields), catalogue.products().get(slug or "")
        if not (name and product):
            return [kind for kind, _ in members]
        rests = [_without(self.fields, finding) for _, finding in members]
        filled = [_filled(members[0][0], name, inner) for inner in product.found(_of(reading, *rests))]
        return filled or [kind for kind, _ in members]


def _content(fields: type[Fields]) -> str | None:
    """The name of the field that holds the fields of the document itself."""
    return next((name for name, field in declared(fields).items() if field.mark.content == "document"), None)


def _of(reading: Reading, *findings: Finding) -> Reading:
    return reading.model_copy(update={"findings": list(findings), "lines": [], "tables": []})


def _without_keys(finding: Finding) -> Finding:
    """Only what is labelled as such says what a document is: a company has a `type` too."""
    return finding.model_copy(update={"items": [item.model_copy(update={"key": None}) for item in finding.items]})


def _without(fields: type[Fields], finding: Finding) -> Finding:
    own = labels(fields)
    return finding.model_copy(update={"items": [item for item in finding.items if canonical(item.label) not in own]})


def _filled(kind: Found, name: str, inner: Found) -> Found:
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


# --- What every kind is called ----------------------------------------------------------------------------------------


def _slug(value: object) -> str:
    """A slug, or the product whose name or title is the longest one in a vendor's word for it: 身份证人像页."""
    word = canonical(str(value))
    if word in catalogue.products():
        return word
    known = ((canonical(name), one.slug) for one in catalogue.products().values() for name in (one.name, *one.titles))
    called = [(len(name), slug) for name, slug in known if name in word]
    if not called:
        raise ValueError("no product is called so")
    return max(called)[1]


def _name(slug: str) -> str:
    return catalogue.products()[slug].name


def _offers(product: Product) -> list[etoplive.Pid]:
    return [offer for offer in product.sold_by if isinstance(offer, etoplive.Pid)]


def _pid(slug: str) -> int | None:
    return next((offer.pid for offer in _offers(catalogue.products()[slug])), None)


def _slug_of(pid: int) -> str | None:
    """The product sold under the number; where several are, the one that takes whatever comes."""
    sold = (
        (bool(offer.type), one.slug)
        for one in catalogue.products().values()
        for offer in _offers(one)
        if offer.pid == pid
    )
    return min(sold, default=(False, None))[1]


class Sorted(Fields):
    """What a document is. etoplive gives a word for it and a number, either of which may be unknown here."""

    document_type: Annotated[str, BeforeValidator(_slug)] | None = derived(
        "pid", _slug_of, "document_type", "type", description="the product for such documents, as in GET /products"
    )
    document_name: Text | None = derived("document_type", _name, description="its Chinese name")
    pid: Integer | None = derived("document_type", _pid, "pid", description="etoplive's number for such documents")
    angle: Integer | None = label("angle", "direct", description="how the document is turned, as etoplive counts it")
