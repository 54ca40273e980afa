"""The order of the queue: where a session stands in the ``lane`` index, as a partition and a sort key.

Partitions: a lane for what waits or is scheduled, ``held`` for what counsellors hold, ``open`` for what may expire (no
choice made yet, or the youth is gone), ``erase`` for what must be erased, and one per day (UTC) for what is over: its
key alone tells the supervisors' figures. Each of them once per shard, since no partition takes more than 1,000 writes a
second. A claim reads lanes only, so it costs the same behind ten sessions or a hundred thousand.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from statistics import median
from typing import Literal

from chalicelib.model.handoff import Lane
from chalicelib.model.session import (
    CHAT_GIVEN_UP_AFTER,
    DAY,
    LANES,
    MINUTE,
    RECEIVED_LASTS,
    TARGETS,
    Band,
    Session,
    State,
    Status,
)  # fmt: skip
from chalicelib.model.status import climb

__all__ = [
    "Held", "Line", "Place", "Queued", "Stand", "band_of_wait", "closed_on", "head_bound", "held", "held_by",
    "held_key", "held_partition", "merge_recent", "partition", "place", "queued", "shard_of",
]  # fmt: skip

Stand = Lane | Literal["held", "open", "erase"]
"""What is divided into shards: a lane, or one of what stands beside the lanes."""

_FAR = 10**13 - 1
_RAISED = "+"


@dataclass(frozen=True)
class Place:
    """The keys of the ``lane`` index."""

    pk: str
    sk: str


@dataclass(frozen=True)
class Queued:
    """A row of a lane as the index shows it: what a claim needs without reading the item.

    ``raised``: the status is one that the session reached by the clock alone when it became due; nothing is stored yet.
    """

    place: Place
    id: str
    deadline: int
    due: int
    status: Status
    sequence: int
    reserved_until: int = 0
    audience: str = ""
    raised: bool = False

    def free_for(self, audiences: Collection[str], now: int) -> bool:
        """Whether one of ``audiences`` may take it: anybody, unless it is reserved for somebody else for now."""
        return self.reserved_until <= now or self.audience in audiences

    @property
    def band(self) -> Band:
        """The urgency, read back from deadline − due; normal where ``was_put_off``."""
        return next((b for b, t in TARGETS.items() if self.deadline - self.due == t), Band.NORMAL)

    @property
    def was_put_off(self) -> bool:
        """Whether it became due again later, its deadline kept: then the session alone knows its urgency."""
        return self.deadline - self.due not in TARGETS.values()


def partition(stand: Stand, shard: int) -> str:
    """The partition of a lane, or of what stands beside the lanes, and a shard."""
    return f"{stand}#{shard}"


def held_partition(owner: str, shards: int) -> str:
    """The partition of all that ``owner`` holds: by the owner, so that who holds what is one read for a claim."""
    return partition("held", shard_of(owner, shards))


def held_by(owner: str) -> str:
    """The prefix of the sort keys of what ``owner`` holds."""
    return f"{owner}#"


def head_bound(now: int) -> str:
    """No due row sorts at or after this: a deadline is at most one normal target after its due time."""
    return f"{now + max(TARGETS.values()) + 1:013d}"


def shard_of(id: str, shards: int) -> int:
    """The shard a session belongs to, from its id alone; what an owner holds, from the owner's."""
    # Eight bytes, since one would give some of 48 shards a fifth more than others.
    return 0 if shards == 1 else int.from_bytes(hashlib.sha256(id.encode()).digest()[:8], "little") % shards


def place(session: Session, shards: int = 1) -> Place:
    """Where the session stands in the ``lane`` index."""
    match session.state:
        case State.CLOSED:
            return _closed_place(session, shard_of(session.id, shards))
        case State.CLAIMED | State.ACTIVE:
            owner, since = session.owner or "", session.claimed_at or 0
            return Place(
                held_partition(owner, shards),
                held_key(owner, since, session.id, session.lane or "", session.holder or ""),
            )
        case State.RECEIVED:
            return _open_place(session, session.created + RECEIVED_LASTS, shards)
        case State.WAITING | State.SCHEDULED if session.lane is None or session.aside:
            return _open_place(session, session.youth_seen + CHAT_GIVEN_UP_AFTER, shards)
        case _:
            return _waiting_place(session, shards)


