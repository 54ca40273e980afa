"""The hours a callback may be asked for. Pure, standard library only.

They are an offer, not a promise: the desk checks the opening hours and the number's own quiet hours again.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

__all__ = ["PARIS", "Window", "around", "windows"]

PARIS = ZoneInfo("Europe/Paris")

_HOURS = ((9, 12), (12, 14), (14, 17), (17, 19), (19, 21))
_DAYS = 3


@dataclass(frozen=True)
class Window:
    """A stretch of one day in Paris. ``whole_day`` is the widest one of its day."""

    day: date
    start: datetime
    end: datetime
    whole_day: bool = False

    @property
    def value(self) -> str:
        """The form's value: an ISO 8601 interval ``start/end`` with the Paris offset, whole seconds."""
        return f"{self.start.isoformat()}/{self.end.isoformat()}"


def windows(now: int) -> list[Window]:
    """Windows that start after ``now`` (ms since the epoch), today and the two days after it, in order."""
    today = datetime.fromtimestamp(now / 1000, UTC).astimezone(PARIS).date()
    found = []
    for day in (today + timedelta(days=after) for after in range(_DAYS)):
        if day > today:
            found.append(Window(day, _at(day, _HOURS[0][0]), _at(day, _HOURS[-1][1]), whole_day=True))
        for first, last in _HOURS:
            start = _at(day, first)
            if start.timestamp() * 1000 > now:
                found.append(Window(day, start, _at(day, last)))
    return found


def around(offered: list[Window], at: str | None) -> Window | None:
    """The shortest window that holds a moment (RFC 3339): where a form to change a call starts."""
    if not at:
        return None
    moment = datetime.fromisoformat(at)
    found = [window for window in offered if window.start <= moment < window.end]
    return min(found, key=lambda window: window.end - window.start, default=None)


def _at(day: date, hour: int) -> datetime:
    return datetime.combine(day, time(hour), PARIS)
