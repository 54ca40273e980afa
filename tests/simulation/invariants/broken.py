"""A promise that was not kept."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.simulation.fleet import Write
    from tests.simulation.invariants.judge import Judge

__all__ = ["Broken", "Invariant", "require"]


class Broken(AssertionError):
    """``rule`` names the invariant, ``what`` how it was broken."""

    def __init__(self, rule: str, what: str) -> None:
        super().__init__(f"{rule}: {what}")
        self.rule, self.what = rule, what


def require(rule: str, holds: bool, what: object) -> None:
    """Refuse to go on where a rule does not hold."""
    if not holds:
        raise Broken(rule, str(what))


class Invariant:
    """One or several promises about one noun."""

    def __init__(self, judge: Judge) -> None:
        self.judge, self.world = judge, judge.world

    def wrote(self, write: Write) -> None:
        """An item was changed, just now."""

    def minute(self) -> None:
        """A minute of the time without faults is over."""

    def ended(self) -> None:
        """Everything has come to its end."""
