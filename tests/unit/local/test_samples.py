"""The sample pictures: the same on every machine, true to what they print, in numbers that nobody bears."""

import io
import json
import re
import sys
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path

import pytest
from PIL import Image
from stdnum import luhn
from stdnum.cn import ric, uscc

from local.samples import SHOTS, VARIANTS, __main__, samples
from local.samples.catalogue import Document, Layout, documents
from local.samples.numbers import capitals, card_lines, passport_lines
from local.samples.page import Page
from local.samples.personas import Personas
from ocr.declare.catalogue import products
from ocr.declare.checks import check_results

# Kinds that nobody issues any more, or for three months at most: their pictures show an expired one.
EXPIRING = {"organization_code_certificate", "temporary_id_card"}
KILOBYTES = 1024
FORM_LAYOUTS: tuple[Layout, ...] = ("issued", "unseen")


BY_NAME = {f"{document.product}-{document.name}": document for document in documents()}


@cache
def printed(name: str, layout: Layout) -> Page:
    return BY_NAME[name].printed(layout)


@pytest.fixture(params=BY_NAME)
def name(request: pytest.FixtureRequest) -> str:
    found: str = request.param
    return found


def test_no_two_samples_share_a_file_name() -> None:
    assert len(BY_NAME) == len(documents())


@pytest.mark.parametrize("layout", ["a", "b"])
def test_truth_is_what_a_record_of_the_product_would_hold(name: str, layout: Layout) -> None:
    product, truth = products()[BY_NAME[name].product], printed(name, layout).truth
    record = product.fields.model_validate(truth)
    values = record.model_dump(mode="json", include=set(truth), exclude_none=True)
    assert truth
    assert values == truth


@pytest.mark.parametrize("layout", ["a", "b"])
def test_no_check_of_the_product_fails_on_the_truth(name: str, layout: Layout) -> None:
    product = products()[BY_NAME[name].product]
    record = product.fields.model_validate(printed(name, layout).truth)
    failed = {check.name for check in check_results(record, product.checks) if check.outcome == "failed"}
    assert failed <= ({"not_expired"} if product.slug in EXPIRING else set())


FORMS: dict[str, tuple[Document, Layout]] = {
    f"{layout}-{one.product}-{one.name}": (one, layout) for layout in FORM_LAYOUTS for one in documents(layout)
}


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
def test_a_form_as_it_is_issued_is_true_to_what_it_prints(form: tuple[Document, Layout]) -> None:
    document, layout = form
    page, product = document.printed(layout), products()[document.product]
    record = product.fields.model_validate(page.truth)
    failed = {check.name for check in check_results(record, product.checks) if check.outcome == "failed"}

    assert record.model_dump(mode="json", include=set(page.truth), exclude_none=True) == page.truth
    assert page.truth
    # What something lies over cannot be read: such a document lacks it.
    assert failed <= {"not_expired"} | ({"complete"} if page.covered else set())
    assert not page.truth.keys() & page.covered
    assert page.covered | page.ignored <= product.fields.model_fields.keys()


def test_both_layouts_show_the_same_fields_of_other_people(name: str) -> None:
    first, second = printed(name, "a"), printed(name, "b")
    if not name.startswith("document_classification"):
        assert first.truth != second.truth, f"{name}: take values from `personas`, which differ from layout to layout"
    assert first.style != second.style


def test_the_same_call_gives_the_same_pictures() -> None:
    first, second = (list(samples(["id_card", "captcha"], variants=("clean", "noise"))) for _ in range(2))
    assert first == second


def test_every_side_of_a_document_shows_the_same_holder() -> None:
    main, sub = (sample.truth for sample in samples(["vehicle_license"]))
    assert main["plate_number"] == sub["plate_number"]


def test_pictures_are_of_the_size_that_a_telephone_sends() -> None:
    for sample in samples(["vat_invoice", "bank_statement", "used_car_invoice", "id_card"], ("a", "b")):
        picture = Image.open(io.BytesIO(sample.picture))
        assert 1000 <= picture.width <= 1450
        assert len(sample.picture) <= 400 * KILOBYTES
        assert Image.MIME[str(picture.format)] == sample.media_type


