"""A picture that a request names by its address on the web: fetched by this system, for whichever vendor reads it.

Whoever may name an address can have it visited from inside. So only https on port 443 is visited, at addresses of the
public internet: all that the host's name stands for are checked, and it is connected to one of those, not to what the
name may stand for a moment later. Each redirect is checked as the first address is. The setting `PICTURE_ORIGINS` names
origins that the operator trusts beyond that.
"""

import time
from collections.abc import Sequence
from http import HTTPStatus
from ipaddress import IPv6Address, IPv6Network, ip_address
from urllib.parse import urljoin

from urllib3.exceptions import LocationParseError
from urllib3.util import Url, parse_url

from ocr.pages.examine import MAX_BYTES
from ocr.platform.errors import CallerError
from ocr.platform.settings import settings
from ocr.vendors import transport

SECONDS = 10.0
MOST_LETTERS = 2048
MOST_REDIRECTS = 3
SCHEME, PORT = "https", 443
# They carry an IPv4 address that is reached through a translator: NAT64.
_TRANSLATED = IPv6Network("64:ff9b::/96")
ADVICE = "Send an address like https://files.example.com/picture.jpg, without a user, on port 443."


def fetch(url: str) -> bytes:
    """The bytes at an address, whatever they are called: what is no picture shows when they are examined.

    Raises `invalid_request` for an address that is not visited, `unreachable_picture` where no answer came from it, and
    `too_large`. No problem repeats the address: it may be a key.
    """
    until = time.monotonic() + SECONDS
    for _ in range(MOST_REDIRECTS + 1):
        answer = _visit(_parsed(url), until)
        if answer.status == HTTPStatus.OK:
            return answer.content
        if answer.status not in _MOVED:
            raise _unreachable(f"The picture's address answers with the HTTP status {answer.status}.")
        url = _moved(url, answer.headers.get("Location", ""))
    raise _unreachable(f"The picture's address redirects more than {MOST_REDIRECTS} times.")


_MOVED = {
    HTTPStatus.MOVED_PERMANENTLY,
    HTTPStatus.FOUND,
    HTTPStatus.SEE_OTHER,
    HTTPStatus.TEMPORARY_REDIRECT,
    HTTPStatus.PERMANENT_REDIRECT,
}


def _moved(url: str, to: str) -> str:
    try:
        return urljoin(url, to)
    except ValueError:
        raise _unreachable("The picture's address redirects to what is no address.") from None


def _visit(place: Url, until: float) -> transport.Answer:
    trusted = _origin(place) in {_origin(parse_url(one)) for one in settings().picture_origins}
    if not trusted:
        _refuse(place)
    try:
        return transport.fetch(place.url, until, MAX_BYTES, _any if trusted else _refuse_addresses)
    except OverflowError:
        raise CallerError(f"The picture has more than {MAX_BYTES} bytes.", kind="too_large") from None
    except TimeoutError:
        raise _unreachable(f"The picture did not come within {SECONDS:g} seconds.") from None
    except OSError:
        raise _unreachable("The picture's address cannot be reached.") from None


def _parsed(url: str) -> Url:
    try:
        place = parse_url(url)
    except LocationParseError:
        raise _not_visited("The `url` is no address.") from None
    if len(url) > MOST_LETTERS or not url.isprintable() or " " in url or "\\" in url or not place.host:
        raise _not_visited(f"The `url` is no address of at most {MOST_LETTERS} letters.")
    if place.auth is not None:
        raise _not_visited("The `url` holds a user or a password.")
    return place._replace(fragment=None)


def _refuse(place: Url) -> None:
    if place.scheme != SCHEME:
        raise _not_visited("The `url` does not begin with https.")
    if place.port not in (None, PORT):
        raise _not_visited(f"The `url` names another port than {PORT}.")


def _any(addresses: Sequence[str]) -> None:
    """The operator has named the origin."""


def _refuse_addresses(addresses: Sequence[str]) -> None:
    """Raise `CallerError` where one of these is not an address of the public internet."""
    if not addresses or not all(map(is_public, addresses)):
        raise _not_visited("The `url` leads to no host of the public internet.")


def is_public(address: str) -> bool:
    """Whether an IP address is one that anybody on the internet reaches, and stands for no other one."""
    found = ip_address(address)
    if isinstance(found, IPv6Address) and (
        found.ipv4_mapped or found.sixtofour or found.teredo or found.scope_id or found in _TRANSLATED
    ):
        return False
    return found.is_global and not (found.is_multicast or found.is_reserved)


def _origin(place: Url) -> tuple[str | None, str | None, int | None]:
    return place.scheme, place.host, place.port or (PORT if place.scheme == SCHEME else None)


def _not_visited(detail: str) -> CallerError:
    return CallerError(detail, ADVICE, kind="invalid_request")


def _unreachable(detail: str) -> CallerError:
    return CallerError(detail, kind="unreachable_picture")
