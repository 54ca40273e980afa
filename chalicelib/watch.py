"""What the hub tells its operator: log lines of allowed fields only, counts, and traces where X-Ray is on.

A field that is not on the list is dropped, so that no change elsewhere can put a number, a token, a message or an
address into a log. Values are words, counts and ids of our own making.
"""

from __future__ import annotations

import json
import os
from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from aws_lambda_powertools import Logger, Metrics

__all__ = ["ALLOWED", "count", "note", "trace"]

ALLOWED = frozenset(
    {
        "level", "message", "timestamp", "service", "request_id", "route", "method", "status", "ms", "code", "reason",
        "partner", "error", "place", "lapsed", "aside", "put_off", "ended", "erased", "failed",
        "woken", "delivered", "parked", "busy",
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

    return Metrics(namespace="Hub3018", service="hub")


def note(message: str, **fields: str | int | None) -> None:
    """Write one log line: a fixed message and allowed fields."""
    _logger().info(message, extra=fields)


def count(**counts: int) -> None:
    """Publish counts as metrics (CloudWatch embedded metric format)."""
    from aws_lambda_powertools.metrics import MetricUnit

    metrics = _metrics()
    for name, value in counts.items():
        metrics.add_metric(name=name, unit=MetricUnit.Count, value=value)
    metrics.flush_metrics()


def trace() -> None:
    """Trace calls to AWS where X-Ray is on; requests, answers and exceptions are never captured."""
    if os.environ.get("AWS_XRAY_DAEMON_ADDRESS") and os.environ.get("POWERTOOLS_TRACE_DISABLED") != "true":
        from aws_lambda_powertools import Tracer

        Tracer(service="hub", auto_patch=True, patch_modules=("botocore",))
