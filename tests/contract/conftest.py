from collections.abc import Iterator

import pytest

from ocr.settings import settings
from tests.contract.vendors import SECRETS, Host, host


@pytest.fixture(scope="session")
def _shared_host() -> Iterator[Host]:
    with host() as shared:
        yield shared


@pytest.fixture
def vendor(_shared_host: Host, monkeypatch: pytest.MonkeyPatch) -> Iterator[Host]:
    """A stand-in that is every vendor's host."""
    told = {"TABLE": "t", "UPLOADS_BUCKET": "uploads", "ANSWERS_BUCKET": "answers", "ENGINE_FUNCTION": "engine"}
    told |= {f"{name.upper()}_URL": _shared_host.url for name in SECRETS}
    for name, value in told.items():
        monkeypatch.setenv(name, value)
    settings.cache_clear()
    yield _shared_host
    settings.cache_clear()
