"""A counsellor: who takes sessions."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Counsellor"]


@dataclass(frozen=True)
class Counsellor:
    """A counsellor signed in: ``subject`` never changes, ``username`` is shown, ``expires`` ends the token (ms)."""

    username: str
    subject: str
    groups: frozenset[str]
    expires: int
