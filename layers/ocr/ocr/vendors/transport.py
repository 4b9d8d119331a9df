"""The one way out over HTTP: one request, sent once, and what became of it; `connections` makes and cuts the line.

A vendor can only have charged for a request that it has whole. So whether an unanswered call may cost something is
seen from the request's own body: when its last byte was handed to the network, it may (`VendorUnavailable.paid`),
before, it cannot.
"""

import json
import time
from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from io import BytesIO
from typing import TYPE_CHECKING, Any

from ocr.model.answer import ReceivedAnswer
from ocr.platform.errors import ConfigurationError, OcrError, UnexpectedResponse, VendorRejected, VendorUnavailable
from ocr.vendors.connections import Allowed, cut_at, new_session, shared_session

if TYPE_CHECKING:
    import requests

AGENT = "ocr-gateway"
CONNECT_SECONDS = 3.05
PART_BYTES = 1 << 16
MAX_ANSWER_BYTES = 32 << 20
MAX_DEPTH = 40
LONGEST_WAIT = 3600

# 502 and 504 come from a proxy: what the vendor behind it did, and billed, is not known.
_BETWEEN = {HTTPStatus.BAD_GATEWAY, HTTPStatus.GATEWAY_TIMEOUT}
_LATER = {HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_EARLY, HTTPStatus.TOO_MANY_REQUESTS}
# What an address answers while a vendor deploys, moves or repairs: the request reached no recognizer.
_ELSEWHERE = {HTTPStatus.NOT_FOUND, HTTPStatus.METHOD_NOT_ALLOWED, HTTPStatus.GONE}
WIDE = "gb18030"  # and with it GBK and GB 2312, which it extends
_SPACE = "\ufeff \t\r\n"


class Answer(ReceivedAnswer):
    """An answer, and what its bytes and its status mean.

    An answer that does not even begin as JSON was not made by the vendor's recognizer: a maintenance page, a login. It
    comes free and passes. One that begins as JSON and breaks off, or is not text at all, may have been paid for.
    """

    def members(self) -> dict[str, Any]:
        """The JSON object in the body; raises what the status says, or what the lack of an object means.

        `VendorUnavailable` where the body cannot be read: the next answer may be whole. `UnexpectedResponse` where it
        can be read and is no object, or holds what no JSON store takes (numbers beyond a double, lone surrogates, 40
        levels).
        """
        try:
            decoded = self._decoded()
            json.dumps(decoded, ensure_ascii=False).encode()
        except (_NotStorableError, RecursionError, UnicodeEncodeError):
            raise self.fault() or self._no_object() from None
        if not isinstance(decoded, dict) or _deeper(decoded, MAX_DEPTH):
            raise self.fault() or self._no_object()
        return decoded

    def fault(self) -> OcrError | None:
        """What the HTTP status alone means, or None for success."""
        code = f"http_{self.status}"
        if self.status // 100 == 2:
            return None
        if self.status in _LATER:
            wait = self._retry_after()
            return VendorUnavailable("The vendor asks for fewer calls.", code=code, retry_after=wait, blames="nothing")
        if self.status in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN):
            return VendorRejected("The vendor does not accept this system's key.", code=code)
        if self.status == HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
            return VendorRejected("The vendor's server takes no request of this size.", code=code, remedy="smaller")
        if self.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            paid = self.status in _BETWEEN
            return VendorUnavailable("The vendor has an outage.", code=code, paid=paid, retry_after=self._retry_after())
        if self.status // 100 == 3 or self.status in _ELSEWHERE:
            wait = self._retry_after()
            return VendorUnavailable("The vendor's address leads elsewhere for now.", code=code, retry_after=wait)
        return UnexpectedResponse("The vendor answered with an HTTP status that its document does not name.", code=code)

    def date(self) -> datetime | None:
        """When the vendor's clock says that it answered."""
        return _moment(self.headers.get("Date", ""))

    def _decoded(self) -> Any:
        """What the JSON in the body stands for; raises `VendorUnavailable` where it cannot be read."""
        for text in self._texts():
            with suppress(json.JSONDecodeError):
                return json.loads(text, parse_constant=_refused_number, parse_float=_finite)
        raise self._unreadable()

    def _texts(self) -> Iterator[str]:
        """The body as text, in each encoding that it may be in, the likeliest first."""
        declared = self.headers.get("Content-Type", "").lower().partition("charset=")[2].strip("'\" ")
        detected = json.detect_encoding(self.content)
        # A charset that frameworks declare by default says nothing, but for the Chinese ones.
        order = [WIDE, detected] if declared.startswith("gb") and not _chinese_in(self.content) else [detected, WIDE]
        for encoding in order:
            if encoding == WIDE and _damaged(self.content):
                continue  # as GB 18030 it would be text, and all of it wrong
            with suppress(UnicodeDecodeError):
                yield self.content.decode(encoding)

    def _unreadable(self) -> OcrError:
        error = self.fault()
        if error and not isinstance(error, UnexpectedResponse):
            return error
        begins = next((text.lstrip(_SPACE)[:1] for text in self._texts()), "")
        if error or (begins and begins not in '{["'):
            code = error.code if error else "page"
            return VendorUnavailable(
                "A page came in place of the vendor's answer.", code=code, retry_after=self._retry_after()
            )
        return VendorUnavailable("The vendor's answer came damaged and cannot be read.", code="unreadable", paid=True)

    def _no_object(self) -> UnexpectedResponse:
        return UnexpectedResponse("The vendor's answer is not a JSON object.", paid=True)

    def _retry_after(self) -> int | None:
        header = self.headers.get("Retry-After", "").strip()
        if header.isascii() and header.isdigit():
            return min(int(header[:6]), LONGEST_WAIT)
        moment = _moment(header)
        if moment is None:
            return None
        return max(1, min(round((moment - datetime.now(UTC)).total_seconds()), LONGEST_WAIT))


