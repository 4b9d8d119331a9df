"""Promise: everything stays in the stack's own region and partition, in China as elsewhere."""

from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest

from ocr.platform import aws

DOMAINS = {"eu-central-1": "amazonaws.com", "cn-north-1": "amazonaws.com.cn", "cn-northwest-1": "amazonaws.com.cn"}


@pytest.fixture(params=DOMAINS)
def region(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    for name in ("AWS_ENDPOINT_URL", "AWS_REGION"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "id")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "key")
    monkeypatch.setenv("AWS_DEFAULT_REGION", request.param)
    for client in (aws.s3, aws.events, aws.queues):
        client.cache_clear()
    yield request.param
    for client in (aws.s3, aws.events, aws.queues):
        client.cache_clear()


def test_clients_call_their_own_region(region: str) -> None:
    for client in (aws.s3(), aws.events(), aws.queues()):
        assert str(urlsplit(client.meta.endpoint_url).hostname).endswith(f".{region}.{DOMAINS[region]}")


def test_links_and_forms_lead_to_the_buckets_own_region(region: str) -> None:
    form = aws.s3().generate_presigned_post("uploads", "uploads/id_card/a.jpg")
    for address in (aws.link("uploads", "uploads/id_card/a.jpg"), form["url"]):
        assert urlsplit(address).hostname == f"uploads.s3.{region}.{DOMAINS[region]}"
