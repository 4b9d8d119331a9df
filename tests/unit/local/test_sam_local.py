"""Promise: containers reach the AWS on this machine when they are to, and `make invoke` tells right from wrong."""

import socket
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from threading import Thread

import pytest

from local.cloud.aws import Aws
from local.cloud.build import Failed
from local.cloud.containers import Engine, _gateway
from local.cloud.relay import open_at, relayed
from local.invoke import failed

# A second address of this machine, as a container engine's bridge is one. A Mac has no such loopback.
BRIDGE = "127.0.0.2"


@pytest.fixture
def aws(tmp_path: Path) -> Iterator[Aws]:
    """Stands in for an AWS on loopback: it says back in capitals what it is told."""

    def answer() -> None:
        with suppress(OSError):  # nobody came
            caller, _ = door.accept()
            with caller:
                while chunk := caller.recv(1 << 16):
                    caller.sendall(chunk.upper())

    with socket.create_server(("127.0.0.1", 0)) as door:
        thread = Thread(target=answer, daemon=True)
        thread.start()
        yield Aws(0, door.getsockname()[1], tmp_path)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has a bridge, and a second loopback")
def test_containers_reach_the_aws_on_loopback_at_the_bridge_until_they_are_done(aws: Aws) -> None:
    assert not open_at(aws, BRIDGE)
    content = b"p" * 1_000_000
    with relayed(aws, BRIDGE), socket.create_connection((BRIDGE, aws.port), timeout=10) as caller:
        Thread(target=lambda: (caller.sendall(content), caller.shutdown(socket.SHUT_WR)), daemon=True).start()
        heard = b"".join(iter(lambda: caller.recv(1 << 16), b""))
    assert heard == content.upper()
    assert not open_at(aws, BRIDGE)


def test_an_address_that_is_not_this_machines_is_refused_with_a_sentence(aws: Aws) -> None:
    with pytest.raises(Failed, match=r"nobody may listen at 192\.0\.2\.1"), relayed(aws, "192.0.2.1"):
        pass


def test_containers_find_the_aws_at_the_bridge_or_at_the_machine_around_theirs(aws: Aws) -> None:
    assert Engine("172.17.0.1").endpoint(aws) == f"http://172.17.0.1:{aws.port}"
    assert Engine(None).endpoint(aws) == f"http://host.docker.internal:{aws.port}"
    assert _gateway({"Subnet": "172.17.0.0/16", "Gateway": "172.17.0.9"}) == "172.17.0.9"
    assert _gateway({"Subnet": "172.17.0.0/16"}) == "172.17.0.1"


@pytest.mark.parametrize(
    ("answered", "code"),
    [
        ('{"statusCode": 200, "body": "{}"}', 0),
        ('{"statusCode": 422, "body": "{}"}', 0),
        ('{"statusCode": 500, "body": "{}"}', 1),
        ('{"batchItemFailures": []}', 0),
        ('{"batchItemFailures": [{"itemIdentifier": "1"}]}', 1),
        ('{"errorMessage": "Unable to import module", "errorType": "Runtime.ImportModuleError"}', 1),
        ("", 1),
    ],
)
def test_make_invoke_fails_where_the_function_did(answered: str, code: int) -> None:
    assert failed(answered) == code
