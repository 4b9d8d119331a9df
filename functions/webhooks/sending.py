"""One attempt to tell an endpoint of something: signed as Standard Webhooks says, sent once, to the public internet."""

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any

from standardwebhooks import Webhook

from ocr.platform import public_internet
from ocr.platform.public_internet import NotVisited
from ocr.platform.settings import settings
from ocr.vendors import transport
from webhooks.endpoints import Endpoint

# As long as Standard Webhooks has an endpoint waited for.
SECONDS = 15.0
MOST_BYTES = 1 << 20


@dataclass(frozen=True)
class Attempt:
    """What came of it: the HTTP status, or why there is none; `retry_after` are the seconds that the endpoint asks for.

    detail  `answered`, `late`, `unreachable`, `endless`, or why the address is not visited
    """

    detail: str
    status: int | None = None
    retry_after: int = 0

    @property
    def accepted(self) -> bool:
        """Whether the endpoint has taken it."""
        return self.status is not None and self.status // 100 == 2

    @property
    def gone(self) -> bool:
        """Whether the endpoint says that it is no more."""
        return self.status == HTTPStatus.GONE


def send(endpoint: Endpoint, id: str, kind: str, timestamp: str, data: Mapping[str, Any], until: float) -> Attempt:
    """Post one message of this kind to an endpoint, and wait for its answer until then on the monotonic clock.

    `id` is the same whenever the same thing is told. Redirects are not followed: they are no acceptance.
    """
    body = json.dumps({"type": kind, "timestamp": timestamp, "data": data}, separators=(",", ":"), ensure_ascii=False)
    try:
        place = public_internet.parsed(endpoint.url)
        allowed = public_internet.gate(place, settings().webhook_origins)
        headers = _signed(endpoint.secret, id, body)
        until = min(until, time.monotonic() + SECONDS)
        answer = transport.post(place.url, until, MOST_BYTES, allowed, headers, body.encode())
    except NotVisited as error:
        return Attempt(f"its address {error}")
    except OverflowError:
        return Attempt("endless")
    except TimeoutError:
        return Attempt("late")
    except OSError:
        return Attempt("unreachable")
    fault = answer.fault()
    return Attempt("answered", answer.status, (fault and fault.retry_after) or 0)


def _signed(secret: str, id: str, body: str) -> dict[str, str]:
    moment = datetime.now(UTC)
    return {
        "Content-Type": "application/json",
        "webhook-id": id,
        "webhook-timestamp": str(int(moment.timestamp())),
        "webhook-signature": Webhook(secret).sign(id, moment, body),
    }
