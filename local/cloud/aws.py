"""AWS on this machine: one MiniStack process, started and stopped, with everything that it keeps in one folder."""

import json
import os
import signal
import socket
import subprocess
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from shutil import rmtree
from typing import Any, Self
from urllib.error import URLError
from urllib.request import urlopen

import boto3

ROOT = Path(__file__).parents[2]
# The one that `make up` leaves running.
UP = ROOT / ".local/aws"
# `make tools` installs MiniStack apart from this project, so that no function sees the project's packages.
PYTHON = ROOT / ".tools/envs/ministack/bin/python"
EMULATOR = ROOT / "local/cloud/emulator.py"
REGION = "us-east-1"
CREDENTIALS = {"AWS_ACCESS_KEY_ID": "local", "AWS_SECRET_ACCESS_KEY": "local", "AWS_DEFAULT_REGION": REGION}
START_SECONDS = 30.0
STOP_SECONDS = 10.0
# How many functions of an AWS that stays keep a process for their next call: each takes some 80 MB.
WAITING = "8"
# The file that says that it outlives the process which started it.
STAYS = "stays"

# A Popen object warns when it is dropped while its process still runs, which is what is wanted here.
_children: list[subprocess.Popen[bytes]] = []


class NotStarted(RuntimeError):
    """The local AWS did not come up; its log says why."""


@dataclass(frozen=True)
class Aws:
    """A running local AWS. `folder` holds its log, its state and the functions' working copies.

    `door` is the port where its functions look for it, if that is not its own: `local.cloud.faults` stands there.
    """

    pid: int
    port: int
    folder: Path
    door: int | None = None

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def environment(self) -> dict[str, str]:
        """What makes any AWS client talk to it."""
        return CREDENTIALS | {"AWS_ENDPOINT_URL": self.endpoint}

    def session(self) -> boto3.Session:
        """A boto3 session with the rights of the account's root."""
        return boto3.Session("local", "local", region_name=REGION)

    def client(self, name: Any) -> Any:
        """A boto3 client of this AWS."""
        return _client(self, name)

    @classmethod
    def running(cls, folder: Path) -> Self | None:
        """The local AWS that was started with this folder, if it is still there."""
        try:
            state = json.loads((folder / "aws.json").read_text())
        except FileNotFoundError:
            return None
        found = cls(state["pid"], state["port"], folder)
        return found if found.answers() else None

    @classmethod
    def start(cls, folder: Path, *, keep: bool = False, proxied: bool = False, concurrency: int = 0) -> Self:
        """Start one on a free port; it ends with this process, however that goes, unless it is told to `stay`.

        With `keep` it is one that will: of its functions' processes only a few wait for their next call.

        The functions of one that is `proxied` reach it only once `local.cloud.faults.faulty` stands before it.

        No more than `concurrency` of its functions run at once, if that is not 0: what comes beyond is throttled, and
        what was taken from a queue for it hides until its visibility timeout, as on AWS.
        """
        stop(folder)
        rmtree(folder, ignore_errors=True)
        (folder / "tmp").mkdir(parents=True)
        port, door = _free_port(), _free_port() if proxied else None
        with (folder / "aws.log").open("w") as log:
            process = subprocess.Popen(
                [PYTHON, EMULATOR],
                env=_environment(folder, port, door, keep, concurrency),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        started = cls(process.pid, port, folder, door)
        (folder / "aws.json").write_text(json.dumps(asdict(started), default=str))
        _children.append(process)
        _wait_for(started, process)
        return started

    def stay(self) -> None:
        """Have it outlive this process."""
        (self.folder / STAYS).touch()

    def answers(self) -> bool:
        """Whether it is up."""
        with suppress(URLError, OSError), urlopen(f"{self.endpoint}/_ministack/health", timeout=2) as answer:
            return bool(answer.status == 200)
        return False


@cache
def _client(aws: Aws, name: Any) -> Any:
    """Kept, since making one takes a tenth of a second."""
    return aws.session().client(name, endpoint_url=aws.endpoint)


def stop(folder: Path) -> bool:
    """End the local AWS of this folder, by its process id; False if there is none."""
    try:
        pid = json.loads((folder / "aws.json").read_text())["pid"]
    except FileNotFoundError:
        return False
    (folder / "aws.json").unlink()
    if not _is_ours(pid):
        return False
    os.kill(pid, signal.SIGTERM)
    deadline = time.monotonic() + STOP_SECONDS
    while _is_ours(pid):
        if time.monotonic() > deadline:
            os.kill(pid, signal.SIGKILL)
        time.sleep(0.05)
    for child in _children:
        child.poll()
    rmtree(folder / "tmp", ignore_errors=True)
    return True


def _environment(folder: Path, port: int, door: int | None, keep: bool, concurrency: int) -> Mapping[str, str]:
    """All that MiniStack and the functions see: nothing of the developer's own shell."""
    mine = {"PATH": os.environ["PATH"], "HOME": str(folder), "TMPDIR": str(folder / "tmp")}
    settings = {"BIND_HOST": "127.0.0.1", "MINISTACK_HOST": "127.0.0.1", "GATEWAY_PORT": str(port), "AUTH": "true"}
    # MiniStack hands its own environment on to functions.
    settings |= {"AWS_ENDPOINT_URL": f"http://127.0.0.1:{door}"} if door else {}
    settings |= {"LAMBDA_ACCOUNT_CONCURRENCY": str(concurrency)} if concurrency else {}
    return (
        mine
        | CREDENTIALS
        | settings
        | {"STAYS": str(folder / STAYS)}
        | ({"WAITING_FUNCTIONS": WAITING} if keep else {})
    )


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_for(aws: Aws, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + START_SECONDS
    while not aws.answers():
        if process.poll() is not None or time.monotonic() > deadline:
            raise NotStarted(f"The local AWS did not start; see {aws.folder / 'aws.log'}")
        time.sleep(0.05)


def _is_ours(pid: int) -> bool:
    """Whether this process is a local AWS: a process id may have passed to another program meanwhile."""
    with suppress(ChildProcessError):
        os.waitpid(pid, os.WNOHANG)
    shown = subprocess.run(["ps", "-ww", "-o", "command=", "-p", str(pid)], capture_output=True, text=True)
    return str(EMULATOR) in shown.stdout
