"""A vendor's bad day: maintenance, a way to a login, no quota left, slow answers; then it is well again.

Uploads wait in the queue before the day begins. Nobody does anything for them: each comes again until it is read.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from time import monotonic
from typing import Any

from local.cloud.sending import salt
from local.simulators import Control, reader
from local.simulators.pictures import opened
from local.trials.harness import Harness, Sent
from local.trials.pictures import plates
from local.trials.result import Figure, Result
from local.trials.trial import Trial, scaled

UPLOADS = 500
# The simulated vendor looks at each plate only once, however many contents show it.
PLATES = 25
# How the vendor answers, hour by hour, as `local.simulators.state.Order` has it; 10012: the calls bought are used up.
HOURS: Mapping[str, Mapping[str, Any]] = {
    "maintenance": {"fault": "maintenance"},
    "redirect": {"fault": "redirect"},
    "quota end": {"code": 10012},
    "slow answers": {"fault": "slow", "seconds": 3},
}
HOUR_SECONDS = 30.0
# An hour that no call falls into says nothing: a circuit breaker at rest lets none through.
LEAST_CALLS = 1


@dataclass
class Day:
    """The hours of a vendor's day, one after the other: each as long as `HOUR_SECONDS` and until calls fell into it."""

    vendor: Control
    clock: Callable[[], float] = monotonic
    hours: Iterator[tuple[str, Mapping[str, Any]]] = field(default_factory=lambda: iter(HOURS.items()))
    calls: dict[str, int] = field(default_factory=dict)
    _until: float = 0.0
    _before: int = 0
    _hour: str = ""
    _over: bool = False

    def begin(self) -> None:
        """Begin the first hour."""
        self._next()

    def __call__(self, done: int) -> None:
        """Count the hour's calls, and go on to the next once it is time; after the last one the vendor is well."""
        if self._over:
            return
        self.calls[self._hour] = self._made() - self._before
        if self.clock() >= self._until and self.calls[self._hour] >= LEAST_CALLS:
            self.vendor.forget()
            self._next()

    def _next(self) -> None:
        hour = next(self.hours, None)
        if hour is None:
            self._over = True
            return
        self._hour, order = hour
        self._until, self._before = self.clock() + HOUR_SECONDS, self._made()
        self.vendor.order(**order, times=None)

    def _made(self) -> int:
        calls: int = self.vendor.report()["calls"]
        return calls


def run(harness: Harness, scale: float) -> Result:
    """Uploads during the vendor's bad day: each ends in the right record, without any hand, and is paid for once."""
    different = list(plates(PLATES))
    for picture, _ in different:
        reader.plates(opened(picture))
    shown = [different[number % PLATES] for number in range(scaled(UPLOADS, scale))]
    uploads = harness.upload([picture + salt() for picture, _ in shown])
    day = Day(harness.vendor)
    day.begin()
    harness.read(meanwhile=day)
    day(len(uploads))
    lost, _, unannounced, calls = harness.tally(uploads, len(uploads))
    unknown = harness.resends()
    return Result(
        TRIAL.name,
        f"{len(uploads)} uploads while the vendor has {', '.join(HOURS)}, each for {HOUR_SECONDS:.0f} s or longer",
        [
            lost,
            Figure("wrong finals", _wrong(harness.records(), uploads, [number for _, number in shown]), most=0),
            unannounced,
            Figure(calls.name, calls.value, most=1 + unknown / len(uploads), least=1.0),
            *harness.bill(),
            Figure("calls of unknown outcome", unknown),
            *(Figure(f"calls in {hour}", day.calls.get(hour, 0), least=LEAST_CALLS) for hour in HOURS),
        ],
    )


def _wrong(records: Mapping[Sent, Mapping[str, Any]], uploads: Sequence[Sent], numbers: Sequence[str]) -> int:
    """How many of the records say anything else than the number on their plate; one that is lost says nothing."""
    return sum(
        _end(records[upload]) != ("succeeded", number)
        for upload, number in zip(uploads, numbers, strict=True)
        if upload in records
    )


def _end(record: Mapping[str, Any]) -> tuple[str, str | None]:
    document = record.get("document") or {}
    return record["status"], document.get("fields", {}).get("plate_number")


TRIAL = Trial("bad-day", run)
