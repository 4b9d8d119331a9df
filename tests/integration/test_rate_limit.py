"""Promise: all functions together send a vendor no more requests a second than the settings say."""

from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from types import SimpleNamespace
from typing import Any

import pytest

from ocr.declare.offers import VendorRequest
from ocr.pages.examine import examine
from ocr.pipeline import routing
from ocr.platform.errors import VendorUnavailable
from ocr.vendors import rate_limit
from tests.support.aws import World, forget_settings
from tests.support.scripted import First, Ticket, calls, picture, product, reading
from tests.support.sending import post


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The time, which stands still unless somebody sleeps."""
    now = [1_800_000_000.0]
    monkeypatch.setattr(rate_limit.time, "time", lambda: now[0])
    return now


@pytest.fixture
def ten_a_second(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VENDOR_RATES", "first=10 second=0.5")
    forget_settings()


def test_places_are_one_interval_apart_however_many_ask_at_once(ten_a_second: None, clock: list[float]) -> None:
    with ThreadPoolExecutor(8) as threads:
        places = list(threads.map(lambda _: rate_limit.place("first", 60), range(40)))
    assert all(mine for mine, _ in places)
    waits = sorted(seconds for _, seconds in places)
    assert waits[0] == 0
    assert [round(later - earlier, 3) for earlier, later in pairwise(waits)] == [0.1] * 39


def test_who_cannot_wait_is_told_how_long_and_takes_no_place(ten_a_second: None, clock: list[float]) -> None:
    assert rate_limit.place("second", 1) == (True, 0)
    assert rate_limit.place("second", 1) == (False, 2)
    assert rate_limit.place("second", 1) == (False, 2)
    assert rate_limit.place("second", 2) == (True, 2)


def test_a_vendor_that_rested_is_sent_one_at_once_not_many(ten_a_second: None, clock: list[float]) -> None:
    rate_limit.place("first", 60)
    clock[0] += 3600
    assert [rate_limit.place("first", 60)[1] for _ in range(3)] == [0, 0.1, 0.2]


def test_nobody_stands_in_line_beyond_the_end(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    now = [0.0]
    stood: list[tuple[float, float]] = []

    def place(_: str, patience: float) -> tuple[bool, float]:
        stood.append((now[0], patience))
        return True, 3.0

    def sleep(seconds: float) -> None:
        now[0] += seconds

    monkeypatch.setattr(routing, "time", SimpleNamespace(monotonic=lambda: now[0], sleep=sleep))
    monkeypatch.setattr(rate_limit, "place", place)
    documents = [examine(picture(seed)) for seed in range(30)]
    ask = VendorRequest("ticket", Ticket, documents, {}, seconds=25)
    turns = [routing.DocumentRun(document, lambda *_: None, lambda _: None) for document in documents]
    routing.read([First([reading])], ask, turns)
    assert all(at + patience <= 25 for at, patience in stood)
    late = [turn.outcome for turn in turns if isinstance(turn.outcome, VendorUnavailable)]
    assert late
    assert {(busy.code, busy.paid) for busy in late} == {("time", False)}


def test_a_vendor_without_a_rate_does_not_wait(world: World) -> None:
    assert [rate_limit.place("first", 0) for _ in range(3)] == [(True, 0)] * 3


def test_a_rate_that_is_used_up_goes_on_to_the_next_vendor_unpaid(
    ten_a_second: None, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def taken(vendor: str, _: float) -> Any:
        return (False, 7.2) if vendor == "first" else (True, 0.0)

    monkeypatch.setattr(rate_limit, "place", taken)
    kind = product([reading], [lambda: reading("second")])
    status, record = post(kind, picture())
    assert (status, record["vendor"]) == (200, "second")
    assert (calls(kind), record["attempts"][0]["code"], record["attempts"][0]["units"]) == (0, "rate", 0)
    status, problem = post(product([reading]), picture(1))
    assert (status, problem["headers"]["Retry-After"]) == (503, "8")
    assert problem["type"] == f"urn:ocr:problem:{VendorUnavailable.default_kind}"
