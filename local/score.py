"""How much of what the samples print the embedded vendor gets exactly right, what it gets silently wrong, and where the
rest is lost.

    python -m local.score                                     every product, layout and variant
    python -m local.score --products id_card --layouts a b issued --variants clean --misses

Beside the shares stands what a simple extraction gets right of the same lines (see `local.accuracy.baseline`).

Layouts a and b are drawn by this project, `issued` are forms as they are issued, `unseen` such forms that nobody looks
at while working on extraction: their misses are never listed.

A sample goes the way it would on AWS, from the embedded vendor to the record; the engine runs in this process, and what
it said is kept until its code changes. Every value of the truth counts once, every cell of a row and every line of a
text too, and a value that is neither printed nor computed from what is counts as a mistake.
`document_classification_only` has to tell apart the samples of every product with a title.
"""

import argparse
import os
import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass, field, replace
from itertools import product as pairs
from statistics import fmean
from typing import Any

from cli.calibration import calibration_error, reliability
from cli.marks import Mark
from local.accuracy import baseline, offline
from local.accuracy.marks import Misread, Value, computed, marked
from local.arguments import Arguments, one_of, product
from local.generate.tables import ACCURACY, table, with_table
from local.samples import SHOTS, VARIANTS, Sample, samples
from ocr.declare.catalogue import products
from ocr.declare.fields import declared
from ocr.model.record import Document

PROCESSES = 2

# The product that only says what a document is; it is asked about all of them.
SORTS = "document_classification_only"
LAYOUTS = ("a", "b", "issued", "unseen")
HELD_OUT = "unseen"
CLEAN, DEGRADED, LEAST, LAYOUTS_APART = 0.97, 0.90, 0.85, 0.05
# The product asked for most has marks of its own.
CARD, CARD_CLEAN, CARD_EVERY = "id_card", 1.0, 0.95


@dataclass(frozen=True)
class Miss(Misread):
    """One value that came out otherwise. `lost_in` is where it was lost."""

    silent: bool
    lost_in: str


@dataclass
class Score:
    """How many values of some samples were right, of how many; how many were wrong and nothing said so; how many
    printed ones were lost in recognition and how many in extraction. `simple` are those that a label and what stands
    right of it or below it would have got right, None where no value goes by a label; `sure` are the confidences of
    those that have one, each with whether the value is right."""

    right: int = 0
    of: int = 0
    simple: int | None = None
    silent: int = 0
    lost: Counter[str] = field(default_factory=Counter)
    misses: list[Miss] = field(default_factory=list)
    sure: list[tuple[float, bool]] = field(default_factory=list)

    @property
    def share(self) -> float:
        return self.right / self.of if self.of else 1.0


Key = tuple[str, str, str]  # product, layout, variant


def score(slug: str, layout: Any, variants: Sequence[str]) -> dict[Key, Score]:
    """The scores of one product in one layout, by variant."""
    found: dict[Key, Score] = {}
    for sample in _samples(slug, layout, variants):
        one = found.setdefault((slug, layout, sample.variant), Score())
        values, simple, confidences = _values(slug, sample)
        if simple is not None:
            one.simple = (one.simple or 0) + simple
        for value in values:
            one.of += 1
            one.right += value.mark == Mark.RIGHT
            one.silent += value.silent
            one.lost[value.lost_in] += bool(value.lost_in)
            if value.found is not None and value.name in confidences:
                one.sure.append((confidences[value.name], value.mark == Mark.RIGHT))
            if value.mark != Mark.RIGHT:
                loss = (value.name, value.printed, value.found, value.silent, value.lost_in)
                one.misses.append(Miss(slug, layout, sample.variant, *loss))
    return found


def _samples(slug: str, layout: Any, variants: Sequence[str]) -> Iterator[Sample]:
    if slug != SORTS:
        yield from samples([slug], [layout], variants)
        return
    for sample in samples([slug for slug, one in products().items() if one.titles], [layout], variants):
        yield replace(sample, product=SORTS, truth={"document_type": sample.product})


def _values(slug: str, sample: Sample) -> tuple[list[Value], int | None, dict[str, float]]:
    """What came of each value of a sample, in the first document found on it; how many the baseline gets right; and
    the confidences of those that the label search scores, by name."""
    record, answer = offline.record(slug, sample.picture, sample.options)
    ignored = computed(products()[slug].fields) - sample.truth.keys() | sample.ignored

    def values(found: Document | None) -> list[Value]:
        return marked(sample.truth, found, answer.lines, sample.covered, ignored)

    confidences = calibrated(slug, record.document)
    if not baseline.applies(slug):
        return values(record.document), None, confidences
    simple = values(baseline.document_of(slug, answer.said))
    return values(record.document), sum(value.mark == Mark.RIGHT for value in simple), confidences


