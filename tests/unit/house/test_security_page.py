"""Promise: every promise of the security page names tests, and these exist."""

import re

import pytest

from local.cloud.aws import ROOT
from ocr.declare.catalogue import products
from ocr.declare.fields import declared

PAGE = (ROOT / "docs/security.md").read_text(encoding="utf-8")
NAMED = re.findall(r"`(test_\w+\.py)(?:::(test_\w+))?`", PAGE)
FILES = [*(ROOT / "tests").rglob("test_*.py")]


@pytest.mark.parametrize(("file", "test"), NAMED)
def test_a_named_test_exists(file: str, test: str) -> None:
    found = [path.read_text(encoding="utf-8") for path in FILES if path.name == file]
    assert any(f"def {test}" in text for text in found)


def test_each_promise_names_a_test() -> None:
    tables = re.findall(r"\| promise \| tests \|\n\| --- \| --- \|\n((?:\|.*\n)+)", PAGE)
    rows = [row for table in tables for row in table.splitlines()]
    assert len(rows) > 15
    assert [row for row in rows if not re.search(r"`test_\w+\.py", row)] == []


# The same name, and another thing: of a company, of a product that no person owns yet, or a date.
OTHERWISE = {
    ("account_name", "account_opening_permit"),
    ("certificate_number", "vehicle_conformity_certificate"),
    ("certificate_number", "vehicle_sale_invoice"),
    ("issuer", "property_ownership_certificate"),
    ("name", "business_license"),
    ("name", "organization_code_certificate"),
    ("seller_address", "vehicle_sale_invoice"),
    ("seller_name", "vehicle_sale_invoice"),
    ("seller_name", "vat_invoice"),
    ("seller_phone", "vehicle_sale_invoice"),
    ("text", "captcha"),
}
DATES = {"valid_to"}


def test_what_is_personal_on_one_document_is_so_on_all() -> None:
    marks = [
        (name, one.slug, field.mark.pii) for one in products().values() for name, field in declared(one.fields).items()
    ]
    personal = {name for name, _, pii in marks if pii}
    shown = {(name, slug) for name, slug, pii in marks if name in personal - DATES and not pii}
    assert shown == OTHERWISE, "pii=True: the field is personal on other documents"
