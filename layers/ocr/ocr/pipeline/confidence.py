"""What a confidence means: of a hundred values that are said to be 0.95 sure, 95 are right.

The label search gives a score: how well a text was read and placed. That is no share of anything. How often such
values are right was counted on pictures whose content is known, clean and degraded, apart for what else is known of a
value. `confidence.json` holds the curve through those counts, which `make generate` makes of them: a logistic one, that
rises with the score, falls with the length of the text, and lies higher where a witness is better.
"""

import json
from collections.abc import Iterable
from enum import StrEnum
from functools import cache
from math import exp, log
from pathlib import Path

from ocr.declare.checks import proves, refutes
from ocr.declare.fields import Declared
from ocr.model.check import Check

CURVE = Path(__file__).with_name("confidence.json")
# Scores beyond say nothing more: the networks give four places.
HIGHEST = 0.9995
# No reading is certain: only what is not read is.
MOST = 0.9999


class Witness(StrEnum):
    """What else is known of a value, worst first.

    failed   a check failed on it
    nothing  its field takes any text
    type     its text is of the field's type, which few texts are: a date, an amount, one word of a few
    check    a check passed that most misread texts pass as well: a form, an order of dates
    proof    a check passed that hardly any misread text passes: a check digit, a checksum, a sum, what is said twice
    """

    FAILED = "failed"
    NOTHING = "nothing"
    TYPE = "type"
    CHECK = "check"
    PROOF = "proof"


def witness(field: Declared | None, checks: Iterable[Check]) -> Witness:
    """The best witness of a field's value among the checks on it, or the one against it."""
    # Not at cold start: other vendors' answers have no scores.
    from ocr.extraction.values import takes_any_text

    told = list(checks)
    if any(refutes(check) for check in told):
        return Witness.FAILED
    if any(proves(check) for check in told):
        return Witness.PROOF
    if any(check.outcome == "passed" for check in told):
        return Witness.CHECK
    return Witness.NOTHING if field is None or takes_any_text(field) else Witness.TYPE


def confidence(score: float, letters: int, known: Witness) -> float:
    """How likely a value is right, 0..1, of this score, in a text of so many letters, with this witness."""
    curve = _curve()
    odds = curve[known] + curve["score"] * nines(score) + curve["letters"] * log(max(letters, 1))
    return round(min(1 / (1 + exp(-odds)), MOST), 4)


def nines(score: float) -> float:
    """A score as the curve takes it: 0.9, 0.99 and 0.999 are equally far apart."""
    return -log(1 - min(max(score, 0.0), HIGHEST))


@cache
def _curve() -> dict[str, float]:
    return dict(json.loads(CURVE.read_text(encoding="utf-8"))["curve"])
