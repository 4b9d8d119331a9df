"""Promise: every promise of the security page names tests, and these exist."""

import re

import pytest

from local.cloud.aws import ROOT

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
