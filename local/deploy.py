"""Build and deploy the template to the local AWS, with SAM CLI, as anybody would to AWS."""

import fcntl
import os
import platform
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from time import monotonic
from zipfile import ZipFile, ZipInfo

from botocore.exceptions import ClientError
from rich.console import Console
from rich.status import Status

from local.aws import CREDENTIALS, ROOT, Aws
from local.stack import NAME, Stack

BIN = ROOT / ".tools/bin"
# Layers are built once for all local stacks, and apart from what is built for AWS.
BUILT = ROOT / ".local/build"
CACHE = ROOT / ".local/cache"
LOCK = ROOT / ".local/lock"
ARCHITECTURE = "arm64" if platform.machine() in {"arm64", "aarch64"} else "x86_64"
SHOWN_LINES = 40


class NotDeployed(RuntimeError):
    """SAM CLI failed; the message has its last lines, or CloudFormation's reasons."""


def deploy(aws: Aws, console: Console, parameters: Mapping[str, str] | None = None) -> Stack:
    """The stack, built and deployed with these template parameters over the defaults."""
    overrides = _overrides(parameters or {})
    with _alone():
        with _stage(console, "sam build"):
            template = _build(overrides)
        with _stage(console, "sam deploy") as status:
            done = 0
            quietly = ["--no-confirm-changeset", "--no-progressbar"]
            for line in _sam(["deploy", "-t", str(template), "--stack-name", NAME, *quietly, *overrides], aws):
                done += line.startswith(("CREATE_COMPLETE", "UPDATE_COMPLETE"))
                status.update(f"sam deploy: {done} resources")
    return Stack.of(aws)


def build() -> None:
    """Build the template for this machine into `BUILT`, without an AWS to deploy it to."""
    with _alone():
        _build(_overrides({}))


def _overrides(parameters: Mapping[str, str]) -> list[str]:
    told = {"Architecture": ARCHITECTURE} | dict(parameters)
    return ["--parameter-overrides", *(f"{name}={value}" for name, value in told.items())]


def _build(overrides: Sequence[str]) -> Path:
    for _ in _sam(["build", "--build-dir", str(BUILT), "--cache-dir", str(CACHE), *overrides]):
        pass
    return _with_packed_layers(BUILT / "template.yaml")


def _reasons(aws: Aws) -> str:
    """What CloudFormation says of the parts that failed."""
    with suppress(ClientError):
        events = aws.client("cloudformation").describe_stack_events(StackName=NAME)["StackEvents"]
        failed = [event for event in events if event["ResourceStatus"].endswith("_FAILED")]
        return "\n".join(f"{event['LogicalResourceId']}: {event.get('ResourceStatusReason', '')}" for event in failed)
    return ""


@contextmanager
def _alone() -> Iterator[None]:
    """Nobody else builds in this checkout meanwhile: a demo and a test may be started side by side."""
    LOCK.parent.mkdir(exist_ok=True)
    with LOCK.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _with_packed_layers(built: Path) -> Path:
    """The built template with its layers as archives, uncompressed and without dates.

    SAM CLI would compress each layer at every deployment, and MiniStack unpack it at every cold start, for minutes.
    """
    text = built.read_text()
    for layer in built.parent.glob("*Layer"):
        archive = layer.with_suffix(".zip")
        with ZipFile(archive, "w") as packed:
            for file in sorted(path for path in layer.rglob("*") if path.is_file()):
                packed.writestr(ZipInfo(str(file.relative_to(layer))), file.read_bytes())
        text = text.replace(f"ContentUri: {layer.name}\n", f"ContentUri: {archive.name}\n")
    packed_template = built.with_stem("packed")
    packed_template.write_text(text)
    return packed_template


@contextmanager
def _stage(console: Console, name: str) -> Iterator[Status]:
    begun = monotonic()
    with console.status(name) as status:
        yield status
    console.print(f"[green]✓[/] {name} [dim]{monotonic() - begun:.1f} s[/]")


def _sam(arguments: Sequence[str], aws: Aws | None = None) -> Iterator[str]:
    """Run SAM CLI and yield what it prints; raises `NotDeployed` when it fails."""
    printed: list[str] = []
    command = [str(BIN / "sam"), *arguments, "--config-file", str(ROOT / "samconfig.toml")]
    with subprocess.Popen(
        command, cwd=ROOT, env=_environment(aws), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:
        assert process.stdout
        for line in process.stdout:
            printed.append(line)
            yield line
    if process.returncode:
        raise NotDeployed((aws and _reasons(aws)) or "".join(printed[-SHOWN_LINES:]))


def _environment(aws: Aws | None) -> dict[str, str]:
    # SAM CLI looks for a Python of the functions' version: its own environment has it.
    path = f"{ROOT / '.tools/envs/aws-sam-cli/bin'}{os.pathsep}{os.environ['PATH']}"
    # The layers are to carry their bytecode, wherever this process keeps its own. An empty LAYER_PLATFORM builds for
    # this machine, where the local AWS runs the functions.
    ours = {"PATH": path, "LAYER_PLATFORM": "", "SAM_CLI_TELEMETRY": "0", "PYTHONPYCACHEPREFIX": ""}
    theirs = aws.environment if aws else CREDENTIALS
    return dict(os.environ) | theirs | ours
