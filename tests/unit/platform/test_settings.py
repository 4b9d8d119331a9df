"""Promise: a picture leaves by https; by http only where it stays on one machine."""

import pytest

from ocr.platform.settings import Settings

NEEDED = {"TABLE": "t", "UPLOADS_BUCKET": "u", "ANSWERS_BUCKET": "a", "ENGINE_FUNCTION": "e"}
SIMULATOR = "http://host.docker.internal:9999"


def url_of(url: str) -> str:
    """Where a vendor is called that an operator says is there."""
    return Settings.model_validate(NEEDED | {"VENDOR_URLS": f"juhe={url}"}).url("juhe", "")


@pytest.mark.parametrize("url", ["https://proxy.example.com", "http://127.0.0.1:9999", "http://localhost:9999"])
def test_a_vendor_is_called_by_https_or_on_the_same_machine(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    assert url_of(f"{url}/") == url


def test_a_function_in_a_container_calls_simulators_on_the_host_where_its_aws_is(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://host.docker.internal:4566")
    assert url_of(SIMULATOR) == SIMULATOR


@pytest.mark.parametrize("endpoint", ["", "https://host.docker.internal", "http://172.17.0.1:4566"])
def test_no_other_vendor_is_called_by_http(endpoint: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", endpoint)
    with pytest.raises(ValueError, match="only over https"):
        url_of(SIMULATOR)
