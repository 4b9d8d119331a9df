"""Count anew how often values of the embedded vendor are right, by their scores: what confidences are made of.

    python -m local.calibrate
    python -m local.calibrate --layouts issued --variants photo scan

Writes the counts; `make generate` lays the curve through them. Forms of the layout `unseen` take no part: `make score`
says how well confidences hold on them. The engine's answers are kept, as those for `make score`.
"""

import argparse
import os
import sys
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from itertools import product as pairs
from typing import Any

from local.accuracy import offline
from local.accuracy.calibration import COUNTS, Scored, keep, scored
from local.accuracy.marks import computed, marked
from local.arguments import Arguments, one_of
from local.samples import SHOTS, VARIANTS, samples
from ocr.declare.catalogue import products

PROCESSES = 2
LAYOUTS = ("a", "b", "issued")


def measured(slug: str, layout: Any, variants: Sequence[str]) -> tuple[int, list[Scored]]:
    """How many pictures of a product there are in a layout, and their values that have a score."""
    product, pictures = products()[slug], 0
    found: list[Scored] = []
    for sample in samples([slug], [layout], [one for one in variants if one in known(layout)]):
        pictures += 1
        reading = offline.reading(slug, sample.picture, sample.options)
        if reading is None:
            continue
        document = offline.settled_as(slug, reading, sample.picture).document
        ignored = computed(product.fields) - sample.truth.keys() | sample.ignored
        values = marked(sample.truth, document, [], sample.covered, ignored)
        found += scored(product, reading, document, values)
    return pictures, found


def known(layout: str) -> Sequence[str]:
    """What the pictures of a layout go through."""
    return tuple(VARIANTS if layout in ("a", "b") else SHOTS)


def main() -> None:
    asked = _arguments()
    pictures, values = 0, []
    with ProcessPoolExecutor(PROCESSES) as pool:
        wanted = pairs(offline.slugs(), asked.layouts)
        tasks = [pool.submit(measured, slug, layout, asked.variants) for slug, layout in wanted]
        for number, task in enumerate(as_completed(tasks), 1):
            more, found = task.result()
            pictures += more
            values += found
            print(f"\r{number}/{len(tasks)}", end="", file=sys.stderr)
    print(file=sys.stderr)
    keep(
        values,
        {
            "layouts": [*asked.layouts],
            "variants": [*asked.variants],
            "pictures": pictures,
            "values": len(values),
            "engine": offline.engine(),
        },
    )
    print(f"{len(values)} values of {pictures} pictures in {COUNTS}. `make generate` makes the curve of them.")


def _arguments() -> argparse.Namespace:
    variants = tuple(VARIANTS | SHOTS)
    parser = Arguments(description="Count how often values are right, by how well they were read and placed.")
    parser.add_argument("--layouts", nargs="+", type=one_of("LAYOUTS", LAYOUTS), default=LAYOUTS)
    parser.add_argument("--variants", nargs="+", type=one_of("VARIANTS", variants), default=variants)
    return parser.parse_args()


if __name__ == "__main__":
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    main()
