"""A way from containers to the AWS on this machine, which listens on loopback alone.

What comes to another address of this machine, on the same port, goes on to loopback. On Linux that address is the one
of the container engine's bridge, which containers reach and other machines do not.

    python -m local.cloud.relay ADDRESS PORT PID      until the process of this id, the AWS, is gone
"""

import os
import socket
import socketserver
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from threading import Thread

from local.cloud.aws import ROOT, Aws
from local.cloud.build import Failed

CHUNK = 65_536
LOOK_SECONDS = 0.5
START_SECONDS = 10.0


class _Relay(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    block_on_close = False


class _Caller(socketserver.BaseRequestHandler):
    request: socket.socket
    server: _Relay

    def handle(self) -> None:
        with socket.create_connection(("127.0.0.1", self.server.server_address[1])) as aws:
            back = Thread(target=_pump, args=(aws, self.request), daemon=True)
            back.start()
            _pump(self.request, aws)
            back.join()


def _pump(source: socket.socket, target: socket.socket) -> None:
    with suppress(OSError):
        while data := source.recv(CHUNK):
            target.sendall(data)
    with suppress(OSError):
        target.shutdown(socket.SHUT_WR)


@contextmanager
def relayed(aws: Aws, address: str) -> Iterator[None]:
    """Containers reach this AWS at this address until the block ends; raises `Failed` where nobody may listen there."""
    if open_at(aws, address):
        yield
        return
    try:
        server = _Relay((address, aws.port), _Caller)
    except OSError as error:
        raise Failed(f"Containers do not reach the AWS on this machine: nobody may listen at {address}.") from error
    with server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield
        server.shutdown()


def stay(aws: Aws, address: str) -> None:
    """As `relayed`, as long as this AWS runs."""
    if open_at(aws, address):
        return
    command = [sys.executable, "-m", "local.cloud.relay", address, str(aws.port), str(aws.pid)]
    with (aws.folder / "relay.log").open("w") as log:
        process = subprocess.Popen(command, cwd=ROOT, stdout=log, stderr=log, start_new_session=True)
    deadline = time.monotonic() + START_SECONDS
    while not open_at(aws, address):
        if process.poll() is not None or time.monotonic() > deadline:
            raise Failed(f"Containers cannot reach the AWS on this machine; see {aws.folder / 'relay.log'}")
        time.sleep(0.05)
    _left.append(process)


# A Popen object warns when it is dropped while its process still runs, which is what is wanted here.
_left: list[subprocess.Popen[bytes]] = []


def open_at(aws: Aws, address: str) -> bool:
    """Whether somebody listens at this address, on the port of this AWS."""
    with suppress(OSError), socket.create_connection((address, aws.port), timeout=1):
        return True
    return False


def _runs(pid: int) -> bool:
    with suppress(ProcessLookupError):
        os.kill(pid, 0)
        return True
    return False


def main(address: str, port: str, pid: str) -> None:
    with _Relay((address, int(port)), _Caller) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        while _runs(int(pid)):
            time.sleep(LOOK_SECONDS)


if __name__ == "__main__":
    main(*sys.argv[1:])
