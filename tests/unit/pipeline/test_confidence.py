"""Promise: a confidence is the share of values like it that are right; a better witness and a better score raise it."""

from itertools import pairwise
from math import exp, log
from typing import Any

import pytest

from local.accuracy.calibration import Scored, counted, curve, fitted
from ocr.declare.field_types import Date, ResidentId
from ocr.declare.fields import Fields, label
from ocr.model.reading import ExtractedDocument, Item, Reading
from ocr.pipeline.confidence import CURVE, Witness, confidence, nines
from ocr.pipeline.normalization import normalize

SCORES = [0.0, 0.3, 0.6, 0.88, 0.9, 0.95, 0.99, 0.999, 1.0]
RIGHT, WRONG = "11010519491231002X", "110105194912310021"


class Card(Fields):
    name: str | None = label("姓名")
    birth_date: Date | None = label("出生")
    id_number: ResidentId | None = label("公民身份号码")


def sure(text: str, name: str = "公民身份号码", **given: Any) -> Any:
    item = Item(label=name, text=text, **given)
    [found] = normalize(Card, [], Reading(vendor="x", findings=[ExtractedDocument(items=[item])]))
    [evidence] = found.evidence.values()
    return evidence.confidence


@pytest.mark.parametrize("known", Witness)
@pytest.mark.parametrize("letters", [1, 18, 200])
def test_a_better_score_is_never_less_sure(known: Witness, letters: int) -> None:
    shares = [confidence(score, letters, known) for score in SCORES]
    assert shares == sorted(shares)
    assert 0 < shares[0] < shares[-1] < 1


@pytest.mark.parametrize("score", SCORES)
def test_a_better_witness_is_never_less_sure(score: float) -> None:
    shares = [confidence(score, 10, known) for known in Witness]
    assert shares == sorted(shares)
    assert shares[-1] > shares[1]


def test_a_check_digit_that_holds_raises_the_confidence_and_one_that_does_not_lowers_it() -> None:
    proven, plain, refuted = sure(RIGHT, score=0.95), sure("林" * 18, "姓名", score=0.95), sure(WRONG, score=0.95)
    assert [refuted, plain, proven] == sorted({refuted, plain, proven})


def test_what_a_vendor_says_stays_as_it_is() -> None:
    assert (sure(RIGHT, confidence=0.7), sure(RIGHT)) == (0.7, None)


def test_the_curve_finds_the_shares_that_were_counted() -> None:
    def right(score: float) -> int:
        return round(1000 / (1 + exp(-1 - 0.8 * nines(score))))

    values = [
        Scored(score, 4, Witness.NOTHING, number < right(score))
        for score in (0.5, 0.8, 0.92, 0.97, 0.995)
        for number in range(1000)
    ]
    found = fitted(counted(values))
    for score in (0.5, 0.8, 0.92, 0.97, 0.995):
        odds = found["nothing"] + found["score"] * nines(score) + found["letters"] * log(4)
        assert 1 / (1 + exp(-odds)) == pytest.approx(right(score) / 1000, abs=0.01)


def test_no_level_lies_below_that_of_a_worse_witness_whatever_was_counted() -> None:
    values = [Scored(0.95, 4, known, right) for known in Witness for right in (True, False)]
    values += [Scored(0.95, 4, Witness.FAILED, True)] * 50
    found = fitted(counted(values))
    assert all(found[worse] <= found[better] for worse, better in pairwise(Witness))


def test_the_curve_that_ships_is_the_one_of_the_counts() -> None:
    assert CURVE.read_text(encoding="utf-8") == curve()
