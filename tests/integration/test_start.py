"""What a function does before its first call, when Lambda starts it."""

import pytest

from ocr.declare.product import Product
from ocr.entry.serve import serve
from ocr.platform import aws
from ocr.platform.errors import ConfigurationError
from ocr.platform.settings import settings
from ocr.vendors import juhe
from tests.support.aws import World, forget_secrets, forget_settings
from tests.support.scripted import Ticket
from tests.support.vendors import Host

CARD = Product("card", Ticket, name="卡", category="general", required=["number"], offers=[juhe.Captcha()])


@pytest.mark.parametrize(("start", "secrets"), [("on-demand", 1), ("snap-start", 0)])
def test_a_start_learns_the_vendors_key_and_a_snapshot_holds_none(
    world: World, vendor: Host, monkeypatch: pytest.MonkeyPatch, start: str, secrets: int
) -> None:
    monkeypatch.setenv("AWS_LAMBDA_RUNTIME_API", "127.0.0.1:9001")
    monkeypatch.setenv("AWS_LAMBDA_INITIALIZATION_TYPE", start)
    forget_secrets()
    serve(CARD)
    assert aws.secrets.cache_info().currsize == secrets


def test_settings_that_are_missing_are_told_by_the_call_and_do_not_end_the_start(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_LAMBDA_RUNTIME_API", "127.0.0.1:9001")
    monkeypatch.delenv("TABLE")
    forget_settings()
    serve(CARD)
    with pytest.raises(ConfigurationError):
        settings()
