"""Promise: what the README prints under "In ten minutes" works exactly as it is printed."""

import os
import re
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from local.cloud.aws import ROOT
from local.cloud.stack import Stack
from local.samples import samples
from local.up import PICTURES, prepare

SECTION = re.compile(r"^## In ten minutes$(.*?)^## ", re.DOTALL | re.MULTILINE)
BLOCK = re.compile(r"^```(sh|python)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
# What `make` has set up; nothing is fetched again.
SET_UP = ("pyproject.toml", "uv.lock", "README.md", "cli")
NEXT = "----- the next block -----"


def blocks() -> list[tuple[str, str]]:
    """The language and the lines of each block of the section."""
    section = SECTION.search((ROOT / "README.md").read_text())
    assert section
    return BLOCK.findall(section[1])


@pytest.fixture
def folder(stack: Stack, tmp_path: Path) -> Path:
    """A folder as `make up` leaves it."""
    for name in SET_UP:
        (tmp_path / name).symlink_to(ROOT / name)
    prepare(stack, tmp_path)
    return tmp_path


def run(told: Sequence[tuple[str, str]], folder: Path) -> list[str]:
    """What each block prints, all in one shell; raises where one ends with an error."""
    script = "".join(
        f"{lines}\necho '{NEXT}'\n" if language == "sh" else f"python - <<'END'\n{lines}END\necho '{NEXT}'\n"
        for language, lines in told
    )
    places = [str(Path(sys.executable).parent), str(Path(os.environ.get("UV", "uv")).parent), os.environ["PATH"]]
    shown = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", script],
        cwd=folder,
        env=dict(os.environ)
        | {"PATH": os.pathsep.join(places), "UV_PROJECT_ENVIRONMENT": sys.prefix, "UV_NO_SYNC": "1"},
        capture_output=True,
        text=True,
        timeout=600,
    )
    assert shown.returncode == 0, shown.stdout[-2000:] + shown.stderr[-2000:]
    return shown.stdout.split(NEXT)[:-1]


def test_every_line_works_as_it_is_printed(folder: Path) -> None:
    told = blocks()
    assert [language for language, _ in told] == ["sh", "python", "sh", "python", "sh"]
    number = next(samples(["id_card"])).truth["id_number"]
    curl, python, upload, form, command = run(told, folder)
    assert curl.count(number) >= 2
    for shown in (python, upload, form):
        assert number in shown
    assert "succeeded" in form
    results = (folder / ".local/results.csv").read_text()
    assert number in results
    assert len(results.splitlines()) == 1 + len(list((folder / PICTURES).iterdir()))
    assert command
