"""A built function as Lambda runs it: under the Runtime Interface Emulator, with nothing but what is shipped.

The emulator is the one that SAM CLI carries; the runtime's own client and boto3 come from an environment of their own.
"""

import os
import platform
import re
import socket
import subprocess
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from time import monotonic, sleep
from typing import Any

import requests

from local.cloud.aws import ROOT

RAPID = ROOT / ".tools/envs/aws-sam-cli/lib/python3.13/site-packages/samcli/local/rapid"
EMULATOR = RAPID / f"aws-lambda-rie-{'arm64' if platform.machine() in {'arm64', 'aarch64'} else 'x86_64'}"
PYTHON = ROOT / ".tools/envs/runtime/bin/python"
TIMEOUT = 120
INIT = re.compile(r"INIT REPORT\(durationMs: ([0-9.]+)\)")
PEAK = re.compile(r"VmHWM:\s+([0-9]+) kB")


@dataclass
class Runtime:
    """One running function."""

    url: str
    process: subprocess.Popen[bytes]
    log: Path

    def invoke(self, event: Any) -> Any:
        """What the handler returns for this event."""
        return requests.post(self.url, json=event, timeout=TIMEOUT).json()

    @property
    def init_milliseconds(self) -> float:
        """How long the runtime and the handler's imports took, as the emulator reports it after the first call."""
        return float(INIT.findall(self.log.read_text())[0])

    @property
    def peak_megabytes(self) -> float:
        """The most resident memory that the function's process has had; Linux only."""
        return max(_peak(pid) for pid in _descendants(self.process.pid)) / 1024

    @property
    def processor_milliseconds(self) -> float:
        """The processor's time that the function's process has taken so far; Linux only."""
        return sum(_processor_seconds(pid) for pid in _descendants(self.process.pid)) * 1000


@contextmanager
def running(
    handler: str, code: Path, layers: Sequence[Path], environment: Mapping[str, str] | None = None
) -> Iterator[Runtime]:
    """The handler in `code` with these layers, invocable until the block ends. The layers' `python` folders follow."""
    ports = _free_ports(2)
    with tempfile.TemporaryDirectory() as folder, (Path(folder) / "log").open("wb") as log:
        command: list[str | Path] = [
            *(EMULATOR, "--runtime-interface-emulator-address", f"127.0.0.1:{ports[0]}"),
            *("--runtime-api-address", f"127.0.0.1:{ports[1]}"),
            *(PYTHON, "-m", "awslambdaric", handler),
        ]
        process = subprocess.Popen(
            command, cwd=code, env=_environment(code, layers, environment or {}), stdout=log, stderr=log
        )
        try:
            url = f"http://127.0.0.1:{ports[0]}/2015-03-31/functions/function/invocations"
            _wait_for(ports[0])
            yield Runtime(url, process, Path(folder) / "log")
        finally:
            children = _descendants(process.pid)
            process.terminate()
            process.wait()
            for pid in children:
                with suppress(ProcessLookupError):
                    subprocess.run(["kill", str(pid)], stderr=subprocess.DEVNULL, check=False)


def _environment(code: Path, layers: Sequence[Path], more: Mapping[str, str]) -> dict[str, str]:
    path = ":".join([str(code), *(str(layer / "python") for layer in layers)])
    return {
        "PATH": "/usr/bin:/bin",
        "PYTHONPATH": path,
        "LAMBDA_TASK_ROOT": str(code),
        "AWS_LAMBDA_FUNCTION_NAME": "function",
        "AWS_LAMBDA_FUNCTION_TIMEOUT": str(TIMEOUT),
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_ACCESS_KEY_ID": "local",
        "AWS_SECRET_ACCESS_KEY": "local",
        "MALLOC_ARENA_MAX": "1",  # as the template says: it decides how much memory threads keep
        **more,
    }


def _free_ports(count: int) -> list[int]:
    doors = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [int(door.getsockname()[1]) for door in doors]
    for door in doors:
        door.close()
    return ports


def _wait_for(port: int) -> None:
    deadline = monotonic() + TIMEOUT
    while True:
        with suppress(ConnectionRefusedError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        if monotonic() > deadline:
            raise TimeoutError("The Runtime Interface Emulator did not start.")
        sleep(0.02)


def _descendants(pid: int) -> list[int]:
    """The processes that this one has started, directly or not."""
    shown = subprocess.run(["ps", "-o", "pid=", "--ppid", str(pid)], capture_output=True, text=True, check=False)
    children = [int(word) for word in shown.stdout.split()]
    return [one for child in children for one in (child, *_descendants(child))]


def _peak(pid: int) -> int:
    found = PEAK.search(Path(f"/proc/{pid}/status").read_text())
    return int(found[1]) if found else 0


def _processor_seconds(pid: int) -> float:
    # After the name, which stands in brackets: user and system time, in ticks.
    user, system = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[11:13]
    return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")
