"""What becomes of a call when the network fails: free while the vendor lacks a byte of it, maybe paid from then on."""

import socket
import ssl
import time
from contextlib import suppress
from itertools import chain, repeat
from types import SimpleNamespace

import pytest
import requests
import urllib3

from ocr.declare.offers import VendorRequest
from ocr.platform.errors import VendorRejected, VendorUnavailable
from ocr.vendors import connections, juhe, transport
from tests.support.raw_server import called, raw_server, whole
from tests.support.vendors import SECRETS, Answered, Card, Host, picture

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
GOOD = b'{"error_code": 0, "result": {"res": "23"}}'
LARGE = 4_000_000


def test_nobody_listens(vendor: Host, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        url = f"http://127.0.0.1:{listening.getsockname()[1]}"
    outcome = called(monkeypatch, url)
    assert isinstance(outcome, VendorUnavailable)
    assert (outcome.code, outcome.paid) == ("unreachable", False)


def test_the_name_is_nobodys(vendor: Host, monkeypatch: pytest.MonkeyPatch) -> None:
    outcome = called(monkeypatch, "https://no-such-host.invalid")
    assert isinstance(outcome, VendorUnavailable)
    assert (outcome.code, outcome.paid) == ("unreachable", False)


def test_cut_before_the_last_byte(vendor: Host, monkeypatch: pytest.MonkeyPatch) -> None:
    with raw_server(lambda connection: None) as url:
        outcome = called(monkeypatch, url, size=LARGE)
    assert isinstance(outcome, VendorUnavailable)
    assert (outcome.code, outcome.paid) == ("cut", False)


@pytest.mark.parametrize(
    "given",
    [
        b"",
        HEAD[:10],
        HEAD + b"Content-Length: 400\r\n\r\n" + GOOD,
        HEAD + b'Transfer-Encoding: chunked\r\n\r\n5\r\n{"err',
        HEAD + b"Content-Encoding: gzip\r\nContent-Length: 42\r\n\r\n" + GOOD,
        b"\x00\x01garbage\r\n\r\n",
    ],
)
def test_cut_after_the_last_byte(vendor: Host, monkeypatch: pytest.MonkeyPatch, given: bytes) -> None:
    def behave(connection: socket.socket) -> None:
        whole(connection)
        connection.sendall(given)

    with raw_server(behave) as url:
        outcome = called(monkeypatch, url)
    assert isinstance(outcome, VendorUnavailable)
    assert (outcome.code, outcome.paid) == ("unanswered", True)


def test_hanging_after_the_last_byte(vendor: Host, monkeypatch: pytest.MonkeyPatch) -> None:
    def behave(connection: socket.socket) -> None:
        whole(connection)
        connection.recv(1)

    with raw_server(behave) as url:
        outcome = called(monkeypatch, url, seconds=0.2)
    assert isinstance(outcome, VendorUnavailable)
    assert outcome.paid


def test_an_answer_that_never_ends_does_not_outlast_the_deadline(vendor: Host, monkeypatch: pytest.MonkeyPatch) -> None:
    def behave(connection: socket.socket) -> None:
        whole(connection)
        connection.sendall(HEAD + b"Content-Length: 1000000000\r\n\r\n")
        with suppress(OSError):
            while True:
                connection.send(b" ")

    with raw_server(behave) as url:
        outcome = called(monkeypatch, url, seconds=0.3)
    assert isinstance(outcome, VendorUnavailable)
    assert outcome.paid


def at_once(monkeypatch: pytest.MonkeyPatch, ticks: int) -> None:
    """Let the deadline pass when the clock is looked at for that many times."""
    clock = chain(repeat(0.0, ticks), repeat(1000.0))
    monkeypatch.setattr(transport, "time", SimpleNamespace(monotonic=lambda: next(clock), time=time.time))


SLOW_HEAD = HEAD + b"Content-Length: %d\r\nConnection: close\r\n\r\n" % len(GOOD)
DRIPS = {
    "a head, byte by byte": [bytes([letter]) for letter in SLOW_HEAD[:60]] + [SLOW_HEAD[60:] + GOOD],
    "one interim response after the other": [b"HTTP/1.1 100 Continue\r\n\r\n"] * 60 + [SLOW_HEAD + GOOD],
    "a head, then a body byte by byte": [SLOW_HEAD] + [bytes([letter]) for letter in b" " * 60 + GOOD],
}


@pytest.mark.parametrize("drops", DRIPS.values(), ids=DRIPS)
def test_an_answer_that_drips_is_cut_off_at_the_deadline(
    vendor: Host, monkeypatch: pytest.MonkeyPatch, drops: list[bytes]
) -> None:
    left: list[int] = []

    def behave(connection: socket.socket) -> None:
        whole(connection)
        connection.settimeout(0.05)
        for number, drop in enumerate(drops):
            with suppress(TimeoutError):
                if connection.recv(1) == b"":
                    left.append(len(drops) - number)
                    return
            connection.sendall(drop)

    with raw_server(behave) as url:
        outcome = called(monkeypatch, url, seconds=0.3)
    assert isinstance(outcome, VendorUnavailable)
    assert (outcome.code, outcome.paid) == ("unanswered", True)
    assert left


def test_a_body_that_leaves_too_slowly_is_not_sent_to_its_end(vendor: Host, monkeypatch: pytest.MonkeyPatch) -> None:
    def behave(connection: socket.socket) -> None:
        while connection.recv(65536):
            pass

    at_once(monkeypatch, ticks=4)
    with raw_server(behave) as url:
        outcome = called(monkeypatch, url, size=LARGE, seconds=50)
    assert isinstance(outcome, VendorUnavailable)
    assert (outcome.code, outcome.paid) == ("cut", False)


def test_a_certificate_that_does_not_hold_is_the_operators(vendor: Host, monkeypatch: pytest.MonkeyPatch) -> None:
    def send(*_: object, **__: object) -> None:
        reason = ssl.SSLCertVerificationError(1, "[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed")
        raise requests.exceptions.SSLError(urllib3.exceptions.SSLError(reason))

    monkeypatch.setattr(requests.adapters.HTTPAdapter, "send", send)
    outcome = called(monkeypatch, "https://127.0.0.1:1")
    assert isinstance(outcome, VendorRejected)
    assert (outcome.code, outcome.paid) == ("certificate", False)


def test_no_time_left_is_no_call(vendor: Host) -> None:
    vendor.says(Answered(GOOD))
    ask = VendorRequest("card", Card, [picture()], {"codetype": "1004"}, 0, SECRETS["juhe"])
    [outcome] = juhe.Captcha().read(ask)
    assert isinstance(outcome, VendorUnavailable)
    assert not outcome.paid
    assert not vendor.asked


def test_an_endless_answer_ends(vendor: Host, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transport, "MAX_ANSWER_BYTES", 1000)
    vendor.says(Answered(GOOD + b" " * 2000))
    outcome = called(monkeypatch, vendor.url)
    assert isinstance(outcome, VendorUnavailable)
    assert (outcome.code, outcome.paid) == ("endless", True)


def test_no_secret_of_the_machine_goes_along(vendor: Host, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    vendor.says(Answered(GOOD, headers={"Set-Cookie": "session=1"}))
    ask = VendorRequest("card", Card, [picture(), picture()], {"codetype": "1004"}, 5, SECRETS["juhe"])
    juhe.Captcha().read(ask)
    assert len(vendor.asked) == 2
    assert all("cookie" not in asked.headers and "authorization" not in asked.headers for asked in vendor.asked)


def test_connections_are_kept_and_rested_ones_dropped(vendor: Host, monkeypatch: pytest.MonkeyPatch) -> None:
    ports: list[int] = []
    real = socket.socket.connect

    def connect(self: socket.socket, address: tuple[str, int]) -> None:
        ports.append(address[1])
        real(self, address)

    monkeypatch.setattr(socket.socket, "connect", connect)
    vendor.says(Answered(GOOD))
    connections.shared_session().close()

    def call() -> None:
        transport.send("POST", vendor.url + "/x", transport.deadline(5), data={"a": "b"})

    call()
    call()
    assert len(ports) == 1
    monkeypatch.setattr(connections, "REST_SECONDS", -1)
    call()
    assert len(ports) == 2
