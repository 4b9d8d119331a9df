"""What may befall a call on its way: refused, done with its answer lost, the process dead before or after it, held up.

Every call of the handlers passes here: to AWS on botocore's own wire, to vendors at `ocr.vendors.transport.send`.
"""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any, Literal

from botocore.awsrequest import AWSResponse
from botocore.exceptions import ConnectionClosedError
from botocore.httpsession import URLLib3Session

Kind = Literal["refused", "throttled", "conflict", "lost", "crash before", "crash after", "pause before", "pause after"]
VENDOR = "vendor"
LONGEST_PAUSE = 60.0
# As botocore's own: what is written leaves without waiting for more.
AT_ONCE = [(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)]


class Crash(BaseException):
    """The process is gone: no handler of `Exception` sees it."""


@dataclass
class Fault:
    """What befalls `times` calls of an operation, after `skip` that go well."""

    operation: str
    kind: Kind
    skip: int = 0
    times: int = 1


@dataclass
class FaultInjector:
    """The faults that wait, and how many have fallen. `played` are operations that never leave this process.

    `passed` is told of each that did, with its request and answer, before anything befalls the answer.
    """

    played: dict[str, Callable[[bytes], bytes]] = field(default_factory=dict)
    passed: Callable[[str, Any, Any], None] = lambda *_: None
    faults: list[Fault] = field(default_factory=list)
    fallen: int = 0
    reached: threading.Event = field(default_factory=threading.Event)
    released: threading.Event = field(default_factory=threading.Event)
    _dead: bool = False
    _lock: Any = field(default_factory=threading.Lock, repr=False)
    _wire: URLLib3Session = field(default_factory=lambda: URLLib3Session(socket_options=AT_ONCE), repr=False)

    def clear(self) -> None:
        """Fair from now on."""
        self.faults.clear()

    @contextmanager
    def invocation(self) -> Iterator[None]:
        """A process of its own: when it crashes, all its threads end at their next call and nobody gets an answer."""
        self._dead = False
        try:
            yield
        except Crash:
            self._dead = True

    @contextmanager
    def indoors(self) -> Iterator[None]:
        """Nothing befalls what is called here: it is the test that looks."""
        waiting, self.faults, dead, self._dead = self.faults, [], self._dead, False
        yield
        self.faults, self._dead = waiting, dead

    @contextmanager
    def over(self, *clients: Any) -> Iterator[None]:
        """Have these clients' calls pass here."""
        for client in clients:
            client.meta.events.register("before-send", self._sent)
        yield
        for client in clients:
            client.meta.events.unregister("before-send", self._sent)

    def around[**Given, Result](
        self, operation: str, go: Callable[Given, Result], *given: Given.args, **named: Given.kwargs
    ) -> Result:
        """What `go` returns, unless a fault is injected; only crashes and pauses are known here."""
        kind = self._struck(operation)
        self._befall(kind, "before")
        result = go(*given, **named)
        self._befall(kind, "after")
        return result

    def _sent(self, request: Any, event_name: str, **_: Any) -> AWSResponse:
        """In place of botocore's own sending."""
        operation = event_name.rpartition(".")[2]
        kind = self._struck(operation)
        self._befall(kind, "before")
        if kind in _REFUSALS:
            return _answer(request, *_refusal(kind, event_name))
        answer = self._go(operation, request)
        try:
            self._befall(kind, "after")
            if kind == "lost":
                raise ConnectionClosedError(endpoint_url=request.url)
        except (Crash, ConnectionClosedError):
            _ = answer.content  # read to its end, else its connection stays open
            raise
        return answer

    def _go(self, operation: str, request: Any) -> AWSResponse:
        if operation in self.played:
            return _answer(request, 200, self.played[operation](request.body))
        answer: AWSResponse = self._wire.send(request)
        self.passed(operation, request, answer)
        return answer

    def _struck(self, operation: str) -> Kind | None:
        with self._lock:
            for fault in self.faults:
                if fault.operation != operation:
                    continue
                if fault.skip:
                    fault.skip -= 1
                    return None
                return self._fall(fault)
        return None

    def _fall(self, fault: Fault) -> Kind:
        self.fallen += 1
        fault.times -= 1
        self.faults = [one for one in self.faults if one.times]
        return fault.kind

    def _befall(self, kind: Kind | None, when: str) -> None:
        if kind == f"crash {when}":
            self._dead = True
        if kind == f"pause {when}":
            self.reached.set()
            assert self.released.wait(LONGEST_PAUSE)
        if self._dead:
            raise Crash


_REFUSALS = {"refused", "throttled", "conflict"}
_CODES = {
    "refused": "InternalServerError",
    "throttled": "ProvisionedThroughputExceededException",
    "conflict": "TransactionConflictException",
}


def _refusal(kind: str, event_name: str) -> tuple[int, bytes]:
    """Status and body of an error in the words of the service."""
    status, code = 500 if kind == "refused" else 400, _CODES[kind]
    if ".s3." in event_name:
        return 503, b"<Error><Code>SlowDown</Code><Message>Reduce your request rate.</Message></Error>"
    if code == "TransactionConflictException" and event_name.endswith("TransactWriteItems"):
        body = '{"__type": "TransactionCanceledException", "CancellationReasons": [{"Code": "TransactionConflict"}]}'
        return status, body.encode()
    return status, f'{{"__type": "{code}", "message": "told to"}}'.encode()


class _Raw(BytesIO):
    """As much of urllib3's response as botocore reads."""

    def stream(self, **_: Any) -> Iterator[bytes]:
        yield self.read()


def _answer(request: Any, status: int, content: bytes) -> AWSResponse:
    return AWSResponse(request.url, status, {}, _Raw(content))
