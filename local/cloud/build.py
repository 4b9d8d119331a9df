"""What `sam build` makes for this machine: functions and layers as they would be deployed."""

import fcntl
import hashlib
import os
import platform
import re
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from shutil import copyfile, copytree, make_archive
from zipfile import ZipFile, ZipInfo

from local.cloud.aws import CREDENTIALS, ROOT

TOOLS = ROOT / ".tools"
# Apart from `.aws-sam`, where what is built for AWS lies.
BUILT = ROOT / ".local/build"
# Where this machine's own processes run other wheels than containers do.
CONTAINERS = ROOT / ".local/containers"
STAMP, ARMED = "inputs", re.compile(r"\barm64\b")
# The parameter's default, which `sam local` takes where nobody gives another.
PRODUCTS = re.compile(r"^(  Products:\n(?:    .*\n)*?    Default: ).*$", re.MULTILINE)
# Not the one at the root: `sam deploy --guided` writes another region and another stack into that.
CONFIG = ROOT / "local/cloud/samconfig.toml"
LOCK = ROOT / ".local/lock"
ARCHITECTURE = "arm64" if platform.machine() in {"arm64", "aarch64"} else "x86_64"
# As uv spells what runs in a container on this machine.
IN_CONTAINERS = f"{ARCHITECTURE.replace('arm64', 'aarch64')}-manylinux_2_28"
# And what runs in this machine's own processes: the same on Linux; empty, whatever fits.
ON_THIS_MACHINE = IN_CONTAINERS if platform.libc_ver()[0] == "glibc" else ""
# The one entry of an archive that names a folder in place of holding its files; `local.cloud.emulator` knows it too.
LINKED = "linked"
# On this machine nothing is paid for.
LOCAL = {"Products": "all", "ApiLogRole": "create", "Webhooks": "true"}
SHOWN_LINES = 40
FULL = "The disk is full. `make clean` removes what was made here."


class Failed(RuntimeError):
    """SAM CLI failed; the message has its last lines, or CloudFormation's reasons."""


def build(folder: Path = BUILT, wheels: str = ON_THIS_MACHINE) -> None:
    """Build with wheels for this platform unless nothing changed."""
    stamp, inputs = folder / STAMP, _inputs()
    if not stamp.exists() or stamp.read_text() != inputs:
        for _ in sam("build", "--build-dir", str(folder), environment=CREDENTIALS | {"LAYER_PLATFORM": wheels}):
            pass
        stamp.write_text(inputs)


def for_containers() -> Path:
    """The template that `sam local` takes, with what is built for containers of this machine's architecture."""
    folder = BUILT if ON_THIS_MACHINE == IN_CONTAINERS else CONTAINERS
    build(folder, IN_CONTAINERS)
    text = ARMED.sub(ARCHITECTURE, (folder / "template.yaml").read_text())
    template = folder / "containers.yaml"
    template.write_text(PRODUCTS.sub(rf"\g<1>{LOCAL['Products']}", text))
    return template


def packed(folder: Path) -> Path:
    """The built template, for the local AWS in this folder, with what would take SAM CLI and MiniStack minutes done.

    All functions are one folder, which SAM CLI would zip for each: they share one archive. Layers are archives that
    only say where their files are, for `local.cloud.emulator` to link: SAM CLI would zip 300 MB for each deployment,
    and MiniStack write them out for each cold start. The files are the AWS's own: it outlives the next build.
    """
    text = (BUILT / "template.yaml").read_text()
    # Another build is another folder: a stack that is brought up to date sees new archives and keeps the old files.
    kept = folder / "tmp/packed" / (BUILT / STAMP).read_text()[:16]
    kept.mkdir(parents=True, exist_ok=True)
    for layer in BUILT.glob("*Layer"):
        copytree(layer, kept / layer.name, copy_function=_link, dirs_exist_ok=True)
        with ZipFile(kept / f"{layer.name}.zip", "w") as archive:
            archive.writestr(ZipInfo(LINKED), str(kept / layer.name))
        text = text.replace(f"ContentUri: {layer.name}\n", f"ContentUri: {kept / layer.name}.zip\n")
    functions = re.findall(r"CodeUri: (\w+)\n", text)
    make_archive(str(kept / "functions"), "zip", BUILT / functions[0])
    text = re.sub(r"CodeUri: \w+\n", f"CodeUri: {kept}/functions.zip\n", text)
    template = BUILT / "packed.yaml"
    template.write_text(text)
    return template


def _link(source: str, target: str) -> None:
    if Path(target).exists():  # deployed before
        return
    try:
        os.link(source, target)
    except OSError:  # a folder on another disk
        copyfile(source, target)


@contextmanager
def alone() -> Iterator[None]:
    """Nobody else builds in this checkout meanwhile: a demo and a test may be started side by side."""
    LOCK.parent.mkdir(exist_ok=True)
    with LOCK.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def parameters(given: Mapping[str, str]) -> list[str]:
    """The template's parameters as SAM CLI takes them: those told, and what a local AWS has beside the defaults."""
    return ["--parameter-overrides", *(f"{name}={value}" for name, value in (LOCAL | dict(given)).items())]


def sam(*arguments: str, environment: Mapping[str, str] = CREDENTIALS) -> Iterator[str]:
    """Run SAM CLI and yield the lines it prints; raises `Failed` when it fails."""
    printed: list[str] = []
    command = [str(TOOLS / "bin/sam"), *arguments, "--config-file", str(CONFIG)]
    with subprocess.Popen(
        command, cwd=ROOT, env=_shell(environment), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:
        for line in process.stdout or ():
            printed.append(line)
            yield line
    if process.returncode:
        said = "".join(printed[-SHOWN_LINES:])
        raise Failed(f"{said}\n{FULL}" if "No space left on device" in said else said)


def _shell(environment: Mapping[str, str]) -> dict[str, str]:
    # SAM CLI looks for a Python of the functions' version: its own environment has it.
    path = os.pathsep.join([str(TOOLS / "envs/aws-sam-cli/bin"), os.environ["PATH"], str(TOOLS / "uv/bin")])
    # The layers are to carry their bytecode, wherever this process keeps its own.
    ours = {"PATH": path, "SAM_CLI_TELEMETRY": "0", "PYTHONPYCACHEPREFIX": ""}
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
