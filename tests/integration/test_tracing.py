"""X-Ray hears of the invocations that it sampled, and no other pays for its SDK. Its daemon is this test's socket."""

import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator

import pytest

TRACE = "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled="
INVOCATION = """
import sys
from types import SimpleNamespace
from license_plate.app import handler

context = SimpleNamespace(
    function_name="f", memory_limit_in_mb="1", invoked_function_arn="arn", aws_request_id="1",
    get_remaining_time_in_millis=lambda: 9000,
)
handler({"httpMethod": "POST", "headers": {}, "body": "", "queryStringParameters": None}, context)
print("aws_xray_sdk" in sys.modules)
"""


@pytest.fixture
def daemon() -> Iterator[socket.socket]:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as door:
        door.bind(("127.0.0.1", 0))
        door.settimeout(0)
        yield door


def invoked(daemon: socket.socket, sampled: bool) -> bool:
    """Invoke a product in a process of its own, as Lambda sets it up; whether it loaded X-Ray's SDK."""
    host, port = daemon.getsockname()
    environment = os.environ | {
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_XRAY_DAEMON_ADDRESS": f"{host}:{port}",
        "LAMBDA_TASK_ROOT": "/var/task",
        "PYTHONPATH": os.pathsep.join(sys.path),
        "_X_AMZN_TRACE_ID": f"{TRACE}{sampled:d}",
    }
    done = subprocess.run([sys.executable, "-c", INVOCATION], env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()[-1] == "True"


def test_a_sampled_invocation_is_told_to_x_ray(daemon: socket.socket) -> None:
    assert invoked(daemon, sampled=True)
    header, _, told = daemon.recv(65536).decode().partition("\n")
    segment = json.loads(told)
    assert json.loads(header)["format"] == "json"
    assert segment["trace_id"] == "1-5759e988-bd862e3fe1be46a994272793"
    assert segment["annotations"]["Service"] == "ocr"


def test_an_invocation_that_was_not_sampled_does_without_the_sdk(daemon: socket.socket) -> None:
    assert not invoked(daemon, sampled=False)
    with pytest.raises(BlockingIOError):
        daemon.recv(1)
