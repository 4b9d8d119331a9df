"""Whether a picture shows the product's document at all, only one, and all of it.

The checks `document_type`, `one_document` and `within_picture`.
"""

import math
from collections import Counter
from collections.abc import Iterator, Sequence
from statistics import median

from ocr.declare.fields import canonical, declared
from ocr.declare.product import Product
from ocr.declare.sizes import Size
from ocr.model.check import Check, Outcome
from ocr.model.reading import Box, Line
from ocr.model.record import Document, Evidence, PictureInfo

TYPE, ONE, WITHIN = "document_type", "one_document", "within_picture"
EDGE = 0.1  # line heights: what ends nearer to the picture's edge goes on beyond it
CUT_LINES = 2  # at one edge: a single one may be another paper's
ASLANT = 8  # degrees that such a text may run otherwise than most do
# A document whose texts reach so far is larger than the picture, by more than a camera held aslant makes of it.
FORESHORTENED = 0.8
ROWS, COLUMNS = 3, 3  # by which a page ends with a table
SHORTEST = 2  # characters of such a text: single ones are of what is printed down a margin
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
    if not any(offer.finds_labels for offer in product.offers):
        return _check(TYPE, "not_applicable", NO_LABELS), None
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
    from ocr.extraction.repetition import repeated, untied

    seen = lines[:MOST_LINES]
    fields = repeated(product.fields, seen) or untied(product.fields, seen, product.complete.ties)
    if fields:
        return _check(ONE, "failed", "The page shows more than one of these, with different values.", fields)
    return _check(ONE, "passed", "")


def within_picture(
    product: Product, lines: Sequence[Line], picture: PictureInfo | None, document: Document | None = None
) -> Check:
    """The check that the document does not go on beyond the picture: texts that end right at an edge are cut off.

    A value at an edge is enough, and is one of the check's fields; of other texts it takes two at one edge. A document
    of a size that a standard fixes has to fit into the picture besides, by how far its texts reach, and below the last
    row of a table there has to be room for another.
    """
    if not lines or picture is None:
        return _check(WITHIN, "not_applicable", NO_LINES)
    if not any(offer.finds_labels for offer in product.offers):
        return _check(WITHIN, "not_applicable", NO_LABELS)
    at_edges = Counter(edge for line in _alongside(lines) for edge in _touched(line, picture))
    evidence = document.evidence if document else {}
    values = [name for name, one in evidence.items() if one.source != "code" and any(_touched(one, picture))]
    if values or max(at_edges.values(), default=0) >= CUT_LINES:
        return _check(WITHIN, "failed", "Texts are cut off at the picture's edge.", values)
    if document and product.size and not _fits(product, product.size, lines, picture, document):
        return _check(WITHIN, "failed", "The picture is too small for all of it, by how far its texts reach.")
    if _goes_on(product, lines, picture):
        return _check(WITHIN, "failed", "A table ends at the picture's edge: rows may be missing.")
    return _check(WITHIN, "passed", "")


def _fits(product: Product, size: Size, lines: Sequence[Line], picture: PictureInfo, document: Document) -> bool:
    """Whether a document of this size, upright or lying, fits into the picture; it does where nothing tells."""
    boxes = _own(product, lines, document)
    aslant = any(abs((_angle(box) + 45) % 90 - 45) > ASLANT for box in boxes)
    # Of several sides each has a place of its own.
    if not boxes or aslant or len(product.complete.shown(product.fields, document.fields)) > 1:
        return True
    xs, ys = zip(*(corner for box in boxes for corner in box), strict=True)
    wide, high = max(xs) - min(xs), max(ys) - min(ys)
    return any(
        max(wide / width, high / height) * FORESHORTENED <= min(picture.width / width, picture.height / height)
        for width, height in (size, size[::-1])
    )


def _own(product: Product, lines: Sequence[Line], document: Document) -> list[Box]:
    """Where the document's values stand, and lines that begin with its labels: what else is there may be another's."""
    values = [one.box for one in document.evidence.values() if one.box and one.source != "code"]
    labels = tuple({canonical(name) for field in declared(product.fields).values() for name in field.mark.names})
    return values + [line.box for line in lines if line.box and canonical(line.text).startswith(labels)]


def _goes_on(product: Product, lines: Sequence[Line], picture: PictureInfo) -> bool:
    """Whether a table may go on below: its last row is the page's last, and the edge is nearer than the next one.

    Rows have three texts at least, and the last as many as the one above it; above these are heads or another row.
    """
    if not any(field.row for field in declared(product.fields).values()):
        return False
    rest = [_upper_and_lower(line) for line in _alongside(lines) if line.box]
    rows: list[list[tuple[float, float]]] = []
    while rest and len(rows) < ROWS:
        lowest = max(rest, key=lambda ends: ends[1])
        rows.append([ends for ends in rest if ends[1] > sum(lowest) / 2])
        rest = [ends for ends in rest if ends[1] <= sum(lowest) / 2]
    if len(rows) < ROWS or min(map(len, rows)) < COLUMNS or len(rows[0]) != len(rows[1]):
        return False
    last, above = (max(lower for _, lower in row) for row in rows[:2])
    return picture.height - last < last - above


def _upper_and_lower(line: Line) -> tuple[float, float]:
    ys = [corner[1] for corner in line.box or ()]
    return min(ys), max(ys)


def _alongside(lines: Sequence[Line]) -> list[Line]:
    """The lines that run as most do: a watermark runs aslant, and beyond the edges of a whole document."""
    angles = {id(line): _angle(line.box) for line in lines if line.box}
    main = median(angles.values()) if angles else 0.0
    return [line for line in lines if abs(angles.get(id(line), main) - main) <= ASLANT]


def _angle(box: Box) -> float:
    (left, top), (right, bottom) = box[:2]
    return math.degrees(math.atan2(bottom - top, right - left))


def _touched(line: Line | Evidence, picture: PictureInfo) -> Iterator[str]:
    """The edges of the picture that a text runs up to."""
    if line.box is None or len(line.text.strip()) < SHORTEST:
        return
    a, b, _, d = line.box
    near = EDGE * min(math.dist(a, b), math.dist(a, d))
    xs, ys = zip(*line.box, strict=True)
    distances = {
        "left": min(xs),
        "top": min(ys),
        "right": picture.width - max(xs),
        "bottom": picture.height - max(ys),
    }
    yield from (edge for edge, distance in distances.items() if distance <= near)


def _check(name: str, outcome: Outcome, detail: str, fields: Sequence[str] = ()) -> Check:
    return Check(name=name, fields=list(fields), outcome=outcome, detail=detail)
