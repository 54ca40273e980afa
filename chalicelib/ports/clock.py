"""What time it is, chance, and the hours."""

from __future__ import annotations

from typing import Protocol

__all__ = ["Clock", "Slots", "Tokens"]


class Clock(Protocol):
    """The time."""

    def __call__(self) -> int:
        """Now, in ms since the epoch."""
        ...


class Tokens(Protocol):
    """Randomness for write ids and cookies."""

    def __call__(self) -> bytes:
        """Sixteen unpredictable bytes."""
        ...


class Slots(Protocol):
    """Opening hours and dialling hours."""

    def is_open(self, at: int) -> bool:
        """Whether the helpline is open."""
        ...

    def turn(self, at: int) -> int | None:
        """When the helpline closes (if open) or opens next; None for never."""
        ...

    def show(self, at: int) -> str:
        """The moment in the helpline's own time."""
        ...

    def slot(self, at: int, not_after: int | None, zone: str | None) -> int:
        """The next moment a call to ``zone`` may be dialled; a window that cannot be kept gives the next slot."""
        ...
