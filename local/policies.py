"""What a right record costs: the engine alone, each paid vendor alone, and the engine with a paid one on doubt.

    python -m local.policies                                  every product that a paid vendor reads, every sample
    python -m local.policies --products id_card --layouts issued --policies checks 'confidence<0.9'
    python -m local.policies --docs                           put the table into docs/money.md, too

The engine's readings are its own. A paid vendor is simulated: it says what is printed, with the errors of
`local.simulators.slips`, and more of them where the picture is degraded. A call of each costs one unit.
Readings become records, are doubted and weighed by the gateway's own code. No account and no network is needed.
"""

import argparse
import os
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass, fields
from itertools import product as pairs
from typing import Any

from cli.marks import Mark
from local.accuracy import offline
from local.accuracy.marks import computed, marked
from local.accuracy.printed import printed
from local.arguments import Arguments, one_of, product
from local.generate.tables import MONEY, table, with_table
from local.samples import SHOTS, VARIANTS, Sample, samples
from local.simulators import slips
from ocr.declare.catalogue import products
from ocr.declare.fields import declared
from ocr.model.reading import Reading
from ocr.model.record import Record
from ocr.pipeline.opinions import combined, doubtful
from ocr.platform.settings import escalation

ENGINE = "embedded"
LAYOUTS = ("a", "b", "issued", "unseen")
POLICIES = ("checks", "confidence<0.9", "checks|confidence<0.95")
PROCESSES = 2


@dataclass
class Sum:
    """What came of some records: how many, exactly right, silently wrong values, calls that were paid."""

    records: int = 0
    right: int = 0
    silent: int = 0
    calls: int = 0

    def add(self, other: "Sum") -> None:
        for one in fields(self):
            setattr(self, one.name, getattr(self, one.name) + getattr(other, one.name))


def paid(slug: str) -> list[str]:
    """The paid vendors that read a product's fields, in the order in which they are tried."""
    if any(one.mark.content for one in declared(products()[slug].fields).values()):
        return []
    return [offer.vendor for offer in products()[slug].offers if offer.vendor in slips.vendors()]


def measured(slug: str, layout: Any, variants: Sequence[str], policies: Sequence[str]) -> dict[str, Sum]:
    """Reader → what came of the product's samples in a layout: `embedded`, `juhe`, …, and each policy."""
    found: dict[str, Sum] = {}
    for sample in samples([slug], [layout], variants):
        for reader, one in _measured(slug, sample, policies):
            found.setdefault(reader, Sum()).add(one)
    return found


def _measured(slug: str, sample: Sample, policies: Sequence[str]) -> Iterator[tuple[str, Sum]]:
    kind = products()[slug]

    def settle(reading: Reading) -> Record:
        return offline.settled_as(slug, reading, sample.picture)

    def judged(record: Record, calls: int) -> Sum:
        ignored = computed(kind.fields) - sample.truth.keys() | sample.ignored
        values = marked(sample.truth, record.document, [], sample.covered, ignored)
        right = bool(record.document) and all(one.mark == Mark.RIGHT for one in values)
        return Sum(1, right, sum(one.silent for one in values), calls)

    own = offline.reading(slug, sample.picture, sample.options) or Reading(vendor=ENGINE)
    seen = Reading(vendor=ENGINE, findings=[printed(kind.fields, sample.truth)])
    name = f"{slug}/{sample.layout}/{sample.name}/{sample.variant}"
    others = [slips.slipped(seen, vendor, name, degraded=sample.variant != "clean") for vendor in paid(slug)]
    yield ENGINE, judged(settle(own), 0)
    for other in others:
        yield other.vendor, judged(settle(other), 1)
    for words in policies:
        policy = escalation(words)
        said = [own]
        for other in others:
            if not doubtful(settle(combined(kind, said, settle) if len(said) > 1 else said[0]), policy):
                break
            said.append(other)
        record = settle(combined(kind, said, settle) if len(said) > 1 else own)
        yield words, judged(record, len(said) - 1)


def main() -> None:
    asked = _arguments([slug for slug in offline.slugs() if paid(slug)])
    found: dict[str, Sum] = {}
    with ProcessPoolExecutor(PROCESSES) as pool:
        wanted = list(pairs(asked.products, asked.layouts))
        tasks = [
            pool.submit(measured, slug, layout, _variants(layout, asked), asked.policies) for slug, layout in wanted
        ]
        for number, task in enumerate(as_completed(tasks), 1):
            for reader, one in task.result().items():
                found.setdefault(reader, Sum()).add(one)
            print(f"\r{number}/{len(tasks)}", end="", file=sys.stderr)
    print(file=sys.stderr)
    made = table(HEAD, [_row(reader, found[reader]) for reader in _order(found, asked.policies)])
    print(made, end="")
    if asked.docs:
        MONEY.write_text(with_table(MONEY.read_text(), "policies", made))


HEAD = ["reader", "records", "exactly right", "share", "silently wrong values", "paid calls", "calls a right record"]


def _row(reader: str, one: Sum) -> list[str]:
    name = f"`{reader}`" if reader == ENGINE or reader in slips.vendors() else f"`{ENGINE}`, then `{reader}`"
    each = f"{one.calls / one.right:.3f}" if one.right else ""
    counts = [
        str(one.records),
        str(one.right),
        f"{one.right / max(one.records, 1):.3f}",
        str(one.silent),
        str(one.calls),
    ]
    return [name, *counts, each]


def _order(found: dict[str, Sum], policies: Sequence[str]) -> list[str]:
    return [reader for reader in (ENGINE, *slips.vendors(), *policies) if reader in found]


def _variants(layout: str, asked: argparse.Namespace) -> list[str]:
    """Those of the variants that the layout's pictures go through."""
    return [variant for variant in (VARIANTS if layout in ("a", "b") else SHOTS) if variant in asked.variants]


def _arguments(slugs: Sequence[str]) -> argparse.Namespace:
    variants = tuple(VARIANTS | SHOTS)
    parser = Arguments(description="Exactly right records and what they cost, by vendor and policy.")
    parser.add_argument("--products", nargs="+", type=product(slugs), default=slugs, metavar="SLUG")
    parser.add_argument("--layouts", nargs="+", type=one_of("LAYOUTS", LAYOUTS), default=LAYOUTS)
    parser.add_argument("--variants", nargs="+", type=one_of("VARIANTS", variants), default=variants)
    parser.add_argument("--policies", nargs="+", default=POLICIES, metavar="POLICY")
    parser.add_argument("--docs", action="store_true", help="put the table into docs/money.md")
    return parser.parse_args()


if __name__ == "__main__":
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    main()
