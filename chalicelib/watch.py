"""What the hub tells its operator: log lines of allowed fields only, counts, and traces where X-Ray is on.

A field that is not on the list is dropped, so that no change elsewhere can put a number, a token, a message or an
address into a log. Values are words, counts and ids of our own making.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from aws_lambda_powertools import Logger, Metrics

    from chalicelib.aws.thin import Around

__all__ = ["ALLOWED", "NAMESPACE", "count", "note", "seconds", "traced"]

NAMESPACE = "Hub3018"
"""Of every metric. The dimension ``service`` is the stack's name, so that two stacks of one account stay apart."""

ALLOWED = frozenset(
    {
        "level", "message", "timestamp", "service", "request_id", "route", "method", "status", "ms", "code", "reason",
        "partner", "error", "place", "lapsed", "aside", "put_off", "ended", "erased", "failed",
        "recorded", "sealed", "woken", "delivered", "parked", "busy", "looked", "repaired", "unreadable", "outrun",
        "left", "repaired_lane", "repaired_due", "repaired_hold", "repaired_turn", "repaired_erase", "repaired_end",
    }
)  # fmt: skip
LONGEST = 200


def _serialise(line: dict[str, Any]) -> str:
    kept = {name: value for name, value in line.items() if name in ALLOWED and value is not None}
    return json.dumps({name: v if isinstance(v, int) else str(v)[:LONGEST] for name, v in kept.items()})


@cache
def _logger() -> Logger:
    from aws_lambda_powertools import Logger

    return Logger(service="hub", level="INFO", json_serializer=_serialise, use_rfc3339=True)


@cache
def _metrics() -> Metrics:
    from aws_lambda_powertools import Metrics

    return Metrics(namespace=NAMESPACE)  # its dimension comes from POWERTOOLS_SERVICE_NAME, as the template says


def note(message: str, **fields: str | int | None) -> None:
    """Write one log line: a fixed message and allowed fields."""
    _logger().info(message, extra=fields)


def count(partner: str = "", /, **counts: int) -> None:
    """Publish counts as metrics (CloudWatch embedded metric format).

    ``partner``, a registered id, makes them that partner's; anything a stranger can choose would make up new metrics.
    """
    _publish("Count", partner, counts)


def seconds(**lengths: int) -> None:
    """Publish lengths of time in seconds as metrics."""
    _publish("Seconds", "", lengths)


def _publish(unit: str, partner: str, values: Mapping[str, int]) -> None:
    metrics = _metrics()
    if partner:
        metrics.add_dimension("partner", partner)
    for name, value in values.items():
        metrics.add_metric(name=name, unit=unit, value=value)
    metrics.flush_metrics()


def traced() -> Around | None:
    """What stands around calls to AWS where X-Ray is on: each is a subsegment; elsewhere the tracer is not imported.

    It tells service, operation and table, and whether the call failed; never what was asked, answered or refused.
    """
    if not os.environ.get("AWS_XRAY_DAEMON_ADDRESS") or os.environ.get("POWERTOOLS_TRACE_DISABLED") == "true":
        return None
    from aws_lambda_powertools import Tracer

    recorder: Any = Tracer(service="hub", auto_patch=False).provider

    @contextmanager
    def around(service: str, operation: str, parameters: Mapping[str, Any]) -> Iterator[Mapping[str, str]]:
        segment = recorder.begin_subsegment(service, namespace="aws")
        if segment is None:  # the context is missing: nothing traced this invocation
            yield {}
            return
        table = parameters.get("TableName")
        segment.set_aws({"operation": operation, **({"table_name": table} if table else {})})
        sampled = int(bool(segment.sampled))
        try:
            yield {"X-Amzn-Trace-Id": f"Root={segment.trace_id};Parent={segment.id};Sampled={sampled}"}
        except Exception as fault:
            if hasattr(fault, "response"):  # a refusal, such as a condition that does not hold
                segment.add_error_flag()
            else:
                segment.add_fault_flag()
            raise
        finally:
            recorder.end_subsegment()

    return around
