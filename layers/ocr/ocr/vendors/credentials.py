"""A vendor's secret, checked where it is read: what is wrong with it is the operator's to mend, and costs no call.

A secret that lacks what an offer needs is not filled: the vendor is skipped. One that is filled wrongly raises
`ConfigurationError`, which names the member and never its value.
"""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from ocr.declare.offers import Member, Offer
from ocr.platform import aws
from ocr.platform.errors import ConfigurationError, VendorUnavailable
from ocr.platform.settings import settings
from ocr.platform.telemetry import logger

# How long a secret is kept that was filled well, and one that was not: who fills it does not wait for the first.
FILLED_SECONDS, UNFILLED_SECONDS = 300, 5
_ENDS = {"\n": "a line break", "\r": "a line break", "\t": "a tab"}
# What is pasted along unseen: blanks of any kind, byte order marks, joiners.
_BLANK = r"[\s\u00ad\u200b-\u200f\u2060\ufeff]"
_BEFORE, _AFTER = re.compile(f"^{_BLANK}+"), re.compile(f"{_BLANK}+$")
_QUOTED = re.compile("""(["'“”‘’「『]).*["'“”‘’」』]""", re.DOTALL)
_IN_HEADERS = re.compile("[!-~]+( +[!-~]+)*")
# Neither empty parts nor those with a dot in front, which lead elsewhere.
_IN_PATHS = re.compile(r"(?!\.)[\w.~-]+(/(?!\.)[\w.~-]+)*", re.ASCII)

_UNSEEN = "a character that nobody sees"

_filled: set[str] = set()
_doubted: set[str] = set()


def secret(offer: Offer) -> Mapping[str, str] | None:
    """The vendor's secret without blanks around its values (`_BLANK`), or None while it lacks what the offer needs.

    Raises `ConfigurationError` where it is filled wrongly, and `VendorUnavailable` when Secrets Manager does not
    answer: nobody knows then whether there is one.
    """
    if not offer.keys:
        return {}
    stored = _stored(offer.vendor)
    if stored is None or not all(_is_filled(stored.get(name)) for name in offer.keys):
        _not_filled(offer.vendor)
        return None
    if wrong := next(faults(offer, stored), None):
        _not_filled(offer.vendor)
        raise ConfigurationError(f"{offer.vendor}'s secret is wrongly filled: {wrong}.")
    _filled.add(offer.vendor)
    # One that is left empty is not there: what holds without it, holds.
    return {name: _plain(value) for name, value in stored.items() if isinstance(value, str) and _is_filled(value)}


def _not_filled(vendor: str) -> None:
    if vendor in _filled:
        _filled.discard(vendor)
        _doubted.add(vendor)  # it was fetched to be kept for long


def doubt(vendor: str) -> None:
    """Have the secret read anew before the next call: the vendor did not accept it, and it may have been mended."""
    _doubted.add(vendor)


def faults(offer: Offer, secret: Mapping[str, Any]) -> Iterator[str]:
    """What no call could be made with, member by member, without a value."""
    for member in offer.members:
        value = secret.get(member.name)
        if not _is_filled(value):
            if member.only_with and _plain(str(secret.get(member.only_with[0]))) == member.only_with[1]:
                yield f"{member.name} is needed where {member.only_with[0]} is {member.only_with[1]}"
        elif fault := _fault(member, value):
            yield f"{member.name} {fault}"


def blemishes(offer: Offer, secret: Mapping[str, Any]) -> Iterator[str]:
    """What calls are made without, and what was hardly meant: blanks around a value."""
    for member in offer.members:
        value = secret.get(member.name)
        if isinstance(value, str) and _plain(value) != value:
            before, after = _BEFORE.search(value), _AFTER.search(value)
            ends = [f"begins with {_named(before[0])}"] if before else []
            ends += [f"ends in {_named(after[0])}"] if after else []
            yield f"{member.name} {' and '.join(ends)}"


def has_strangers(offer: Offer, secret: Mapping[str, Any]) -> bool:
    """Whether a secret has members under names that the vendor's secret does not have."""
    return not secret.keys() <= {member.name for member in offer.members}


def stored(vendor: str) -> Mapping[str, Any] | None:
    """The secret as it stands in Secrets Manager; raises as `secret` does."""
    _doubted.add(vendor)
    return _stored(vendor)


def _stored(vendor: str) -> Mapping[str, Any] | None:
    kept = 0 if vendor in _doubted else FILLED_SECONDS if vendor in _filled else UNFILLED_SECONDS
    try:
        stored = json.loads(aws.secrets().text(f"{settings().secrets_prefix}/{vendor}", kept))
    except ValueError:
        _not_filled(vendor)
        raise ConfigurationError(f"{vendor}'s secret is wrongly filled: it is not JSON.") from None
    except (ClientError, BotoCoreError) as error:
        cause = getattr(error, "response", {}).get("Error", {}).get("Code", type(error).__name__)
        # A secret without a value is how the template makes them.
        if cause == "ResourceNotFoundException":
            return None
        logger.warning("A vendor's secret cannot be read", vendor=vendor, error=cause)
        raise VendorUnavailable("The vendor's key cannot be had right now.", vendor=vendor, code="secret") from None
    _doubted.discard(vendor)
    if not isinstance(stored, dict):
        _not_filled(vendor)
        raise ConfigurationError(f"{vendor}'s secret is wrongly filled: it is not a JSON object.")
    return stored


def _is_filled(value: Any) -> bool:
    return value not in (None, "") and not (isinstance(value, str) and not _plain(value))


def _plain(value: str) -> str:
    return _AFTER.sub("", _BEFORE.sub("", value))


def _fault(member: Member, value: Any) -> str | None:
    if not isinstance(value, str):
        kinds = {bool: "true or false", int: "a number", float: "a number", list: "a list", dict: "an object"}
        return f"is {kinds.get(type(value), 'no text')} instead of a text in quotes"
    plain = _plain(value)
    if _QUOTED.fullmatch(plain):
        return "stands in quotes of its own"
    if member.choices and plain not in member.choices:
        return f"is neither {' nor '.join(member.choices)}"
    if not plain.isprintable():
        return "has a line break or another control character in its middle"
    if member.travels == "header" and not _IN_HEADERS.fullmatch(plain):
        return "has a letter that no HTTP header takes"
    if member.travels == "path" and not _IN_PATHS.fullmatch(plain):
        return "is no part of an address: that has letters, digits, - and _, and / only between two parts"
    return None


def _named(blanks: str) -> str:
    return next((_ENDS[blank] for blank in blanks if blank in _ENDS), "a blank" if blanks.isspace() else _UNSEEN)
