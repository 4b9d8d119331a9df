"""How much of what the samples print the embedded engine and the extraction get exactly right.

    python -m local.score                                     every product, layouts a and b, every variant
    python -m local.score --products id_card --variants clean blur --misses

A sample goes the way it would on AWS, from the embedded vendor to the normalized fields; only the engine runs in this
process. Every value of the truth counts once, every cell of a row and every line of a text too, and a value that is
neither printed nor computed from what is counts as a mistake. `document_classification_only` has to tell apart the
samples of every product with a title. What the engine said is kept in `.local/readings` until the engine changes.
"""

import argparse
import base64
import hashlib
import io
import json
import os
import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass, field, replace
from functools import cache
from itertools import product as pairs
from pathlib import Path
from statistics import fmean
from typing import Any
from unittest.mock import patch

ROOT = Path(__file__).parent.parent
READINGS = ROOT / ".local" / "readings"
PROCESSES = 2

# The product that only says what a document is; it is asked about all of them.
SORTS = "document_classification_only"
CLEAN, DEGRADED, LEAST, LAYOUTS_APART = 0.97, 0.90, 0.85, 0.05
# The product asked for most has marks of its own.
CARD, CARD_CLEAN, CARD_EVERY = "id_card", 1.0, 0.95


@dataclass(frozen=True)
class Miss:
    """One value that came out otherwise; None: it was not printed, or not found."""

    product: str
    layout: str
    variant: str
    field: str
    printed: Any
    found: Any


@dataclass
class Score:
    """How many values of some samples were right, of how many."""

    right: int = 0
    of: int = 0
    misses: list[Miss] = field(default_factory=list)

    @property
    def share(self) -> float:
        return self.right / self.of if self.of else 1.0


Key = tuple[str, str, str]  # product, layout, variant


def score(slug: str, layout: Any, variants: Sequence[str]) -> dict[Key, Score]:
    """The scores of one product in one layout, by variant."""
    found: dict[Key, Score] = {}
    for sample in _samples(slug, layout, variants):
        one = found.setdefault((slug, layout, sample.variant), Score())
        printed, read = dict(_values("", sample.truth)), dict(_values("", _fields(slug, sample)))
        for name in printed.keys() | read.keys():
            one.of += 1
            if printed.get(name) == read.get(name):
                one.right += 1
            else:
                one.misses.append(Miss(slug, layout, sample.variant, name, printed.get(name), read.get(name)))
    return found


def _samples(slug: str, layout: Any, variants: Sequence[str]) -> Iterator[Any]:
    from local.samples import samples
    from ocr.declare.catalogue import products

    if slug != SORTS:
        yield from samples([slug], [layout], variants)
        return
    for sample in samples([slug for slug, one in products().items() if one.titles], [layout], variants):
        yield replace(sample, product=SORTS, truth={"document_type": sample.product})


def _values(name: str, value: Any) -> Iterator[tuple[str, Any]]:
    """Every single value in a record's fields, by the way to it."""
    match value:
        case Mapping():
            for key, part in value.items():
                yield from _values(f"{name}.{key}" if name else key, part)
        case list():
            for number, part in enumerate(value):
                yield from _values(f"{name}[{number}]", part)
        case str() if "\n" in value:
            yield from _values(name, value.split("\n"))
        case None | "":
            return
        case _:
            yield name, value


def _fields(slug: str, sample: Any) -> dict[str, Any]:
    """The fields of the first document that is found on a sample, in their JSON form."""
    from ocr.declare.catalogue import products
    from ocr.declare.fields import declared
    from ocr.declare.offers import VendorRequest
    from ocr.model.reading import Reading
    from ocr.pages.examine import examine
    from ocr.pipeline.normalization import documents
    from ocr.vendors import embedded

    product = products()[slug]
    offer = next(offer for offer in product.sold_by if offer.vendor == embedded.Engine.vendor)
    ask = VendorRequest(slug, product.fields, [examine(sample.picture)], sample.options, seconds=60)
    with patch("ocr.platform.aws.functions", Engine), patch("ocr.vendors.embedded.settings"):
        (outcome,) = offer.read(ask)
    found = documents(product, outcome) if isinstance(outcome, Reading) else []
    fields = found[0].fields if found else {}
    computed = {name for name, one in declared(product.fields).items() if one.mark.derived} - sample.truth.keys()
    return {name: value for name, value in fields.items() if name not in computed}


class Engine:
    """The engine's Lambda, in this process, with a memory; it takes as long as it takes."""

    def __init__(self, seconds: int) -> None:
        self.seconds = seconds

    def invoke(self, *, Payload: bytes, **_: Any) -> dict[str, Any]:
        kept = READINGS / f"{hashlib.sha256(_engine() + Payload).hexdigest()}.json"
        if not kept.exists():
            kept.parent.mkdir(parents=True, exist_ok=True)
            kept.write_text(json.dumps(self._read(json.loads(Payload)), ensure_ascii=False), encoding="utf-8")
        return {"Payload": io.BytesIO(kept.read_bytes())}

    def _read(self, asked: Mapping[str, str]) -> Any:
        from engine import app, picture

        return app.read(picture.decode(base64.b64decode(asked["image"])), asked["task"])


@cache
def _engine() -> bytes:
    """Another value for every other engine."""
    sources = sorted((ROOT / "functions" / "engine").glob("*.py"))
    return hashlib.sha256(b"".join(source.read_bytes() for source in sources)).digest()


