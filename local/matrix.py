"""What comes of a picture under another product's name, and of a part of a document: neither may succeed.

    python -m local.matrix                                      every sample under the name of every product
    python -m local.matrix --products id_card --layouts issued

Each sample is read once as its own product, clean; what the engine said is kept (see `local.accuracy.offline`). Its
lines then go to every other product that goes by labels, and three parts of them to its own: the top third, the top
half, the bottom half. Prints how each of the four ended, by status, and every wrong pair and every part that succeeded.
"""

import argparse
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from typing import Any

from local.accuracy import baseline, offline
from local.arguments import Arguments, one_of, product
from local.samples import samples
from ocr.model.record import Status

PROCESSES = 2
LAYOUTS = ("a", "b", "issued", "unseen")
OWN, OTHER = "right product", "wrong product"
Line = Mapping[str, Any]
# What is left of a document whose text reaches from 0 (top) to 1 (bottom): whether a line is in it, by its ends.
PARTS: Mapping[str, Callable[[float, float], bool]] = {
    "top third": lambda upper, lower: lower < 1 / 3,
    "top half": lambda upper, lower: lower < 1 / 2,
    "bottom half": lambda upper, lower: upper > 1 / 2,
}
Outcome = tuple[str, str, str]  # what was tried, how it ended, which document and which product


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
        for part, lines in parts(answer.said["lines"]):
            status = offline.record_of(slug, {"lines": lines}).status
            found.append((part, status.value, name))
    return found


def parts(lines: Sequence[Line]) -> Iterator[tuple[str, list[Line]]]:
    """The lines that are left of a page of which only a part is there."""
    heights = [y for line in lines for _, y in line["box"]]
    top, height = min(heights, default=0.0), (max(heights, default=0.0) - min(heights, default=0.0)) or 1.0
    for part, holds in PARTS.items():
        ends = [([(y - top) / height for _, y in line["box"]], line) for line in lines]
        yield part, [line for ys, line in ends if holds(min(ys), max(ys))]


def show(found: Sequence[Outcome]) -> Iterator[str]:
    """A line for each of what was tried with its statuses, then every one that should not have ended so."""
    for tried in (OWN, OTHER, *PARTS):
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