def calibrated(slug: str, found: Document | None) -> dict[str, float]:
    """The confidences of a document's values, by name. That of a kind is none: it is its share of the evidence."""
    kind = products()[slug]
    shares = set(declared(kind.fields)) if kind.sorts else set()
    sure = {name: one.confidence for name, one in (found.evidence if found else {}).items() if name not in shares}
    return {name: confidence for name, confidence in sure.items() if confidence is not None}


def main() -> None:
    asked = _arguments(offline.slugs(), tuple(VARIANTS | SHOTS))
    scores: dict[Key, Score] = {}
    with ProcessPoolExecutor(PROCESSES) as pool:
        wanted = pairs(asked.products, asked.layouts)
        tasks = [pool.submit(score, slug, layout, _variants(layout, asked.variants)) for slug, layout in wanted]
        for number, task in enumerate(as_completed(tasks), 1):
            scores |= task.result()
            print(f"\r{number}/{len(tasks)}", end="", file=sys.stderr)
    print(file=sys.stderr)
    _show(scores, asked.products, asked.layouts, asked.variants)
    if asked.misses:
        _show_misses(scores)
    if asked.docs:
        _keep(scores)
        _keep_parts(scores)
        _keep_reliability(confidences(scores))
    shortfalls = list(_shortfalls(scores))
    print(*shortfalls, sep="\n")
    sys.exit(bool(shortfalls))


def _arguments(products: Sequence[str], variants: Sequence[str]) -> argparse.Namespace:
    parser = Arguments(description="Exactly right values of the samples, by product and variant.")
    parser.add_argument("--products", nargs="+", type=product(products), default=products, metavar="SLUG")
    parser.add_argument("--layouts", nargs="+", type=one_of("LAYOUTS", LAYOUTS), default=LAYOUTS)
    parser.add_argument("--variants", nargs="+", type=one_of("VARIANTS", variants), default=variants)
    parser.add_argument("--docs", action="store_true", help="put the table by product into docs/accuracy.md")
    parser.add_argument("--misses", action="store_true", help="list every value that came out otherwise")
    return parser.parse_args()


def _variants(layout: str, asked: Sequence[str]) -> list[str]:
    """Those of the variants that the layout's pictures go through."""
    return [variant for variant in (VARIANTS if layout in ("a", "b") else SHOTS) if variant in asked]


def _show(
    scores: Mapping[Key, Score], products: Sequence[str], layouts: Sequence[str], variants: Sequence[str]
) -> None:
    """A line for each product and layout, a column for each variant, averages over products below."""
    print(f"{'product':38}" + "".join(f"{variant:>11}" for variant in variants))
    for layout in layouts:
        for slug in products:
            if any(key[:2] == (slug, layout) for key in scores):
                ours = [scores.get((slug, layout, variant)) for variant in variants]
                print(f"{slug + ' ' + layout:38}" + "".join(f"{one.share:>11.3f}" if one else " " * 11 for one in ours))
        averages = (average(scores, layout, [variant]) for variant in variants)
        print(f"{'average ' + layout:38}" + "".join(f"{share:>11.3f}" for share in averages))
    values, silent, *lost = _sums(scores)
    print(f"{values} values; {silent} silently wrong; lost in recognition {lost[0]}, in extraction {lost[1]}")
    print(f"a value right of its label or below it, and nothing more: {_simple(scores) or '-'} right")
    for name, told in confidences(scores).items():
        _show_reliability(name, told)


def confidences(scores: Mapping[Key, Score]) -> dict[str, list[tuple[float, bool]]]:
    """The confidences of layouts that took part in the calibration and of the one that did not, clean and degraded."""
    parts: dict[str, list[tuple[float, bool]]] = {}
    for (_, layout, variant), one in scores.items():
        name = f"{'unseen' if layout == HELD_OUT else 'others'}, {'clean' if variant == 'clean' else 'degraded'}"
        parts.setdefault(name, []).extend(one.sure)
    return {name: parts[name] for name in sorted(parts) if parts[name]}


def _show_reliability(name: str, told: Sequence[tuple[float, bool]]) -> None:
    """How many values are right of those that are said to be so sure, and by how much both part on average."""
    print(f"\n{name}\n{'confidence':>12}{'values':>9}{'mean':>9}{'right':>9}")
    for one in reliability(told):
        print(f"{f'{one.low:g}–{one.high:g}':>12}{one.values:>9}{one.sure:>9.3f}{one.right:>9.3f}")
    print(f"expected calibration error {calibration_error(reliability(told)):.4f}")


