"""How the line stands: for the counsellors' screen, and in short for the honest wait that youths and platforms see."""

from __future__ import annotations

from dataclasses import dataclass

from chalicelib.desk.base import Desk
from chalicelib.model.handoff import Lane
from chalicelib.model.line import HELD, Held, Line, Queued, held, merge_recent, partition, queued
from chalicelib.model.line import Place as Standing
from chalicelib.model.session import LANES, Band

__all__ = ["LaneView", "Queue", "queue", "save_line"]

SHOWN = 500
SAVE_EVERY = 10_000


@dataclass(frozen=True)
class LaneView:
    """One lane: how many wait and are scheduled, the oldest due time (ms), how many per band; more: cut off."""

    waiting: int
    scheduled: int
    oldest: int | None
    bands: dict[Band, int]
    more: bool


@dataclass(frozen=True)
class Queue:
    """The line at one moment."""

    at: int
    open: bool
    turn: int | None
    lanes: dict[Lane, LaneView]
    held: tuple[Held, ...]


def queue(desk: Desk, *, present: bool = True) -> Queue:
    """The line as it stands; ``present`` means that a counsellor is looking, which youths' waits depend on."""
    now = desk.clock()
    lanes = {lane: _lane(desk, lane, now) for lane in LANES}
    holds = tuple(held(key) for key in desk.sessions.standing(HELD))
    found = Queue(now, desk.slots.is_open(now), desk.slots.turn(now), lanes, holds)
    if now - desk.memory.line_saved >= SAVE_EVERY:
        save_line(desk, found, present=present)
    return found


def _lane(desk: Desk, lane: Lane, now: int) -> LaneView:
    rows = _rows(desk, lane)
    due = [row for row in rows if row.due <= now]
    bands = {band: sum(row.band is band for row in due) for band in Band}
    oldest = min((row.due for row in due), default=None)
    return LaneView(len(due), len(rows) - len(due), oldest, bands, len(rows) >= SHOWN)


def _rows(desk: Desk, lane: Lane) -> list[Queued]:
    return [
        queued(Standing(partition(lane, shard), key))
        for shard in range(desk.rules.shards)
        for key in desk.sessions.standing(partition(lane, shard), limit=SHOWN)
    ]


def save_line(desk: Desk, found: Queue, *, present: bool) -> None:
    """Publish the line in short, with the waits this process has seen."""
    known = desk.directory.line(fresh=True)
    desk.directory.save_line(
        Line(
            oldest=tuple((lane, view.oldest) for lane, view in found.lanes.items()),
            recent=merge_recent(known.recent, desk.memory.waits),
            counsellor_seen=found.at if present else known.counsellor_seen,
        )
    )
    desk.memory.waits.clear()
    desk.memory.line_saved = found.at