def deadline(seconds: float) -> float:
    """The moment, on this module's clock, `seconds` from now: what `send` takes as `until`."""
    return time.monotonic() + seconds


def send(method: str, url: str, until: float, **parts: Any) -> Answer:
    """Send one request, once, and read its answer to the end before `until`.

    `parts` are `requests.Request`'s own (`headers`, `data`, `files`, `params`). Redirects are answers, not followed:
    pictures and keys go where the settings say. Raises `VendorUnavailable` when no answer came, `paid` when one was
    due; `VendorRejected` when the vendor's certificate does not hold.
    """
    import requests
    import urllib3

    try:
        prepared = shared_session().prepare_request(requests.Request(method, url, **parts))
    except (requests.RequestException, UnicodeError):
        # Not chained: the message quotes the value. Nothing was sent.
        raise ConfigurationError(
            "A header or the address of the call has a character that is not allowed there."
        ) from None
    body = _counted(prepared, until)
    try:
        return _exchange(shared_session(), prepared, until, MAX_ANSWER_BYTES)
    except _EndlessError:
        raise VendorUnavailable("The vendor's answer does not end.", code="endless", paid=True) from None
    except (requests.RequestException, urllib3.exceptions.HTTPError, OSError) as error:
        # Neither chained nor logged: the messages of these errors carry the whole URL.
        raise _unanswered(error, sent=0 < body.tell() == len(body.getvalue())) from None


def fetch(url: str, until: float, most: int, allowed: Allowed | None, accept: str = "image/*") -> Answer:
    """GET what lies at an address that a caller, or the operator, has named, and read it to the end before `until`.

    `allowed` is called with the addresses that the name of a caller's host stands for, before one of them is connected
    to; what it raises ends the call. Redirects are answers, as for `send`. Raises `TimeoutError` or another `OSError`
    when no answer came, `OverflowError` when it has more than `most` bytes.
    """
    return _visit("GET", url, until, most, allowed, {"Accept": accept})


def post(url: str, until: float, most: int, allowed: Allowed, headers: Mapping[str, str], body: bytes) -> Answer:
    """POST to an address that somebody has named, as `fetch` gets from one."""
    return _visit("POST", url, until, most, allowed, headers, body)


def _visit(
    method: str,
    url: str,
    until: float,
    most: int,
    allowed: Allowed | None,
    headers: Mapping[str, str],
    body: bytes | None = None,
) -> Answer:
    import requests
    import urllib3

    # A session of its own: a connection that was once made to a vendor would be used unchecked.
    with new_session() as session:
        try:
            sent = {"Accept-Encoding": "identity", "User-Agent": AGENT, **headers}
            prepared = session.prepare_request(requests.Request(method, url, headers=sent, data=body))
            return _exchange(session, prepared, until, most, allowed)
        except _EndlessError:
            raise OverflowError from None
        except (requests.RequestException, urllib3.exceptions.HTTPError, UnicodeError) as error:
            # Not chained: the messages of these errors carry the whole URL.
            late = isinstance(error, requests.Timeout) or time.monotonic() > until
            raise (TimeoutError if late else OSError)(type(error).__name__) from None


