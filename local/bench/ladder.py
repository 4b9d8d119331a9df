"""The engine beside the library that it is made of, on the same pictures: what is read, and in what time.

rapidocr stands there as it comes and with this engine's size of pictures, at the version that this engine has, in an
environment that is made for it in `.tools`. Each reads in a process of its own, on one core and on two.
"""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from importlib.metadata import version
from itertools import islice
from pathlib import Path
from statistics import median
from typing import Any

from rich.box import SIMPLE
from rich.table import Table

from local.cloud.aws import ROOT
from local.samples.catalogue import documents
from local.samples.page import Page

PICTURES = 8
CORES = (1, 2)
PACKAGES = ("rapidocr", "onnxruntime", "opencv-python-headless")
PLACE = ROOT / ".tools/envs/rapidocr"
READER = Path(__file__).with_name("reader.py")
OWN = "this engine"
RIVALS: Mapping[str, Mapping[str, Any]] = {
    "rapidocr, as it comes": {},
    "rapidocr, with this engine's size of pictures": {"Det.limit_type": "max", "Det.limit_side_len": 960},
}


def table(before: dict[str, float]) -> Table:
    """The ladder; `before` has the ratios of the last run, and those of this one after it."""
    pages = [one.printed("a") for one in islice(documents(), PICTURES)]
    made = Table(box=SIMPLE, title="The engine beside rapidocr")
    for name in (
        "engine",
        "cores",
        "texts read whole",
        "start and first picture, ms",
        "median, ms",
        "median, ms of the processor",
        "this engine ÷ it",
        "in the run before",
    ):
        made.add_column(name)
    python = _python()
    with tempfile.TemporaryDirectory() as folder:
        for number, page in enumerate(pages):
            page.picture.save(Path(folder) / f"{number:02}.png")
        for cores in CORES:
            own = _read(sys.executable, folder, cores)
            made.add_row(OWN, f"{cores}", *_figures(pages, own), "1.00", "")
            for name, parameters in RIVALS.items():
                found = _read(python, folder, cores, json.dumps(parameters))
                key, ratio = f"engine ÷ {name}, {cores}", _middle(own, "cpu") / _middle(found, "cpu")
                known = f"{before[key]:.2f}" if key in before else ""
                made.add_row(name, f"{cores}", *_figures(pages, found), f"{ratio:.2f}", known)
                before[key] = ratio
    return made


def _python() -> str:
    """The interpreter of an environment with rapidocr alone."""
    python, uv = PLACE / "bin/python", os.environ.get("UV", "uv")
    ready = PLACE / "ready"
    if not ready.exists():
        subprocess.run([uv, "venv", "--quiet", "--clear", "--python", "3.13", str(PLACE)], check=True)
        pinned = [f"{name}=={version(name)}" for name in PACKAGES]
        with tempfile.NamedTemporaryFile("w", suffix=".txt") as without:
            # The other build of OpenCV needs libraries of a desktop.
            without.write("opencv-python; sys_platform == 'never'\n")
            without.flush()
            install = [uv, "pip", "install", "--quiet", "--python", str(python), "--overrides", without.name, *pinned]
            subprocess.run(install, check=True)
        ready.touch()
    return str(python)


def _read(python: str, folder: str, cores: int, *parameters: str) -> list[dict[str, Any]]:
    command = [python, str(READER), folder, str(cores), *parameters]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    found: list[dict[str, Any]] = json.loads(done.stdout.splitlines()[-1])
    return found


def _figures(pages: Sequence[Page], found: Sequence[Mapping[str, Any]]) -> list[str]:
    right = total = 0
    for page, one in zip(pages, found, strict=True):
        read = _plain("".join(one["lines"]))
        texts = [_plain(printed.text) for printed in page.prints]
        right, total = right + sum(text in read for text in texts), total + len(texts)
    return [
        f"{100 * right / total:.1f} %",
        f"{found[0]['ms']:.0f}",
        f"{_middle(found, 'ms'):.0f}",
        f"{_middle(found, 'cpu'):.0f}",
    ]


def _middle(found: Sequence[Mapping[str, Any]], name: str) -> float:
    """The median of all pictures but the first, for which the networks are loaded."""
    return median(float(one[name]) for one in found[1:])


def _plain(text: str) -> str:
    return "".join(text.split())
