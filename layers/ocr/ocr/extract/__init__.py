"""Lines of text become labelled values, for any product, from nothing but the declaration of its fields.

Nothing here knows a document's coordinates. What it knows is how documents are built: values stand to the right of
their labels or below them, long ones run on, blocks have heads, tables have a row of column heads, and some values
(an ID number, a VIN) are recognized wherever they stand.

    page      the picture set upright, in line heights
    labels    what is printed as a label
    layout    labels, and what stands around them
    blocks    which field a label stands for that several share
    values    how well a text suits a field
    search    labels and values brought together
    items     line items under their column heads
    grid      any table, and the text in reading order
"""

from collections.abc import Iterable, Sequence
from statistics import fmean

from ocr.extract.labels import vocabulary
from ocr.extract.layout import Layout, laid_out
from ocr.extract.page import Piece, spanned, upright
from ocr.extract.search import Found, joined, search
from ocr.fields import Fields, canonical, declared, labels
from ocr.reading import Finding, Item, Line

__all__ = ["find"]


def find(model: type[Fields], lines: Sequence[Line]) -> Finding:
    """The values of `model`'s fields among the lines, as items labelled as declared.

    A value found by its looks alone goes by its field's name; a label that nobody declared comes as an item of its own
    where a colon marks it.
    """
    layout = laid_out(upright(lines), vocabulary(model))
    fields = {name: field for name, field in declared(model).items() if not (field.mark.rows or field.mark.derived)}
    found = search(layout, fields)
    known = [_item(_label(model, one), one.pieces) for one in found]
    return Finding(items=[*known, *_undeclared(layout, found)])


def _label(model: type[Fields], one: Found) -> str:
    return one.label if labels(model).get(canonical(one.label)) == one.field.name else one.field.name


def _undeclared(layout: Layout, found: Iterable[Found]) -> list[Item]:
    used = {piece.line for one in found for piece in one.pieces}
    spots = (spot for spot in layout.spots if spot.colon and not spot.meanings and spot.values)
    return [_item(spot.label, spot.values) for spot in spots if not used & {piece.line for piece in spot.values}]


def _item(label: str, pieces: Sequence[Piece]) -> Item:
    sure = [piece.line.confidence for piece in pieces if piece.line.confidence is not None]
    return Item(
        label=label, text=joined(pieces), confidence=fmean(sure) if sure else None, box=spanned(piece.box for piece in pieces)
    )
