"""Opening hours: when the helpline, or the territory of a number, is open. Pure; standard library only.

An instant is open when the zone's wall clock then reads a time within a span. So hours that the clock skips
begin at the next real instant, and an hour that comes twice counts twice. Instants are integer ms since the
epoch, 1970 to 9000. A span excludes its end; spans that touch, at midnight too, are one opening.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from chalicelib.hours.calendar import Calendar, Version, load
from chalicelib.hours.clock import isoformat
from chalicelib.hours.schedule import HORIZON, Schedule, parse
from chalicelib.hours.syntax import BadHours

__all__ = [
    "HORIZON",
    "BadHours",
    "Calendar",
    "Hours",
    "Schedule",
    "Version",
    "isoformat",
    "load",
    "next_slot",
    "parse",
]


class Hours(Protocol):
    """What ``Schedule`` and ``Calendar`` both answer. ``HORIZON`` is how far ahead they look."""

    def is_open(self, at: int) -> bool:
        """Say whether ``at`` is within an opening."""
        ...

    def opens_at(self, at: int) -> int | None:
        """Return the first open instant from ``at`` on (``at`` when open); None beyond ``HORIZON``."""
        ...

    def closes_at(self, at: int) -> int | None:
        """Return the first closed instant from ``at`` on (``at`` when closed); None beyond ``HORIZON``."""
        ...


def next_slot(schedules: Sequence[Hours], at: int, not_after: int | None = None) -> int | None:
    """Return the first instant from ``at`` on at which all are open.

    None when it comes after ``not_after`` (itself allowed) or beyond ``HORIZON``.
    """
    last = at + HORIZON if not_after is None else min(not_after, at + HORIZON)
    slot = at
    while slot <= last:
        latest = slot
        for schedule in schedules:
            opening = schedule.opens_at(latest)
            if opening is None:
                return None
            latest = opening
        if latest == slot:
            return slot
        slot = latest
    return None
