"""What `sam build` makes for this machine: functions and layers as they would be deployed."""

import fcntl
import hashlib
import os
import platform
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from zipfile import ZipFile, ZipInfo

from local.aws import CREDENTIALS, ROOT

TOOLS = ROOT / ".tools"
# Apart from `.aws-sam`, where what is built for AWS lies.
BUILT = ROOT / ".local/build"
CACHE = ROOT / ".local/cache"
LOCK = ROOT / ".local/lock"
STAMP = BUILT / "inputs"
ARCHITECTURE = "arm64" if platform.machine() in {"arm64", "aarch64"} else "x86_64"
SHOWN_LINES = 40


class Failed(RuntimeError):
    """SAM CLI failed; the message has its last lines, or CloudFormation's reasons."""


def build() -> Path:
    """Build unless nothing changed, and return the template to deploy."""
    inputs = _inputs()
    if not STAMP.exists() or STAMP.read_text() != inputs:
        for _ in sam("build", "--build-dir", str(BUILT), "--cache-dir", str(CACHE), *parameters({})):
            pass
        _pack_layers()
        STAMP.write_text(inputs)
    return BUILT / "packed.yaml"


@contextmanager
def alone() -> Iterator[None]:
    """Nobody else builds in this checkout meanwhile: a demo and a test may be started side by side."""
    LOCK.parent.mkdir(exist_ok=True)
    with LOCK.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def parameters(told: Mapping[str, str]) -> list[str]:
    """The template's parameters as SAM CLI takes them: those told, and this machine's architecture."""
    named = {"Architecture": ARCHITECTURE} | dict(told)
    return ["--parameter-overrides", *(f"{name}={value}" for name, value in named.items())]


def sam(*arguments: str, environment: Mapping[str, str] = CREDENTIALS) -> Iterator[str]:
    """Run SAM CLI and yield the lines it prints; raises `Failed` when it fails."""
    printed: list[str] = []
    command = [str(TOOLS / "bin/sam"), *arguments, "--config-file", str(ROOT / "samconfig.toml")]
    with subprocess.Popen(
        command, cwd=ROOT, env=_shell(environment), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:
        for line in process.stdout or ():
            printed.append(line)
            yield line
    if process.returncode:
        raise Failed("".join(printed[-SHOWN_LINES:]))


def _shell(environment: Mapping[str, str]) -> dict[str, str]:
    # SAM CLI looks for a Python of the functions' version: its own environment has it.
    path = f"{TOOLS / 'envs/aws-sam-cli/bin'}{os.pathsep}{os.environ['PATH']}"
    # The layers are to carry their bytecode, wherever this process keeps its own. An empty LAYER_PLATFORM builds for
    # this machine, where the local AWS runs the functions.
    ours = {"PATH": path, "LAYER_PLATFORM": "", "SAM_CLI_TELEMETRY": "0", "PYTHONPYCACHEPREFIX": ""}
    return dict(os.environ) | dict(environment) | ours


def _inputs() -> str:
    """Another value for everything that would be built otherwise."""
    digest = hashlib.sha256((ROOT / "template.yaml").read_bytes())
    for file in _files(ROOT / "functions", ROOT / "layers"):
        digest.update(f"{file.relative_to(ROOT)}\0".encode() + file.read_bytes())
    return digest.hexdigest()


def _files(*folders: Path) -> Sequence[Path]:
    found = [file for folder in folders for file in folder.rglob("*") if file.is_file()]
    return sorted(file for file in found if file.suffix != ".pyc")


def _pack_layers() -> None:
    """Beside the built template, one with its layers as archives, uncompressed and without dates.

    SAM CLI would compress each layer at every deployment, and MiniStack unpack it at every cold start, for minutes.
    """
    text = (BUILT / "template.yaml").read_text()
    for layer in BUILT.glob("*Layer"):
        with ZipFile(layer.with_suffix(".zip"), "w") as archive:
            for file in sorted(path for path in layer.rglob("*") if path.is_file()):
                archive.writestr(ZipInfo(str(file.relative_to(layer))), file.read_bytes())
        text = text.replace(f"ContentUri: {layer.name}\n", f"ContentUri: {layer.name}.zip\n")
    (BUILT / "packed.yaml").write_text(text)
