"""How much work one picture may be, whatever is on it.

Processor time is what a page costs on any machine; wall time is what the caller waits. A page that needs too much of
the first is never read; one that runs out of the second may be read when there is more.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

# A page of a thousand lines, the most that the detector finds, takes about 50 seconds of processor time.
MOST_CPU_SECONDS = 60.0


class TooMuch(Exception):
    """The picture needs more work than one picture may be."""


class Late(Exception):
    """The caller's time is over."""


@dataclass(frozen=True)
class Bounds:
    """The ends of one picture's time: on the monotonic clock, and on that of the process's processor time."""

    until: float = float("inf")
    cpu_until: float = float("inf")


# The engine reads one picture at a time, in several threads.
_bounds = Bounds()


@contextmanager
def within(seconds: float) -> Iterator[None]:
    """Let the block take so many seconds, and so much work as one picture may be."""
    global _bounds
    _bounds = Bounds(time.monotonic() + seconds, time.process_time() + MOST_CPU_SECONDS)
    try:
        yield
    finally:
        _bounds = Bounds()


def check() -> None:
    """Raise `TooMuch` or `Late` when the picture's time is over. Called before each line is read."""
    if time.process_time() > _bounds.cpu_until:
        raise TooMuch
    if time.monotonic() > _bounds.until:
        raise Late
