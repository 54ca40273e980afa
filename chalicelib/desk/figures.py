"""What became of the sessions that ended, for supervisors: read from the keys of the lane index, without any item."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from chalicelib.desk.base import Desk
from chalicelib.model.figures import HOUR, Ended, Figures, closed, figures, spans
from chalicelib.model.line import closed_on, partition
from chalicelib.model.places import legible
from chalicelib.model.session import DAY, MINUTE

__all__ = ["MOST", "Reading", "read"]

MOST = 20_000
"""Keys of one partition; the table gives at most 50,000 at once. A day has one partition per shard."""

KNOWN_FOR = 1 * MINUTE


@dataclass(frozen=True)
class Reading:
    """A period's figures as they were ``at`` (ms); ``cut``: days (ms, UTC) of which only the first were counted."""

    at: int
    figures: Figures
    cut: tuple[int, ...]


def read(desk: Desk, *days: int) -> list[Reading]:
    """The figures of each period of so many days that ends today, all from one look.

    What waits to be erased is read first: a session that moves on meanwhile is found twice, not missed, and counted
    once.
    """
    now = desk.clock()
    periods = [spans(now, count) for count in days]
    today = now // DAY
    parts = [(today, _ended(desk, [partition("erase", shard) for shard in range(desk.rules.shards)]))]
    for day in range(min(buckets[0].start for buckets in periods) // DAY, today + 1):
        parts.append((day, _day(desk, day, now)))
    rows = {row.id: row for _, part in parts for row in part.rows}
    cut = sorted({day for day, part in parts if part.cut})
    return [
        Reading(now, figures(rows.values(), buckets), tuple(day * DAY for day in cut if day >= buckets[0].start // DAY))
        for buckets in periods
    ]


def _day(desk: Desk, day: int, now: int) -> Ended:
    """What closed on a day (UTC). A day that is over hardly changes, so it is kept for a minute."""
    kept = {other: known for other, known in desk.memory.ended.items() if now - known[0] < KNOWN_FOR}
    desk.memory.ended = kept
    if day in kept:
        return kept[day][1]
    found = _ended(desk, [closed_on(day * DAY, shard) for shard in range(desk.rules.shards)])
    if (day + 1) * DAY + HOUR <= now:
        kept[day] = (now, found)
    return found


def _ended(desk: Desk, partitions: Sequence[str]) -> Ended:
    parts = [desk.sessions.standing(name, limit=MOST) for name in partitions]
    rows = legible(closed, (key for keys in parts for key in keys))
    return Ended(tuple(row for row in rows if row is not None), any(len(keys) >= MOST for keys in parts))
