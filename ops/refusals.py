"""Why a token was refused: read from the API's log, where the reason stands beside the partner's request_id."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterator
from typing import Any

from chalicelib.identity.reasons import REASONS

__all__ = ["reasons"]

MESSAGE = "token refused"
REQUEST = re.compile(r"[A-Za-z0-9._-]{1,128}")


def reasons(logs: Any, group: str, request: str, hours: int) -> Iterator[str]:
    """One line per refusal of this request_id in the last ``hours``: when, who and why. Nothing for a malformed id."""
    if not REQUEST.fullmatch(request):
        return
    pages = logs.get_paginator("filter_log_events").paginate(
        logGroupName=group,
        filterPattern=f'"{request}"',
        startTime=(time.time_ns() // 1_000_000) - hours * 3_600_000,
    )
    for page in pages:
        for event in page["events"]:
            line = _read(event["message"])
            if line.get("message") == MESSAGE and line.get("request_id") == request:
                partner = line.get("partner") or "an unknown partner"
                reason = str(line.get("reason", "no reason given"))
                yield f"{line.get('timestamp', '')} {partner}: {reason}. {REASONS.get(reason, '')}".rstrip()


def _read(message: str) -> dict[str, Any]:
    try:
        found = json.loads(message)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
