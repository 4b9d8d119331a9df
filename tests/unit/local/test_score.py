"""Promise: the score fails where a mark is missed, by product, by variant and by layout, and says which."""

from collections.abc import Mapping

import pytest

from local.score import Key, Score, _shortfalls, calibrated
from ocr.model.record import Document, Evidence

HUNDREDTHS = 100


def scores(changed: Mapping[Key, int]) -> dict[Key, Score]:
    """Ten products in two layouts and three variants, all right but for these, in hundredths."""
    slugs = ("id_card", *(f"product_{number}" for number in range(9)))
    keys = [(slug, layout, variant) for slug in slugs for layout in "ab" for variant in ("clean", "blur", "noise")]
    assert changed.keys() <= set(keys)
    return {key: Score(changed.get(key, HUNDREDTHS), HUNDREDTHS) for key in keys}


def every(layouts: str, variants: tuple[str, ...], share: int) -> dict[Key, int]:
    """The same share for every product but the ID card."""
    slugs = [f"product_{number}" for number in range(9)]
    return {(slug, layout, variant): share for slug in slugs for layout in layouts for variant in variants}


CLEAN, DEGRADED, ALL = ("clean",), ("blur", "noise"), ("clean", "blur", "noise")


@pytest.mark.parametrize(
    "changed",
    [
        pytest.param({}, id="all right"),
        pytest.param(every("ab", CLEAN, 97), id="clean at the mark"),
        pytest.param(every("ab", DEGRADED, 89), id="degraded at the mark, with the card"),
        pytest.param({("product_0", "a", "clean"): 85}, id="one product at the mark"),
        pytest.param({("product_0", "a", "blur"): 0}, id="a degraded picture has no mark of its own"),
        pytest.param({("id_card", "a", "blur"): 90, ("id_card", "a", "noise"): 96}, id="card above its mark"),
        pytest.param(every("a", ALL, 97) | every("b", DEGRADED, 90), id="layouts not far apart"),
    ],
)
def test_nothing_is_short_at_the_marks(changed: Mapping[Key, int]) -> None:
    assert list(_shortfalls(scores(changed))) == []


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        pytest.param(
            every("b", CLEAN, 96), ["clean pictures in layout b: 0.964 on average, 0.97 asked"], id="clean on average"
        ),
        pytest.param(
            every("ab", DEGRADED, 88),
            [f"degraded pictures in layout {layout}: 0.892 on average, 0.9 asked" for layout in "ab"],
            id="degraded on average",
        ),
        pytest.param(
            {("product_0", "a", "clean"): 84},
            ["product_0 in layout a: 0.840 on clean pictures, 0.85 asked"],
            id="one product",
        ),
        pytest.param(
            {("id_card", "b", "clean"): 99},
            ["clean pictures of id_card in layout b: 0.990 on average, 1.0 asked"],
            id="one value of a clean card",
        ),
        pytest.param(
            {("id_card", "a", "blur"): 92, ("id_card", "a", "noise"): 92},
            ["all pictures of id_card in layout a: 0.947 on average, 0.95 asked"],
            id="cards over all variants",
        ),
        pytest.param(
            every("b", CLEAN, 97) | every("b", DEGRADED, 90),
            ["layouts a and b are more than 0.05 apart"],
            id="layouts apart",
        ),
    ],
)
def test_what_is_short_is_told(changed: Mapping[Key, int], said: list[str]) -> None:
    assert list(_shortfalls(scores(changed))) == said


def test_without_the_card_its_marks_are_not_asked_for() -> None:
    others = {key: one for key, one in scores({}).items() if key[0] != "id_card"}
    assert list(_shortfalls(others)) == []


def test_how_sure_a_kind_is_is_a_share_of_the_evidence_and_no_confidence() -> None:
    evidence = {"document_type": 0.6, "document.name": 0.9, "document.sex": None}
    found = Document(
        fields={}, evidence={name: Evidence(label="", text="", confidence=sure) for name, sure in evidence.items()}
    )
    assert calibrated("document_classification", found) == {"document.name": 0.9}
    assert calibrated("document_classification_only", found) == {"document.name": 0.9}
    assert calibrated("id_card", found) == {"document_type": 0.6, "document.name": 0.9}
