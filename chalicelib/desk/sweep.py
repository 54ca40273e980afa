"""The sweep, each minute: what time alone decides. It finds sessions through the index and reads them strongly.

It looks at all that is held, whoever holds it. What it has no time for is left to the next minute, the erasing first.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from chalicelib.desk.base import Desk, change
from chalicelib.desk.erasing import finish_erasing
from chalicelib.desk.queue import queue
from chalicelib.desk.standing import standing
from chalicelib.desk.trail import keep_trail
from chalicelib.model import callback, chat, hold, moves
from chalicelib.model.line import Place, held, partition, queued
from chalicelib.model.places import legible
from chalicelib.model.session import LANES, MINUTE, SECOND, Reason, Session, State
from chalicelib.problems import Problem

__all__ = ["HANDS", "Across", "Swept", "sweep"]

CLOSING_GRACE = 15 * MINUTE
WITHIN = 15 * SECOND
"""Longer than this nothing new is begun: the function is ended after 25 s, and the line is measured last."""
HANDS = 8
"""So many sessions at a time, for who can: a write is mostly waiting, and an erasing many trips one after the other."""
AT_ONCE = 100
MOST_WAITING = 5_000
"""Of each lane and shard; behind them nobody is called soon, and a claim sets aside whom it finds gone."""


class Across(Protocol):
    """Does the same to several sessions; ``map`` does it to one after the other, an executor's to several at a time."""

    def __call__(
        self, do: Callable[[Session], Session | None], sessions: Iterable[Session], /
    ) -> Iterable[Session | None]: ...


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
    """Take back lapsed holds, set aside who is gone, end what nobody completed, erase what is owed.

    ``across`` may do it to HANDS sessions at a time.
    """
    done = Swept()
    _trail(desk, done)
    turn = _Turn(desk, across, desk.clock(), done)  # a slow trail takes no time from the children
    _holds(turn)
    _expiring(turn)
    _waiting(turn)
    _erasing(turn)
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


@dataclass(frozen=True)
class _Turn:
    """One sweep at work on the sessions, since ``now`` (ms)."""

    desk: Desk
    across: Across
    now: int
    done: Swept

    def each(
        self, ids: Sequence[str], do: Callable[[Session], Session | None]
    ) -> Iterator[tuple[Session, Session]]:  # fmt: skip
        """Each session as it was read, strongly, and as ``do`` left it, while there is time; None counts as failed.

        All ids are known before: what is taken back or ended leaves the index that told them.
        """
        for start in range(0, len(ids), AT_ONCE):
            if self.desk.clock() - self.now >= WITHIN:
                self.done.left = 1
                return
            sessions = self.desk.sessions.get_many(ids[start : start + AT_ONCE], strong=True)
            for session, after in zip(sessions, self.across(do, sessions), strict=True):
                self.done.failed += after is None
                yield session, after or session

    def changed(self, session: Session, move: Callable[[Session, int], Session]) -> Session | None:
        """The session as ``move`` leaves it; None when it could not be written now."""
        # It must not keep the sweep from the others; the next minute tries again.
        try:
            return finish_erasing(self.desk, change(self.desk, session, move))
        except Problem:
            return None


def _holds(turn: _Turn) -> None:
    """Take back what has lapsed. Whose it was is remembered until the trail was kept."""
    desk, done = turn.desk, turn.done
    old = [row.id for row in legible(held, standing(desk, "held")) if row.since <= turn.now - desk.rules.lease]
    for session, after in turn.each(old, lambda one: turn.changed(one, hold.lapse)):
        if session.state.held and not after.state.held:
            desk.memory.lapsed.append(session)
            done.lapsed += 1


def _expiring(turn: _Turn) -> None:
    ids = list(legible(_id, standing(turn.desk, "open", before=f"{turn.now:013d}")))
    for _, after in turn.each(ids, lambda one: turn.changed(one, moves.expire)):
        turn.done.ended += after.state is State.CLOSED


def _erasing(turn: _Turn) -> None:
    ids = list(legible(_id, standing(turn.desk, "erase", before=f"{turn.now:013d}")))
    for _, after in turn.each(ids, lambda one: finish_erasing(turn.desk, one)):
        turn.done.erased += after.erased
        turn.done.failed += not (after.erased or after.open)  # open: somebody's undo was faster


def _waiting(turn: _Turn) -> None:
    desk, now, done = turn.desk, turn.now, turn.done
    is_open = desk.slots.is_open(now)
    over = not is_open and not desk.slots.is_open(now - CLOSING_GRACE)

    def keep_honest(session: Session, now: int) -> Session:
        if session.state is not State.WAITING:
            return session
        if session.lane == "chat":
            return hold.close(session, Reason.EXPIRED, now) if over else chat.set_aside(session, now)
        return callback.put_off(moves.expire(session, now), now, slot=desk.slots.slot)

    for lane in LANES:
        ids = []
        for shard in range(desk.rules.shards):
            name = partition(lane, shard)
            rows = legible(queued, (Place(name, key) for key in desk.sessions.standing(name, limit=MOST_WAITING)))
            ids += [row.id for row in rows if row.due <= now]
        for _, after in turn.each(ids, lambda one: turn.changed(one, keep_honest)):
            done.aside += after.aside
            done.put_off += after.state is State.SCHEDULED
            done.ended += after.state is State.CLOSED