def _exchange(
    session: "requests.Session",
    prepared: "requests.PreparedRequest",
    until: float,
    most: int,
    allowed: Allowed | None = None,
) -> Answer:
    from urllib3 import Timeout

    left = until - time.monotonic()
    if left <= 0:
        raise TimeoutError
    timeout: Any = Timeout(connect=min(CONNECT_SECONDS, left), read=left, total=left)
    # A socket's timeout begins anew with whatever arrives, be it one byte of the head: the deadline cuts it off.
    # Straight to the adapter: a session reads a redirect's body before it says that there is one.
    adapter = session.get_adapter(str(prepared.url))
    with cut_at(until, allowed), adapter.send(prepared, timeout=timeout, stream=True, verify=True) as response:
        content = bytearray()
        while part := response.raw.read1(PART_BYTES, decode_content=True):
            content += part
            if len(content) > most:
                raise _EndlessError
        return Answer(response.status_code, response.headers, bytes(content))


class _EndlessError(Exception):
    """An answer has more bytes than are read."""


class _Body(BytesIO):
    """A request's body, which is not handed on after the deadline; its position tells how much of it has left."""

    def __init__(self, content: bytes, until: float) -> None:
        super().__init__(content)
        self._until = until

    def read(self, size: int | None = -1, /) -> bytes:
        if time.monotonic() > self._until:
            raise TimeoutError
        return super().read(size)


def _counted(prepared: "requests.PreparedRequest", until: float) -> _Body:
    """The request's body as a file; its length stands in the headers."""
    content = prepared.body or b""
    body = _Body(content.encode() if isinstance(content, str) else content, until)
    if content:
        prepared.body = body  # type: ignore[assignment]  # requests sends files, its stubs forget to say so
    return body


def _unanswered(error: Exception, *, sent: bool) -> OcrError:
    from requests import ConnectTimeout
    from urllib3.exceptions import NewConnectionError

    causes = list(_causes(error))
    if any("CERTIFICATE_VERIFY_FAILED" in str(cause) for cause in causes):
        return VendorRejected("The vendor's TLS certificate does not hold.", code="certificate")
    if any(isinstance(cause, ConnectTimeout | NewConnectionError) for cause in causes):
        return VendorUnavailable("The vendor cannot be reached.", code="unreachable")
    if sent:
        return VendorUnavailable("The vendor has the picture and did not answer in time.", code="unanswered", paid=True)
    return VendorUnavailable("The connection to the vendor broke before it had the picture.", code="cut")


def _causes(error: BaseException) -> list[BaseException]:
    inner = [part for part in (*error.args, getattr(error, "reason", None)) if isinstance(part, BaseException)]
    return [error, *(cause for part in inner for cause in _causes(part))]


class _NotStorableError(ValueError):
    """JSON in Python's wide sense that no store takes."""


def _moment(text: str) -> datetime | None:
    """A date as HTTP writes it."""
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, TypeError):
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _chinese_in(content: bytes) -> bool:
    """Whether these bytes are UTF-8 with a letter that takes three bytes or more there, as every Chinese one does."""
    with suppress(UnicodeDecodeError):
        return any(letter >= "\u0800" for letter in content.decode())
    return False


def _damaged(content: bytes) -> bool:
    """Whether these bytes are UTF-8 with some of them lost, rather than another encoding."""
    with suppress(UnicodeDecodeError):
        content.decode()
        return False
    letters = content.decode(errors="replace")
    lost = letters.count("\ufffd")
    return sum(letter >= "\u0800" for letter in letters) - lost >= lost


def _refused_number(name: str) -> float:
    raise _NotStorableError(name)


def _finite(digits: str) -> float:
    number = float(digits)
    if number in (float("inf"), float("-inf")):
        raise _NotStorableError("a number beyond what can be stored")
    return number


def _deeper(value: Any, levels: int) -> bool:
    if not isinstance(value, dict | list):
        return False
    parts = value.values() if isinstance(value, dict) else value
    return levels == 0 or any(_deeper(part, levels - 1) for part in parts)
