"""Whether a picture shows the product's document at all, and only one: the checks `document_type`, `one_document`."""

from collections.abc import Sequence

from ocr.declare.product import Product
from ocr.model.check import Check, Outcome
from ocr.model.reading import Line

TYPE, ONE = "document_type", "one_document"
# What suits the page less than half as well as another product does is not what the page is.
SHARE = 0.5
# What a page is stands in its first lines: each takes milliseconds to compare with all labels, and a page of specks has
# tens of thousands.
MOST_LINES = 500
NO_LINES = "The vendor gives no lines to tell it by."
NO_LABELS = "No labels tell such a document from others."


def document_type(product: Product, lines: Sequence[Line]) -> tuple[Check, str | None]:
    """The check on the page's lines, and the slug of the product that the page is of where that is another.

    Not applicable where the vendor gave no lines, where no labels tell the product's documents from others (a plate, a
    plain text), and where the page shows too little of any document.
    """
    if not lines:
        return _check(TYPE, "not_applicable", NO_LINES), None
    # Not at cold start: other vendors' answers never need it.
    from ocr.extraction.classification import LEAST, ranking

    scores = dict(ranking(lines[:MOST_LINES]))
    own = scores.get(product.slug)
    best = max(scores, key=lambda slug: scores[slug])
    if own is None:
        return _check(TYPE, "not_applicable", NO_LABELS), None
    if own < SHARE * scores[best] and scores[best] >= LEAST:
        return _check(TYPE, "failed", f"The page looks like {best}."), best
    if own < LEAST:
        return _check(TYPE, "not_applicable", "The page shows too little to tell what it is."), None
    return _check(TYPE, "passed", ""), None


def one_document(product: Product, lines: Sequence[Line]) -> Check:
    """The check that nothing on the page stands there for a second document; its fields are those that do."""
    if not lines:
        return _check(ONE, "not_applicable", NO_LINES)
    if not any(offer.finds_labels for offer in product.offers):
        return _check(ONE, "not_applicable", NO_LABELS)
    # Not at cold start, as above.
    from ocr.extraction.repetition import repeated

    fields = repeated(product.fields, lines[:MOST_LINES])
    if fields:
        return _check(ONE, "failed", "The page shows more than one of these, with different values.", fields)
    return _check(ONE, "passed", "")


def _check(name: str, outcome: Outcome, detail: str, fields: Sequence[str] = ()) -> Check:
    return Check(name=name, fields=list(fields), outcome=outcome, detail=detail)
