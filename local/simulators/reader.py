"""What is really on a picture: the embedded engine's reading, and the labels that the products declare.

The vendors' field names are the simulators' matter; here fields have our names. A picture is read once in the life of
the process, however often it is sent.
"""

import hashlib
import importlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from io import BytesIO
from itertools import pairwise
from threading import Lock
from typing import TYPE_CHECKING, Any

from PIL import Image, ImageStat

from local.simulators.pictures import Picture
from ocr.declare.fields import Fields, canonical, declared, labels
from ocr.declare.icao9303 import FILLER
from ocr.extraction.classification import ranking
from ocr.extraction.mrz import folded
from ocr.model.reading import Box, Item, Point, Table
from ocr.model.reading import Line as ReadLine

if TYPE_CHECKING:
    from ocr.declare.product import Product

GAP = 0.06  # of the picture's side: an empty band at least this wide may separate two documents
ENOUGH = 2  # fields that make a part of a picture a document of some kind


@dataclass(frozen=True)
class Line:
    """One line of text; its box runs from where the text starts, in pixels of the stored picture."""

    text: str
    confidence: float
    box: Box


@dataclass(frozen=True)
class Page:
    """A picture's lines. `angle`: degrees, clockwise, that the text is turned in the stored picture."""

    width: int
    height: int
    angle: int
    lines: Sequence[Line]

    def upright(self, point: Point) -> Point:
        """Where a point of the stored picture is once the picture has been turned upright."""
        x, y = point
        turned = {90: (y, self.width - x), 180: (self.width - x, self.height - y), 270: (self.height - y, x)}
        return turned.get(self.angle, point)


@dataclass(frozen=True)
class Plate:
    """One number plate; `colour` is the engine's English word."""

    text: str
    confidence: float
    box: Box
    colour: str

    @property
    def frame(self) -> tuple[float, float, float, float]:
        """Left, top, right, bottom."""
        return frame(self.box)


@dataclass(frozen=True)
class Entry:
    """One labelled value: our field's name ("" for a label that no product declares), the document's first label for
    it, the text as printed, where it stands."""

    field: str
    label: str
    text: str
    confidence: float | None = None
    box: Box | None = None
    side: str | None = None


@dataclass(frozen=True)
class FoundDocument:
    """One document on a picture. `rows`: its line items, each a list of entries."""

    slug: str
    entries: Sequence[Entry]
    rows: Sequence[Sequence[Entry]] = ()
    side: str | None = None
    lines: Sequence[Line] = field(default=(), repr=False)

    @property
    def fields(self) -> set[str]:
        return {entry.field for entry in self.entries if entry.field}

    @property
    def frame(self) -> tuple[float, float, float, float]:
        """Left, top, right, bottom of all its lines; zeros when it has none."""
        frames = [frame(line.box) for line in self.lines]
        if not frames:
            return (0, 0, 0, 0)
        lefts, tops, rights, bottoms = zip(*frames, strict=True)
        return min(lefts), min(tops), max(rights), max(bottoms)


def frame(box: Box) -> tuple[float, float, float, float]:
    """Left, top, right, bottom of a box."""
    return (
        min(x for x, _ in box),
        min(y for _, y in box),
        max(x for x, _ in box),
        max(y for _, y in box),
    )


# ---- the engine -------------------------------------------------------------------------------------------------

_engine = Lock()  # the networks are one set for all threads
_readings: dict[tuple[str, str], Mapping[str, Any]] = {}


def _read(picture: Picture, task: str) -> Mapping[str, Any]:
    """The engine's answer, as its Lambda would give it."""
    from engine import app
    from engine.picture import decode

    found = decode(picture.content)
    # By its pixels, not its bytes: a file may carry something new behind a picture that was read before.
    wanted = (hashlib.sha256(found.pixels.tobytes()).hexdigest(), task)
    with _engine:
        if wanted not in _readings:
            _readings[wanted] = app.read(found, task)
        return _readings[wanted]


def page(picture: Picture) -> Page:
    """The picture's lines."""
    answer = _read(picture, "lines")
    lines = [Line(line["text"], line["confidence"], _box(line["box"])) for line in answer["lines"]]
    return Page(answer["width"], answer["height"], answer["angle"], lines)


def plates(picture: Picture) -> list[Plate]:
    """The number plates on the picture, best first."""
    found = _read(picture, "plates")["plates"]
    return [
        Plate(one["text"], one["confidence"], _box(one["box"]), (one["color"] or "").replace("_", "-")) for one in found
    ]


def brightness(picture: Picture, plate: Plate) -> int:
    """Mean grey, 0..255, of the plate's frame."""
    with Image.open(BytesIO(picture.content)) as image:
        return round(ImageStat.Stat(image.convert("L").crop(plate.frame)).mean[0])


def _box(corners: Sequence[Sequence[float]]) -> Box:
    a, b, c, d = ((x, y) for x, y in corners)
    return (a, b, c, d)


# ---- documents --------------------------------------------------------------------------------------------------


