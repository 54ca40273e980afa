"""How the line stands: for the counsellors' screen, and in short for the honest wait that youths and platforms see."""

from __future__ import annotations

from dataclasses import dataclass

from chalicelib.desk.base import Desk
from chalicelib.model.counsellor import Counsellor
from chalicelib.model.handoff import Lane
from chalicelib.model.line import HELD, Held, Line, Queued, held, merge_recent, partition, queued
from chalicelib.model.line import Place as Standing
from chalicelib.model.places import legible
from chalicelib.model.session import LANES, SECOND, Band, Session
from chalicelib.ports import Present
from chalicelib.problems import Problem

__all__ = ["BandView", "LaneView", "Queue", "Screen", "expected_wait", "queue", "save_line", "screen", "set_break"]

SHOWN = 500
SAVE_EVERY = 10 * SECOND
MARK_EVERY = 30 * SECOND
AGAIN_AFTER = 5 * SECOND
"""What could not be written is tried again after so long: a look at the line must not wait for it each time."""
PRESENT_FOR = 90 * SECOND


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
    holds = tuple(legible(held, desk.sessions.standing(HELD)))
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
    line = queue(desk, present=not (on_break or watching))
    ids = [row.id for row in line.held if row.owner == who.subject]
    mine = desk.sessions.get_many(ids) if ids else []
    held_now = sorted((one for one in mine if one.owner == who.subject), key=lambda one: (one.claimed_at or 0, one.id))
    return Screen(line, present, on_break, tuple(held_now))


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
    rows = _rows(desk, lane)
    due = sorted((row for row in rows if row.due <= now), key=lambda row: row.place.sk)
    return LaneView(tuple(due), len(rows) - len(due), len(rows) >= SHOWN)


def _rows(desk: Desk, lane: Lane) -> list[Queued]:
    standing = (
        Standing(partition(lane, shard), key)
        for shard in range(desk.rules.shards)
        for key in desk.sessions.standing(partition(lane, shard), limit=SHOWN)
    )
    return list(legible(queued, standing))


def expected_wait(desk: Desk, lane: Lane | None, now: int, *, is_open: bool, fresh: bool = False) -> str:
    """The wait that a youth is told. A line that cannot be read promises nothing, and is no reason to refuse a tap."""
    try:
        line = desk.directory.line(fresh=fresh)
    except Problem:
        line = Line()
    return line.wait(lane, now, open=is_open)


def save_line(desk: Desk, found: Queue, *, present: bool) -> None:
    """Publish the line in short, with the waits this process has seen."""
    known = desk.directory.line(fresh=True)
    desk.directory.save_line(
        Line(
            oldest=tuple((lane, view.oldest) for lane, view in found.lanes.items()),
            recent=merge_recent(known.recent, desk.memory.waits),
            counsellor_seen=found.at if present else known.counsellor_seen,
            saved=found.at,
        )
    )
    desk.memory.waits.clear()
    desk.memory.line_saved = found.at
