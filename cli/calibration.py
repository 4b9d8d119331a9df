"""Whether confidences mean what they say: how many of the values that are said to be so sure are right."""

from collections.abc import Iterable, Sequence
from statistics import fmean
from typing import NamedTuple

# Where confidences are parted, to compare what they promise with what is right.
BINS = (0.0, 0.5, 0.7, 0.8, 0.9, 0.95, 0.99, 1.0)


class Bin(NamedTuple):
    """The values whose confidence is from `low` to below `high` (1 is in the last bin): how many, their mean
    confidence, the share of them that is right."""

    low: float
    high: float
    values: int
    sure: float
    right: float


def reliability(told: Iterable[tuple[float, bool]]) -> list[Bin]:
    """The bins that have values, of pairs: a value's confidence, 0..1, and whether the value is right."""
    pairs = list(told)
    bins = []
    for low, high in zip(BINS, BINS[1:], strict=False):
        ours = [pair for pair in pairs if low <= pair[0] < high or pair[0] == high == BINS[-1]]
        if ours:
            bins.append(Bin(low, high, len(ours), fmean(sure for sure, _ in ours), fmean(right for _, right in ours)))
    return bins


def calibration_error(bins: Sequence[Bin]) -> float:
    """The expected calibration error, 0..1: by how much confidence and share part, on average over the values.

    Raises ZeroDivisionError where there are none.
    """
    return sum(one.values * abs(one.sure - one.right) for one in bins) / sum(one.values for one in bins)
