"""The alarms of a packaged template, and CloudWatch's reading of them as its documentation describes it.

Metric data are what the hub really printed (embedded metric format), or put by hand where AWS itself publishes them. Of
CloudWatch's rules there is what our alarms use; anything else is refused, so that no alarm is believed untried.
"""

from __future__ import annotations

import json
import operator
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from statistics import fmean
from typing import Any

__all__ = ["STACK", "Alarm", "Data", "alarms_of", "resolve"]

STACK = "hub3018"
SPARE = 2
"""CloudWatch looks at more points than an alarm needs. Its documentation shows five for three."""
COMPARISONS: Mapping[str, Callable[[float, float], bool]] = {
    "GreaterThanThreshold": operator.gt,
    "GreaterThanOrEqualToThreshold": operator.ge,
    "LessThanThreshold": operator.lt,
}
STATISTICS: Mapping[str, Callable[[Sequence[float]], float]] = {
    "Sum": sum, "Maximum": max, "Minimum": min, "Average": fmean,
}  # fmt: skip
INSIGHTS = re.compile(
    r"SELECT SUM\((?P<name>\w+)\) FROM SCHEMA\((?P<namespace>\w+), (?P<labels>[\w, ]+)\) WHERE (?P<where>.+) "
    r"GROUP BY (?P<group>\w+) ORDER BY SUM\(\) DESC LIMIT 1"
)
CONDITION = re.compile(r"(\w+) (=|!=) '([^']*)'")
Labels = frozenset[tuple[str, str]]
Series = dict[int, float]


@dataclass(frozen=True)
class Point:
    """One value of one metric at a moment (s)."""

    namespace: str
    name: str
    labels: Labels
    at: int
    value: float


@dataclass
class Data:
    """All metric data of an account."""

    points: list[Point] = field(default_factory=list)

    def put(self, namespace: str, name: str, value: float, at: int, **dimensions: str) -> None:
        """One value, as AWS's own services publish theirs."""
        self.points.append(Point(namespace, name, frozenset(dimensions.items()), at, value))

    def read(self, printed: str, at: int) -> None:
        """What functions printed at that moment: metrics are taken in, log lines passed over."""
        for line in printed.splitlines():
            if '"_aws"' in line:
                self._take(json.loads(line), at)

    def _take(self, line: Mapping[str, Any], at: int) -> None:
        for part in line["_aws"]["CloudWatchMetrics"]:
            for names in part["Dimensions"]:
                labels = {name: str(line[name]) for name in names}
                for metric in part["Metrics"]:
                    for value in line[metric["Name"]]:
                        self.put(part["Namespace"], metric["Name"], float(value), at, **labels)

    def series(self, points: Sequence[Point], statistic: str, period: int, count: int, at: int) -> Series:
        """The statistic of each of the last ``count`` periods that has a point; 0 is the latest, before ``at``."""
        values: dict[int, list[float]] = {}
        for point in points:
            values.setdefault((at - 1 - point.at) // period, []).append(point.value)
        return {n: STATISTICS[statistic](found) for n, found in values.items() if 0 <= n < count}


@dataclass(frozen=True)
class Alarm:
    """One alarm as the template defines it; ``made_of`` are its properties with every reference resolved."""

    id: str
    made_of: Mapping[str, Any]
    needs_deployment: bool

    @property
    def periods(self) -> int:
        """How many points it needs."""
        return int(self.made_of["EvaluationPeriods"])

    def state(self, data: Data, at: int, before: str = "OK") -> str:
        """OK or ALARM at that moment (s); ``before`` is its state so far."""
        threshold, compare = float(self.made_of["Threshold"]), COMPARISONS[self.made_of["ComparisonOperator"]]
        series = self._series(data, at)
        latest = [compare(series[n], threshold) for n in sorted(series)][: self.periods]
        wanted = int(self.made_of.get("DatapointsToAlarm", self.periods))
        breaching, lacking = sum(latest), self.periods - len(latest)
        if breaching >= wanted:
            return "ALARM"
        if lacking == 0:
            return "OK"
        match self.made_of["TreatMissingData"]:
            case "breaching":
                return "ALARM" if breaching + lacking >= wanted else "OK"
            case "notBreaching":
                return "OK"
            case "ignore":
                return "OK" if breaching < len(latest) else before
            case other:
                raise NotImplementedError(f"{self.id} treats missing data as {other}")

    def _series(self, data: Data, at: int) -> Series:
        count = self.periods + SPARE
        if "Metrics" not in self.made_of:
            return _measured(data, self.made_of, self.made_of["Statistic"], self.made_of["Period"], count, at)
        queries = self.made_of["Metrics"]
        (answer,) = [query for query in queries if query["ReturnData"]]
        if answer["Expression"] == "SUM(METRICS())":
            return _total([_stat(data, query["MetricStat"], count, at) for query in queries if query is not answer])
        return _insight(data, answer["Expression"], answer["Period"], count, at)


def _measured(data: Data, metric: Mapping[str, Any], statistic: str, period: int, count: int, at: int) -> Series:
    labels = frozenset((one["Name"], one["Value"]) for one in metric["Dimensions"])
    wanted = (metric["Namespace"], metric["MetricName"], labels)
    points = [point for point in data.points if (point.namespace, point.name, point.labels) == wanted]
    return data.series(points, statistic, period, count, at)


def _stat(data: Data, stat: Mapping[str, Any], count: int, at: int) -> Series:
    return _measured(data, stat["Metric"], stat["Stat"], stat["Period"], count, at)


def _total(parts: Sequence[Series]) -> Series:
    """What is missing of one metric is left out of the sum."""
    return {n: sum(part.get(n, 0) for part in parts) for n in {n for part in parts for n in part}}


def _insight(data: Data, query: str, period: int, count: int, at: int) -> Series:
    """The group whose sum is the largest."""
    asked = INSIGHTS.fullmatch(query)
    conditions = [CONDITION.fullmatch(one) for one in asked["where"].split(" AND ")] if asked else []
    if asked is None or None in conditions:
        raise NotImplementedError(query)
    groups: dict[str, list[Point]] = {}
    for point in data.points:
        labels = dict(point.labels)
        fits = all(c is not None and (labels.get(c[1]) == c[3]) == (c[2] == "=") for c in conditions)
        named = (point.namespace, point.name) == (asked["namespace"], asked["name"])
        named = named and set(labels) == set(asked["labels"].split(", "))
        if named and fits:
            groups.setdefault(labels[asked["group"]], []).append(point)
    found = [data.series(points, "Sum", period, count, at) for points in groups.values()]
    return max(found, key=lambda series: sum(series.values()), default={})


def alarms_of(template: Mapping[str, Any]) -> dict[str, Alarm]:
    """Every alarm of the template by its logical id."""
    return {
        id: Alarm(id, resolve(one["Properties"]), "Condition" in one)
        for id, one in template["Resources"].items()
        if one["Type"] == "AWS::CloudWatch::Alarm"
    }


def resolve(value: Any) -> Any:
    """References become names: the stack's, or the logical id of what is meant."""
    if isinstance(value, list):
        return [resolve(one) for one in value]
    if not isinstance(value, dict):
        return value
    if set(value) == {"Ref"}:
        return _named(value["Ref"])
    if set(value) == {"Fn::Sub"} and isinstance(value["Fn::Sub"], str):
        return re.sub(r"\$\{([^}]+)\}", lambda found: _named(found[1]), value["Fn::Sub"])
    return {name: resolve(one) for name, one in value.items()}


def _named(reference: str) -> str:
    return STACK if reference == "AWS::StackName" else reference
