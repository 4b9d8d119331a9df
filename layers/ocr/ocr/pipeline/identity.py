"""Whether a picture shows the product's document at all: the check `document_type`."""

from collections.abc import Sequence

from ocr.declare.product import Product
from ocr.model.check import Check, Outcome
from ocr.model.reading import Line

NAME = "document_type"
# What suits the page less than half as well as another product does is not what the page is.
SHARE = 0.5


def document_type(product: Product, lines: Sequence[Line]) -> tuple[Check, str | None]:
    """The check on the page's lines, and the slug of the product that the page is of where that is another.

    Not applicable where the vendor gave no lines, where no labels tell the product's documents from others (a plate, a
    plain text), and where the page shows too little of any document.
    """
    if not lines:
        return _check("not_applicable", "The vendor gives no lines to tell it by."), None
    # Not at cold start: other vendors' answers never need it.
    from ocr.extraction.classification import LEAST, ranking

    scores = dict(ranking(lines))
    own = scores.get(product.slug)
    best = max(scores, key=lambda slug: scores[slug])
    if own is None:
        return _check("not_applicable", "No labels tell such a document from others."), None
    if own < SHARE * scores[best] and scores[best] >= LEAST:
        return _check("failed", f"The page looks like {best}."), best
    if own < LEAST:
        return _check("not_applicable", "The page shows too little to tell what it is."), None
    return _check("passed", ""), None


def _check(outcome: Outcome, detail: str) -> Check:
    return Check(name=NAME, fields=[], outcome=outcome, detail=detail)
