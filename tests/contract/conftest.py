from collections.abc import Callable, Iterator

import pytest

from local.simulators import Control, reader, running
from local.simulators.reader import Line, Page, Plate
from ocr.platform import aws
from ocr.platform.settings import settings
from ocr.vendors import token_cache
from tests.support.dynamo import Table
from tests.support.simulated import PRINTED, place
from tests.support.vendors import SECRETS, Host, host


@pytest.fixture(scope="session")
def _shared_host() -> Iterator[Host]:
    with host() as shared:
        yield shared


@pytest.fixture
def vendor(_shared_host: Host, monkeypatch: pytest.MonkeyPatch) -> Iterator[Host]:
    """A stand-in that is every vendor's host."""
    variables = {"TABLE": "t", "UPLOADS_BUCKET": "uploads", "ANSWERS_BUCKET": "answers", "ENGINE_FUNCTION": "engine"}
    variables["VENDOR_URLS"] = " ".join(f"{name}={_shared_host.url}" for name in SECRETS)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    settings.cache_clear()
    yield _shared_host
    settings.cache_clear()


@pytest.fixture
def table(monkeypatch: pytest.MonkeyPatch, container: Callable[[], None]) -> Table:
    """A table of this test's own, in a container that knows nothing yet."""
    container()
    mine = Table()
    monkeypatch.setattr(aws, "table", lambda: mine)
    return mine


@pytest.fixture
def container() -> Callable[[], None]:
    """Makes this process forget what a container holds: the next call is another container's."""
    return token_cache._held.clear


@pytest.fixture(scope="module")
def addresses() -> Iterator[dict[str, str]]:
    with running() as urls:
        yield urls


@pytest.fixture
def wire(addresses: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, Control]]:
    """The simulators' controls by vendor, nothing ordered; every picture shows one card and one plate."""
    urls = " ".join(f"{name}={url}" for name, url in addresses.items())
    variables = {"TABLE": "t", "UPLOADS_BUCKET": "uploads", "ANSWERS_BUCKET": "answers", "ENGINE_FUNCTION": "engine"}
    for name, value in (variables | {"VENDOR_URLS": urls}).items():
        monkeypatch.setenv(name, value)
    settings.cache_clear()
    lines = [Line(text, 0.9, place(row)) for row, text in enumerate(PRINTED)]
    monkeypatch.setattr(reader, "page", lambda picture: Page(picture.width, picture.height, 0, lines))
    monkeypatch.setattr(reader, "plates", lambda picture: [Plate("粤B12345", 0.97, place(0), "blue")])
    controls = {vendor: Control(url) for vendor, url in addresses.items()}
    for control in controls.values():
        control.reset()
    yield controls
    settings.cache_clear()
