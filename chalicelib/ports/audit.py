"""Who did what to which session."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from chalicelib.model.audit import Record

__all__ = ["Audit", "Recent"]


@dataclass(frozen=True)
class Recent:
    """Every record since a moment (ms) that is not later than ``model.audit.RECENT`` ago."""

    since: int
    records: Sequence[Record]


class Audit(Protocol):
    """Who did what to which session or partner, in the fixed words of ``model.audit``. Only ever added to."""

    def record(self, who: str, what: str, session: str, at: int, *, epoch: int | None = None, fact: str = "") -> None:
        """Append one record; raises when it is not known to be written."""
        ...

    def record_once(self, who: str, what: str, session: str, at: int, *, epoch: int, fact: str = "") -> Record:
        """Append a record that several processes may find missing; whoever comes second changes nothing."""
        ...

    def recent(self, at: int) -> Recent:
        """What may not be sealed yet, strongly read."""
        ...

    def seal(self, found: Recent, at: int) -> int:
        """Seal what is new in ``found``; the number of the last seal written, 0 when nothing was new."""
        ...
