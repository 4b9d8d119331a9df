"""The simulators as web servers, each on a free port of the loopback interface, each in a thread of its own."""

import asyncio
import socket
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from importlib import import_module
from importlib.util import find_spec
from threading import Thread
from typing import Any

import uvicorn

from local.simulators.web import application
from local.simulators.wire import Protocol
from ocr.platform.settings import Settings


def _found() -> Iterator[Any]:
    """Each vendor's simulator, in the order that vendors are tried in: it is in the module of the vendor's name."""
    for vendor in Settings.model_fields["vendors"].get_default():
        if find_spec(name := f"local.simulators.{vendor}"):
            values = vars(import_module(name)).values()
            yield next(value for value in values if getattr(value, "name", None) == vendor)


SIMULATORS: dict[str, Any] = {kind.name: kind for kind in _found()}
VENDORS = tuple(SIMULATORS)
SECRETS: Mapping[str, Mapping[str, str]] = {name: kind.secret for name, kind in SIMULATORS.items()}


@contextmanager
def running(*vendors: str) -> Iterator[dict[str, str]]:
    """The named vendors (all without a name), listening: vendor → base URL. They stop with the block."""
    with ExitStack() as stack:
        yield {vendor: stack.enter_context(_listening(vendor)) for vendor in vendors or VENDORS}


@contextmanager
def _listening(vendor: str) -> Iterator[str]:
    door = socket.create_server(("127.0.0.1", 0), backlog=256)  # calls wait here until the server is up
    settings = uvicorn.Config(
        application(SIMULATORS[vendor]()),
        http=Protocol,
        log_config=None,
        log_level="critical",
        lifespan="off",
        date_header=False,
        timeout_keep_alive=600,
        # Python's own wait for the connections of a closed server may have no end.
        timeout_graceful_shutdown=1,
    )
    server = uvicorn.Server(settings)
    thread = Thread(target=_serve, args=(server, door), name=vendor, daemon=True)
    thread.start()
    try:
        yield "http://{}:{}".format(*door.getsockname())
    finally:
        server.should_exit = server.force_exit = True  # nobody waits for an answer that hangs
        thread.join()
        door.close()


class _Loop(asyncio.SelectorEventLoop):
    """Keeps the machine's time, whatever a test in this process makes of the clock: a timer would be late for good."""

    time = staticmethod(time.monotonic)


def _serve(server: uvicorn.Server, door: socket.socket) -> None:
    asyncio.run(server.serve(sockets=[door]), loop_factory=_Loop)
