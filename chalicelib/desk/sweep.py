"""The sweep, each minute: what time alone decides. It finds sessions through the index and reads them strongly."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from chalicelib.desk.base import Desk, change, finish_erasing
from chalicelib.desk.queue import queue
from chalicelib.model import callback, chat, hold, moves
from chalicelib.model.line import ERASE, HELD, OPEN, Place, held, partition, queued
from chalicelib.model.session import LANES, MINUTE, Reason, Session, State
from chalicelib.problems import Problem

__all__ = ["Swept", "sweep"]

CLOSING_GRACE = 15 * MINUTE


@dataclass
class Swept:
    """How many sessions were taken back, set aside, put off, ended, erased, and left for the next minute."""

    lapsed: int = 0
    aside: int = 0
    put_off: int = 0
    ended: int = 0
    erased: int = 0
    failed: int = 0


def sweep(desk: Desk) -> Swept:
    """Take back lapsed holds, set aside who is gone, end what nobody completed, erase what is owed."""
    done = Swept()
    now = desk.clock()
    _holds(desk, now, done)
    _expiring(desk, now, done)
    _waiting(desk, now, done)
    for session in _read(desk, (key.split("#")[1] for key in desk.sessions.standing(ERASE, before=f"{now:013d}"))):
        done.erased += finish_erasing(desk, session).erased
    queue(desk)
    return done


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
    old = [row.id for row in map(held, desk.sessions.standing(HELD)) if row.since <= now - desk.rules.lease]
    for session in _read(desk, old):
        after = _try(desk, session, hold.lapse, done)
        done.lapsed += session.state.held and not after.state.held


def _expiring(desk: Desk, now: int, done: Swept) -> None:
    for session in _read(desk, (key.split("#")[1] for key in desk.sessions.standing(OPEN, before=f"{now:013d}"))):
        done.ended += _try(desk, session, moves.expire, done).state is State.CLOSED


def _waiting(desk: Desk, now: int, done: Swept) -> None:
    is_open = desk.slots.is_open(now)
    over = not is_open and not desk.slots.is_open(now - CLOSING_GRACE)
    for lane in LANES:
        ids = []
        for shard in range(desk.rules.shards):
            name = partition(lane, shard)
            rows = (queued(Place(name, key)) for key in desk.sessions.standing(name))
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
