"""What is really on a picture: the embedded engine's reading, and the labels that the products declare.

The vendors' field names are the simulators' matter; here fields have our names. A picture is read once in the life of
the process, however often it is sent.
"""

import importlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from io import BytesIO
from itertools import pairwise
from threading import Lock
from typing import Any

from PIL import Image, ImageStat

from local.simulators.pictures import Picture
from ocr.fields import Fields, canonical, declared, labels
from ocr.reading import Box, Item, Point, Table
from ocr.reading import Line as ReadLine

GAP = 0.06  # of the picture's side: an empty band at least this wide may separate two documents
ENOUGH = 2  # fields that make a part of a picture a document of some kind

# Words that name a kind of document, where its fields alone could be another kind's.
TITLES: Mapping[str, tuple[str, ...]] = {
    "train_ticket": ("铁路", "火车票", "车次", "检票"),
    "taxi_receipt": ("出租", "上车", "下车"),
    "air_itinerary": ("行程单", "航空运输", "承运人"),
    "quota_invoice": ("定额",),
    "vat_invoice": ("增值税", "电子发票", "价税合计"),
    "vehicle_sale_invoice": ("机动车销售",),
    "used_car_invoice": ("二手车",),
    "temporary_id_card": ("临时居民身份证", "临时身份证"),
    "passport": ("护照", "PASSPORT"),
    "driving_license": ("驾驶证",),
    "vehicle_license": ("行驶证",),
    "marriage_certificate": ("结婚证",),
    "divorce_certificate": ("离婚证",),
    "business_license": ("营业执照",),
}
TITLE_WORTH = 4  # fields that a title counts for


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
class Sighting:
    """One document on a picture. `rows`: its line items, each a list of entries."""

    slug: str
    entries: Sequence[Entry]
    rows: Sequence[Sequence[Entry]] = ()
    side: str | None = None
    lines: Sequence[Line] = field(default=(), repr=False)

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

    with _engine:
        wanted = (picture.sha256, task)
        if wanted not in _readings:
            _readings[wanted] = app.read(decode(picture.content), task)
        return _readings[wanted]


def page(picture: Picture) -> Page:
    """The picture's lines."""
    answer = _read(picture, "lines")
    lines = [Line(line["text"], line["confidence"], _box(line["box"])) for line in answer["lines"]]
    return Page(answer["width"], answer["height"], answer["angle"], lines)


def plates(picture: Picture) -> list[Plate]:
    """The number plates on the picture, best first."""
    found = _read(picture, "plates")["plates"]
    return [Plate(one["text"], one["confidence"], _box(one["box"]), one.get("color", "")) for one in found]


def brightness(picture: Picture, plate: Plate) -> int:
    """Mean grey, 0..255, of the plate's frame."""
    with Image.open(BytesIO(picture.content)) as image:
        return round(ImageStat.Stat(image.convert("L").crop(plate.frame)).mean[0])


def _box(corners: Sequence[Sequence[float]]) -> Box:
    a, b, c, d = ((x, y) for x, y in corners)
    return (a, b, c, d)


# ---- documents --------------------------------------------------------------------------------------------------


@cache
def model(slug: str) -> type[Fields]:
    """The fields that a product declares."""
    fields: type[Fields] = importlib.import_module(f"{slug}.app").handler.fields
    return fields


def entries(picture: Picture, slug: str) -> Sequence[Entry]:
    """The labelled values of one kind of document."""
    return _sighting(slug, page(picture).lines).entries


def tables(picture: Picture) -> list[Table]:
    """The tables on the picture."""
    from ocr.extract import tables as found

    return found(_readable(page(picture).lines))


def documents(picture: Picture, slugs: Sequence[str]) -> list[Sighting]:
    """Every document of these kinds on the picture, one for each page or side; empty where there is none."""
    parts = _parts(page(picture), slugs)
    return [side for part in parts for side in _sides(part) if len(side.entries) or side.rows]


def _parts(page: Page, slugs: Sequence[str]) -> list[Sighting]:
    """The picture as one document, or as those beside or below each other if each of them is one by itself."""
    for lines in (_split(page, axis) for axis in (0, 1)):
        apart = [best for part in lines if (best := _best(slugs, part))]
        if len(lines) > 1 and len(apart) == len(lines):
            return apart
    whole = _best(slugs, page.lines)
    return [whole] if whole else []


def _split(page: Page, axis: int) -> list[list[Line]]:
    """The lines on either side of every empty band across the picture; `axis` 0 cuts it left from right."""
    ordered = sorted(page.lines, key=lambda line: frame(line.box)[axis])
    least = GAP * (page.width, page.height)[axis]
    parts, reach = [ordered[:1]] if ordered else [], 0.0
    for before, line in pairwise(ordered):
        reach = max(reach, frame(before.box)[axis + 2])
        if frame(line.box)[axis] - reach > least:
            parts.append([])
        parts[-1].append(line)
    return parts


def _best(slugs: Sequence[str], lines: Sequence[Line]) -> Sighting | None:
    """The kind whose title and fields the lines show most of."""
    sightings = [_sighting(slug, lines) for slug in slugs]
    if len(sightings) == 1:
        return sightings[0]
    text = canonical("".join(line.text for line in lines))
    best = max(sightings, key=lambda sighting: _worth(sighting, text))
    return best if _worth(best, text) >= ENOUGH else None


def _worth(sighting: Sighting, text: str) -> float:
    known = {entry.field for entry in sighting.entries if entry.field}
    titled = any(canonical(word) in text for word in TITLES.get(sighting.slug, ()))
    size = len(declared(model(sighting.slug)))
    return TITLE_WORTH * titled + len(known) + bool(sighting.rows) + len(known) / (size + 1)


def _sighting(slug: str, lines: Sequence[Line]) -> Sighting:
    from ocr.extract import find

    finding = find(model(slug), _readable(lines))
    rows = [
        [_entry(_row_model(slug, name), item) for item in row] for name, group in finding.rows.items() for row in group
    ]
    return Sighting(slug, [_entry(model(slug), item) for item in finding.items], rows, lines=lines)


def _readable(lines: Iterable[Line]) -> list[ReadLine]:
    return [ReadLine(text=line.text, confidence=line.confidence, box=line.box) for line in lines]


def _row_model(slug: str, name: str) -> type[Fields]:
    fields = declared(model(slug))
    rows = fields[name].row if name in fields else next((one.row for one in fields.values() if one.row), None)
    return rows or model(slug)


def _entry(fields: type[Fields], item: Item) -> Entry:
    name = labels(fields).get(canonical(item.label), "")
    if not name:
        return Entry("", item.label, item.text, item.confidence, item.box)
    mark = declared(fields)[name].mark
    return Entry(name, mark.names[0], item.text, item.confidence, item.box, mark.side)


def _sides(sighting: Sighting) -> list[Sighting]:
    """A picture that shows two sides or pages is two documents to a vendor."""
    sides = list(dict.fromkeys(entry.side for entry in sighting.entries if entry.side))
    if not sides:
        return [sighting]
    split = [replace(sighting, side=side, entries=[e for e in sighting.entries if e.side == side]) for side in sides]
    loose = [entry for entry in sighting.entries if not entry.side]
    return [replace(split[0], entries=[*split[0].entries, *loose]), *(replace(one, rows=()) for one in split[1:])]
