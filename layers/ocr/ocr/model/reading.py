"""A reading: a vendor's answer, in one form for all vendors."""

import re
from collections.abc import Callable, Sequence
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, InstanceOf

from ocr.model.answer import ReceivedAnswer
from ocr.model.check import Check

# Whose reading it is where the file itself holds the text.
TEXT = "text"
Point = tuple[float, float]
Box = Annotated[
    tuple[Point, Point, Point, Point],
    Field(
        description="Corners in reading order (top left, top right, bottom right, bottom left), "
        "in pixels of the stored picture."
    ),
]


# Terminals and editors obey these and nobody sees them: control codes, turns of direction, halves of characters.
_OBEYED = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


def legible(text: str) -> str:
    """A text as read, without what is obeyed instead of seen."""
    return _OBEYED.sub("", text)


# The one place through which all text that was read comes, of whatever vendor.
Text = Annotated[str, AfterValidator(legible)]


def rectangle(left: float, top: float, width: float, height: float) -> Box:
    """The box of an upright rectangle, all in pixels."""
    right, bottom = left + width, top + height
    return ((left, top), (right, top), (right, bottom), (left, bottom))


class FrozenModel(BaseModel):
    model_config = ConfigDict(frozen=True)


class Line(FrozenModel):
    """One line of text. `confidence` is 0..1, None where the vendor gives none; `page` is that of a file of pages."""

    text: Text
    confidence: float | None = None
    box: Box | None = None
    page: int | None = None


class Item(FrozenModel):
    """One labelled value, from the vendor or from the label search.

    `label` is what stands on the document or in the vendor's answer (姓名), `key` the vendor's second name for
    it (Name). Both are matched after NFKC, without spaces and colons. `points` are what `pointed` made the text of.
    `meaning` says in a sentence what a vendor's flag stands for. `confidence` is how likely the text is right, 0..1, by
    the vendor's word; `score` is what the label search gives instead, 0..1: how well the text was read and placed. The
    pipeline makes a confidence of it.
    """

    label: Text
    text: Text
    key: Text | None = None
    confidence: float | None = None
    score: float | None = None
    box: Box | None = None
    points: tuple[Point, ...] = ()
    meaning: str | None = None
    page: int | None = None


def pointed(label: str, points: Sequence[Point]) -> Item:
    """An item whose value is points on the picture, in their order: `x,y x,y`, in pixels."""
    return Item(label=label, text=" ".join(f"{x:g},{y:g}" for x, y in points), points=tuple(points))


class Opinion(FrozenModel):
    """What another vendor read in a field's place."""

    vendor: str = Field(description="whose reading it is")
    text: Text = Field(description="the text as that vendor read it")
    confidence: float | None = Field(default=None, description="how sure that vendor is, 0..1")


class Code(FrozenModel):
    """One machine-readable code on the picture: its text, its symbology, and where it stands."""

    text: Text
    symbology: str = Field(description="QRCode, DataMatrix, PDF417, Code128 or Code39")
    box: Box | None = None
    page: int | None = None


class Cell(FrozenModel):
    """One cell of a table; rows and columns count from 0, `to` is inclusive."""

    row: int
    column: int
    text: Text
    row_to: int | None = None
    column_to: int | None = None
    confidence: float | None = None
    box: Box | None = None


class Table(FrozenModel):
    """One table: its cells, row by row."""

    cells: list[Cell]
    page: int | None = None


class ExtractedDocument(FrozenModel):
    """One document found on the picture: its labelled values, its rows, and the type the vendor gave it.

    `rows` maps the name of a line-item field (`items`) or "" (the vendor did not say) to a list of rows, a row being a
    list of items labelled by column. `leftover` are texts beside a known label that are not its value: what is left of
    one that is covered, say. `alone` says of a document that stood on a page with others that it was parted from them:
    `lines` are its own, and no other finding is a side of it. `checks` are what was checked while it was read: whether
    what it says twice agrees.
    """

    items: list[Item] = []
    leftover: list[Item] = []
    rows: dict[str, list[list[Item]]] = {}
    checks: list[Check] = []
    alone: bool = False
    lines: list[Line] = []
    type: Text | None = None
    box: Box | None = None
    page: int | None = None


class Crop(FrozenModel):
    """A picture that a vendor cut out of the one it was sent.

    `shows`: face, document, page or other.
    """

    model_config = ConfigDict(ser_json_bytes="base64", val_json_bytes="base64")

    shows: str
    media_type: str
    content: bytes = Field(repr=False)


class Reading(FrozenModel):
    """A vendor's whole answer about one picture.

    `also_shows` are the kinds of the documents on the page that were left out, being other products'. `disputed` are,
    by field, what other vendors read instead where nobody can tell who is right.
    `units` is what the vendor charges for it in its own price units; `trace` is the vendor's id for the call;
    `raw` is the answer as it came, kept encrypted so that a record can be made again without paying again.
    """

    vendor: str
    findings: list[ExtractedDocument] = []
    lines: list[Line] = []
    tables: list[Table] = []
    angle: float | None = None
    crops: list[Crop] = []
    units: float = 1
    trace: str | None = None
    also_shows: list[str] = []
    disputed: dict[str, list[Opinion]] = {}
    raw: InstanceOf[ReceivedAnswer] | None = Field(default=None, exclude=True)


def on_page(reading: Reading, number: int) -> Reading:
    """The reading of one page of a file: all that has a place says on which page it is."""

    def items(originals: Sequence[Item]) -> list[Item]:
        return [item.model_copy(update={"page": number}) for item in originals]

    def finding(original: ExtractedDocument) -> ExtractedDocument:
        rows = {name: [items(row) for row in rows] for name, rows in original.rows.items()}
        parts = {"items": items(original.items), "leftover": items(original.leftover), "rows": rows}
        return original.model_copy(update=parts | {"page": number})

    return reading.model_copy(
        update={
            "lines": [line.model_copy(update={"page": number}) for line in reading.lines],
            "tables": [table.model_copy(update={"page": number}) for table in reading.tables],
            "findings": [finding(original) for original in reading.findings],
        }
    )


def moved(reading: Reading, move: Callable[[Point], Point]) -> Reading:
    """The reading with `move` applied to every corner of every box, and to every point that is a value."""

    def box(corners: Box | None) -> Box | None:
        return corners and (move(corners[0]), move(corners[1]), move(corners[2]), move(corners[3]))

    def parts[P: (Line, Item, Cell)](originals: Sequence[P]) -> list[P]:
        return [part.model_copy(update={"box": box(part.box)} | placed(part)) for part in originals]

    def placed(part: Line | Item | Cell) -> dict[str, Any]:
        if not isinstance(part, Item) or not part.points:
            return {}
        there = pointed(part.label, [move(point) for point in part.points])
        return {"text": there.text, "points": there.points}

    def finding(original: ExtractedDocument) -> ExtractedDocument:
        rows = {name: [parts(row) for row in rows] for name, rows in original.rows.items()}
        moved = {"items": parts(original.items), "leftover": parts(original.leftover), "rows": rows}
        moved |= {"lines": parts(original.lines)}
        return original.model_copy(update=moved | {"box": box(original.box)})

    return reading.model_copy(
        update={
            "lines": parts(reading.lines),
            "tables": [table.model_copy(update={"cells": parts(table.cells)}) for table in reading.tables],
            "findings": [finding(original) for original in reading.findings],
        }
    )
