"""Promise: a picture named by its address is fetched from the public internet, and from nowhere else."""

import logging
import socket
from collections.abc import Callable, Iterator, Sequence
from threading import Event
from typing import Any

import pytest

from ocr.entry import linked_pictures
from ocr.pages.examine import MAX_BYTES
from ocr.platform.errors import CallerError, VendorUnavailable
from ocr.platform.settings import settings
from ocr.vendors import transport
from tests.support.raw_server import called, raw_server, whole
from tests.support.vendors import Answered, Host

PICTURE = b"\xff\xd8\xff a picture"
SECRET = "signature=s3cret"
IMAGE = {"Content-Type": "image/jpeg"}


@pytest.fixture
def trusted(vendor: Host, monkeypatch: pytest.MonkeyPatch) -> Host:
    """A host on loopback that the operator has named."""
    monkeypatch.setenv("PICTURE_ORIGINS", vendor.url)
    settings.cache_clear()
    return vendor


@pytest.fixture
def resolved(monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[str]]:
    """Makes every name stand for these addresses, the first time and from then on; returns the names looked up."""

    def resolve(*addresses: Sequence[str]) -> list[str]:
        asked: list[str] = []

        def getaddrinfo(name: str, port: int, *_: Any, **__: Any) -> list[Any]:
            if name.replace(".", "").isdigit() or ":" in name:
                return real(name, port, type=socket.SOCK_STREAM)
            asked.append(name)
            found = addresses[min(len(asked), len(addresses)) - 1]
            return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (one, port)) for one in found]

        real = socket.getaddrinfo
        monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
        return asked

    return resolve


@pytest.fixture
def nowhere(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Any]]:
    """Sees to it that nothing is connected to."""
    made: list[Any] = []
    monkeypatch.setattr("urllib3.util.connection.create_connection", lambda *arguments, **_: made.append(arguments))
    yield made
    assert made == []


def refused(url: str) -> CallerError:
    with pytest.raises(CallerError) as caught:
        linked_pictures.fetch(url)
    assert SECRET not in repr(caught.value)
    return caught.value


def test_the_bytes_come_as_they_are(trusted: Host) -> None:
    trusted.says(Answered(PICTURE, headers={"Content-Type": "text/html"}))
    assert linked_pictures.fetch(f"{trusted.url}/a.jpg?{SECRET}#part") == PICTURE
    [asked] = trusted.asked
    assert (asked.method, asked.path, asked.query) == ("GET", "/a.jpg", {"signature": "s3cret"})
    assert "authorization" not in asked.headers
    assert "cookie" not in asked.headers


@pytest.mark.parametrize(
    "url",
    [
        *("https://127.0.0.1/", "https://127.1/", "https://0x7f000001/", "https://2130706433/", "https://0177.0.0.1/"),
        *("https://localhost/", "https://[::1]/", "https://[::ffff:127.0.0.1]/", "https://[::ffff:7f00:1]/"),
        *("https://169.254.169.254/latest/meta-data", "https://[fd00:ec2::254]/", "https://169.254.170.2/"),
        *(
            "https://10.0.0.1/",
            "https://172.16.0.1/",
            "https://192.168.1.1/",
            "https://100.64.0.1/",
            "https://0.0.0.0/",
        ),
        *(
            "https://224.0.0.1/",
            "https://255.255.255.255/",
            "https://[ff02::1]/",
            "https://[fe80::1]/",
            "https://[::]/",
        ),
        *("https://[64:ff9b::7f00:1]/", "https://[2002:7f00:1::]/", "https://[2001:0:7f00:1::]/", "https://192.0.2.1/"),
        *("https://[fec0::1]/", "https://[5f00::1]/", "https://[64:ff9b:1::7f00:1]/", "https://[::7f00:1]/"),
        *(
            "https://192.88.99.1/",
            "https://198.18.0.1/",
            "https://240.0.0.1/",
            "https://0/",
            "https://%31%32%37.0.0.1/",
        ),
    ],
)
def test_no_host_inside_is_visited(vendor: Host, nowhere: list[Any], url: str) -> None:
    assert refused(url).kind == "invalid_request"


@pytest.mark.parametrize(
    "url",
    [
        *("http://example.com/", "ftp://example.com/", "file:///etc/passwd", "gopher://example.com/", "//example.com/"),
        *("https://example.com:8443/", "https://example.com:22/", "https://user:pass@example.com/", "https://a@b.com/"),
        *("", "https://", "https:///a", "example.com", "https://exa mple.com/", "https://example.com\\@127.0.0.1/"),
        *(
            "https://example.com/\r\nHost: inside",
            "https://[::1",
            "https://example.com:99999/",
            "data:image/png;base64,",
        ),
        "https://example.com/" + "a" * 3000,
    ],
)
def test_what_is_no_plain_https_address_is_told_so(vendor: Host, nowhere: list[Any], url: str) -> None:
    error = refused(url)
    assert (error.kind, error.status) == ("invalid_request", 400)
    assert "https" in error.advice


