"""What comes of a picture under another product's name, and of a part of a document: neither may succeed.

    python -m local.matrix                                      every sample under the name of every product
    python -m local.matrix --products id_card --layouts issued

Each sample is read once as its own product, clean; what the engine said is kept (see `local.accuracy.offline`). Its
lines then go to every other product that goes by labels, and five parts of them to its own: the top third and each of
the four halves. No part is read anew: a cut goes through the lines' boxes, so that what is outside is gone, and of a
text that it crosses the characters inside are left. Prints how each ended, by status, and every wrong pair and every
part that succeeded. Two kinds of parts succeed rightly and are counted apart: one whole side of a document with several
on one picture, and a part with every value of the whole, such as the line of a VIN below its caption.
"""

import argparse
import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from typing import Any

from local.accuracy import baseline, offline
from local.arguments import Arguments, one_of, product
from local.samples import samples
from ocr.declare.catalogue import products
from ocr.declare.fields import declared
from ocr.extraction.page import Rect, TextSpan
from ocr.model.reading import Line
from ocr.model.record import Record, Status

PROCESSES = 2
LAYOUTS = ("a", "b", "issued", "unseen")
OWN, OTHER = "right product", "wrong product"
ONE_SIDE, EVERY_VALUE = "one side", "every value"
Lines = Sequence[Line]
Outcome = tuple[str, str, str]  # what was tried, how it ended, which document and which product


@dataclass(frozen=True)
class Cut:
    """What is left of a picture: from where to where, as shares of what its text reaches over. Axis 0 is across."""

    name: str
    axis: int
    begin: float
    end: float

    def through(self, lines: Lines) -> dict[str, Any]:
        """What the engine would say of the part: its size and lines, of those that the cut crosses what is inside."""
        areas = [_area(line) for line in lines]
        ends = [edge for area in areas for edge in self._ends(area)]
        first, last = min(ends, default=0.0), max(ends, default=0.0)
        begin, end = (first + share * (last - first) for share in (self.begin, self.end))
        left = (self._left(line, area, begin, end) for line, area in zip(lines, areas, strict=True))
        # The edges that were the picture's own are as far away as ever.
        edges = (begin if self.begin > 0 else first - MARGIN, end if self.end < 1 else last + MARGIN)
        across = [edge for area in areas for edge in (area.left, area.right, area.top, area.bottom)]
        wide = (min(across, default=0.0) - MARGIN, max(across, default=0.0) + MARGIN)
        (x, right), (y, bottom) = (wide, edges) if self.axis else (edges, wide)
        moved = [_moved(line, -x, -y) for line in left if line]
        return {"lines": [line.model_dump() for line in moved], "width": round(right - x), "height": round(bottom - y)}

    def _ends(self, area: Rect) -> tuple[float, float]:
        return (area.top, area.bottom) if self.axis else (area.left, area.right)

    def _left(self, line: Line, area: Rect, begin: float, end: float) -> Line | None:
        """The characters of a line of which all is inside: through the middle of a line's height none is."""
        span = TextSpan(line, 0, len(line.text), area)
        places = [self._ends(span.place(at, at + 1)) for at in range(len(line.text))]
        inside = [at for at, (upper, lower) in enumerate(places) if begin - PIXEL < upper and lower < end + PIXEL]
        part = span.cut(inside[0], inside[-1] + 1) if inside else None
        if part is None:
            return None
        # A text that the cut crosses reaches up to it: what is left of a character is seen there.
        upper, lower = self._ends(area)
        held = _area(line.model_copy(update={"box": part.box}))
        ends = (
            begin if upper < begin - PIXEL else self._ends(held)[0],
            end if lower > end + PIXEL else self._ends(held)[1],
        )
        (left, right), (top, bottom) = ((held.left, held.right), ends) if self.axis else (ends, (held.top, held.bottom))
        box = ((left, top), (right, top), (right, bottom), (left, bottom))
        return line.model_copy(update={"text": part.text, "box": box})


