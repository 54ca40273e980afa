"""How the line stands: for the counsellors' screen, and in short for the honest wait that youths and platforms see."""

from __future__ import annotations

from dataclasses import dataclass

from chalicelib.desk.base import Desk
from chalicelib.desk.standing import standing
from chalicelib.model.counsellor import Counsellor
from chalicelib.model.handoff import Lane
from chalicelib.model.line import Held, Line, Queued, held, held_by, held_partition, merge_recent, partition, queued
from chalicelib.model.line import Place as Standing
from chalicelib.model.places import legible
from chalicelib.model.session import LANES, SECOND, Band, Session
from chalicelib.ports import Present
from chalicelib.problems import Problem

__all__ = ["BandView", "LaneView", "Queue", "Screen", "expected_wait", "queue", "save_line", "screen", "set_break"]

SHOWN = 500
SAVE_EVERY = 10 * SECOND
KEPT_WAITS = 20
MARK_EVERY = 30 * SECOND
AGAIN_AFTER = 5 * SECOND
"""What could not be written is tried again after so long: a look at the line must not wait for it each time."""
PRESENT_FOR = 90 * SECOND
LONG, LONG_KEPT = 200, 1 * SECOND
"""A line of so many rows is not read again so soon: hundreds of screens look each second, and see no difference."""


@dataclass(frozen=True)
class BandView:
    """One band of a lane: how many are due, and the oldest due time (ms)."""

    waiting: int
    oldest: int | None


@dataclass(frozen=True)
class LaneView:
    """One lane: the rows that are due, earliest deadline first; how many are scheduled; more: cut off."""

    due: tuple[Queued, ...]
    scheduled: int
    more: bool

    def __len__(self) -> int:
        """How many rows were read."""
        return len(self.due) + self.scheduled

    @property
    def oldest(self) -> int | None:
        """The oldest due time (ms)."""
        return min((row.due for row in self.due), default=None)

    def band(self, band: Band) -> BandView:
        """What waits in one band."""
        rows = [row.due for row in self.due if row.band is band]
        return BandView(len(rows), min(rows, default=None))


@dataclass(frozen=True)
class Queue:
    """The line at one moment."""

    at: int
    open: bool
    turn: int | None
    lanes: dict[Lane, LaneView]
    held: tuple[Held, ...]

    def __len__(self) -> int:
        """How many rows were read for it."""
        return len(self.held) + sum(len(lane) for lane in self.lanes.values())


@dataclass(frozen=True)
class Screen:
    """The line as one counsellor sees it: who else is there, and what this one holds."""

    line: Queue
    present: tuple[Present, ...]
    on_break: bool
    mine: tuple[Session, ...]


def queue(desk: Desk, *, present: bool = False) -> Queue:
    """The line as it stands; ``present`` means that a counsellor is looking, which youths' waits depend on."""
    now = desk.clock()
    lanes = {lane: _lane(desk, lane, now) for lane in LANES}
    holds = tuple(legible(held, standing(desk, "held", limit=_share(desk))))
    found = Queue(now, desk.slots.is_open(now), desk.slots.turn(now), lanes, holds)
    if now - desk.memory.line_saved >= SAVE_EVERY:
        try:
            save_line(desk, found, present=present)
        except Problem:
            desk.memory.line_saved = now - SAVE_EVERY + AGAIN_AFTER
    return found


def screen(desk: Desk, who: Counsellor, *, watching: bool = False) -> Screen:
    """One look at everything; marks the counsellor as present at most every 30 s.

    Who is only ``watching``, as supervisors do, answers nobody: no youth may be promised a shorter wait for that.
    """
    now = desk.clock()
    if not watching and now - desk.memory.marked.get(who.subject, 0) >= MARK_EVERY:
        _mark(desk, who, now)
    present = tuple(one for one in desk.presence.everybody() if now - one.seen < PRESENT_FOR)
    on_break = any(one.on_break for one in present if one.subject == who.subject)
    line = _look(desk, now, present=not (on_break or watching))
    ids = [row.id for row in _held_by(desk, who, line)]
    mine = desk.sessions.get_many(ids) if ids else []
    held_now = sorted((one for one in mine if one.owner == who.subject), key=lambda one: (one.claimed_at or 0, one.id))
    return Screen(line, present, on_break, tuple(held_now))


def _look(desk: Desk, now: int, *, present: bool) -> Queue:
    """The line; a long one as this process has read it within the last second."""
    known = desk.memory.line
    if known is None or len(known) < LONG or not 0 <= now - known.at < LONG_KEPT:
        known = desk.memory.line = queue(desk, present=present)
    return known


def _held_by(desk: Desk, who: Counsellor, line: Queue) -> list[Held]:
    """What the counsellor holds: of a long line some may be missing, or have been taken since."""
    rows = list(line.held)
    if len(line) >= LONG:
        mine = held_partition(who.subject, desk.rules.shards)
        rows += legible(held, desk.sessions.standing(mine, prefix=held_by(who.subject)))
    return [row for row in rows if row.owner == who.subject]


def _mark(desk: Desk, who: Counsellor, now: int) -> None:
    """A line that can be read is shown, though nobody can be told just now that this counsellor is there."""
    try:
        desk.presence.mark(who, now)
        desk.memory.marked[who.subject] = now
    except Problem:
        desk.memory.marked[who.subject] = now - MARK_EVERY + AGAIN_AFTER


def set_break(desk: Desk, who: Counsellor, *, on_break: bool) -> None:
    """The counsellor takes a break, or is back."""
    now = desk.clock()
    desk.presence.mark(who, now, on_break=on_break)
    desk.memory.marked[who.subject] = now


def _lane(desk: Desk, lane: Lane, now: int) -> LaneView:
    share, rows, more = _share(desk), list[Queued](), False
    for shard in range(desk.rules.shards):
        name = partition(lane, shard)
        keys = desk.sessions.standing(name, limit=share)
        rows += legible(queued, (Standing(name, key) for key in keys))
        more = more or len(keys) >= share
    due = sorted((row for row in rows if row.due <= now), key=lambda row: row.place.sk)
    return LaneView(tuple(due), len(rows) - len(due), more)


def _share(desk: Desk) -> int:
    """How many rows of each shard are shown: a look costs the same, into however many shards the line is divided."""
    return -(-SHOWN // desk.rules.shards)


def expected_wait(desk: Desk, lane: Lane | None, now: int, *, is_open: bool, fresh: bool = False) -> str:
    """The wait that a youth is told. A line that cannot be read promises nothing, and is no reason to refuse a tap."""
    try:
        line = desk.directory.line(fresh=fresh)
    except Problem:
        line = Line()
    return line.wait(lane, now, open=is_open)


def save_line(desk: Desk, found: Queue, *, present: bool) -> None:
    """Publish the line in short, with the waits this process has seen.

    It is one row, and hundreds of processes show counsellors the line: what one of them has just said the next leaves.
    """
    known = desk.directory.line(fresh=True)
    desk.memory.line_saved = found.at
    if present and 0 <= found.at - min(known.saved, known.counsellor_seen) < SAVE_EVERY:
        desk.memory.waits = desk.memory.waits[-KEPT_WAITS:]
        return
    desk.directory.save_line(
        Line(
            oldest=tuple((lane, view.oldest) for lane, view in found.lanes.items()),
            recent=merge_recent(known.recent, desk.memory.waits),
            counsellor_seen=found.at if present else known.counsellor_seen,
            saved=found.at,
        )
    )
    desk.memory.waits.clear()
