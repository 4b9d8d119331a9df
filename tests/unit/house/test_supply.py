"""Promise: what ships is listed, with its licence, and the lists are those of the code as it is."""

import json
import re

import pytest

from local.cloud.aws import ROOT
from local.generate.supply import components, sbom, written

_SPDX = re.compile(r"[A-Za-z0-9.+-]+(?: (?:AND|OR|WITH) [A-Za-z0-9.+-]+)*")
NOT_PERMISSIVE = ("GPL", "MPL")


@pytest.mark.parametrize("name", ["NOTICE", "sbom.json"])
def test_the_lists_are_not_stale(name: str) -> None:
    assert (ROOT / name).read_text(encoding="utf-8") == written()[name]  # `make licences` writes them


def test_every_package_of_the_layers_has_a_licence() -> None:
    licences = {one.name: one.licence for one in components()}
    assert len(licences) > 25
    assert [name for name, licence in licences.items() if not _SPDX.fullmatch(licence)] == []


def test_whatever_is_not_permissive_is_named_in_the_notice() -> None:
    said = " ".join((ROOT / "NOTICE").read_text(encoding="utf-8").partition("layers/ocr")[0].split())
    for one in components():
        for name, licence in ((one.name, one.licence), *one.inside):
            if any(part in licence for part in NOT_PERMISSIVE):
                assert name in said


def test_scanners_find_each_package() -> None:
    bill = sbom()
    assert (bill["bomFormat"], bill["specVersion"]) == ("CycloneDX", "1.6")
    addresses = [part["purl"] for part in bill["components"]]
    assert len(addresses) == len({*addresses})
    assert json.loads((ROOT / "sbom.json").read_text()) == bill
