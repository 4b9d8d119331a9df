"""The load model: uploads arrive at a rate; each second so many are read as the tightest quota lets through.

What is not read waits in the queue. A table on demand doubles what it takes, half an hour after it was at its limit. An
index has one partition for a day, or as many as the day is divided into; a partition takes 1,000 writes a second.
"""

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ocr.entry.sqs import LONGEST_WAIT

QUOTAS: Mapping[str, Any] = json.loads((Path(__file__).parent / "quotas.json").read_text())


@dataclass(frozen=True)
class Load:
    """`documents` uploads, `rate` a second, spread over `products`, in one of the accounts of `quotas.json`."""

    documents: int = 1_000_000
    rate: float = 300
    account: str = "default"
    products: int = 7
    maximum_concurrency: int = 5
    index_writes: float = 1.0
    partitions: int = 1


@dataclass
class Run:
    """What came of a load. `bent` counts the seconds in which each ceiling was the one that held; times in seconds."""

    read: float = 0.0
    seconds: int = 0
    longest_queue: int = 0
    longest_wait: float = 0.0
    bent: Counter[str] = field(default_factory=Counter)

    @property
    def given_up(self) -> bool:
        """Whether an upload waited for longer than one does before it is given up."""
        return self.longest_wait > LONGEST_WAIT


def ceilings(load: Load) -> dict[str, float]:
    """Documents a second that each quota lets through, but for the table's, which grows."""
    seconds, batch = QUOTAS["seconds"], QUOTAS["batch"]
    # By S3 a product's place is shared by its batch, and each document takes one of the engine.
    places = 1 + 1 / batch
    return {
        "Lambda concurrency": QUOTAS["accounts"][load.account]["concurrency"] / (places * seconds),
        "MaximumConcurrency": load.products * load.maximum_concurrency * batch / seconds,
        "by_day": load.partitions * QUOTAS["partition writes a second"] / load.index_writes,
        "by_product": load.products * QUOTAS["partition writes a second"] / load.index_writes,
    }


def replay(load: Load) -> Run:
    """The load from its first upload until the last is read."""
    run, limits, arrived = Run(), ceilings(load), 0.0
    for table in _table():
        arrived = min(load.documents, arrived + load.rate)
        waiting = arrived - run.read
        name, most = min((limits | {"the table's writes": table}).items(), key=lambda limit: limit[1])
        done = min(waiting, most)
        if waiting > most:
            run.bent[name] += 1
        run.read += done
        run.seconds += 1
        run.longest_queue = max(run.longest_queue, int(waiting - done))
        run.longest_wait = max(run.longest_wait, (waiting - done) / most)
        if run.read > load.documents - 1:
            return run
    raise AssertionError("A table takes something every second.")


def _table() -> Iterator[float]:
    """Documents a second that a new table's writes let through: twice as many every half hour, up to the quota."""
    writes = QUOTAS["table writes a second"]
    second = 0
    while True:
        grown = writes["new table"] * 2 ** (second // QUOTAS["doubling seconds"])
        yield min(grown, writes["most"]) / writes["a document"]
        second += 1
