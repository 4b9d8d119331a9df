"""Which alarms sound, as CloudWatch evaluates them, and what functions count for it.

Nobody waits for an alarm's periods here: what was measured is put into one period, and said to come again in each.
"""

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from operator import gt
from typing import Any

# Namespace, name, dimensions.
Metric = tuple[str, str, frozenset[tuple[str, str]]]
# The values of one period.
Measured = Mapping[Metric, Sequence[float]]
# As `describe_alarms` and a template without functions have it.
Alarm = Mapping[str, Any]

STATISTICS: Mapping[str, Callable[[Sequence[float]], float]] = {"Sum": sum, "Maximum": max}
EXPRESSIONS: Mapping[str, Callable[[Sequence[float]], float]] = {"MAX(METRICS())": max, "SUM(METRICS())": sum}
COMPARISONS: Mapping[str, Callable[[float, float], bool]] = {"GreaterThanThreshold": gt}
EMBEDDED = '{"_aws"'


def metric(namespace: str, name: str, **dimensions: str) -> Metric:
    """A metric by its names and the values of its dimensions."""
    return namespace, name, frozenset(dimensions.items())


def emitted(lines: Iterable[str]) -> dict[Metric, list[float]]:
    """What functions printed for CloudWatch in its embedded metric format (EMF), under each set of dimensions."""
    found: defaultdict[Metric, list[float]] = defaultdict(list)
    for entry in (json.loads(line) for line in lines if line.startswith(EMBEDDED)):
        for part in entry["_aws"]["CloudWatchMetrics"]:
            for names in part["Dimensions"]:
                dimensions = {name: entry[name] for name in names}
                for one in part["Metrics"]:
                    found[metric(part["Namespace"], one["Name"], **dimensions)] += entry[one["Name"]]
    return found


def sounding(alarms: Mapping[str, Alarm], measured: Measured) -> set[str]:
    """The names of those that sound; raises `KeyError` for an alarm of a form that this cannot evaluate."""
    return {name for name, alarm in alarms.items() if _sounds(alarm, measured)}


def _sounds(alarm: Alarm, measured: Measured) -> bool:
    compare, value = COMPARISONS[alarm["ComparisonOperator"]], _value(alarm, measured)
    if value is None:
        return bool(alarm["TreatMissingData"] == "breaching")
    return compare(value, alarm["Threshold"])


def _value(alarm: Alarm, measured: Measured) -> float | None:
    """What is compared with the threshold; None where nothing was measured."""
    if "Metrics" not in alarm:
        return _statistic(alarm, alarm["Statistic"], measured)
    [whole] = [one["Expression"] for one in alarm["Metrics"] if "Expression" in one]
    parts = [one["MetricStat"] for one in alarm["Metrics"] if "MetricStat" in one]
    values = [_statistic(part["Metric"], part["Stat"], measured) for part in parts]
    there = [value for value in values if value is not None]
    return EXPRESSIONS[whole](there) if there else None


def _statistic(of: Mapping[str, Any], statistic: str, measured: Measured) -> float | None:
    dimensions = {one["Name"]: one["Value"] for one in of["Dimensions"]}
    values = measured.get(metric(of["Namespace"], of["MetricName"], **dimensions))
    return STATISTICS[statistic](values) if values else None
