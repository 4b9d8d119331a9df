"""A clock of the tests' own, in place of the machine's and of the circuit breaker's, which reads its own."""

import time
from collections.abc import Callable
from datetime import datetime
from types import SimpleNamespace

import pytest
from aws_lambda_powertools.utilities.circuit_breaker import base as circuit


def patch(monkeypatch: pytest.MonkeyPatch, now: Callable[[], float]) -> None:
    """`now` tells the seconds since 1970 to whoever asks for the time."""
    monkeypatch.setattr(time, "time", now)
    monkeypatch.setattr(time, "time_ns", lambda: round(now() * 1e9))
    clock = SimpleNamespace(datetime=SimpleNamespace(now=lambda: datetime.fromtimestamp(now())))
    monkeypatch.setattr(circuit, "dt", clock)
