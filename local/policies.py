"""What a right record costs: the engine alone, each paid vendor alone, and the engine with a paid one on doubt.

    python -m local.policies                                  every product that a paid vendor reads, every sample
    python -m local.policies --products id_card --layouts issued --policies checks 'confidence<0.9'
    python -m local.policies --misses                         list what is silently wrong, too; of unseen forms nothing
    python -m local.policies --docs                           put the tables into docs/money.md, too

The engine's readings are its own. A paid vendor is simulated: it says what is printed, with the errors of
`local.simulators.slips`, and more of them where the picture is degraded. A call of each costs one unit.
Readings become records, are doubted and weighed by the gateway's own code. No account and no network is needed.

`recommended.json` holds the settings that docs/money.md recommends. They were chosen by this measurement, without the
layout `unseen`. It ends with 1 where they are not what they are recommended for: on the records that a paid vendor
reads, at least as many exactly right, fewer values silently wrong, and a fifth of the calls at most.
"""

import argparse
import json
import os
import re
import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass, field
from functools import cache
from itertools import product as pairs
from pathlib import Path
from typing import Any, NamedTuple

from cli.marks import Mark
from local.accuracy import offline
from local.accuracy.marks import Misread, computed, marked
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
from ocr.platform.settings import Escalation, Settings, escalation

ENGINE, RECOMMENDED = "embedded", "recommended"
LAYOUTS = ("a", "b", "issued", "unseen")
HELD_OUT = "unseen"
POLICIES = ("checks", "confidence<0.9", "checks|confidence<0.95")
PROCESSES = 2
# What the recommended settings may cost of what a paid vendor alone does.
MOST_COST = 0.2


@dataclass
class Sum:
    """What came of some records: how many, exactly right, calls that were paid, silently wrong values."""

    records: int = 0
    right: int = 0
    calls: int = 0
    silent: list[Misread] = field(default_factory=list)

    def add(self, other: "Sum") -> None:
        self.records += other.records
        self.right += other.right
        self.calls += other.calls
        self.silent += other.silent


Key = tuple[str, str, str]  # product, layout, reader: `embedded`, `juhe`, …, a policy, or `recommended`


# What a stack needs beside, and nothing here depends on.
_ELSEWHERE = dict.fromkeys(("TABLE", "UPLOADS_BUCKET", "ANSWERS_BUCKET", "ENGINE_FUNCTION"), "")


@cache
def recommended() -> Settings:
    """The settings that docs/money.md recommends; the file has them by the names of the template's parameters."""
    parameters = json.loads(Path(__file__).with_name("recommended.json").read_text(encoding="utf-8"))
    named = {re.sub("(?<=[a-z])(?=[A-Z])", "_", name).upper(): value for name, value in parameters.items()}
    return Settings.model_validate(_ELSEWHERE | named)


def paid(slug: str) -> list[str]:
    """The paid vendors that read a product's fields, in the order in which they are tried."""
    if any(one.mark.content for one in declared(products()[slug].fields).values()):
        return []
    return [offer.vendor for offer in products()[slug].offers if offer.vendor in slips.vendors()]


def measured(slug: str, layout: Any, variants: Sequence[str], policies: Sequence[str]) -> dict[Key, Sum]:
    """What came of the product's samples in a layout, by reader."""
    found: dict[Key, Sum] = {}
    for sample in samples([slug], [layout], variants):
        for reader, one in _measured(slug, sample, policies):
            found.setdefault((slug, layout, reader), Sum()).add(one)
    return found


def _measured(slug: str, sample: Sample, policies: Sequence[str]) -> Iterator[tuple[str, Sum]]:
    kind = products()[slug]
    seen = Reading(vendor=ENGINE, findings=[printed(kind.fields, sample.truth)])
    name = f"{slug}/{sample.layout}/{sample.name}/{sample.variant}"
    own = offline.reading(slug, sample.picture, sample.options) or Reading(vendor=ENGINE)
    readings = {ENGINE: own} | {
        vendor: slips.slipped(seen, vendor, name, degraded=sample.variant != "clean") for vendor in paid(slug)
    }

    settled: list[tuple[Reading, Record]] = []

    def settle(reading: Reading) -> Record:
        """The record of a reading, which several policies ask for."""
        record = next((record for one, record in settled if one is reading), None)
        if record is None:
            record = offline.settled_as(slug, reading, sample.picture)
            settled.append((reading, record))
        return record

    @cache
    def together(*vendors: str) -> Record:
        """The record of what these vendors say."""
        said = [readings[vendor] for vendor in vendors]
        return settle(combined(kind, said, settle) if len(said) > 1 else said[0])

    def judged(record: Record, calls: int) -> Sum:
        ignored = computed(kind.fields) - sample.truth.keys() | sample.ignored
        values = marked(sample.truth, record.document, [], sample.covered, ignored)
        right = bool(record.document) and all(one.mark == Mark.RIGHT for one in values)
        where = slug, sample.layout, sample.variant
        silent = [Misread(*where, one.name, one.printed, one.found) for one in values if one.silent]
        return Sum(1, int(right), calls, silent)

    def read(order: Sequence[str], policy: Escalation) -> Sum:
        """What comes of asking one vendor after the other while there is a doubt."""
        vendors = [vendor for vendor in order if vendor in readings]
        said = vendors[:1]
        while doubtful(together(*said), policy) and said != vendors:
            said = vendors[: len(said) + 1]
        return judged(together(*said), len({*said} - {ENGINE}))

    for vendor in readings:
        yield vendor, read([vendor], escalation("never"))
    for words in policies:
        yield words, read([*readings], escalation(words))
    yield RECOMMENDED, read(recommended().order(slug), recommended().escalation(slug))


