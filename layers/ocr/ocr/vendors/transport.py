"""The one way out to a vendor over HTTP: a pooled session that never retries, and what became of a call.

A vendor can only have charged for a request that it has whole. So whether an unanswered call may cost something is
seen from the request's own body: when its last byte was handed to the network, it may (`Busy.paid`), before, it cannot.
"""

import json
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import cache
from http import HTTPStatus
from io import BytesIO
from threading import Timer
from typing import TYPE_CHECKING, Any

from ocr.platform.errors import Busy, Changed, OcrError, Refused

if TYPE_CHECKING:
    import requests
    import urllib3

CONNECT_SECONDS = 3.05
READ_SECONDS = 60.0
# A connection that rested longer is not used again: a frozen container does not see its far end hang up, and a request
# written into a dead connection looks like one that the vendor has.
REST_SECONDS = 20.0
CONNECTIONS = 32
PART_BYTES = 1 << 16
MAX_ANSWER_BYTES = 32 << 20
MAX_DEPTH = 40
MAX_TEXT = 100_000
LONGEST_WAIT = 3600

# The far end answered in place of the one that works and charges: what that one did is not known.
_BETWEEN = {HTTPStatus.BAD_GATEWAY, HTTPStatus.GATEWAY_TIMEOUT}
_LATER = {HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_EARLY, HTTPStatus.TOO_MANY_REQUESTS}


@dataclass(frozen=True)
class Answer:
    """What came back whole: any status, any bytes."""

    status: int
    headers: Mapping[str, str]
    content: bytes

    def members(self) -> dict[str, Any]:
        """The JSON object in the body; raises what the status says, or `Changed`, where there is none."""
        try:
            decoded = json.loads(self._text(), parse_constant=_refused_number, parse_float=_finite)
            json.dumps(decoded, ensure_ascii=False).encode()  # lone surrogates are no text and break every store
        except (ValueError, LookupError, RecursionError):
            raise self._unreadable() from None
        if not isinstance(decoded, dict) or _deeper(decoded, MAX_DEPTH):
            raise self._unreadable()
        return decoded

    def fault(self) -> OcrError | None:
        """What the HTTP status alone means, or None for success."""
        code = f"http_{self.status}"
        if self.status // 100 == 2:
            return None
        if self.status in _LATER:
            return Busy("The vendor asks for fewer calls.", code=code, retry_after=self._retry_after())
        if self.status in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN):
            return Refused("The vendor does not accept this system's key.", code=code)
        if self.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            paid = self.status in _BETWEEN
            return Busy("The vendor has an outage.", code=code, paid=paid, retry_after=self._retry_after())
        return Changed("The vendor answered with an HTTP status that its document does not name.", code=code)

    def _text(self) -> str:
        declared = self.headers.get("Content-Type", "").lower().partition("charset=")[2].strip('" ')
        return self.content.decode("gb18030" if declared.startswith("gb") else json.detect_encoding(self.content))

    def _unreadable(self) -> OcrError:
        error = self.fault() or Changed("The vendor's answer is not a JSON object.", paid=True)
        error.raw = self.content[:MAX_TEXT].decode(errors="replace")
        return error

    def _retry_after(self) -> int | None:
        told = self.headers.get("Retry-After", "").strip()
        if told.isascii() and told.isdigit():
            return min(int(told[:6]), LONGEST_WAIT)
        try:
            wait = parsedate_to_datetime(told) - datetime.now(UTC)
        except (ValueError, TypeError):
            return None
        return max(1, min(round(wait.total_seconds()), LONGEST_WAIT))


def deadline(seconds: float) -> float:
    """The moment, on this module's clock, `seconds` from now: what `send` takes as `until`."""
    return time.monotonic() + seconds