def main() -> None:
    from local.samples import VARIANTS
    from ocr.declare.catalogue import products

    ours = [slug for slug, one in products().items() if any(offer.vendor == "embedded" for offer in one.sold_by)]
    asked = _arguments(ours, tuple(VARIANTS))
    scores: dict[Key, Score] = {}
    with ProcessPoolExecutor(PROCESSES) as pool:
        wanted = pairs(asked.products, asked.layouts)
        tasks = [pool.submit(score, slug, layout, asked.variants) for slug, layout in wanted]
        for number, task in enumerate(as_completed(tasks), 1):
            scores |= task.result()
            print(f"\r{number}/{len(tasks)}", end="", file=sys.stderr)
    print(file=sys.stderr)
    _show(scores, asked.products, asked.layouts, asked.variants)
    if asked.misses:
        _show_misses(scores)
    if asked.readme:
        _keep(scores)
    shortfalls = list(_shortfalls(scores))
    print(*shortfalls, sep="\n")
    sys.exit(bool(shortfalls))


def _arguments(products: Sequence[str], variants: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Exactly right values of the samples, by product and variant.")
    parser.add_argument("--products", nargs="+", choices=products, default=products, metavar="SLUG")
    parser.add_argument("--layouts", nargs="+", choices=("a", "b"), default=("a", "b"))
    parser.add_argument("--variants", nargs="+", choices=variants, default=variants)
    parser.add_argument("--readme", action="store_true", help="put the table by product into the README")
    parser.add_argument("--misses", action="store_true", help="list every value that came out otherwise")
    return parser.parse_args()


def _show(
    scores: Mapping[Key, Score], products: Sequence[str], layouts: Sequence[str], variants: Sequence[str]
) -> None:
    """A line for each product and layout, a column for each variant, averages over products below."""
    print(f"{'product':38}" + "".join(f"{variant:>11}" for variant in variants))
    for layout in layouts:
        for slug in products:
            if any(key[:2] == (slug, layout) for key in scores):
                shares = (scores.get((slug, layout, variant), Score()).share for variant in variants)
                print(f"{slug + ' ' + layout:38}" + "".join(f"{share:>11.3f}" for share in shares))
        averages = (average(scores, layout, [variant]) for variant in variants)
        print(f"{'average ' + layout:38}" + "".join(f"{share:>11.3f}" for share in averages))


def _keep(scores: Mapping[Key, Score]) -> None:
    """Write the README's table: a line for each product, clean and degraded pictures of each layout."""
    from local.generate.tables import README, table, with_table

    layouts = sorted({layout for _, layout, _ in scores})
    degraded = sorted({variant for _, _, variant in scores} - {"clean"})
    columns = [(layout, variants) for layout in layouts for variants in (["clean"], degraded)]
    rows = []
    for slug in [*dict.fromkeys(slug for slug, _, _ in sorted(scores)), None]:
        ours = {key: one for key, one in scores.items() if slug in (key[0], None)}
        shares = [f"{average(ours, layout, variants):.3f}" for layout, variants in columns]
        rows.append([f"`{slug}`" if slug else "**average**", *shares])
    head = ["product", *(f"{layout}, {'clean' if len(variants) == 1 else 'degraded'}" for layout, variants in columns)]
    README.write_text(with_table(README.read_text(), "score", table(head, rows)))


def _show_misses(scores: Mapping[Key, Score]) -> None:
    for miss, times in Counter(miss for one in scores.values() for miss in one.misses).items():
        print(f"{miss.product} {miss.layout} {miss.variant} {miss.field}: {miss.printed!r} ≠ {miss.found!r}", times)


def average(scores: Mapping[Key, Score], layout: str, variants: Sequence[str]) -> float:
    """The mean over products of their shares in these variants."""
    by_product: dict[str, list[float]] = {}
    for (slug, its_layout, variant), one in scores.items():
        if its_layout == layout and variant in variants:
            by_product.setdefault(slug, []).append(one.share)
    return fmean(fmean(shares) for shares in by_product.values()) if by_product else 1.0


def _shortfalls(scores: Mapping[Key, Score]) -> Iterator[str]:
    """What misses a mark, in words."""
    layouts = sorted({layout for _, layout, _ in scores})
    degraded = sorted({variant for _, _, variant in scores} - {"clean"})
    every = ["clean", *degraded]
    cards = {key: one for key, one in scores.items() if key[0] == CARD}
    marks = (
        ("clean pictures", scores, ["clean"], CLEAN),
        ("degraded pictures", scores, degraded, DEGRADED),
        (f"clean pictures of {CARD}", cards, ["clean"], CARD_CLEAN),
        (f"all pictures of {CARD}", cards, every, CARD_EVERY),
    )
    for layout, (name, ours, variants, mark) in pairs(layouts, marks):
        if (share := average(ours, layout, variants)) < mark:
            yield f"{name} in layout {layout}: {share:.3f} on average, {mark} asked"
    for (slug, layout, variant), one in scores.items():
        if variant == "clean" and one.share < LEAST:
            yield f"{slug} in layout {layout}: {one.share:.3f} on clean pictures, {LEAST} asked"
    if len(layouts) > 1 and abs(average(scores, "a", every) - average(scores, "b", every)) > LAYOUTS_APART:
        yield f"layouts a and b are more than {LAYOUTS_APART} apart"


if __name__ == "__main__":
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    sys.path[:0] = [str(ROOT / "layers" / "ocr"), str(ROOT / "functions")]
    main()
