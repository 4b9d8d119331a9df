"""Faults between functions and AWS: a mitmproxy in front of a local AWS, told which requests are to fail and how.

    aws = Aws.start(folder, proxied=True)
    with faulty(aws) as faults:
        faults.order("dynamodb.PutItem", THROTTLED, times=3)

Functions find AWS at the proxy; clients of `aws` itself do not, so that whoever orders faults is spared them.
"""

import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

import requests

from local.cloud.aws import ROOT, Aws, NotStarted

# `make tools` installs mitmproxy apart from this project, whose packages it would pin.
MITMDUMP = ROOT / ".tools/envs/mitmproxy/bin/mitmdump"
ADDON = ROOT / "local/cloud/proxy.py"
START_SECONDS = 30.0
STOP_SECONDS = 10.0


@dataclass(frozen=True)
class Fault:
    """What a request gets in place of its answer.

    how      error: an error of this status and code, and AWS never sees the request; cut: the connection ends before
             AWS has the request; lost: it ends after AWS did what was asked; partial: of a `PutEvents`, AWS takes all
             but the first `entries`, which get this code
    members  what the error says beside its code and a message
    """

    how: Literal["error", "cut", "lost", "partial"]
    status: int = 200
    code: str = ""
    members: Mapping[str, Any] = field(default_factory=dict)
    entries: int = 1


THROTTLED = Fault("error", 400, "ThrottlingException")
OVER_CAPACITY = Fault("error", 400, "ProvisionedThroughputExceededException")
# A transaction tells of throttling in its reasons, and SDKs do not repeat it then.
CANCELLED = Fault(
    "error", 400, "TransactionCanceledException", {"CancellationReasons": [{"Code": "ThrottlingError"}] * 2}
)
SLOW_DOWN = Fault("error", 503, "SlowDown")
BROKEN = Fault("error", 500, "InternalFailure")
CUT = Fault("cut")
LOST = Fault("lost")
PARTIAL = Fault("partial", code="InternalFailure")


class Faults:
    """The running proxy's other side."""

    def __init__(self, port: int) -> None:
        self.endpoint = f"http://127.0.0.1:{port}"
        self.url = f"{self.endpoint}/_faults"
        self.session = requests.Session()
        self.session.trust_env = False

    def order(self, on: str, fault: Fault, *, times: int | None = None, path: str = "", holding: str = "") -> None:
        """Have requests fail: the next `times` of them, or all until the reset.

        `on` names a service as the SDK does, and an operation of it or, for S3 and Lambda, a method: `dynamodb`,
        `dynamodb.PutItem`, `s3.GET`. The request's path contains `path`, its body `holding`.
        """
        service, _, operation = on.partition(".")
        self._ask(
            "PUT",
            {"fault": asdict(fault), "service": service, "operation": operation}
            | {"path": path, "holding": holding, "times": times},
        )

    def hits(self) -> list[str]:
        """The requests that failed since the last reset, in order, by service and operation."""
        return self._ask("GET")

    def reset(self) -> None:
        """Forget all orders and hits."""
        self._ask("DELETE")

    def answers(self) -> bool:
        """Whether the proxy is up."""
        try:
            return self._ask("GET") is not None
        except requests.ConnectionError:
            return False

    def _ask(self, method: str, order: Mapping[str, Any] | None = None) -> list[str]:
        answer = self.session.request(method, self.url, json=order, timeout=5)
        answer.raise_for_status()
        hits: list[str] = answer.json()
        return hits


@contextmanager
def faulty(aws: Aws) -> Iterator[Faults]:
    """The proxy before a local AWS that was started `proxied`; it ends with the block, or with this process.

    Raises `NotStarted` when it does not come up; its log lies beside that of the local AWS.
    """
    if aws.door is None:
        raise ValueError("The functions of this local AWS know of no proxy: start it `proxied`.")
    faults = Faults(aws.door)
    with (aws.folder / "proxy.log").open("w") as log:
        process = subprocess.Popen(
            _command(aws), stdin=subprocess.PIPE, stdout=log, stderr=subprocess.STDOUT, start_new_session=True
        )
    try:
        _wait_for(faults, process)
        yield faults
    finally:
        process.terminate()
        faults.session.close()
        process.communicate(timeout=STOP_SECONDS)


def _command(aws: Aws) -> list[str]:
    options = (
        f"mode=reverse:{aws.endpoint}@127.0.0.1:{aws.door}",
        "keep_host_header=true",  # it is signed, and AWS checks the signature
        "connection_strategy=lazy",  # AWS is not called for requests that do not reach it
        f"confdir={aws.folder / 'mitmproxy'}",
        "flow_detail=0",
    )
    return [str(MITMDUMP), "--scripts", str(ADDON), *(word for option in options for word in ("--set", option))]


def _wait_for(faults: Faults, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + START_SECONDS
    while not faults.answers():
        if process.poll() is not None or time.monotonic() > deadline:
            raise NotStarted("The proxy did not start; see proxy.log beside the local AWS's log")
        time.sleep(0.05)
