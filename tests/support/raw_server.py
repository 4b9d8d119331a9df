"""The far end of a connection, byte by byte, and what becomes of a call to it."""

import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Thread

import pytest

from ocr.declare.offers import VendorRequest
from ocr.platform.errors import OcrError
from ocr.platform.settings import settings
from ocr.vendors import juhe
from tests.support.vendors import SECRETS, Card, picture


@contextmanager
def raw_server(behave: Callable[[socket.socket], None]) -> Iterator[str]:
    """A socket that accepts one call and does with it what the test says; its URL."""
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve() -> None:
            connection, _ = listening.accept()
            with connection:
                behave(connection)

        thread = Thread(target=serve, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        thread.join(5)


def whole(connection: socket.socket) -> None:
    """Receive one request to its last byte."""
    received = b""
    while b"\r\n\r\n" not in received:
        received += connection.recv(65536)
    head, _, body = received.partition(b"\r\n\r\n")
    length = next(int(line[15:]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:"))
    while len(body) < length:
        body += connection.recv(65536)


def called(monkeypatch: pytest.MonkeyPatch, url: str, size: int = 100, seconds: float = 5) -> OcrError:
    monkeypatch.setenv("VENDOR_URLS", f"juhe={url}")
    settings.cache_clear()
    ask = VendorRequest("card", Card, [picture(b"x" * size)], {"codetype": "1004"}, seconds, SECRETS["juhe"])
    [outcome] = juhe.Captcha().read(ask)
    assert isinstance(outcome, OcrError), repr(outcome)
    assert url not in repr(outcome)
    return outcome
