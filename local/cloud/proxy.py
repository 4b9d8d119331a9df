"""What mitmproxy does between functions and AWS. Started by `local.cloud.faults` with mitmproxy's own Python.

It passes everything on, but for the requests that an order is about. `/_faults` takes orders (PUT), tells which
requests were hit (GET) and forgets both (DELETE); everything else is AWS's.
"""

import asyncio
import json
import sys
from dataclasses import dataclass
from typing import Any

from mitmproxy import ctx, http  # type: ignore[import-not-found]  # lives in its own environment

CONTROL = "/_faults"
ROOT = "local"
TARGET = "x-amz-target"
# Under these keys the flow carries what its answer gets once AWS has given it.
LOST, REFUSED = "lost", "refused"


@dataclass
class Order:
    """A fault and the requests that get it; `local.cloud.faults` says what the members mean."""

    fault: dict[str, Any]
    service: str
    operation: str
    path: str
    holding: str
    times: int | None

    def takes(self, request: http.Request) -> bool:
        """Whether this request gets it."""
        return (
            self.times != 0
            and self.service == service(request)
            and self.operation in ("", operation(request))
            and self.path in request.path
            and self.holding.encode() in request.content
        )


class Proxy:
    """The addon: orders that wait, and which requests were hit so far."""

    def __init__(self) -> None:
        self.orders: list[Order] = []
        self.hits: list[str] = []

    def running(self) -> None:
        """End with whoever holds the other end of standard input, however that one ends."""
        asyncio.get_running_loop().add_reader(sys.stdin.fileno(), ctx.master.shutdown)

    def request(self, flow: http.HTTPFlow) -> None:
        """Answer for AWS, cut the connection, or let the request through."""
        if flow.request.path == CONTROL:
            flow.response = self._controlled(flow.request)
        elif order := next((order for order in self.orders if order.takes(flow.request)), None):
            order.times = None if order.times is None else order.times - 1
            self.hits.append(f"{service(flow.request)}.{operation(flow.request)}")
            inflict(order.fault, flow)

    def response(self, flow: http.HTTPFlow) -> None:
        """Lose AWS's answer, or add what AWS was not asked."""
        if flow.metadata.get(LOST):
            flow.kill()
        elif refused := flow.metadata.get(REFUSED):
            answer = json.loads(flow.response.content)
            answer["Entries"] = refused + answer["Entries"]
            answer["FailedEntryCount"] += len(refused)
            flow.response.content = json.dumps(answer).encode()

    def _controlled(self, request: http.Request) -> http.Response:
        if request.method == "PUT":
            self.orders.append(Order(**json.loads(request.content)))
        elif request.method == "DELETE":
            self.orders, self.hits = [], []
        return http.Response.make(200, json.dumps(self.hits), {"Content-Type": "application/json"})


def service(request: http.Request) -> str:
    """The service that a request is signed for, as the SDK calls it; "" for one that is not signed."""
    scope = request.headers.get("Authorization", "").partition("Credential=")[2].partition(",")[0].split("/")
    return scope[3] if len(scope) == 5 else ""


def operation(request: http.Request) -> str:
    """What it asks for: AWS's name of it, or the method where only method and path say so."""
    return str(request.headers.get(TARGET, "").rpartition(".")[2] or request.method)


def inflict(fault: dict[str, Any], flow: http.HTTPFlow) -> None:
    """Have a request end as ordered."""
    match fault["how"]:
        case "error":
            flow.response = refusal(fault, service(flow.request))
        case "cut":
            flow.kill()
        case "lost":
            flow.metadata[LOST] = True
        case "partial":
            withhold(fault, flow)


def refusal(fault: dict[str, Any], of: str) -> http.Response:
    """AWS's error in the form that this service words it."""
    code, message = fault["code"], "A fault that was ordered."
    if of == "s3":
        document = f"<?xml version='1.0'?><Error><Code>{code}</Code><Message>{message}</Message></Error>"
        return http.Response.make(fault["status"], document, {"Content-Type": "application/xml"})
    body = {"__type": code, "message": message, **fault["members"]}
    headers = {"Content-Type": "application/x-amz-json-1.1", "x-amzn-ErrorType": code}
    return http.Response.make(fault["status"], json.dumps(body), headers)


def withhold(fault: dict[str, Any], flow: http.HTTPFlow) -> None:
    """Keep the first entries of a `PutEvents` from AWS; the others go on, in a body that nobody signed."""
    body = json.loads(flow.request.content)
    first = body["Entries"][: fault["entries"]]
    refused = [{"ErrorCode": fault["code"], "ErrorMessage": "A fault that was ordered."} for _ in first]
    body["Entries"] = body["Entries"][len(first) :]
    if not body["Entries"]:
        answer = json.dumps({"FailedEntryCount": len(refused), "Entries": refused})
        flow.response = http.Response.make(200, answer, {"Content-Type": "application/x-amz-json-1.1"})
        return
    flow.metadata[REFUSED] = refused
    flow.request.content = json.dumps(body).encode()
    give_to_root(flow.request)


def give_to_root(request: http.Request) -> None:
    """Make a request one of the account's root, whose signature the local AWS does not look at."""
    scope = request.headers["Authorization"].partition("/")[2]
    request.headers["Authorization"] = f"AWS4-HMAC-SHA256 Credential={ROOT}/{scope}"
    request.headers.pop("X-Amz-Security-Token", None)


addons = [Proxy()]
