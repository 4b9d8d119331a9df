"""Promise: a proven code on a document fills what was not read and shows what differs; others change nothing."""

from datetime import UTC, datetime
from io import BytesIO
from typing import Any

import pytest
from PIL import Image, ImageFilter

from local.samples import Sample, samples
from ocr.declare.catalogue import products
from ocr.declare.codes import BEFORE_TAX, WITH_TAX, InvoiceCode, crc16
from ocr.model.reading import ExtractedDocument, Item, Reading
from ocr.model.record import Document, Record, Status
from ocr.pages import codes
from ocr.pages.examine import examine
from ocr.pipeline.status import settled

LABELS = {
    "invoice_code": "发票代码",
    "invoice_number": "发票号码",
    "issue_date": "开票日期",
    "check_code": "校验码",
    "amount": "合计金额",
    "total": "价税合计小写",
    "seller_name": "销售方名称",
}
# Codes on invoices that a public test suite carries (ofdrw, Apache-2.0).
PUBLIC = {
    "01,31,,24112000000048542163,4449.00,20240528,,B2B6": {
        "invoice_number": "24112000000048542163",
        "total": "4449.00",
        "issue_date": "20240528",
    },
    "01,10,050001700111,99999951,300.00,20201010,14754822929856772523,E400,": {
        "invoice_code": "050001700111",
        "invoice_number": "99999951",
        "amount": "300.00",
        "issue_date": "20201010",
        "check_code": "14754822929856772523",
    },
}
CODE = InvoiceCode({"10": BEFORE_TAX, "31": WITH_TAX})


@pytest.mark.parametrize("text", PUBLIC)
def test_codes_of_real_invoices_are_proven(text: str) -> None:
    said = CODE.read(text)
    assert said
    assert (said.values, said.proven) == (PUBLIC[text], True)


@pytest.mark.parametrize("text", PUBLIC)
def test_one_changed_digit_is_found_out(text: str) -> None:
    """Also when it stands in the checksum itself."""
    for place, sign in enumerate(text):
        if sign.isdigit() and place > 5:
            said = CODE.read(text[:place] + str((int(sign) + 1) % 10) + text[place + 1 :])
            assert said
            assert (said.proven, said.altered) == (False, True)


@pytest.mark.parametrize(
    "text", ["", "01", "https://inv-veri.chinatax.gov.cn", "01,99,1,2,3,4,5,6", "02,31,,1,2,3,,4", "01,31,,1"]
)
def test_other_codes_say_nothing(text: str) -> None:
    assert CODE.read(text) is None


@pytest.fixture(scope="module")
def invoice() -> Sample:
    return next(one for one in samples(["vat_invoice"], ["issued"]) if one.name == "electronic_ordinary")


def record(picture: bytes, **printed: str) -> Record:
    """The record of a picture on which a vendor has read this."""
    items = [Item(label=LABELS[name], text=text, confidence=0.99) for name, text in printed.items()]
    empty = Record(id="1", product="vat_invoice", status=Status.SUCCEEDED, created_at=datetime.now(UTC))
    empty.codes = codes.read(examine(picture))
    return settled(products()["vat_invoice"], empty, Reading(vendor="x", findings=[ExtractedDocument(items=items)]))


def verdict(found: Document | None) -> tuple[str, list[str]] | None:
    assert found
    return next(((one.outcome, one.fields) for one in found.checks if one.name == "code_agrees"), None)


def truth_of(sample: Sample, *names: str) -> dict[str, Any]:
    return {name: sample.truth[name] for name in names}


SAID = ("invoice_code", "invoice_number", "amount", "issue_date", "check_code")


