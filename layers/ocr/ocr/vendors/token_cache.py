"""Access tokens that every container of the stack shares: one item a token in the table, one call at a time renews it.

A vendor that gives a new token soon stops taking the old one, so containers with tokens of their own would lock each
other out. The old token still works for some minutes while a new one is fetched, so nobody has to wait for it.
"""

import math
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from threading import Lock

from botocore.exceptions import BotoCoreError, ClientError

from ocr.platform import aws
from ocr.platform.errors import VendorUnavailable

EARLY_SECONDS = 300
LEASE_SECONDS = 15


@dataclass(frozen=True)
class Token:
    """A token and the moment (seconds since 1970) from which the vendor no longer takes it."""

    text: str
    until: float


_held: dict[str, Token] = {}
_renewing = Lock()


def token(name: str, issue: Callable[[], Token], *, until: float = math.inf, refused: str | None = None) -> str:
    """The shared token called `name`, made by `issue` where there is none or it ends within five minutes.

    `refused` is a token that the vendor turned down, and so not to be had again. Raises what `issue` raises, and
    `VendorUnavailable` while another call fetches the first token, at `until` on the monotonic clock at the latest.
    """

    def taken(one: Token | None, early: float = EARLY_SECONDS) -> bool:
        return one is not None and one.text != refused and one.until - early > time.time()

    if not _renewing.acquire(timeout=min(LEASE_SECONDS, max(0.0, until - time.monotonic()))):
        raise _being_fetched()
    try:
        for look in (_held.get, _stored):
            found = look(name)
            if found and taken(found):
                return _kept(name, found)
        if _leased(name, found):
            try:
                made = issue()
            except BaseException:
                _released(name)  # so that who comes next may try, and hears what is wrong
                raise
            return _kept(name, _put(name, made))
        found = _stored(name)
        if found and taken(found, early=0):
            return found.text
        raise _being_fetched()
    finally:
        _renewing.release()


def _being_fetched() -> VendorUnavailable:
    return VendorUnavailable(
        "Another call is fetching the vendor's token.", code="token", retry_after=2, blames="nothing"
    )


def _released(name: str) -> None:
    with suppress(ClientError, BotoCoreError):
        aws.written(
            aws.table().update_item,
            Key={"id": _id(name)},
            UpdateExpression="SET lease_until = :until",
            ExpressionAttributeValues={":until": 0},
            ConditionExpression="attribute_exists(lease_until)",
        )


def _kept(name: str, found: Token) -> str:
    _held[name] = found
    return found.text


def _stored(name: str) -> Token | None:
    item = aws.table().get_item(Key={"id": _id(name)}, ConsistentRead=True).get("Item", {})
    return Token(str(item["token"]), float(str(item["token_until"]))) if "token" in item else None


def _put(name: str, made: Token) -> Token:
    until = int(made.until)
    aws.table().put_item(Item={"id": _id(name), "token": made.text, "token_until": until, "expires_at": until})
    return made


def _leased(name: str, seen: Token | None) -> bool:
    """Take the right to fetch a token, unless another has it or has just brought one."""
    now = int(time.time())
    unchanged, values = ("#token = :seen", {":seen": seen.text}) if seen else ("attribute_not_exists(#token)", {})
    taken = aws.written(
        aws.table().update_item,
        Key={"id": _id(name)},
        UpdateExpression="SET lease_until = :until",
        ConditionExpression=f"{unchanged} AND (attribute_not_exists(lease_until) OR lease_until < :now)",
        ExpressionAttributeNames={"#token": "token"},
        ExpressionAttributeValues={":until": now + LEASE_SECONDS, ":now": now, **values},
    )
    return taken is not None


def _id(name: str) -> str:
    return f"token#{name}"