def closed_on(at: int, shard: int = 0) -> str:
    """The partition of a shard of what closed on the day (UTC) of ``at`` (ms)."""
    day = f"closed#{at // DAY}"
    return f"{day}#{shard}" if shard else day  # rows of 30 days stand under the name from before there were shards


def _open_place(session: Session, until: int, shards: int) -> Place:
    return Place(partition("open", shard_of(session.id, shards)), f"{until:013d}#{session.id}")


def _closed_place(session: Session, shard: int) -> Place:
    """``when#id`` and the figures: created, platform, lane, band, wait until the first claim (s), reason, closed."""
    closed = session.closed_at or 0
    waited = "" if session.waited is None else session.waited
    figures = (
        f"{session.created}#{session.platform}#{session.lane or ''}#{session.band}#{waited}#{session.reason}#{closed}"
    )
    if session.sealed and not session.erased:
        return Place(partition("erase", shard), f"{session.undo_until or closed:013d}#{session.id}#{figures}")
    return Place(closed_on(closed, shard), f"{closed:013d}#{session.id}#{figures}")


def held_key(owner: str, since: int, id: str, lane: str, holder: str) -> str:
    """The sort key of a held session: who holds what is shown many times a minute, without reading items."""
    return f"{held_by(owner)}{since:013d}#{id}#{lane}#{holder}"


@dataclass(frozen=True)
class Held:
    """A held session as the index shows it."""

    owner: str
    since: int
    id: str
    lane: str
    holder: str


def held(sort_key: str) -> Held:
    """Read a held row's key back."""
    owner, since, id, lane, holder = sort_key.split("#", 4)
    return Held(owner, int(since), id, lane, holder)


def _waiting_place(session: Session, shards: int) -> Place:
    # The key carries the rung the claim will show, so that a claim needs no read and still writes the right status.
    then = climb(replace(session, state=State.WAITING))
    lane: Lane = session.lane or "chat"
    rung = f"{then.status.rank}{then.sequence:02d}{_RAISED if then.sequence > session.sequence else ''}"
    sort = f"{session.deadline or _FAR:013d}#{session.due or _FAR:013d}#{rung}"
    reserved = f"{session.reserved_until or 0:013d}#{session.audience}" if session.audience else "#"
    return Place(partition(lane, shard_of(session.id, shards)), f"{sort}#{session.id}#{reserved}")


def queued(found: Place) -> Queued:
    """Read a lane row's key back."""
    deadline, due, rung, id, *reserved = found.sk.split("#", 5)
    until, audience = reserved or ("", "")  # a row written before there were reservations has none
    status, sequence = list(Status)[int(rung[0]) - 1], int(rung[1:].rstrip(_RAISED))
    raised = rung.endswith(_RAISED)
    return Queued(found, id, int(deadline), int(due), status, sequence, int(until or 0), audience, raised)


@dataclass(frozen=True)
class Line:
    """The line in short, for the honest wait: oldest due time per lane, recent waits, a counsellor's last sign (ms).

    ``saved`` is when it was measured (ms; 0: never): the sweep does so each minute, whether anybody works or not.
    """

    oldest: tuple[tuple[Lane, int | None], ...] = tuple((lane, None) for lane in LANES)
    recent: tuple[int, ...] = ()
    counsellor_seen: int = 0
    saved: int = 0

    def wait(self, lane: Lane | None, now: int, *, open: bool) -> str:
        """The wait band of a lane (None: the shorter one): now, under_5_min, under_15_min, longer or closed."""
        if not open:
            return "closed"
        if now - self.counsellor_seen > 3 * MINUTE:
            return "longer"
        ages = [max(0, now - due) if due else 0 for name, due in self.oldest if lane in (name, None)]
        return band_of_wait(max(min(ages, default=0), median(self.recent) if self.recent else 0))


def band_of_wait(expected: float) -> str:
    """The words for an expected wait in ms."""
    for limit, word in ((MINUTE, "now"), (5 * MINUTE, "under_5_min"), (15 * MINUTE, "under_15_min")):
        if expected < limit:
            return word
    return "longer"


def merge_recent(known: Sequence[int], new: Sequence[int]) -> tuple[int, ...]:
    """The last twenty waits."""
    return tuple([*known, *new][-20:])
