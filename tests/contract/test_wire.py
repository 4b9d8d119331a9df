"""The adapters against the simulated vendors, which judge every byte by their documents and count what they sell."""

from collections.abc import Iterator
from dataclasses import replace
from io import BytesIO
from typing import Any

import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from local.simulators import SECRETS, VENDORS, Control
from local.simulators.calls import Code
from local.simulators.server import SIMULATORS
from ocr.declare.catalogue import products
from ocr.declare.offers import Offer, Outcome
from ocr.model.reading import Reading
from ocr.pages.examine import examine
from ocr.pages.resize import fit
from ocr.pipeline.normalization import normalize
from ocr.platform.errors import (
    CallerError,
    NoResult,
    OcrError,
    TooComplex,
    UnexpectedResponse,
    VendorRejected,
    VendorUnavailable,
)
from ocr.vendors import ctyun, esign, juhe
from ocr.vendors.etoplive import Pid
from tests.support.adapters import Case, adapters, cases, offers, one_each, rows
from tests.support.simulated import PRINTED

CASES, ONE_EACH = cases(), one_each()


@pytest.mark.parametrize("case", CASES, ids=str)
def test_the_vendor_finds_nothing_wrong_with_the_call(wire: dict[str, Control], table: Any, case: Case) -> None:
    [outcome] = case.read()
    assert isinstance(outcome, Reading), repr(outcome)
    report = wire[case.offer.vendor].report()
    assert report["violations"] == []
    assert report["units"] == outcome.units
    assert outcome.trace or case.offer.vendor == "ctyun" or isinstance(case.offer, Pid)


SMALL = [
    (juhe.Captcha(), {"codetype": "1004"}, (60, 20), "GIF", "GIF"),
    (juhe.Captcha(), {"codetype": "1004"}, (50, 25), "PNG", "PNG"),
    (juhe.Plate(), {}, (94, 24), "JPEG", "JPEG"),
    (Pid(6), {}, (94, 24), "JPEG", "JPEG"),
    (Pid(6), {}, (94, 24), "GIF", "JPEG"),
    (esign.GeneralText(), {}, (130, 31), "GIF", "JPEG"),
]


@pytest.mark.parametrize(("offer", "options", "size", "kind", "sent"), SMALL)
def test_what_is_small_or_moves_reaches_whoever_takes_it(
    wire: dict[str, Control],
    offer: Offer,
    options: dict[str, str],
    size: tuple[int, int],
    kind: str,
    sent: str,
) -> None:
    frames = [Image.new("RGB", size, color) for color in ("white", "black")]
    moving = {"save_all": True, "append_images": frames[1:], "comment": b"8f2k"} if kind == "GIF" else {}
    note = PngInfo()
    note.add_text("answer", "8f2k")
    file = BytesIO()
    frames[0].save(file, kind, **moving, **({"pnginfo": note} if kind == "PNG" else {}))
    fitted = fit(examine(file.getvalue()), offer.limits).document
    [outcome] = Case(offer, options).read(fitted)
    assert isinstance(outcome, Reading), repr(outcome)
    report = wire[offer.vendor].report()
    assert report["violations"] == []
    assert [one["format"] for one in report["last"]["pictures"]] == [sent]
    assert (fitted.content == file.getvalue()) is (kind == sent)


def test_a_plate_cut_out_is_no_picture_for_ctyun() -> None:
    file = BytesIO()
    Image.new("RGB", (94, 24)).save(file, "PNG")
    with pytest.raises(CallerError) as refused:
        fit(examine(file.getvalue()), ctyun.Plate().limits)
    assert "24" in refused.value.detail


EXPECTED: dict[str, dict[str, Any]] = {
    "id_card": {
        "name": "周一",
        "sex": "male",
        "ethnicity": "汉",
        "birth_date": "1900-01-01",
        "address": "某市某路1号",
        "id_number": "990000190001010016",
    },
    "license_plate": {"plate_number": "粤B12345", "color": "blue"},
    "general_text": {"text": "\n".join(PRINTED)},
}


