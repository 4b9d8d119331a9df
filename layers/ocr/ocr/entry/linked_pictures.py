"""A picture that a request names by its address on the web: fetched by this system, for whichever vendor reads it.

Only what lies on the public internet is visited (`ocr.platform.public_internet`), and each redirect is checked as the
first address is. The setting `PICTURE_ORIGINS` names origins that the operator trusts beyond that.
"""

import time
from http import HTTPStatus
from urllib.parse import urljoin

from ocr.pages.examine import MAX_BYTES
from ocr.platform import public_internet
from ocr.platform.errors import CallerError
from ocr.platform.public_internet import NotVisited
from ocr.platform.settings import settings
from ocr.vendors import transport

SECONDS = 10.0
MOST_REDIRECTS = 3
ADVICE = "Send an address like https://files.example.com/picture.jpg, without a user, on port 443."


def fetch(url: str) -> bytes:
    """The bytes at an address, whatever they are called: what is no picture shows when they are examined.

    Raises `invalid_request` for an address that is not visited, `unreachable_picture` where no answer came from it, and
    `too_large`. No problem repeats the address: it may be a key.
    """
    until = time.monotonic() + SECONDS
    for _ in range(MOST_REDIRECTS + 1):
        answer = _visit(url, until)
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


def _visit(url: str, until: float) -> transport.Answer:
    try:
        place = public_internet.parsed(url)
        allowed = public_internet.gate(place, settings().picture_origins)
        return transport.fetch(place.url, until, MAX_BYTES, allowed)
    except NotVisited as error:
        raise CallerError(f"The `url` {error}.", ADVICE, kind="invalid_request") from None
    except OverflowError:
        raise CallerError(f"The picture has more than {MAX_BYTES} bytes.", kind="too_large") from None
    except TimeoutError:
        raise _unreachable(f"The picture did not come within {SECONDS:g} seconds.") from None
    except OSError:
        raise _unreachable("The picture's address cannot be reached.") from None


def _unreachable(detail: str) -> CallerError:
    return CallerError(detail, kind="unreachable_picture")
