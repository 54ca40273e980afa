"""When the helpline is open, and when a number may be dialled: hours ∩ window ∩ the number's quiet hours. Pure."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from chalicelib import hours

__all__ = ["HelplineSlots"]

ZONE = "Europe/Paris"
DATA = Path(__file__).parent / "data" / "hours.json"


class HelplineSlots:
    """The port ``Slots``: opening hours from data, or from ``expression`` (OpenStreetMap syntax, Paris) when given."""

    def __init__(self, expression: str, dial_hours: str) -> None:
        self._open = hours.parse(expression, ZONE) if expression else hours.load(DATA.read_text())
        self._dial = cache(lambda zone: hours.parse(dial_hours, zone))

    def is_open(self, at: int) -> bool:
        """Whether the helpline is open."""
        return self._open.is_open(at)

    def turn(self, at: int) -> int | None:
        """When it closes, or opens next."""
        return self._open.closes_at(at) if self._open.is_open(at) else self._open.opens_at(at)

    def show(self, at: int) -> str:
        """The moment in Paris."""
        return hours.isoformat(at, ZONE)

    def slot(self, at: int, not_after: int | None, zone: str | None) -> int:
        """The next moment a call may be dialled; a window that cannot be kept gives the next slot after it."""
        both = [self._open, self._dial(zone or ZONE)]
        found = hours.next_slot(both, at, not_after)
        if found is None:
            found = hours.next_slot(both, at)
        return at if found is None else found
