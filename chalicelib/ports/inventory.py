"""Every session as it really stands, for the reconciler alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from chalicelib.model.line import Place
from chalicelib.model.session import Session

__all__ = ["Found", "Inventory", "Mark"]

Mark = Mapping[str, Any]
"""Where a reading stopped; only the inventory knows what it says."""


@dataclass(frozen=True)
class Found:
    """One session and the places stored with it; half a place is one with an empty part.

    ``session`` is None when it cannot be read. ``raw`` is for ``Inventory.repair``.
    """

    session: Session | None
    lane: Place | None
    due: Place | None
    raw: Mapping[str, Any] = field(repr=False)


class Inventory(Protocol):
    """Every session, strongly read past all indexes."""

    def page(self, segment: int, of: int, after: Mark | None = None) -> tuple[list[Found], Mark | None]:
        """Some sessions of one segment, and where the next ones begin; None: that was all of it."""
        ...

    def repair(self, stored: Found, after: Session) -> bool:
        """Write ``after`` and its places, if nothing that was compared has changed since; else False."""
        ...