def main() -> int:
    """The exit code."""
    asked = _arguments([slug for slug in offline.slugs() if paid(slug)])
    found: dict[Key, Sum] = {}
    with ProcessPoolExecutor(PROCESSES) as pool:
        wanted = list(pairs(asked.products, asked.layouts))
        tasks = [
            pool.submit(measured, slug, layout, _variants(layout, asked), asked.policies) for slug, layout in wanted
        ]
        for number, task in enumerate(as_completed(tasks), 1):
            found |= task.result()
            print(f"\r{number}/{len(tasks)}", end="", file=sys.stderr)
    print(file=sys.stderr)
    made = {"policies": _policies(found, asked.policies), "recommended": _beside_vendors(found)}
    print(*made.values(), sep="\n", end="")
    if asked.misses:
        _show_misses(found)
    if asked.docs:
        page = MONEY.read_text()
        for name, text in made.items():
            page = with_table(page, name, text)
        MONEY.write_text(page)
    shortfalls = list(_shortfalls(found))
    print(*shortfalls, sep="\n")
    return int(bool(shortfalls))


# --- Tables -----------------------------------------------------------------------------------------------------------


def _policies(found: Mapping[Key, Sum], policies: Sequence[str]) -> str:
    """A line a reader: what came of all that it read."""
    known = {reader for _, _, reader in found}
    readers = [one for one in (ENGINE, *slips.vendors(), *policies, RECOMMENDED) if one in known]
    head = [
        "reader",
        "records",
        "exactly right",
        "share",
        "silently wrong values",
        "paid calls",
        "calls a right record",
    ]
    return table(head, [_row(reader, _sum(found, reader)) for reader in readers])


def _row(reader: str, one: Sum) -> list[str]:
    name = f"`{reader}`" if reader in (ENGINE, *slips.vendors()) else f"`{ENGINE}`, then `{reader}`"
    share = f"{one.right / max(one.records, 1):.3f}"
    each = f"{one.calls / one.right:.3f}" if one.right else ""
    counts = [str(one.records), str(one.right), share, str(len(one.silent)), str(one.calls)]
    return [RECOMMENDED if reader == RECOMMENDED else name, *counts, each]


def _beside_vendors(found: Mapping[Key, Sum]) -> str:
    """A line a paid vendor: what it makes of its records alone, and what comes of the same ones as recommended."""
    head = [
        "the records of",
        "records",
        "exactly right: alone",
        RECOMMENDED,
        "silently wrong values: alone",
        RECOMMENDED,
    ]
    return table([*head, "paid calls: alone", RECOMMENDED], map(_beside_row, _compared(found)))


def _beside_row(one: "Compared") -> list[str]:
    counts = (one.alone.right, one.ours.right, len(one.alone.silent), len(one.ours.silent), one.alone.calls)
    share = f"{one.ours.calls} ({one.ours.calls / max(one.alone.calls, 1):.0%})"
    return [f"`{one.vendor}`{one.which}", str(one.alone.records), *map(str, counts), share]


class Compared(NamedTuple):
    """What a paid vendor makes of its records alone, and what comes of the same ones as recommended."""

    vendor: str
    which: str
    alone: Sum
    ours: Sum


def _compared(found: Mapping[Key, Sum]) -> Iterator[Compared]:
    """Each paid vendor on all that it reads, and on the unseen forms of that."""
    for vendor, (which, layouts) in pairs(slips.vendors(), (("", LAYOUTS), (", unseen forms", (HELD_OUT,)))):
        its = {key[:2] for key in found if key[2] == vendor and key[1] in layouts}
        if its:
            ours = {key: one for key, one in found.items() if key[:2] in its}
            yield Compared(vendor, which, _sum(ours, vendor), _sum(ours, RECOMMENDED))


def _sum(found: Mapping[Key, Sum], reader: str) -> Sum:
    total = Sum()
    for key, one in found.items():
        if key[2] == reader:
            total.add(one)
    return total


def _shortfalls(found: Mapping[Key, Sum]) -> Iterator[str]:
    """Where the recommended settings are not what they are recommended for, in words."""
    for vendor, which, alone, ours in _compared(found):
        where = f"on the records of {vendor}{which}, the recommended settings"
        if ours.right < alone.right:
            yield f"{where} have {ours.right} exactly right, {vendor} alone {alone.right}"
        if len(ours.silent) > max(len(alone.silent) - 1, 0):
            yield f"{where} have {len(ours.silent)} values silently wrong, {vendor} alone {len(alone.silent)}"
        if ours.calls > MOST_COST * alone.calls:
            yield f"{where} take {ours.calls} calls, {vendor} alone {alone.calls}"


def _show_misses(found: Mapping[Key, Sum]) -> None:
    for (_, layout, reader), one in found.items():
        if layout != HELD_OUT:
            for miss, times in Counter(one.silent).items():
                where = f"{reader}: {miss.product} {miss.layout} {miss.variant} {miss.field}"
                print(f"{where}: {miss.printed!r} ≠ {miss.found!r} {times}")


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
    parser.add_argument("--misses", action="store_true", help="list every value that is silently wrong")
    parser.add_argument("--docs", action="store_true", help="put the tables into docs/money.md")
    return parser.parse_args()


if __name__ == "__main__":
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    sys.exit(main())
