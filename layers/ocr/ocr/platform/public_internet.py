"""Addresses on the web that others name and this system visits: a picture to fetch, an endpoint to tell of a record.

Whoever may name an address can have it visited from inside. So only https on port 443 is visited, at addresses of the
public internet: all that the host's name stands for are checked, and it is connected to one of those, not to what the
name may stand for a moment later. The operator may trust origins beyond that.
"""

from collections.abc import Callable, Iterable, Sequence
from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_address

from urllib3.exceptions import LocationParseError
from urllib3.util import Url, parse_url

MOST_LETTERS = 2048
SCHEME, PORT = "https", 443
# What is given out to hosts: beyond it lie loopback, links, sites and addresses that stand for IPv4 ones.
_HOSTS = IPv6Network("2000::/3")
# Relays for 6to4, given up: who answers there is on this network and not on the internet.
_RELAYS = IPv4Network("192.88.99.0/24")


class NotVisited(ValueError):
    """An address is not visited; the text says why, without the address: it may be a key."""


def parsed(url: str) -> Url:
    """The parts of an address, without a fragment; raises `NotVisited` for what is none, and for one with a user."""
    try:
        place = parse_url(url)
    except LocationParseError:
        raise NotVisited("is no address") from None
    if len(url) > MOST_LETTERS or not url.isprintable() or " " in url or "\\" in url or not place.host:
        raise NotVisited(f"is no address of at most {MOST_LETTERS} letters")
    if place.auth is not None:
        raise NotVisited("holds a user or a password")
    return place._replace(fragment=None)


def gate(place: Url, trusted: Iterable[str]) -> Callable[[Sequence[str]], None]:
    """What a visit to this place has to ask before it connects, with the addresses that the host's name stands for.

    Both raise `NotVisited`: this where the place is not even looked up, what it returns where it leads inside.
    """
    if _origin(place) in {_origin(parse_url(one)) for one in trusted}:
        return _any
    if place.scheme != SCHEME:
        raise NotVisited("does not begin with https")
    if place.port not in (None, PORT):
        raise NotVisited(f"names another port than {PORT}")
    return _public


def _any(addresses: Sequence[str]) -> None:
    """The operator has named the origin."""


def _public(addresses: Sequence[str]) -> None:
    if not addresses or not all(map(is_public, addresses)):
        raise NotVisited("leads to no host of the public internet")


def is_public(address: str) -> bool:
    """Whether an IP address is one that anybody on the internet reaches, and stands for no other one."""
    found = ip_address(address)
    if isinstance(found, IPv6Address):
        stands_for_another = found.sixtofour or found.teredo or found.scope_id
        return found.is_global and found in _HOSTS and not stands_for_another
    return found.is_global and not (found.is_multicast or found.is_reserved or found in _RELAYS)


def _origin(place: Url) -> tuple[str | None, str | None, int | None]:
    return place.scheme, place.host, place.port or (PORT if place.scheme == SCHEME else None)