@pytest.mark.parametrize("addresses", [["10.0.0.7"], ["93.184.216.34", "127.0.0.1"], ["93.184.216.34", "::1"]])
def test_a_name_that_also_stands_for_a_host_inside_is_not_visited(
    vendor: Host, nowhere: list[Any], resolved: Callable[..., list[str]], addresses: list[str]
) -> None:
    resolved(addresses)
    assert (
        refused(f"https://files.example.com/a?{SECRET}").detail == "The `url` leads to no host of the public internet."
    )


def test_a_name_is_looked_up_once_and_what_was_checked_is_connected_to(
    vendor: Host, resolved: Callable[..., list[str]]
) -> None:
    asked, checked = resolved(["127.0.0.1"], ["10.0.0.7"]), []
    vendor.says(Answered(PICTURE, headers=IMAGE))
    port = vendor.url.rpartition(":")[2]
    answer = transport.fetch(
        f"http://files.example.com:{port}/a",
        transport.deadline(5),
        1000,
        lambda addresses: checked.append(list(addresses)),
    )
    assert answer.content == PICTURE
    assert (asked, checked) == (["files.example.com"], [["127.0.0.1"]])
    assert vendor.asked[0].headers["host"] == f"files.example.com:{port}"


def test_redirects_are_followed_a_few_times(trusted: Host) -> None:
    moved = Answered("", 302, {"Location": "/b.jpg"})
    trusted.says(moved, moved, moved, Answered(PICTURE, headers=IMAGE))
    assert linked_pictures.fetch(f"{trusted.url}/a.jpg") == PICTURE
    trusted.says(moved)
    assert refused(f"{trusted.url}/a.jpg?{SECRET}").kind == "unreachable_picture"
    assert len(trusted.asked) == 4


@pytest.mark.parametrize(
    "place", ["https://169.254.169.254/", "http://127.0.0.1:1/", "https://localhost/", "file:///etc/passwd", "", "//["]
)
def test_a_redirect_is_checked_as_the_first_address_is(trusted: Host, place: str) -> None:
    trusted.says(Answered("", 302, {"Location": place}))
    refused(f"{trusted.url}/a.jpg")
    assert len(trusted.asked) <= 4


@pytest.mark.parametrize("status", [204, 304, 401, 403, 404, 500, 503])
def test_an_address_without_a_picture_is_told_with_its_status(trusted: Host, status: int) -> None:
    trusted.says(Answered("", status))
    error = refused(f"{trusted.url}/a.jpg?{SECRET}")
    assert (error.kind, error.status) == ("unreachable_picture", 422)
    assert str(status) in error.detail


def test_no_more_is_loaded_than_a_picture_may_have(trusted: Host) -> None:
    trusted.says(Answered(b"x" * (MAX_BYTES + 1), headers=IMAGE))
    assert refused(f"{trusted.url}/a.jpg?{SECRET}").kind == "too_large"


def test_a_host_that_never_answers_is_left(vendor: Host, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(linked_pictures, "SECONDS", 0.2)
    over = Event()

    def silent(connection: socket.socket) -> None:
        connection.recv(65536)
        over.wait(5)

    with raw_server(silent) as url:
        monkeypatch.setenv("PICTURE_ORIGINS", url)
        settings.cache_clear()
        error = refused(f"{url}/a.jpg?{SECRET}")
        over.set()
    assert (error.kind, "0.2 seconds" in error.detail) == ("unreachable_picture", True)


def test_nothing_that_is_logged_holds_the_address(trusted: Host, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    trusted.says(Answered("", 404))
    refused(f"{trusted.url}/a.jpg?{SECRET}")
    assert SECRET not in caplog.text


@pytest.mark.parametrize("seconds", [0.2])
def test_a_name_that_nobody_tells_in_time_ends_with_the_deadline(
    vendor: Host, monkeypatch: pytest.MonkeyPatch, seconds: float
) -> None:
    over = Event()
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: over.wait(5) and [])
    monkeypatch.setattr(linked_pictures, "SECONDS", seconds)
    assert refused("https://files.example.com/a").kind == "unreachable_picture"
    outcome = called(monkeypatch, "https://slow.example.com", seconds=seconds)
    over.set()
    assert isinstance(outcome, VendorUnavailable)
    assert (outcome.code, outcome.paid) == ("unreachable", False)


def test_who_is_tried_where_the_first_address_of_a_vendor_does_not_listen(
    vendor: Host, monkeypatch: pytest.MonkeyPatch, resolved: Callable[..., list[str]]
) -> None:
    resolved(["127.0.0.2", "127.0.0.1"])
    with raw_server(lambda connection: (whole(connection), connection.sendall(b"HTTP/1.1 500 No\r\n\r\n"))[1]) as url:
        outcome = called(monkeypatch, url.replace("127.0.0.1", "localhost"))
    assert outcome.code == "http_500"
