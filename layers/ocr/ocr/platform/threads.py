"""Waiting side by side: for AWS and for vendors, who take their time while the processor is idle."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

# At once, and connections that are kept to each service for them: as many as a queue's batch has messages, where the
# template's BatchSize is not another one.
MOST = 15


def each[Given, Result](step: Callable[[Given], Result], given: Sequence[Given]) -> list[Result]:
    """What the step makes of each, in order. All are tried; raises what the first that fails raises."""
    if len(given) < 2:
        return [step(one) for one in given]
    with ThreadPoolExecutor(max_workers=min(MOST, len(given))) as threads:
        return list(threads.map(step, given))
