"""What is known of callback numbers over all sessions."""

from __future__ import annotations

from typing import Protocol

from chalicelib.model.number import Number

__all__ = ["Numbers", "Outrun"]


class Outrun(Exception):
    """Somebody else changed what is known of a number; ``winner`` is how it stands now (None: nothing is known)."""

    def __init__(self, winner: Number | None) -> None:
        super().__init__("outrun")
        self.winner = winner


class Numbers(Protocol):
    """What is known of each number, by its keyed hash; kept where neither a stream nor a backup copies it."""

    def get(self, name: bytes) -> Number | None:
        """What is stored of the number, read strongly."""
        ...

    def replace(self, name: bytes, before: Number | None, after: Number | None) -> None:
        """Store ``after`` (None: nothing), if what is stored still is ``before``; else Outrun."""
        ...
