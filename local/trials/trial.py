"""A trial: a promise, and how it is put to the test."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from local.trials.harness import Harness
from local.trials.result import Result

VENDOR = "juhe"


@dataclass(frozen=True)
class Trial:
    """One promise under trial.

    name        what it is called on the command line
    run         does it, on a ground of its own and at a scale (1.0 is what the promise is made for)
    parameters  the template's, where the trial needs others than the defaults
    concurrency  how many functions the account runs at once; 0: as many as this machine can
    vendor      who reads the pictures, simulated
    """

    name: str
    run: Callable[[Harness, float], Result]
    parameters: Mapping[str, str] = field(default_factory=dict)
    concurrency: int = 0
    vendor: str = VENDOR


def scaled(count: int, scale: float) -> int:
    """So many at this scale, at least one."""
    return max(1, round(count * scale))
