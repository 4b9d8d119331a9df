"""The shared token: fetched by one, used by all, renewed early, never waited for while the old one works."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from ocr.platform.errors import VendorRejected, VendorUnavailable
from ocr.vendors import token_cache
from ocr.vendors.token_cache import Token
from tests.support.dynamo import Table

HOUR = 3600


def issuer(*texts: str, seconds: float = 2 * HOUR) -> Callable[[], Token]:
    """Gives the tokens one after the other, and fails when asked for more."""
    left = list(texts)
    return lambda: Token(left.pop(0), time.time() + seconds)


def never() -> Token:
    raise AssertionError("no token was needed")


def test_many_threads_fetch_one_token(table: Table) -> None:
    issue = issuer("t1")
    with ThreadPoolExecutor(8) as threads:
        assert set(threads.map(lambda _: token_cache.token("v", issue), range(32))) == {"t1"}


def test_it_is_renewed_before_it_ends(table: Table, container: Callable[[], None]) -> None:
    token_cache.token("v", issuer("t1", seconds=299))
    container()
    assert token_cache.token("v", issuer("t2")) == "t2"
    assert token_cache.token("v", never) == "t2"


def test_while_another_renews_the_old_one_is_used(table: Table, container: Callable[[], None]) -> None:
    token_cache.token("v", issuer("t1", seconds=200))
    table.items["token#v"]["lease_until"] = int(time.time()) + 10
    container()
    assert token_cache.token("v", never) == "t1"


def test_while_another_fetches_the_first_one_is_busy(table: Table) -> None:
    table.items["token#v"] = {"id": "token#v", "lease_until": int(time.time()) + 10}
    with pytest.raises(VendorUnavailable) as caught:
        token_cache.token("v", never)
    assert not caught.value.paid


def test_a_lease_that_ran_out_is_taken_over(table: Table) -> None:
    table.items["token#v"] = {"id": "token#v", "lease_until": int(time.time()) - 1}
    assert token_cache.token("v", issuer("t1")) == "t1"


def test_a_refused_token_is_replaced_by_the_one_another_brought(table: Table) -> None:
    token_cache.token("v", issuer("t1"))
    table.put_item({"id": "token#v", "token": "t2", "token_until": int(time.time()) + HOUR})
    assert token_cache.token("v", never, refused="t1") == "t2"


def test_a_token_brought_between_the_look_and_the_lease_is_used(table: Table, monkeypatch: pytest.MonkeyPatch) -> None:
    lease = table.update_item

    def overtaken(**request: Any) -> None:
        table.put_item({"id": "token#v", "token": "t2", "token_until": int(time.time()) + HOUR})
        lease(**request)

    monkeypatch.setattr(table, "update_item", overtaken)
    assert token_cache.token("v", never) == "t2"


def test_a_refused_token_is_never_given_again(table: Table) -> None:
    token_cache.token("v", issuer("t1"))
    table.items["token#v"]["lease_until"] = int(time.time()) + 10
    with pytest.raises(VendorUnavailable):
        token_cache.token("v", never, refused="t1")


def test_a_failure_to_fetch_is_the_callers_to_see(table: Table) -> None:
    def issue() -> Token:
        raise VendorRejected("no")

    with pytest.raises(VendorRejected):
        token_cache.token("v", issue)


def test_the_item_goes_when_the_token_does(table: Table) -> None:
    token_cache.token("v", issuer("t1"))
    item = table.items["token#v"]
    assert item["expires_at"] == item["token_until"] == pytest.approx(time.time() + 2 * HOUR, abs=2)


def test_a_fetch_that_failed_holds_up_nobody(table: Any) -> None:
    def refused() -> Token:
        raise VendorRejected("no")

    for _ in range(3):
        with pytest.raises(VendorRejected):
            token_cache.token("v", refused)
    assert token_cache.token("v", lambda: Token("t1", time.time() + HOUR)) == "t1"
