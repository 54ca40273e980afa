"""Partners, their keys, and what they asked for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from chalicelib.model.line import Line
from chalicelib.model.partner import Partner, PartnerKey
from chalicelib.model.usage import Kind

__all__ = ["Directory", "KeySetFault", "KeySets", "Usage"]


class KeySetFault(Exception):
    """A partner's key set cannot be had or used; ``reason`` is a fixed word."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Directory(Protocol):
    """Partners and the line in short, read together and cached for at most 60 s."""

    def partner(self, id: str, *, fresh: bool = False) -> Partner | None:
        """The partner, or None; at most 60 s old, or as it is now if ``fresh``."""
        ...

    def partners(self) -> list[str]:
        """Ids of every partner; may be stale."""
        ...

    def line(self, *, fresh: bool = False) -> Line:
        """The line in short; ``fresh`` at most 5 s old."""
        ...

    def save_line(self, line: Line) -> None:
        """Publish the line in short."""
        ...


class KeySets(Protocol):
    """The key sets (JWKS) that partners publish, and what was last kept of them."""

    def address(self, partner: str) -> str | None:
        """Where the partner publishes its set; None: nowhere, or the partner is not there."""
        ...

    def fetch(self, url: str) -> Mapping[str, PartnerKey]:
        """The usable keys of a set by ``kid``, one at least; else KeySetFault."""
        ...

    def keep(self, partner: str, url: str, keys: Mapping[str, PartnerKey], at: int) -> None:
        """These are the set's keys from now on, if it still is at this address; the rest of the partner stays."""
        ...

    def fault(self, partner: str, url: str, reason: str) -> None:
        """Note for the operator why the set was not renewed; the keys that were kept stay."""
        ...


class Usage(Protocol):
    """What partners asked for, by day (UTC). A meter, not a bill: a lost reply may count twice or not at all."""

    def add(self, partner: str, at: int, counts: Mapping[Kind, int]) -> Mapping[Kind, int]:
        """Add to the counts of the day of ``at`` (ms); what all processes together counted in that day so far."""
        ...
