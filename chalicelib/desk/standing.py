"""Sort keys of what stands in the lane index, over all shards: for those who look at the whole of it."""

from __future__ import annotations

from collections.abc import Iterator

from chalicelib.desk.base import Desk
from chalicelib.model.line import Stand, closed_on, partition

__all__ = ["ALL", "ended", "standing"]

ALL = 50_000
"""Keys of one shard; more the table does not give at once."""


def standing(desk: Desk, stand: Stand, *, before: str = "", prefix: str = "", limit: int = ALL) -> Iterator[str]:
    """What stands there, up to ``limit`` keys of each shard, one shard after the other, each in order."""
    for shard in range(desk.rules.shards):
        yield from desk.sessions.standing(partition(stand, shard), before=before, prefix=prefix, limit=limit)


def ended(desk: Desk, at: int, *, prefix: str = "") -> Iterator[str]:
    """What closed on the day (UTC) of ``at`` (ms) and has nothing left to erase."""
    for shard in range(desk.rules.shards):
        yield from desk.sessions.standing(closed_on(at, shard), prefix=prefix, limit=ALL)