@cache
def product(slug: str) -> "Product":
    """A product as its folder declares it."""
    declaration: Product = importlib.import_module(f"{slug}.app").product
    return declaration


def entries(picture: Picture, slug: str) -> Sequence[Entry]:
    """The labelled values of one kind of document."""
    return _found_document(slug, page(picture).lines).entries


def tables(picture: Picture) -> list[Table]:
    """The tables on the picture."""
    from ocr.extraction.tables import tables as found

    return found(_readable(page(picture).lines))


def documents(picture: Picture, slugs: Sequence[str], sided: Collection[str] = ()) -> list[FoundDocument]:
    """Every document of these kinds on the picture; of the `sided` kinds each page or side is one by itself."""
    parts = _parts(page(picture), slugs)
    found = [side for part in parts for side in (_sides(part) if part.slug in sided else [part])]
    return [one for one in found if one.entries or one.rows]


def _parts(page: Page, slugs: Sequence[str]) -> list[FoundDocument]:
    """The picture as one document, or as those beside or below each other if each of them is one by itself."""
    for axis in (0, 1):
        parts = [_best(_likely(slugs, lines), lines) for lines in _split(page, axis)]
        apart = [part for part in parts if part]
        if len(apart) == len(parts) > 1 and all(_independent(*pair) for pair in pairwise(apart)):
            return apart
    whole = _best(_likely(slugs, page.lines) or slugs, page.lines)
    return [whole] if whole else []


def _likely(slugs: Sequence[str], lines: Sequence[Line]) -> Sequence[str]:
    """The kinds whose title the lines show. Where only one kind is asked for, its title may be missing."""
    text = canonical("".join(line.text for line in lines))
    titled = [slug for slug in slugs if any(canonical(title) in text for title in product(slug).titles)]
    return slugs if len(slugs) == 1 else titled


def _independent(one: FoundDocument, other: FoundDocument) -> bool:
    """Whether two parts of a picture are two documents: of two kinds, or repeating each other's fields."""
    repeated = len(one.fields & other.fields)
    return one.slug != other.slug or repeated >= max(ENOUGH, min(len(one.fields), len(other.fields)) / 2)


def _split(page: Page, axis: int) -> list[list[Line]]:
    """The lines on either side of every empty band across the picture; `axis` 0 cuts it left from right.

    A machine-readable zone repeats the page above it: it is no document of its own, however far below it stands.
    """
    ordered = sorted(page.lines, key=lambda line: frame(line.box)[axis])
    least = GAP * (page.width, page.height)[axis]
    parts, reach = [ordered[:1]] if ordered else [], 0.0
    for before, line in pairwise(ordered):
        reach = max(reach, frame(before.box)[axis + 2])
        if frame(line.box)[axis] - reach > least and FILLER not in folded(line.text):
            parts.append([])
        parts[-1].append(line)
    return parts


def _best(slugs: Sequence[str], lines: Sequence[Line]) -> FoundDocument | None:
    """The kind of which the lines show most."""
    if len(slugs) == 1:
        return _found_document(slugs[0], lines)
    likely = next((slug for slug, _ in ranking(_readable(lines)) if slug in slugs), None)
    best = _found_document(likely, lines) if likely else None
    return best if best and len(best.fields) + bool(best.rows) >= ENOUGH else None


def _found_document(slug: str, lines: Sequence[Line]) -> FoundDocument:
    from ocr.extraction.extract import find

    finding = find(product(slug).fields, _readable(lines))
    rows = [
        [_entry(_row_model(slug, name), item) for item in row] for name, group in finding.rows.items() for row in group
    ]
    return FoundDocument(slug, [_entry(product(slug).fields, item) for item in finding.items], rows, lines=lines)


def _readable(lines: Iterable[Line]) -> list[ReadLine]:
    return [ReadLine(text=line.text, confidence=line.confidence, box=line.box) for line in lines]


def _row_model(slug: str, name: str) -> type[Fields]:
    fields = declared(product(slug).fields)
    rows = fields[name].row if name in fields else next((one.row for one in fields.values() if one.row), None)
    return rows or product(slug).fields


def _entry(fields: type[Fields], item: Item) -> Entry:
    name = labels(fields).get(canonical(item.label), "")
    if not name:
        return Entry("", item.label, item.text, item.score, item.box)
    mark = declared(fields)[name].mark
    return Entry(name, mark.names[0], item.text, item.score, item.box, mark.side)


def _sides(found: FoundDocument) -> list[FoundDocument]:
    """The sides that a picture shows; what stands on no particular one goes with the first."""
    sides = list(dict.fromkeys(entry.side for entry in found.entries if entry.side))
    if not sides:
        return [found]
    split = [replace(found, side=side, entries=[e for e in found.entries if e.side == side]) for side in sides]
    loose = [entry for entry in found.entries if not entry.side]
    return [replace(split[0], entries=[*split[0].entries, *loose]), *(replace(one, rows=()) for one in split[1:])]
