"""An endpoint that fails for a third of its calls, is slow, and takes some without saying so, hears of every outcome.

The receiver is the trial's own: what it does with a call is settled by the call's id and number, not by chance. Half of
the records are deleted meanwhile, so that they have a second outcome, which may not come before the first.

Tries are 20 s apart at most, in place of three hours: who fails a third of all calls fails some event five times in a
row, and that one would come again after half an hour.
"""

import hashlib
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from threading import Lock
from time import monotonic, sleep
from typing import Any

import requests
from standardwebhooks import Webhook, WebhookVerificationError

from local.loopback import serving
from local.trials.harness import PATIENCE, POLL_SECONDS, Harness
from local.trials.pictures import contents
from local.trials.result import Figure, Result
from local.trials.trial import Trial, scaled

UPLOADS = 200
FUNCTION, FUNCTION_SECONDS = "PostWebhooks", 60
HASTY = Path(__file__).with_name("hasty.py")
# Of a hundred calls: how many fail, how many are taken and answered as if they had failed, how many take their time.
FAIL, REPEAT, SLOW = 25, 5, 10
SLOW_SECONDS = 2.0


@dataclass
class Receiver:
    """What came, in its order: the outcomes that were taken, by record; how many calls were not signed well."""

    webhook: Webhook | None = None
    calls: dict[str, int] = field(default_factory=dict)
    taken: dict[str, list[tuple[str, str]]] = field(default_factory=dict)
    unsigned: int = 0
    repeated: int = 0
    lock: Lock = field(default_factory=Lock)

    def answer(self, headers: dict[str, str], body: bytes) -> int:
        """The HTTP status for one call."""
        id = headers["webhook-id"]
        with self.lock:
            number = self.calls[id] = self.calls.get(id, 0) + 1
        try:
            event = self.webhook.verify(body, headers) if self.webhook else {}
        except WebhookVerificationError:
            self.unsigned += 1
            return 401
        chance = hashlib.sha256(f"{id} {number}".encode()).digest()[0] * 100 // 256
        if chance < FAIL:
            return 500
        if FAIL + REPEAT <= chance < FAIL + REPEAT + SLOW:
            sleep(SLOW_SECONDS)
        with self.lock:
            outcomes = self.taken.setdefault(event["data"]["record_id"], [])
            if any(one == id for one, _ in outcomes):
                self.repeated += 1
            else:
                outcomes.append((id, event["data"]["status"]))
        return 500 if chance < FAIL + REPEAT else 204


def run(harness: Harness, scale: float) -> Result:
    """Every outcome of every record reaches the endpoint, verified, the deletion after the reading."""
    receiver = Receiver()
    with receiving(receiver.answer) as url:
        secret = add(harness, url)
        receiver.webhook = Webhook(secret)
        harness.run_instead(harness.stack.parts[FUNCTION], HASTY, FUNCTION_SECONDS)
        sent = harness.upload(contents(scaled(UPLOADS, scale)))
        harness.read()
        records = harness.records()
        ids = [str(records[one]["id"]) for one in sent if one in records]
        deleted = ids[::2]
        for id in deleted:
            requests.delete(
                f"{harness.stack.url}/records/{id}", headers={"x-api-key": harness.stack.api_key}, timeout=60
            ).raise_for_status()
        seconds = _wait(harness, receiver, len(ids) + len(deleted))
    came = {id: [status for _, status in outcomes] for id, outcomes in receiver.taken.items()}
    wanted = {id: ["succeeded"] for id in ids} | {id: ["succeeded", "deleted"] for id in deleted}
    return Result(
        "webhooks",
        f"{len(sent)} uploads, {len(deleted)} of their records deleted; of 100 calls of the endpoint {FAIL + REPEAT} "
        f"fail, {REPEAT} of these after it took the event, and {SLOW} take {SLOW_SECONDS:.0f} s; tries are 20 s "
        "apart at most",
        [
            Figure("lost", sum(len(set(wanted[id]) - set(came.get(id, []))) for id in wanted), most=0),
            Figure("out of order", sum(came.get(id) == ["deleted", "succeeded"] for id in wanted), most=0),
            Figure("not verified", receiver.unsigned, most=0),
            Figure("dead letters", harness.waiting(harness.stack.dead_letters), most=0),
            Figure("calls", sum(receiver.calls.values())),
            Figure("came twice", receiver.repeated),
            Figure("seconds", seconds),
        ],
    )


def add(harness: Harness, url: str) -> str:
    """Add the receiver as an endpoint that the operator trusts; its secret."""
    functions, name = harness.stack.client("lambda"), harness.stack.parts[FUNCTION]
    harness.set(name, WEBHOOK_ORIGINS=url)
    payload = json.dumps({"command": "add", "url": f"{url}/hook"}).encode()
    answer: dict[str, Any] = json.loads(functions.invoke(FunctionName=name, Payload=payload)["Payload"].read())
    return str(answer["endpoint"]["secret"])


def _wait(harness: Harness, receiver: Receiver, outcomes: int) -> float:
    """Wait until so many outcomes have come and no delivery waits, or nothing comes for long; the seconds it took."""
    begun = last = monotonic()
    before = -1
    while monotonic() - last < PATIENCE:
        came = sum(map(len, receiver.taken.values()))
        if came >= outcomes and not harness.waiting(harness.stack.parts["Deliveries"]):
            break
        if came != before:
            before, last = came, monotonic()
        sleep(POLL_SECONDS)
    return monotonic() - begun


@contextmanager
def receiving(answer: Callable[[dict[str, str], bytes], int]) -> Iterator[str]:
    """The base URL of an endpoint that answers each call with the status that its headers and its body get."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(answer({name.lower(): text for name, text in self.headers.items()}, body))
            self.send_header("Content-Length", "0")
            self.end_headers()

    with serving(Handler) as url:
        yield url


TRIAL = Trial("webhooks", run)
