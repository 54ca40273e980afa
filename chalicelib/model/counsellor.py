"""A counsellor: who takes sessions."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["SPECIALITIES", "Counsellor"]

SPECIALITIES = ("psychologist", "lawyer", "digital")
"""Groups of the provider that a session can be handed over to."""


@dataclass(frozen=True)
class Counsellor:
    """A counsellor signed in: ``subject`` never changes, ``username`` is shown, ``expires`` ends the token (ms)."""

    username: str
    subject: str
    groups: frozenset[str]
    expires: int

    @property
    def supervisor(self) -> bool:
        """Whether this counsellor looks after the others."""
        return "supervisor" in self.groups

    @property
    def specialities(self) -> tuple[str, ...]:
        """What this counsellor is trained for, in a fixed order."""
        return tuple(one for one in SPECIALITIES if one in self.groups)

    @property
    def audiences(self) -> frozenset[str]:
        """Every name under which a session may be reserved for this counsellor."""
        return frozenset({f"@{self.username}", *self.specialities})