def _keep_parts(scores: Mapping[Key, Score]) -> None:
    """Write the page's table of layouts: how many values are right, over the products, and how many silently wrong."""
    rows = []
    for layout, clean in pairs(LAYOUTS, (True, False)):
        ours = {key: one for key, one in scores.items() if (key[1], key[2] == "clean") == (layout, clean)}
        if ours:
            rows.append([f"{layout}, {'clean' if clean else 'degraded'}", *_part(ours, layout)])
    head = ["pictures", "products", "values", "right, over products", f"products below {DEGRADED:g}", "silent"]
    ACCURACY.write_text(with_table(ACCURACY.read_text(), "layouts", table(head, rows)))


def _part(ours: Mapping[Key, Score], layout: str) -> list[str]:
    """A line of that table."""
    variants = sorted({variant for _, _, variant in ours})
    slugs = sorted({slug for slug, _, _ in ours})
    shares = {slug: average({key: ours[key] for key in ours if key[0] == slug}, layout, variants) for slug in slugs}
    low = ", ".join(f"`{slug}` {share:.3f}" for slug, share in shares.items() if share < DEGRADED)
    values, silent, *_ = _sums(ours)
    return [str(len(shares)), str(values), f"{fmean(shares.values()):.3f}", low, f"{silent} ({silent / values:.2%})"]


def _keep_reliability(parts: Mapping[str, Sequence[tuple[float, bool]]]) -> None:
    """Write the page's table of confidences: a line for each part."""
    rows = []
    for name, told in parts.items():
        shares = fmean(sure for sure, _ in told), fmean(right for _, right in told)
        error = calibration_error(reliability(told))
        rows.append([name, str(len(told)), *(f"{share:.3f}" for share in shares), f"{error:.4f}"])
    made = table(["pictures", "values", "mean confidence", "right", "calibration error"], rows)
    ACCURACY.write_text(with_table(ACCURACY.read_text(), "reliability", made))


def _keep(scores: Mapping[Key, Score]) -> None:
    """Write the page's table: a line for each product, a column for clean and degraded pictures of each layout."""
    layouts = [layout for layout in LAYOUTS if any(key[1] == layout for key in scores)]
    degraded = sorted({variant for _, _, variant in scores} - {"clean"})
    columns = [(layout, variants) for layout in layouts for variants in (["clean"], degraded) if variants]
    rows = []
    for slug in [*dict.fromkeys(slug for slug, _, _ in sorted(scores)), None]:
        ours = {key: one for key, one in scores.items() if slug in (key[0], None)}
        shares = [_share(ours, layout, variants) for layout, variants in columns]
        rows.append([f"`{slug}`" if slug else "**all**", *shares, _simple(ours), *map(str, _sums(ours))])
    head = ["product", *(f"{layout}, {'clean' if 'clean' in variants else 'degraded'}" for layout, variants in columns)]
    made = table([*head, "by labels alone", "values", "silent", "lost in recognition", "in extraction"], rows)
    ACCURACY.write_text(with_table(ACCURACY.read_text(), "score", made))


def _share(scores: Mapping[Key, Score], layout: str, variants: Sequence[str]) -> str:
    """The average in three places; empty where there is no such picture."""
    known = any(key[1] == layout and key[2] in variants for key in scores)
    return f"{average(scores, layout, variants):.3f}" if known else ""


def _simple(scores: Mapping[Key, Score]) -> str:
    """The share that the baseline gets right, of the values of the products that it can be asked for."""
    ours = [one for one in scores.values() if one.simple is not None]
    return f"{sum(one.simple or 0 for one in ours) / max(sum(one.of for one in ours), 1):.3f}" if ours else ""


def _sums(scores: Mapping[Key, Score]) -> tuple[int, int, int, int]:
    """All values, the silent errors, what was lost in recognition and what in extraction."""
    ours = scores.values()
    lost = [sum(one.lost[stage] for one in ours) for stage in ("recognition", "extraction")]
    return sum(one.of for one in ours), sum(one.silent for one in ours), lost[0], lost[1]


def _show_misses(scores: Mapping[Key, Score]) -> None:
    shown = [one for (_, layout, _), one in scores.items() if layout != HELD_OUT]
    for miss, times in Counter(miss for one in shown for miss in one.misses).items():
        remarks = [*["silent"] * miss.silent, *[f"lost in {miss.lost_in}"] * bool(miss.lost_in)]
        where = f"{miss.product} {miss.layout} {miss.variant} {miss.field}"
        print(f"{where}: {miss.printed!r} ≠ {miss.found!r} {', '.join(remarks)} {times}")


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
    if {"a", "b"} <= {*layouts} and abs(average(scores, "a", every) - average(scores, "b", every)) > LAYOUTS_APART:
        yield f"layouts a and b are more than {LAYOUTS_APART} apart"


if __name__ == "__main__":
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    main()
