"""Several documents on one page: how many are found, and whether a field of one stands in the record of another.

    python -m local.sheets                      pages of 2, 4 and 6, of one kind and of several, straight and askew
    python -m local.sheets --variants clean     without those of degraded pictures
    python -m local.sheets --docs               writes the table of docs/accuracy.md, as `make score` does

The lines that the engine reads of each sample are laid out on one page, in two columns, so that what is measured is how
documents are told apart and not how small letters are read.
"""

import math
import os
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import batched
from itertools import product as pairs
from random import Random
from typing import Any

from local.accuracy import offline
from local.arguments import Arguments, count, one_of
from local.generate.tables import ACCURACY, table, with_table
from local.samples import samples
from ocr.declare.catalogue import products
from ocr.declare.fields import declared
from ocr.model.reading import Line, Point
from ocr.model.record import Document, Record

KINDS = ("vat_invoice", "train_ticket", "taxi_receipt", "id_card", "vehicle_license", "business_license")
SORTS = "document_classification"
SIZES = (2, 4, 6)
SORTS_OF_PAGES = ("one", "several")
ANGLES = (0.0, 5.0)
# The degradations that `make score` knows, but for the turned ones: pages are turned here as a whole.
UPRIGHT = ("clean", "blur", "jpeg40", "noise", "half")
GAP = 120.0  # pixels between two documents


def composed(documents: Sequence[Sequence[Line]], angle: float = 0.0) -> list[Line]:
    """The lines of several documents on one page, in two columns, turned by `angle` degrees."""
    placed: list[Line] = []
    top = 0.0
    for row in batched(documents, 2, strict=False):
        left = 0.0
        for lines in row:
            placed += [_moved(line, lambda at, left=left, top=top: (at[0] + left, at[1] + top)) for line in lines]
            left += _extent(lines, 0) + GAP
        top += max(_extent(lines, 1) for lines in row) + GAP
    turn = math.radians(angle)
    sine, cosine = math.sin(turn), math.cos(turn)
    return [_moved(line, lambda at: (at[0] * cosine - at[1] * sine, at[0] * sine + at[1] * cosine)) for line in placed]


def _extent(lines: Sequence[Line], axis: int) -> float:
    return max(corner[axis] for line in lines if line.box for corner in line.box)


def _moved(line: Line, move: Any) -> Line:
    corners: list[Point] = [move(corner) for corner in line.box or ()]
    return line.model_copy(update={"box": tuple(corners) or None})


# Shorter texts are the same on many documents by chance.
LONG = 5


def values(document: Document) -> set[str]:
    """The texts in a document's fields that are long enough to be its own."""
    inner = document.fields.get("content") or document.fields
    return {value for value in inner.values() if isinstance(value, str) and len(value) >= LONG}


def strangers(record: Record, alone: Sequence[Document]) -> int:
    """How many values stand in a record's documents beside values of another document, each value being only one's."""
    owners = [values(document) for document in alone]
    count = 0
    for document in offline.documents(record):
        held = values(document)
        shares = sorted((len(held & own) for own in owners), reverse=True)
        own = max(owners, key=lambda one: len(held & one), default=set())
        others = set().union(*(one for one in owners if one is not own)) - own
        count += len(held & others) if shares else 0
    return count


@dataclass(frozen=True)
class Sheets:
    """Pages of one sort: how many documents they show and `counts`, of these, are found; values of `others` in them."""

    variant: str
    size: int
    sort: str
    angle: float
    pages: int
    counts: Counter[str] = field(default_factory=Counter)

    @property
    def cells(self) -> list[str]:
        """A line of the table, as it is printed and as it is kept."""
        what = [self.variant, str(self.size), self.sort, f"{self.angle:.0f}", str(self.pages)]
        return [*what, *(str(self.counts[name]) for name in ("found", "of", "others"))]


HEAD = ["pictures", "documents", "kinds", "degrees askew", "pages", "found", "of", "values of others"]


def main() -> None:
    parser = Arguments(description="Documents found on pages of several, and fields of others in them.")
    parser.add_argument("--pages", type=count("--pages"), default=5, help="of each size, sort, angle and variant")
    parser.add_argument("--variants", nargs="+", type=one_of("--variants", UPRIGHT), default=UPRIGHT)
    parser.add_argument("--docs", action="store_true", help="put the table into docs/accuracy.md")
    asked = parser.parse_args()
    rows = [HEAD]
    _show(HEAD)
    for variant in asked.variants:
        for sheets in measured(variant, list(_read(variant)), asked.pages):
            rows.append(sheets.cells)
            _show(sheets.cells)
    if asked.docs:
        ACCURACY.write_text(with_table(ACCURACY.read_text(), "sheets", table(HEAD, rows[1:])))


def _show(cells: Sequence[str]) -> None:
    print("".join(f"{cell:>{len(name) + 4}}" for cell, name in zip(cells, HEAD, strict=True)), flush=True)


def _read(variant: str) -> Iterator[tuple[str, list[Line]]]:
    """Every sample's kind and lines as the engine reads them."""
    for sample in samples(KINDS, ("a", "b", "issued"), (variant,)):
        _, answer = offline.record(sample.product, sample.picture)
        yield sample.product, [Line.model_validate(line) for line in answer.said.get("lines", [])]


def measured(variant: str, read: Sequence[tuple[str, list[Line]]], pages: int) -> Iterator[Sheets]:
    """The pages of each size, sort and angle.

    Pages of one kind show the same sides of it: a card's other side belongs to any card that it does not contradict.
    """
    random = Random(1)
    by_kind: dict[str, list[list[Line]]] = {}
    for kind, lines in read:
        if lines and _shows_first_side(kind, lines):
            by_kind.setdefault(kind, []).append(lines)
    for size, sort, angle in pairs(SIZES, SORTS_OF_PAGES, ANGLES):
        sheets = Sheets(variant, size, sort, angle, pages)
        for _ in range(pages):
            kinds = random.sample(sorted(by_kind), min(size, len(by_kind))) if sort == "several" else None
            _measure(sheets.counts, _chosen(by_kind, size, kinds, random), angle)
        yield sheets


def _shows_first_side(kind: str, lines: Sequence[Line]) -> bool:
    sides = {name: field.mark.side for name, field in declared(products()[kind].fields).items() if field.mark.side}
    document = offline.record_of(kind, {"lines": [line.model_dump() for line in lines]}).document
    shown = Counter(sides[name] for name in (document.evidence if document else ()) if name in sides)
    return not sides or shown[next(iter(sides.values()))] > sum(shown.values()) / 2


def _chosen(
    by_kind: Mapping[str, list[list[Line]]], size: int, kinds: Sequence[str] | None, random: Random
) -> list[list[Line]]:
    if kinds:
        return [random.choice(by_kind[kind]) for kind in kinds]
    enough = [kind for kind, all_ in sorted(by_kind.items()) if len(all_) >= size]
    return random.sample(by_kind[random.choice(enough)], size) if enough else []


def _measure(counts: Counter[str], documents: Sequence[Sequence[Line]], angle: float) -> None:
    alone = [_record(lines).document for lines in documents]
    record = _record(composed(documents, angle))
    counts["of"] += len(documents)
    # One of them may lack a field when it is alone, too.
    mixed = record.problem is not None and record.problem.kind == "several_documents"
    counts["found"] += 0 if mixed else min(len(offline.documents(record)), len(documents))
    counts["others"] += strangers(record, [one for one in alone if one])


def _record(lines: Sequence[Line]) -> Record:
    return offline.record_of(SORTS, {"lines": [line.model_dump() for line in lines]})


if __name__ == "__main__":
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    main()
