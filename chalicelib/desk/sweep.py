"""The sweep, each minute: what time alone decides. It finds sessions through the index and reads them strongly."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from chalicelib.desk.base import Desk, change
from chalicelib.desk.erasing import finish_erasing
from chalicelib.desk.queue import queue
from chalicelib.desk.trail import keep_trail
from chalicelib.model import callback, chat, hold, moves
from chalicelib.model.line import ERASE, HELD, OPEN, Place, held, partition, queued
from chalicelib.model.places import legible
from chalicelib.model.session import LANES, MINUTE, Reason, Session, State
from chalicelib.problems import Problem

__all__ = ["Swept", "sweep"]

CLOSING_GRACE = 15 * MINUTE


@dataclass
class Swept:
    """How many sessions were taken back, set aside, put off, ended, erased, and left for the next minute.

    ``recorded`` claims had no audit record; ``sealed`` is the number of the audit trail's seal, 0 when none was due.
    """

    lapsed: int = 0
    aside: int = 0
    put_off: int = 0
    ended: int = 0
    erased: int = 0
    failed: int = 0
    recorded: int = 0
    sealed: int = 0


def sweep(desk: Desk) -> Swept:
    """Take back lapsed holds, set aside who is gone, end what nobody completed, erase what is owed."""
    done = Swept()
    now = desk.clock()
    _trail(desk, done)
    _holds(desk, now, done)
    _expiring(desk, now, done)
    _waiting(desk, now, done)
    for session in _read(desk, legible(_id, desk.sessions.standing(ERASE, before=f"{now:013d}"))):
        after = finish_erasing(desk, session)
        done.erased += after.erased
        done.failed += not (after.erased or after.open)  # open: somebody's undo was faster
    queue(desk)
    return done


def _trail(desk: Desk, done: Swept) -> None:
    # First, as a session that was taken back names nobody any more. The children do not wait for a trail that fails.
    try:
        done.recorded, done.sealed = keep_trail(desk)
    except Problem:
        done.failed += 1


def _id(key: str) -> str:
    """The session of a row that says when, and then whose."""
    return key.split("#")[1]


def _read(desk: Desk, ids: Iterable[str]) -> list[Session]:
    wanted = list(ids)
    return desk.sessions.get_many(wanted, strong=True) if wanted else []


def _try(desk: Desk, session: Session, move: Callable[[Session, int], Session], done: Swept) -> Session:
    # One session that cannot be written now must not keep the sweep from the others; the next minute tries again.
    try:
        return finish_erasing(desk, change(desk, session, move))
    except Problem:
        done.failed += 1
        return session


def _holds(desk: Desk, now: int, done: Swept) -> None:
    """Take back what has lapsed. Whose it was is remembered until the trail was kept."""
    old = [row.id for row in legible(held, desk.sessions.standing(HELD)) if row.since <= now - desk.rules.lease]
    for session in _read(desk, old):
        after = _try(desk, session, hold.lapse, done)
        if session.state.held and not after.state.held:
            desk.memory.lapsed.append(session)
            done.lapsed += 1


def _expiring(desk: Desk, now: int, done: Swept) -> None:
    for session in _read(desk, legible(_id, desk.sessions.standing(OPEN, before=f"{now:013d}"))):
        done.ended += _try(desk, session, moves.expire, done).state is State.CLOSED


def _waiting(desk: Desk, now: int, done: Swept) -> None:
    is_open = desk.slots.is_open(now)
    over = not is_open and not desk.slots.is_open(now - CLOSING_GRACE)
    for lane in LANES:
        ids = []
        for shard in range(desk.rules.shards):
            name = partition(lane, shard)
            rows = legible(queued, (Place(name, key) for key in desk.sessions.standing(name)))
            ids += [row.id for row in rows if row.due <= now]
        for session in _read(desk, ids):
            _keep_honest(desk, session, over, done)


def _keep_honest(desk: Desk, session: Session, over: bool, done: Swept) -> None:
    def move(s: Session, now: int) -> Session:
        if s.state is not State.WAITING:
            return s
        if s.lane == "chat":
            return hold.close(s, Reason.EXPIRED, now) if over else chat.set_aside(s, now)
        return callback.put_off(moves.expire(s, now), now, slot=desk.slots.slot)

    after = _try(desk, session, move, done)
    done.aside += after.aside
    done.put_off += after.state is State.SCHEDULED
    done.ended += after.state is State.CLOSED
