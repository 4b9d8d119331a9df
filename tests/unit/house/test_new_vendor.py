"""One more vendor by one command, in a copy of this checkout: what it lacks is named, and filled in it reads."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from local.cloud.aws import ROOT

FOLDERS = ("functions", "layers", "local", "tests", "events", "docs", "cli")
FILES = ("template.yaml", "README.md", "CONTRIBUTING.md", "Makefile", "pyproject.toml")
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
        ("errors: Mapping[Code, str] = {}", 'errors: Mapping[Code, str] = {1: "unknown key"}')
    ],
    "tests/contract/adapters/acme.py": [
        ("int]] = []", 'int]] = [(IdCard(), {"code": 1}, REFUSED, 1)]'),
        ("import Recorded", "import REFUSED, Recorded"),
    ],
}


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of what the house rules look at."""
    for name in FOLDERS:
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in FILES:
        shutil.copy(ROOT / name, tmp_path / name)
    return tmp_path


def run(copy: Path, *command: str) -> subprocess.CompletedProcess[str]:
    path = os.pathsep.join(str(copy / part) for part in ("", "layers/ocr", "functions"))
    environment = {"PYTHONPATH": path, "PATH": "", "HOME": str(copy)}
    return subprocess.run(
        [sys.executable, "-m", *command], cwd=copy, env=environment, capture_output=True, text=True, timeout=600
    )


def rules(copy: Path, *which: str) -> subprocess.CompletedProcess[str]:
    return run(copy, "pytest", "-q", "-p", "no:cacheprovider", *which, "-k", "acme or order")


def test_vendor_six_is_one_command_and_what_its_document_says(copy: Path) -> None:
    made = run(copy, "local", "scaffold.vendor", "acme", "id_card")
    assert made.returncode == 0, made.stderr
    assert "layers/ocr/ocr/vendors/acme.py" in made.stdout

    lacking = rules(copy, "tests/unit/house/test_vendor_rules.py")
    assert lacking.returncode == 1
    assert [one for one in WHAT_IS_MISSING if one not in lacking.stdout] == []

    for name, changes in FILLED_IN.items():
        text = (copy / name).read_text()
        for old, new in changes:
            assert old in text, name
            text = text.replace(old, new, 1)
        (copy / name).write_text(text)
    generated = run(copy, "local", "generate")
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
    ended = run(ROOT, "local", "scaffold.vendor", name, products)
    assert ended.returncode == 1
    assert sentence in ended.stderr
    assert "Traceback" not in ended.stderr
