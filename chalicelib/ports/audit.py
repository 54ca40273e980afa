"""Who did what to which session."""

from __future__ import annotations

from typing import Protocol

__all__ = ["Audit"]


class Audit(Protocol):
    """Who did what to which session."""

    def record(self, who: str, what: str, session: str, at: int) -> None:
        """Append one record; raises when it was not written."""
        ...
