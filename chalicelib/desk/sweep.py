"""The sweep, each minute: what time alone decides. It finds sessions through the index and reads them strongly.

It looks at all that is held, whoever holds it. What it has no time for is left to the next minute, the erasing first.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Protocol

from chalicelib.desk.base import Desk, change
from chalicelib.desk.erasing import finish_erasing
from chalicelib.desk.queue import SHOWN, queue
from chalicelib.desk.standing import standing
from chalicelib.desk.trail import keep_trail
from chalicelib.model import callback, chat, hold, moves
from chalicelib.model.line import Place, held, partition, queued
from chalicelib.model.places import legible
from chalicelib.model.session import LANES, MINUTE, SECOND, Reason, Session, State
from chalicelib.problems import Problem

__all__ = ["ERASERS", "Across", "Swept", "sweep"]

CLOSING_GRACE = 15 * MINUTE
WITHIN = 18 * SECOND
"""Longer than this nothing new is begun: the function is ended after 25 s, and the line is measured last."""
AT_ONCE = 100
ERASERS = 8
"""So many erasings at a time: each is some eight trips one after the other, mostly waiting."""


class Across(Protocol):
    """Does the same to several sessions; ``map`` does it to one after the other, an executor's to several at a time."""

    def __call__(self, do: Callable[[Session], Session], sessions: Iterable[Session], /) -> Iterable[Session]: ...


@dataclass
class Swept:
    """How many sessions were taken back, set aside, put off, ended, erased, and left for the next minute.

    ``recorded`` claims had no audit record; ``sealed`` is the number of the audit trail's seal, 0 when none was due.
    ``left``: 1 when there was not time enough.
    """

    lapsed: int = 0
    aside: int = 0
    put_off: int = 0
    ended: int = 0
    erased: int = 0
    failed: int = 0
    recorded: int = 0
    sealed: int = 0
    left: int = 0


def sweep(desk: Desk, *, across: Across = map) -> Swept:
    """Take back lapsed holds, set aside who is gone, end what nobody completed, erase what is owed ``across`` threads.

    Whoever gives an executor's ``map`` must have room for ERASERS calls at a time.
    """
    done = Swept()
    now = desk.clock()
    _trail(desk, done)
    _holds(desk, now, done)
    _expiring(desk, now, done)
    _waiting(desk, now, done)
    for sessions in _read(desk, now, list(legible(_id, standing(desk, "erase", before=f"{now:013d}"))), done):
        for after in across(lambda session: finish_erasing(desk, session), sessions):
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


def _read(desk: Desk, began: int, ids: Iterable[str], done: Swept) -> Iterator[list[Session]]:
    """The sessions, strongly read some at a time as long as there is time."""
    rest = iter(ids)
    while wanted := list(islice(rest, AT_ONCE)):
        if desk.clock() - began >= WITHIN:
            done.left = 1
            return
        yield desk.sessions.get_many(wanted, strong=True)


def _try(desk: Desk, session: Session, move: Callable[[Session, int], Session], done: Swept) -> Session:
    # One session that cannot be written now must not keep the sweep from the others; the next minute tries again.
    try:
        return finish_erasing(desk, change(desk, session, move))
    except Problem:
        done.failed += 1
        return session


def _holds(desk: Desk, now: int, done: Swept) -> None:
    """Take back what has lapsed. Whose it was is remembered until the trail was kept."""
    # Read to its end first: what is taken back or ended leaves the index that is being read.
    old = [row.id for row in legible(held, standing(desk, "held")) if row.since <= now - desk.rules.lease]
    for sessions in _read(desk, now, old, done):
        for session in sessions:
            after = _try(desk, session, hold.lapse, done)
            if session.state.held and not after.state.held:
                desk.memory.lapsed.append(session)
                done.lapsed += 1


def _expiring(desk: Desk, now: int, done: Swept) -> None:
    for sessions in _read(desk, now, list(legible(_id, standing(desk, "open", before=f"{now:013d}"))), done):
        for session in sessions:
            done.ended += _try(desk, session, moves.expire, done).state is State.CLOSED


def _waiting(desk: Desk, now: int, done: Swept) -> None:
    is_open = desk.slots.is_open(now)
    over = not is_open and not desk.slots.is_open(now - CLOSING_GRACE)
    for lane in LANES:
        ids = []
        for shard in range(desk.rules.shards):
            name = partition(lane, shard)
            rows = legible(queued, (Place(name, key) for key in desk.sessions.standing(name, limit=SHOWN)))
            ids += [row.id for row in rows if row.due <= now]
        for sessions in _read(desk, now, ids, done):
            for session in sessions:
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
