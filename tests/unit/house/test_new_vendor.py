"""One more vendor by one command, in a copy of this checkout: what it lacks is named, and filled in it reads."""

import subprocess
from pathlib import Path

import pytest

from local.cloud.aws import ROOT
from tests.support.checkout import copied, run_in

WHAT_IS_MISSING = (
    "acme.py: URL is still the placeholder",
    "acme.py: the docstring names the vendor's document",
    "acme.py: ERRORS lists no code of the vendor's document",
    "tests/contract/adapters/acme.py: ROWS lacks these offers",
    "local/simulators/acme.py: errors lists no code of the vendor's document",
)
FILLED_IN = {
    "layers/ocr/ocr/vendors/acme.py": [
        (
            "say which of the vendor's documents this was written from, and of which date",
            "ID cards. Document: OCR 2026",
        ),
        ("https://acme.invalid", "https://ocr.acme.example"),
        ("ERRORS: Table = {}", 'ERRORS: Table = {"1": Row(VendorRejected, "The vendor does not know the key.")}'),
        ("import OnePicture, Table", "import OnePicture, Row, Table"),
        ("from ocr.platform.settings", "from ocr.platform.errors import VendorRejected\nfrom ocr.platform.settings"),
    ],
    "local/simulators/acme.py": [
        (
            "errors: ClassVar[Mapping[Code, str]] = {}",
            'errors: ClassVar[Mapping[Code, str]] = {1: "unknown key"}',
        )
    ],
    "tests/contract/adapters/acme.py": [
        ("int]] = []", 'int]] = [(IdCard(), {"code": 1}, REFUSED, 1)]'),
        ("import Case, Recorded", "import REFUSED, Case, Recorded"),
    ],
}


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of what the house rules look at."""
    return copied(tmp_path / "copy")


def rules(copy: Path, *which: str) -> subprocess.CompletedProcess[str]:
    return run_in(copy, "pytest", "-q", "-p", "no:cacheprovider", *which, "-k", "acme or order")


def test_vendor_six_is_one_command_and_what_its_document_says(copy: Path) -> None:
    made = run_in(copy, "local", "scaffold.vendor", "acme", "id_card")
    assert made.returncode == 0, made.stderr
    assert "layers/ocr/ocr/vendors/acme.py" in made.stdout
    # What the command writes makes no work: it is laid out, and tables that are made of the template follow it.
    written = [word.rstrip(",") for word in made.stdout.splitlines()[0].removeprefix("Written: ").split()]
    for check in (["check"], ["format", "--check"]):
        laid_out = run_in(copy, "ruff", *check, *written)
        assert laid_out.returncode == 0, laid_out.stdout
    order = (copy / "docs/settings.md").read_text().partition("| `Vendors` |")[2].partition("\n")[0]
    assert "acme,embedded" in order

    lacking = rules(copy, "tests/unit/house/test_vendor_rules.py")
    assert lacking.returncode == 1
    assert [one for one in WHAT_IS_MISSING if one not in lacking.stdout] == []

    for name, changes in FILLED_IN.items():
        text = (copy / name).read_text()
        for old, new in changes:
            assert old in text, name
            text = text.replace(old, new, 1)
        (copy / name).write_text(text)
    generated = run_in(copy, "local", "generate")
    assert generated.returncode == 0, generated.stderr
    assert "AsksAcme" in (copy / "template.yaml").read_text()
    assert "The vendor does not know the key." in (copy / "docs/vendors/acme.md").read_text()

    # What holds for every vendor holds for it: it reads a picture through its simulator, among others.
    contract = [f"tests/contract/test_{name}.py" for name in ("wire", "error_tables", "mutations")]
    held = rules(copy, "tests/unit/house/test_vendor_rules.py", *contract)
    assert held.returncode == 0, held.stdout


@pytest.mark.parametrize(
    ("name", "products", "sentence"),
    [
        ("", "id_card", "NAME="),
        ("baidu", "", "PRODUCTS="),
        ("baidu", "idcard", "Did you mean id_card"),
        ("juhe", "id_card", "There is a module"),
    ],
)
def test_a_wrong_name_ends_in_a_sentence(name: str, products: str, sentence: str) -> None:
    ended = run_in(ROOT, "local", "scaffold.vendor", name, products)
    assert ended.returncode == 2
    assert sentence in ended.stderr
    assert "Traceback" not in ended.stderr