@pytest.mark.parametrize(
    ("variant", "width", "height"),
    [("rotated90", 660, 1040), ("rotated180", 1040, 660), ("rotated270", 660, 1040), ("half", 520, 330)],
)
def test_turned_and_shrunken_pictures_have_the_size_that_follows(variant: str, width: int, height: int) -> None:
    sample = next(samples(["id_card"], variants=[variant]))
    assert Image.open(io.BytesIO(sample.picture)).size == (width, height)


def test_a_picture_turned_by_90_degrees_reads_downwards() -> None:
    variants = ["clean", "rotated90"]
    clean, turned, *_ = (Image.open(io.BytesIO(one.picture)) for one in samples(["id_card"], variants=variants))
    face = clean.getpixel((850, 250))
    assert turned.getpixel((clean.height - 1 - 250, 850)) == pytest.approx(face, abs=12)


def test_every_degradation_changes_the_picture_and_keeps_the_truth() -> None:
    clean, *degraded = samples(["vin"], variants=VARIANTS | SHOTS)
    assert len({sample.picture for sample in (clean, *degraded)}) == len(VARIANTS | SHOTS)
    assert all(sample.truth == clean.truth for sample in degraded)


def test_an_unknown_degradation_is_an_error() -> None:
    with pytest.raises(KeyError, match="burnt"):
        list(samples(["vin"], variants=["burnt"]))


@pytest.mark.parametrize("layout", ["a", "b"])
def test_a_captcha_carries_its_answer_in_its_file(layout: Layout) -> None:
    for sample in samples(["captcha"], [layout]):
        notes = Image.open(io.BytesIO(sample.picture)).info
        points = "|".join(",".join(map(str, point)) for point in sample.truth.get("points", []))
        assert notes["answer"] == (points or sample.truth["text"])
        assert notes["codetype"] == sample.options["codetype"]


def test_numbers_pass_their_check_digits_by_an_independent_library() -> None:
    for number in range(40):
        personas = Personas(f"test/{number}")
        person, company = personas.person(), personas.company()
        assert ric.calc_check_digit(person.id_number) == person.id_number[-1]
        assert ric.get_birth_date(person.id_number) == person.birth
        assert int(person.id_number[16]) % 2 == person.male
        assert uscc.is_valid(company.code)
    cards = [sample.truth["card_number"] for sample in samples(["bank_card"], ("a", "b"))]
    assert all(map(luhn.is_valid, cards))


def test_resident_numbers_are_of_the_range_that_nobody_under_a_hundred_bears() -> None:
    orders = {Personas(f"test/{number}").person().id_number[14:17] for number in range(60)}
    assert orders == {"996", "997", "998", "999"}


def test_machine_readable_lines_are_those_of_icao_9303() -> None:
    birth, expiry = date(1974, 8, 12), date(2012, 4, 15)
    first, second = passport_lines("P", "ERIKSSON", "ANNA MARIA", "L898902C3", "UTO", birth, False, expiry)
    assert first == "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<"
    assert second.startswith("L898902C36UTO7408122F1204159")
    assert card_lines("I", "ERIKSSON", "ANNA MARIA", "D23145890", "UTO", "UTO", birth, False, expiry) == (
        "I<UTOD231458907<<<<<<<<<<<<<<<",
        "7408122F1204159UTO<<<<<<<<<<<6",
        "ERIKSSON<<ANNA<MARIA<<<<<<<<<<",
    )


@pytest.mark.parametrize(
    ("amount", "words"),
    [
        ("1234.50", "壹仟贰佰叁拾肆圆伍角整"),
        ("10005.06", "壹万零伍圆零陆分"),
        ("100000", "壹拾万圆整"),
        ("100100000", "壹亿零壹拾万圆整"),
        ("0.50", "零圆伍角整"),
    ],
)
def test_amounts_are_spelled_as_banks_spell_them(amount: str, words: str) -> None:
    assert capitals(Decimal(amount)) == words


def test_the_command_writes_pictures_and_their_truth(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = [str(tmp_path), "--products", "vin", "--layout", "a", "b", "--variant", "clean", "half"]
    monkeypatch.setattr(sys, "argv", ["samples", *arguments])
    __main__.main()
    entries = json.loads((tmp_path / "truth.json").read_text(encoding="utf-8"))
    assert {entry["file"] for entry in entries} == {path.name for path in tmp_path.glob("*.jpg")}
    assert len(entries) == 4
    assert re.fullmatch("[A-Z0-9]{17}", entries[0]["truth"]["vin"])
    assert "4 pictures" in capsys.readouterr().out
