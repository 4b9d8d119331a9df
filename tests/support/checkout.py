"""A copy of this checkout, to write into: what stands in the repository, without tools, caches and packages."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from local.cloud.aws import ROOT

LEFT_OUT = shutil.ignore_patterns(".*", "__pycache__", "node_modules")


def copied(folder: Path) -> Path:
    """The copy, in a folder that there is not yet."""
    return shutil.copytree(ROOT, folder, ignore=LEFT_OUT)


def run_in(folder: Path, *command: str) -> subprocess.CompletedProcess[str]:
    """A Python module as a command that sees the copy alone."""
    path = os.pathsep.join(str(folder / part) for part in ("", "layers/ocr", "functions"))
    environment = {"PYTHONPATH": path, "PATH": "", "HOME": str(folder)}
    return subprocess.run(
        [sys.executable, "-m", *command], cwd=folder, env=environment, capture_output=True, text=True, timeout=600
    )
