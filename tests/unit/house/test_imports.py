"""Promise: what tests share has one place, tests/support and tests/contract/adapters; no test stands on another."""

import re

from local.cloud.aws import ROOT

IMPORTED = re.compile(r"^\s*(?:from|import) (tests\.\S+)", re.MULTILINE)
SHARED = ("tests.support", "tests.contract.adapters")


def test_no_test_imports_another() -> None:
    found = {
        f"{path.relative_to(ROOT)}: {module}"
        for path in (ROOT / "tests").rglob("*.py")
        for module in IMPORTED.findall(path.read_text())
        if not module.startswith(SHARED)
    }
    assert found == set()