def test_what_was_not_read_is_filled_from_the_code(invoice: Sample) -> None:
    made = record(invoice.picture, **truth_of(invoice, "invoice_number", "seller_name", "total"))
    assert made.status == Status.SUCCEEDED
    assert made.document
    assert {name: made.document.fields[name] for name in SAID} == truth_of(invoice, *SAID)
    sources = {name: one.source for name, one in made.document.evidence.items()}
    assert sources["check_code"] == sources["issue_date"] == "code"
    assert sources["invoice_number"] is None
    assert verdict(made.document) == ("passed", ["invoice_number"])
    left, top = made.codes[0].box[0] if made.codes[0].box else (0, 0)
    assert 70 <= left <= 90
    assert 25 <= top <= 45


@pytest.mark.parametrize("name", ["invoice_number", "amount", "issue_date", "check_code"])
def test_a_forged_print_is_found_out(invoice: Sample, name: str) -> None:
    printed = truth_of(invoice, *SAID, "seller_name", "total")
    place = max(place for place, sign in enumerate(printed[name]) if sign.isdigit())
    printed[name] = printed[name][:place] + str((int(printed[name][place]) + 1) % 9 + 1) + printed[name][place + 1 :]
    made = record(invoice.picture, **printed)
    assert verdict(made.document) == ("failed", [name])
    assert made.checks_failed
    assert made.document
    assert printed[name] in [one.text for one in made.document.unmapped]


def test_a_code_whose_checksum_is_wrong_changes_nothing_and_is_told(invoice: Sample) -> None:
    printed = truth_of(invoice, "invoice_number", "seller_name", "total")
    forged = drawn(f"01,10,{invoice.truth['invoice_code']},{invoice.truth['invoice_number']},1.00,20200101,,0000,")
    made = record(forged, **printed)
    assert made.document
    assert made.document.fields == printed
    assert verdict(made.document) == ("failed", ["invoice_number"])
    assert made.needs_review
    assert [one.text[:6] for one in made.codes] == ["01,10,"]


def test_a_code_without_a_checksum_proves_nothing(invoice: Sample) -> None:
    printed = truth_of(invoice, "invoice_number", "seller_name", "total")
    made = record(drawn(f"01,10,{invoice.truth['invoice_code']},95062388,1.00,20200101,123,more"), **printed)
    assert made.document
    assert made.document.fields == printed
    assert verdict(made.document) == ("not_applicable", [])


@pytest.mark.parametrize("place", range(6, 38, 3))
def test_a_digit_forged_in_print_and_code_alike_is_found_out(invoice: Sample, place: int) -> None:
    truth = truth_of(invoice, *SAID, "seller_name", "total")
    payload = ",".join(["01,10", *(str(truth[name]).replace("-", "") for name in SAID)]) + ","
    genuine = payload + crc16(payload)
    assert verdict(record(drawn(genuine), **truth).document) == ("passed", [*SAID])
    while not genuine[place].isdigit():
        place += 1
    forged = genuine[:place] + str((int(genuine[place]) + 1) % 10) + genuine[place + 1 :]
    code = CODE.read(forged)
    assert code
    made = record(drawn(forged), **truth | dict(code.values))
    assert (verdict(made.document) or ("",))[0] == "failed"


def test_a_code_is_read_out_of_focus_and_on_its_side(invoice: Sample) -> None:
    with Image.open(BytesIO(invoice.picture)) as picture:
        turned = BytesIO()
        picture.rotate(97, expand=True, fillcolor="white").filter(ImageFilter.GaussianBlur(1.5)).save(turned, "JPEG")
    assert [one.text[:6] for one in codes.read(examine(turned.getvalue()))] == ["01,10,"]


def test_other_products_look_for_no_code(invoice: Sample) -> None:
    """Nor do they import what reads them: their cold start pays nothing."""
    searched = {slug for slug, one in products().items() if one.code or one.sorts}
    assert "vat_invoice" in searched
    assert not {"id_card", "license_plate", "general_text", "captcha"} & searched


def drawn(text: str) -> bytes:
    """A picture with nothing on it but a QR code."""
    import segno

    file = BytesIO()
    segno.make(text, error="m").save(file, kind="png", scale=4)
    return file.getvalue()
