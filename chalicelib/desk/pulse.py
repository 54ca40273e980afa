"""Whether the hub itself is well: how the line stands, and whether that was measured lately."""

from __future__ import annotations

from dataclasses import dataclass

from chalicelib.desk.base import Desk
from chalicelib.desk.partners import Availability, availability
from chalicelib.model.session import MINUTE

__all__ = ["Pulse", "pulse"]

LATE_AFTER = 3 * MINUTE
"""The sweep measures each minute: after three something is wrong, and the waits told may be, too."""


@dataclass(frozen=True)
class Pulse:
    """How the line stands, when it was measured (ms; None: never), and whether that is too long ago."""

    line: Availability
    at: int
    measured: int | None
    late: bool


def pulse(desk: Desk) -> Pulse:
    """How the hub is; problem ``unavailable`` when it cannot tell."""
    now = desk.clock()
    line = availability(desk)
    saved = desk.directory.line().saved
    return Pulse(line, now, saved or None, late=now - saved > LATE_AFTER)
