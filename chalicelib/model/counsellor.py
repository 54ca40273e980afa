"""A counsellor: who takes sessions."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["SPECIALITIES", "Counsellor"]

SPECIALITIES = ("psychologist", "lawyer", "digital")
"""Groups of the provider that a session can be handed over to."""


@dataclass(frozen=True)
class Counsellor:
    """A counsellor signed in: ``subject`` never changes, ``username`` is shown, ``expires`` ends the token (ms).

    ``signed_in`` is when the password was given (ms): a whole second of the provider's clock.
    """

    username: str
    subject: str
    groups: frozenset[str]
    expires: int
    signed_in: int = 0

    @property
    def supervisor(self) -> bool:
        """Whether this counsellor looks after the others."""
        return "supervisor" in self.groups

    @property
    def specialities(self) -> tuple[str, ...]:
        """What this counsellor is trained for, in a fixed order."""
        return tuple(one for one in SPECIALITIES if one in self.groups)

    def has_left(self, signed_out: int) -> bool:
        """Whether the sign-out at that moment (ms) ended this sign-in.

        One of the same second may have come before it or after: it counts as ended, so that no stolen token lives on.
        """
        return self.signed_in // 1000 <= signed_out // 1000

    @property
    def audiences(self) -> frozenset[str]:
        """Every name under which a session may be reserved for this counsellor."""
        return frozenset({f"@{self.username}", *self.specialities})
