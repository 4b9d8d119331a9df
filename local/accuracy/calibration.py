"""How a score becomes a confidence: values whose content is known are counted, and a curve is laid through the counts.

`confidence.json`, which `python -m local.calibrate` writes, holds the counts and says of what they are.
`make generate` makes the curve of them that `ocr.pipeline.confidence` reads.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from math import log
from pathlib import Path
from typing import Any, NamedTuple

import numpy

from cli.marks import Mark
from local.accuracy.marks import Value
from ocr.declare.fields import declared
from ocr.declare.product import Product
from ocr.model.reading import Item, Reading
from ocr.model.record import Document
from ocr.pipeline.confidence import Witness, nines, witness
from ocr.pipeline.normalization import by_field

COUNTS = Path(__file__).with_name("confidence.json")
# Between these, scores and lengths are counted together.
SCORES = (0.0, 0.6, 0.75, 0.85, 0.9, 0.93, 0.95, 0.965, 0.975, 0.985, 0.99, 0.993, 0.996, 0.998)
LETTERS = (1, 2, 4, 7, 11, 16, 24)
LITTLE = 1e-3  # that speaks for small weights, where the counts leave them open
STEPS = 50  # of Newton's method, which needs about eight
# Checks that are made when the confidence is known, and those of the whole page.
LATER = frozenset({"certain", "complete", "document_type", "one_document", "within_picture"})


class Scored(NamedTuple):
    """A value that was read: its score, how long its text is, what else was known of it, and whether it is right."""

    score: float
    letters: int
    known: Witness
    right: bool


def scored(product: Product, reading: Reading, document: Document | None, values: Iterable[Value]) -> Iterator[Scored]:
    """The values of a record that have a score, with what came of each."""
    if document is None:
        return
    items: dict[str, Item] = {}
    for finding in reading.findings:
        for name, item in by_field(product.fields, finding).items():
            items.setdefault(name, item)
    fields = declared(product.fields)
    for value in values:
        held, evidence = items.get(value.name), document.evidence.get(value.name)
        if value.found is None or held is None or held.score is None or evidence is None or evidence.source:
            continue
        checks = [one for one in document.checks if value.name in one.fields and one.name not in LATER]
        yield Scored(held.score, len(held.text), witness(fields[value.name], checks), value.mark == Mark.RIGHT)


def counted(values: Iterable[Scored]) -> list[list[Any]]:
    """A row for each witness, range of scores and range of lengths: the witness, the means of scores and lengths as the
    curve takes them, how many values, how many of them right."""
    groups: dict[tuple[Witness, int, int], list[Scored]] = {}
    for one in values:
        place = sum(one.score >= start for start in SCORES), sum(one.letters >= start for start in LETTERS)
        groups.setdefault((one.known, *place), []).append(one)
    order = list(Witness)
    return [
        [
            known,
            round(sum(nines(one.score) for one in ours) / len(ours), 3),
            round(sum(log(max(one.letters, 1)) for one in ours) / len(ours), 3),
            len(ours),
            sum(one.right for one in ours),
        ]
        for (known, *_), ours in sorted(groups.items(), key=lambda pair: (order.index(pair[0][0]), *pair[0][1:]))
    ]


def fitted(counts: Sequence[list[Any]]) -> dict[str, float]:
    """The logistic curve of greatest likelihood through the counts, by Newton's method: a level for each witness, which
    no worse witness has a higher one than, and the weights of the score and of the letters."""
    rows = [*counts, *_doubts(counts)]
    witnesses = list(Witness)
    known = numpy.array([[*(float(row[0] == one) for one in witnesses), row[1], row[2]] for row in rows])
    values, right = (numpy.array([float(row[place]) for row in rows]) for place in (3, 4))
    weights = numpy.zeros(known.shape[1])
    little = numpy.eye(len(weights)) * LITTLE
    for _ in range(STEPS):
        share = 1 / (1 + numpy.exp(-known @ weights))
        slope = known.T @ (right - values * share) - little @ weights
        bend = (known * (values * share * (1 - share))[:, None]).T @ known + little
        weights = weights + numpy.linalg.solve(bend, slope)
    weights[: len(witnesses)] = numpy.maximum.accumulate(weights[: len(witnesses)])
    return {name: round(float(one), 3) for name, one in zip([*witnesses, "score", "letters"], weights, strict=True)}


def _doubts(counts: Sequence[list[Any]]) -> Iterator[list[Any]]:
    """A value more for each witness, half of it right: nothing is certain for never having been seen to be wrong."""
    for one in Witness:
        ours = [row for row in counts if row[0] == one]
        values = max(sum(row[3] for row in ours), 1)
        yield [one, *(sum(row[place] * row[3] for row in ours) / values for place in (1, 2)), 1, 0.5]


def curve() -> str:
    """The text of the file that `ocr.pipeline.confidence` reads."""
    kept = json.loads(COUNTS.read_text(encoding="utf-8"))
    return json.dumps({"measured": kept["measured"], "curve": fitted(kept["counts"])}, indent=2) + "\n"


def keep(values: Sequence[Scored], measured: dict[str, Any]) -> None:
    """Write the counts, and what they are of, a row a line."""
    rows = ",\n".join(json.dumps(row) for row in counted(values))
    COUNTS.write_text(f'{{\n"measured": {json.dumps(measured)},\n"counts": [\n{rows}\n]\n}}\n', encoding="utf-8")