def send(method: str, url: str, until: float, **parts: Any) -> Answer:
    """Send one request, once, and read its answer to the end before `until`.

    `parts` are `requests.Request`'s own (`headers`, `data`, `files`, `params`). Redirects are answers, not followed:
    pictures and keys go where the settings say. Raises `Busy` when no answer came, `paid` when one was due; `Refused`
    when the vendor's certificate does not hold.
    """
    import requests
    import urllib3

    prepared = _session().prepare_request(requests.Request(method, url, **parts))
    body = _counted(prepared, until)
    try:
        return _exchange(prepared, until)
    except (requests.RequestException, urllib3.exceptions.HTTPError, OSError) as error:
        # Neither chained nor logged: the messages of these errors carry the whole URL.
        raise _unanswered(error, sent=0 < body.tell() == len(body.getvalue())) from None


def _exchange(prepared: "requests.PreparedRequest", until: float) -> Answer:
    from urllib3 import Timeout

    left = until - time.monotonic()
    if left <= 0:
        raise TimeoutError
    timeout: Any = Timeout(connect=min(CONNECT_SECONDS, left), read=min(READ_SECONDS, left), total=left)
    with _session().send(prepared, timeout=timeout, stream=True, allow_redirects=False) as response:
        content = bytearray()
        # A socket's timeout begins anew with whatever arrives: the deadline has to cut a slow answer off.
        with _ending(response.raw, until):
            while part := response.raw.read1(PART_BYTES, decode_content=True):
                content += part
                if len(content) > MAX_ANSWER_BYTES:
                    raise Changed("The vendor's answer does not end.", paid=True)
        return Answer(response.status_code, response.headers, bytes(content))


@contextmanager
def _ending(response: "urllib3.HTTPResponse", until: float) -> Iterator[None]:
    """Shut the response down at that moment; raises `TimeoutError` where the block was not done by then."""
    timer = Timer(max(0, until - time.monotonic()), _cut, [response])
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
    if time.monotonic() > until:
        raise TimeoutError


def _cut(response: "urllib3.HTTPResponse") -> None:
    with suppress(ValueError, RuntimeError, OSError):  # it was whole at the last moment
        response.shutdown()


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
        return Refused("The vendor's TLS certificate does not hold.", code="certificate")
    if any(isinstance(cause, ConnectTimeout | NewConnectionError) for cause in causes):
        return Busy("The vendor cannot be reached.", code="unreachable")
    if sent:
        return Busy("The vendor has the picture and did not answer in time.", code="unanswered", paid=True)
    return Busy("The connection to the vendor broke before it had the picture.", code="cut")


def _causes(error: BaseException) -> list[BaseException]:
    inner = [part for part in (*error.args, getattr(error, "reason", None)) if isinstance(part, BaseException)]
    return [error, *(cause for part in inner for cause in _causes(part))]


def _session() -> "requests.Session":
    """The container's session, without connections that have rested too long."""
    session, used = _pooled()
    if time.time() - used[0] > REST_SECONDS:
        session.close()
    used[0] = time.time()
    return session


@cache
def _pooled() -> tuple["requests.Session", list[float]]:
    from http.cookiejar import DefaultCookiePolicy

    import requests
    from requests.adapters import HTTPAdapter

    session = requests.Session()
    session.trust_env = False  # no proxies, no .netrc: where pictures go is decided by the settings alone
    session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
    for scheme in ("https://", "http://"):
        session.mount(scheme, HTTPAdapter(pool_maxsize=CONNECTIONS, max_retries=0))
    return session, [time.time()]


def _refused_number(name: str) -> float:
    raise ValueError(f"{name} is no JSON")


def _finite(digits: str) -> float:
    number = float(digits)
    if number in (float("inf"), float("-inf")):
        raise ValueError("a number beyond what can be stored")
    return number


def _deeper(value: Any, levels: int) -> bool:
    if not isinstance(value, dict | list):
        return False
    parts = value.values() if isinstance(value, dict) else value
    return levels == 0 or any(_deeper(part, levels - 1) for part in parts)
