"""When a webhook is tried again, in words, from the hub's own schedule."""

from __future__ import annotations

from chalicelib.model.delivery import SCHEDULE
from chalicelib.model.session import SECOND

__all__ = ["attempts"]

_UNITS = ((86400, "d"), (3600, "h"), (60, "min"), (1, "s"))


def attempts() -> list[tuple[int, str, str]]:
    """Number of the attempt, the wait before it, and when it comes at the earliest, counted from the status."""
    total, found = 0, []
    for number, wait in enumerate(SCHEDULE, 1):
        total += wait
        found.append((number, _span(wait), _span(total)))
    return found


def _span(ms: int) -> str:
    """A length of time in its largest two units."""
    if ms == 0:
        return "at once"
    left, parts = ms // SECOND, []
    for size, unit in _UNITS:
        if left >= size:
            parts.append(f"{left // size} {unit}")
            left %= size
    return " ".join(parts[:2])
