"""The house rules of vendors: what holds for every one that reads a product. One that breaks a rule is named."""

import re
from importlib import import_module
from types import ModuleType
from typing import Any

import pytest

from local.cloud.aws import ROOT
from local.simulators import SECRETS
from local.simulators.server import SIMULATORS
from ocr.declare.catalogue import offers_by_vendor
from ocr.declare.offers import Offer
from ocr.platform.settings import Settings
from tests.support.adapters import cases, rows

VENDORS = {vendor: offers for vendor, offers in offers_by_vendor().items() if any(offer.keys for offer in offers)}


@pytest.fixture(params=list(VENDORS))
def vendor(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    return name


@pytest.fixture
def module(vendor: str) -> ModuleType:
    return import_module(f"ocr.vendors.{vendor}")


def missing(vendor: str, tested: list[Offer]) -> list[str]:
    """The vendor's offers that are not among those, by name."""
    return [type(one).__name__ for one in VENDORS[vendor] if type(one) not in {type(each) for each in tested}]


def tables(module: ModuleType) -> dict[str, Any]:
    found = {name: value for name, value in vars(module).items() if re.fullmatch(r"(\w+_)?ERRORS", name)}
    return {code: row for table in found.values() for code, row in table.items()}


def test_every_module_of_a_vendor_is_in_the_order_of_the_settings() -> None:
    folder = ROOT / "layers/ocr/ocr/vendors"
    modules = {path.stem for path in folder.glob("*.py") if re.search(r"^VENDOR = ", path.read_text(), re.M)}
    order = set(Settings.model_fields["vendors"].get_default())
    assert order == set(offers_by_vendor()) == modules | {"embedded"}


def test_the_host_is_said_in_the_module(vendor: str, module: ModuleType) -> None:
    assert vendor == module.VENDOR
    assert module.URL.startswith("https://"), f"{module.__file__}: URL is the vendor's host, by https"
    assert not module.URL.endswith(".invalid"), f"{module.__file__}: URL is still the placeholder"


def test_the_module_says_what_it_was_written_from(vendor: str, module: ModuleType) -> None:
    assert "say which" not in (module.__doc__ or ""), f"{module.__file__}: the docstring names the vendor's document"


def test_there_is_a_table_of_errors(vendor: str, module: ModuleType) -> None:
    assert tables(module), f"{module.__file__}: ERRORS lists no code of the vendor's document"


def test_every_code_of_the_table_has_a_row_in_a_test(vendor: str, module: ModuleType) -> None:
    given = [row for row in rows() if row[0].vendor == vendor]
    where = f"tests/contract/adapters/{vendor}.py"
    assert missing(vendor, [row[0] for row in given]) == [], f"{where}: ROWS lacks these offers"
    own = ROOT / "tests/contract" / f"test_{vendor}.py"
    elsewhere = own.read_text() if own.exists() else ""
    untested = tables(module).keys() - {str(row[3]).rpartition("/")[2] for row in given}
    assert {code for code in untested if code not in elsewhere} == set(), f"{where}: ROWS lacks these codes"


def test_every_offer_is_asked_on_the_wire(vendor: str) -> None:
    asked = [one.offer for one in cases() if one.offer.vendor == vendor]
    assert missing(vendor, asked) == [], f"offers without CASES in tests/contract/adapters/{vendor}.py"


def test_there_is_a_simulator_that_accepts_the_secret_and_knows_errors(vendor: str) -> None:
    assert vendor in SIMULATORS, f"there is no local/simulators/{vendor}.py"
    keys = {key for offer in VENDORS[vendor] for key in offer.keys}
    assert keys <= SECRETS[vendor].keys(), f"local/simulators/{vendor}.py: secret lacks a member"
    assert SIMULATORS[vendor].errors, f"local/simulators/{vendor}.py: errors lists no code of the vendor's document"


def test_there_is_a_page_about_it(vendor: str) -> None:
    assert (ROOT / "docs/vendors" / f"{vendor}.md").exists(), f"make generate writes docs/vendors/{vendor}.md"
