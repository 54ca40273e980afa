"""Part 1: the hub with the partner's key. ``kit`` sends, each other module is one group of checks."""

from __future__ import annotations

from collections.abc import Iterator

from conformance.checks import Check
from conformance.hub import handoffs, public, refusals, statuses, tokens
from conformance.hub.kit import Kit

__all__ = ["Kit", "checks"]


def checks(kit: Kit) -> Iterator[Check]:
    """Every check of this part, in order; the long walks go on beside the others."""
    yield from tokens.checks(kit)
    walks = statuses.Walks(kit)
    yield from statuses.first_checks(kit, walks)
    yield from handoffs.checks(kit)
    yield from refusals.checks(kit)
    yield from public.checks(kit)
    yield from statuses.last_checks(walks)