@pytest.mark.parametrize("slug", EXPECTED)
def test_whoever_reads_it_the_record_is_the_same(wire: dict[str, Control], slug: str) -> None:
    product = products()[slug]
    records = []
    for offer in product.offers:
        if offer.vendor not in wire:
            continue
        [outcome] = Case(offer).read()
        assert isinstance(outcome, Reading), repr(outcome)
        [found] = normalize(product.fields, product.checks, outcome)
        assert all(check.outcome != "failed" for check in found.checks if check.name == "type")
        records.append(found.fields)
    common = set.intersection(*(set(fields) for fields in records))
    assert common >= EXPECTED[slug].keys()
    for fields in records:
        assert {name: fields[name] for name in EXPECTED[slug]} == EXPECTED[slug]


WRONG_KEYS = [
    *(replace(case, secret={key: "wrong"}) for case in ONE_EACH for key in case.offer.keys),
    *(case for adapter in adapters().values() for case in adapter.WRONG_KEYS),
]


@pytest.mark.parametrize("case", WRONG_KEYS, ids=str)
def test_a_wrong_key_is_refused(wire: dict[str, Control], table: Any, case: Case) -> None:
    [outcome] = case.read()
    assert isinstance(outcome, VendorRejected), repr(outcome)
    assert not outcome.paid
    assert wire[case.offer.vendor].report()["charges"] == []


BY_FAULT: dict[str, tuple[type[Any], bool | None]] = {
    "slow": (Reading, None),
    "drip": (Reading, None),
    "hang": (VendorUnavailable, True),
    "cut": (VendorUnavailable, True),
    "http500": (VendorUnavailable, False),
    "http429": (VendorUnavailable, False),
    "garbage": (VendorUnavailable, True),
    "maintenance": (VendorUnavailable, False),
    "redirect": (VendorUnavailable, False),
    "wrong_secret": (VendorRejected, False),
    "truncated": (VendorUnavailable, True),
    "empty": (VendorUnavailable, True),
    "wrong_types": (UnexpectedResponse, True),
    "string_code": (Reading, None),
    "missing_code": (UnexpectedResponse, True),
    "nested_code": (OcrError, None),
    "gbk": (Reading, None),
    "short_batch": (Reading, None),
}


@pytest.mark.parametrize("case", ONE_EACH, ids=str)
@pytest.mark.parametrize("fault", BY_FAULT)
def test_faults(wire: dict[str, Control], case: Case, fault: str) -> None:
    control = wire[case.offer.vendor]
    # Who is told that its clock may be wrong asks once more.
    control.order(fault=fault, seconds=0.1, times=2 if fault == "wrong_secret" else 1)
    [outcome] = case.read(seconds=0.5 if fault == "hang" else 20)
    kind, paid = (BY_FAULT | case.faults)[fault]
    assert isinstance(outcome, kind), repr(outcome)
    assert paid is None or outcome.paid is paid
    _nothing_is_sold_for_free(control, outcome)
    if fault == "http429":
        assert outcome.retry_after == 0


def coded() -> Iterator[tuple[Case, Code]]:
    """Each code of each offer, as the vendor's simulator spells it."""
    for first in offers():
        codes = {code for offer, _, _, code in rows() if type(offer) is type(first.offer)}
        yield from ((first, code) for code in SIMULATORS[first.offer.vendor].errors if str(code) in codes)


@pytest.mark.parametrize(("case", "code"), [*coded()], ids=str)
def test_every_code_of_every_table(wire: dict[str, Control], case: Case, code: int | str) -> None:
    control = wire[case.offer.vendor]
    control.order(code=code)
    [outcome] = case.read()
    assert isinstance(outcome, CallerError | NoResult | TooComplex | VendorUnavailable | VendorRejected), repr(outcome)
    assert outcome.code == str(code)
    _nothing_is_sold_for_free(control, outcome)


def _nothing_is_sold_for_free(control: Control, outcome: Outcome) -> None:
    """What the vendor bills, the outcome must at least suspect."""
    report = control.report()
    assert report["violations"] == []
    if report["charges"]:
        assert isinstance(outcome, Reading) or outcome.paid


def test_all_vendors_are_here() -> None:
    assert {case.offer.vendor for case in CASES} == set(VENDORS) == set(SECRETS) == set(adapters())
