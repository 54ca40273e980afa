"""The supervisors' figures: what became of the sessions that ended, read from the index keys they left. Pure.

A session stands in the figures once, from the write that closes it, in the bucket of its creation in Paris time. What
is still open is in none of them.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from math import ceil
from statistics import median
from typing import TypeVar, cast
from zoneinfo import ZoneInfo

from chalicelib.model.handoff import Lane
from chalicelib.model.session import LANES, MINUTE, Band, Reason

__all__ = ["HOUR", "Closed", "Ended", "Figures", "Group", "Span", "Sum", "closed", "figures", "spans", "sum_up"]

PARIS = ZoneInfo("Europe/Paris")
HOUR = 60 * MINUTE
ABANDONED = (Reason.LEFT, Reason.LEFT_SAFELY, Reason.CANCELLED, Reason.EXPIRED)
FIELDS = 9

_Key = TypeVar("_Key", bound=Hashable)


@dataclass(frozen=True)
class Closed:
    """A session that ended: created and closed (ms), and the wait until a counsellor first took it (s; None: never)."""

    id: str
    created: int
    closed: int
    platform: str
    lane: Lane | None
    band: Band
    waited: int | None
    reason: Reason

    @property
    def answered(self) -> bool:
        """Whether a counsellor ever took it."""
        return self.waited is not None

    @property
    def abandoned(self) -> bool:
        """Whether the youth was gone before anybody took it."""
        return self.waited is None and self.reason in ABANDONED


@dataclass(frozen=True)
class Ended:
    """What the partitions of a day told; ``cut``: there may be more in one of them than was read."""

    rows: tuple[Closed, ...] = ()
    cut: bool = False


@dataclass(frozen=True)
class Span:
    """A stretch of time (ms), without its end."""

    start: int
    end: int


@dataclass(frozen=True)
class Group:
    """What sessions have in common; no lane: the youth chose none."""

    platform: str
    lane: Lane | None
    band: Band


@dataclass(frozen=True)
class Sum:
    """Some sessions together; the waits (s) are those of the answered, None where there are none."""

    ended: int
    answered: int
    abandoned: int
    median: int | None
    p90: int | None

    @property
    def other(self) -> int:
        """Neither taken nor abandoned: unreachable, for one."""
        return self.ended - self.answered - self.abandoned


@dataclass(frozen=True)
class Figures:
    """A period: all of it, each of its buckets (the empty ones too), and each group that occurs."""

    total: Sum
    buckets: tuple[tuple[Span, Sum], ...]
    groups: tuple[tuple[Group, Sum], ...]

    @property
    def period(self) -> Span:
        """From the first bucket's start to the last one's end."""
        return Span(self.buckets[0][0].start, self.buckets[-1][0].end)


def closed(sort_key: str) -> Closed | None:
    """Read the key of an ended session back (``line.place`` writes it); None for a key without figures."""
    parts = sort_key.split("#")
    if len(parts) != FIELDS:
        return None
    _, id, created, platform, lane, band, waited, reason, ended = parts
    return Closed(
        id, int(created), int(ended), platform, cast("Lane", lane) if lane else None, Band(band),
        int(waited) if waited else None, Reason(reason),
    )  # fmt: skip


def spans(now: int, days: int) -> tuple[Span, ...]:
    """The buckets of a period that ends with today in Paris: its hours for one day, else its days.

    On the nights when the clock changes a day has 23 or 25 of them.
    """
    today = datetime.fromtimestamp(now // 1000, UTC).astimezone(PARIS).date()
    edges = [_midnight(today + timedelta(days=n)) for n in range(1 - days, 2)]
    if days == 1:
        edges = list(range(edges[0], edges[1] + 1, HOUR))
    return tuple(Span(start, end) for start, end in pairwise(edges))


def _midnight(day: date) -> int:
    return int(datetime.combine(day, time(), PARIS).timestamp()) * 1000


def figures(rows: Iterable[Closed], buckets: Sequence[Span]) -> Figures:
    """Sum up what was created within ``buckets``, which touch and are in order."""
    starts = [bucket.start for bucket in buckets]
    within = [row for row in rows if buckets[0].start <= row.created < buckets[-1].end]
    by_bucket = _split(within, lambda row: bisect_right(starts, row.created) - 1)
    by_group = _split(within, lambda row: Group(row.platform, row.lane, row.band))
    return Figures(
        sum_up(within),
        tuple((bucket, sum_up(by_bucket.get(n, ()))) for n, bucket in enumerate(buckets)),
        tuple((group, sum_up(by_group[group])) for group in sorted(by_group, key=_order)),
    )


def sum_up(rows: Iterable[Closed]) -> Sum:
    """Counts and waits; the 90th percentile is the nearest rank: the shortest wait that nine in ten did not exceed."""
    found = list(rows)
    waits = sorted(row.waited for row in found if row.waited is not None)
    return Sum(
        ended=len(found),
        answered=len(waits),
        abandoned=sum(row.abandoned for row in found),
        median=int(median(waits)) if waits else None,
        p90=waits[ceil(len(waits) * 9 / 10) - 1] if waits else None,
    )


def _split(rows: Iterable[Closed], key: Callable[[Closed], _Key]) -> dict[_Key, list[Closed]]:
    parts: dict[_Key, list[Closed]] = {}
    for row in rows:
        parts.setdefault(key(row), []).append(row)
    return parts


def _order(group: Group) -> tuple[str, int, int]:
    lane = LANES.index(group.lane) if group.lane else len(LANES)
    return group.platform, lane, list(Band).index(group.band)
