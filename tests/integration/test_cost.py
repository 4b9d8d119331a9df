"""What `make cost` multiplies is what the handlers do: their calls to AWS for one document are counted here."""

from collections import Counter
from typing import Any

import botocore.client
import pytest

from local.cost.__main__ import OPERATIONS
from tests.support.aws import World
from tests.support.scripted import picture, product, reading
from tests.support.sending import deliver, post

# Beside what a document takes: a vendor's key is read every five minutes.
NOW_AND_THEN = {"GetSecretValue"}
# The scripted vendor charges.
CHARGED = Counter(OPERATIONS["a call that may be charged"]["calls"])


@pytest.fixture
def calls(world: World, monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    counted: Counter[str] = Counter()
    plain = botocore.client.BaseClient._make_api_call  # type: ignore[attr-defined]

    def counting(client: Any, operation: str, parameters: Any) -> Any:
        counted[operation] += operation not in NOW_AND_THEN
        return plain(client, operation, parameters)

    monkeypatch.setattr(botocore.client.BaseClient, "_make_api_call", counting)
    return counted


def test_an_upload_takes_what_is_counted_for_it(world: World, calls: Counter[str]) -> None:
    kind, upload = product([reading]), world.upload("uploads/ticket/a.png", picture())
    assert deliver(kind, world.upload("uploads/ticket/first.png", picture(1))) == []
    calls.clear()
    assert deliver(kind, upload) == []
    assert +calls == Counter(OPERATIONS["by S3"]["calls"]) + CHARGED


def test_a_request_takes_what_is_counted_for_it(world: World, calls: Counter[str]) -> None:
    kind = product([reading])
    assert post(kind, picture(1))[0] == 200
    calls.clear()
    assert post(kind, picture())[0] == 200
    assert +calls == Counter(OPERATIONS["by HTTPS"]["calls"]) + CHARGED
