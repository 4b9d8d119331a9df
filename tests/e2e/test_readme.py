"""Promise: what the README and the pages print works exactly as it is printed.

The commands of a page run in one shell, in their order, in a folder as `make up` leaves it; Python runs in the shell's
own `python3`. What needs an AWS account, a vendor's key or a checkout of its own is marked in the page as not run, with
the reason; `tests/unit/house/test_docs.py` looks at its words.
"""

import os
import re
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from local.cloud.aws import ROOT
from local.cloud.stack import Stack
from local.generate.tables import pages
from local.samples import samples
from local.up import PICTURES, prepare

BLOCK = re.compile(r"(<!-- not run: [^\n]+ -->\n)?^```(sh|python)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
# What a checkout has after `make up`.
CHECKOUT = (".tools", "Makefile", "cli", "events", "functions", "layers", "local", "pyproject.toml", "uv.lock")
PICTURE, PROBLEM, LATER = "id_card.jpg", "urn:ocr:problem:", "respond-async"
NEXT = "----- the next block -----"

Block = tuple[str, str]


def runnable(page: Path) -> list[Block]:
    """The language and the lines of each block of a page that is not marked as not run."""
    return [(language, lines) for marked, language, lines in BLOCK.findall(page.read_text()) if not marked]


@pytest.fixture
def folder(stack: Stack, tmp_path: Path) -> Path:
    """A folder as `make up` leaves it."""
    for name in CHECKOUT:
        (tmp_path / name).symlink_to(ROOT / name)
    (tmp_path / ".venv").symlink_to(sys.prefix)
    prepare(stack, tmp_path)
    return tmp_path


def run(blocks: Sequence[Block], stack: Stack, folder: Path) -> list[str]:
    """What each block prints, all in one shell; raises where one ends with an error."""
    script = "".join(
        f"{lines}\necho '{NEXT}'\n" if language == "sh" else f"python3 - <<'END'\n{lines}END\necho '{NEXT}'\n"
        for language, lines in blocks
    )
    own = {str(Path(sys.prefix) / "bin"), str(Path(sys.executable).parent)}
    path = [place for place in os.environ["PATH"].split(os.pathsep) if place not in own]
    unset = {"PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV"}
    shown = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", script],
        cwd=folder,
        env={name: value for name, value in os.environ.items() if name not in unset}
        | {"PATH": os.pathsep.join(path), "OCR_URL": stack.url, "OCR_KEY": stack.api_key},
        capture_output=True,
        text=True,
        timeout=900,
    )
    assert shown.returncode == 0, shown.stdout[-2000:] + shown.stderr[-2000:]
    return shown.stdout.split(NEXT)[:-1]


@pytest.mark.parametrize("page", [page for page in pages() if runnable(page)], ids=lambda page: page.name)
def test_every_line_works_as_it_is_printed(page: Path, stack: Stack, folder: Path) -> None:
    number = next(samples(["id_card"])).truth["id_number"]
    blocks = runnable(page)
    for (_, lines), shown in zip(blocks, run(blocks, stack, folder), strict=True):
        if PICTURE in lines and LATER not in lines:
            assert number in shown, lines
        problems = re.findall(rf"{PROBLEM}(\w+)", shown)
        assert all(problem in lines for problem in problems), (lines, problems)
    for results in folder.glob(".local/*.csv"):
        assert number in results.read_text()
        assert len(results.read_text().splitlines()) == 1 + len([*(folder / PICTURES).iterdir()])


def test_the_pages_have_lines_that_are_run() -> None:
    assert {page.name for page in pages() if runnable(page)} >= {
        "README.md",
        "api.md",
        "command-line.md",
        "operating.md",
    }
