"""The alarms as they are deployed: what the deployed sweep publishes reaches them, read by the engine's own CloudWatch.

The engine takes no metrics out of logs, so they are handed over here; it knows neither missing data nor dimensions of
alarms, so tests/integration has the rest.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from tests.alarms import Data, Point
from tests.hub import Hub

WITHIN = 30


def printed(hub: Hub, group: str, since: int) -> str:
    """What a function has printed since then (ms)."""
    pages = hub.aws("logs").get_paginator("filter_log_events").paginate(logGroupName=group, startTime=since)
    return "\n".join(event["message"] for page in pages for event in page["events"])


def swept(hub: Hub) -> Data:
    """The metrics of one sweep."""
    since = time.time_ns() // 1_000_000
    hub.sweep()
    data = Data()
    for _ in range(WITHIN * 5):
        data = Data()
        data.read(printed(hub, hub.facts["engine"]["sweep_log_group"], since), at=0)
        if any(point.name == "Parked" for point in data.points):
            break
        time.sleep(0.2)
    return data


def entries(points: list[Point]) -> Iterator[dict[str, Any]]:
    for point in points:
        dimensions = [{"Name": name, "Value": value} for name, value in sorted(point.labels)]
        yield {
            "MetricName": point.name, "Dimensions": dimensions, "Value": point.value, "Timestamp": datetime.now(UTC)
        }  # fmt: skip


def states(hub: Hub) -> dict[str, tuple[str, str, list[dict[str, str]]]]:
    """Each alarm's state, metric and dimensions."""
    alarms = hub.aws("cloudwatch").describe_alarms()["MetricAlarms"]
    return {one["AlarmName"]: (one["StateValue"], one["MetricName"], one["Dimensions"]) for one in alarms}


def test_what_the_deployed_sweep_publishes_trips_the_deployed_alarms(hub: Hub) -> None:
    for row in hub.rows():
        if row["pk"]["S"] == "presence":  # nobody is signed in any more
            hub.aws("dynamodb").delete_item(TableName=hub.facts["table"], Key={"pk": row["pk"], "sk": row["sk"]})
    data = swept(hub)
    values = {point.name: point.value for point in data.points}
    assert (values["Swept"], values["SignedIn"], values["NobodyThere"]) == (1, 0, 1)
    for entry in entries(data.points):
        hub.aws("cloudwatch").put_metric_data(Namespace="Hub3018", MetricData=[entry])
    found = states(hub)
    assert found["hub3018-NobodyThere"][0] == "ALARM"
    assert found["hub3018-SweepSilent"][0] == "OK"
    listening = {
        metric: {one["Name"]: one["Value"] for one in dimensions} for _, metric, dimensions in found.values()
    }  # fmt: skip
    for name in ("OldestOverTarget", "NobodyThere", "Swept", "SweepFailed", "Parked"):
        assert frozenset(listening[name].items()) in {point.labels for point in data.points if point.name == name}