PIXEL = 0.5  # what rounding may add to the end of a line
MARGIN = 40  # pixels from the text to the edges of the picture that nothing was cut off at
CUTS = (
    Cut("top third", 1, 0, 1 / 3),
    Cut("top half", 1, 0, 1 / 2),
    Cut("bottom half", 1, 1 / 2, 1),
    Cut("left half", 0, 0, 1 / 2),
    Cut("right half", 0, 1 / 2, 1),
)


def _area(line: Line) -> Rect:
    xs, ys = zip(*(line.box or ((0.0, 0.0),)), strict=True)
    return Rect(min(xs), min(ys), max(xs), max(ys))


def _moved(line: Line, x: float, y: float) -> Line:
    corners = [(corner[0] + x, corner[1] + y) for corner in line.box or ()]
    return line.model_copy(update={"box": tuple(corners) or None})


def outcomes(slug: str, layout: Any, asked: Sequence[str]) -> list[Outcome]:
    """How the samples of one product in one layout end, under each of the products and in parts."""
    found = []
    for number, sample in enumerate(samples([slug], [layout], ["clean"]), 1):
        record, answer = offline.record(slug, sample.picture, sample.options)
        name = f"{slug} {layout} {number}"
        found.append((OWN, record.status.value, name))
        for other in asked:
            if other != slug:
                status = offline.record_of(other, answer.said).status
                found.append((OTHER, status.value, f"{name} as {other}"))
        lines = [Line.model_validate(line) for line in answer.said["lines"]]
        for cut in CUTS:
            found.append((cut.name, ended(slug, cut.through(lines), record), name))
    return found


def ended(slug: str, said: Mapping[str, Any], whole: Record) -> str:
    """How a part of a picture ends; `every value` or `one side` where it succeeds as it shows all of the whole, or all
    of one of its sides."""
    part = offline.record_of(slug, said)
    if part.status != Status.SUCCEEDED or not (part.document and whole.document):
        return part.status.value
    if part.document.fields == whole.document.fields:
        return EVERY_VALUE
    product = products()[slug]
    sides = {name: field.mark.side for name, field in declared(product.fields).items()}
    shown, all_ = (product.complete.shown(product.fields, one.document.fields) for one in (part, whole) if one.document)
    own = {name for name in whole.document.fields if sides[name] in shown}
    return ONE_SIDE if len(all_) > len(shown) and own <= part.document.fields.keys() else part.status.value


def show(found: Sequence[Outcome]) -> Iterator[str]:
    """A line for each of what was tried with its statuses, then every one that should not have ended so."""
    for tried in (OWN, OTHER, *(cut.name for cut in CUTS)):
        ended = Counter(status for one, status, _ in found if one == tried)
        statuses = ", ".join(f"{count} {status}" for status, count in ended.most_common())
        share = ended[Status.SUCCEEDED] / max(ended.total(), 1)
        yield f"{tried}: {statuses or 'none'} ({100 * share:.2f} % succeeded)"
    for tried, status, name in found:
        if (status == Status.SUCCEEDED) != (tried == OWN):
            yield f"  {tried}, {status}: {name}"


def main() -> None:
    asked = _arguments([slug for slug in offline.slugs() if baseline.applies(slug)])
    found: list[Outcome] = []
    with ProcessPoolExecutor(PROCESSES) as pool:
        every = asked.every
        tasks = [pool.submit(outcomes, slug, layout, every) for slug in asked.products for layout in asked.layouts]
        for number, task in enumerate(as_completed(tasks), 1):
            found += task.result()
            print(f"\r{number}/{len(tasks)}", end="", file=sys.stderr)
    print(file=sys.stderr)
    print(*show(sorted(found)), sep="\n")


def _arguments(products: Sequence[str]) -> argparse.Namespace:
    parser = Arguments(description="How pictures end under other products' names, and parts of documents.")
    parser.add_argument("--products", nargs="+", type=product(products), default=products, metavar="SLUG")
    parser.add_argument("--layouts", nargs="+", type=one_of("LAYOUTS", LAYOUTS), default=["a"])
    parser.set_defaults(every=products)
    return parser.parse_args()


if __name__ == "__main__":
    main()
