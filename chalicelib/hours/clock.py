"""Zones and their wall clocks."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

__all__ = ["isoformat", "zone"]


def zone(name: str) -> ZoneInfo:
    """Return the IANA zone of that name, or raise ValueError."""
    # imported here, because it costs more than the rest of this package and not every process asks for hours
    from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError("zone: the name of an IANA time zone expected") from None


def isoformat(at: int, name: str) -> str:
    """Return ``at`` (ms) as RFC 3339 in that zone, whole seconds: ``2026-11-22T23:00:00+01:00``."""
    return datetime.fromtimestamp(at // 1000, zone(name)).isoformat()
