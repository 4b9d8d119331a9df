from collections.abc import Callable, Iterator

import pytest

from ocr.platform import aws
from ocr.platform.settings import settings
from ocr.vendors import token_cache
from tests.contract.dynamo import Table
from tests.contract.vendors import SECRETS, Host, host


@pytest.fixture(scope="session")
def _shared_host() -> Iterator[Host]:
    with host() as shared:
        yield shared


@pytest.fixture
def vendor(_shared_host: Host, monkeypatch: pytest.MonkeyPatch) -> Iterator[Host]:
    """A stand-in that is every vendor's host."""
    told = {"TABLE": "t", "UPLOADS_BUCKET": "uploads", "ANSWERS_BUCKET": "answers", "ENGINE_FUNCTION": "engine"}
    told["VENDOR_URLS"] = " ".join(f"{name}={_shared_host.url}" for name in SECRETS)
    for name, value in told.items():
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
