"""What a counsellor may do: see the line, take the next, hold, talk, call, close."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence

from chalicelib.desk.base import Desk, change, find, finish_erasing, open_sealed
from chalicelib.desk.ids import well_formed
from chalicelib.desk.transcript import write
from chalicelib.model import moves
from chalicelib.model.counsellor import Counsellor
from chalicelib.model.handoff import Lane
from chalicelib.model.line import HELD, Queued, head_bound, held_by
from chalicelib.model.session import ASIDE_AFTER, Reason, Session, State
from chalicelib.model.status import settle
from chalicelib.ports import Conflict, Message
from chalicelib.problems import Problem

__all__ = ["attempt", "claim", "close", "release", "renew", "reveal", "say", "view"]

WIDEST = 128
ROUNDS = 8
HEAD = 16


def view(desk: Desk, id: str) -> Session:
    """A session as it stands now."""
    if not well_formed(id):
        raise Problem("not_found")
    return settle(desk.sessions.get(id) or find(desk, id, strong=True), desk.clock())


def claim(desk: Desk, who: Counsellor, lanes: Sequence[Lane]) -> Session | None:
    """Take the next session: the earliest deadline of the lanes asked for; None when nothing is due.

    One of the first ``width`` due rows is taken: 1, doubled by each lost race up to 128, halved by a win, so that
    many counsellors do not all run for the same row. Problem ``at_limit`` when the counsellor holds enough.
    """
    limit = desk.rules.counsellor_limit
    if len(desk.sessions.standing(HELD, prefix=held_by(who.subject), limit=limit)) >= limit:
        raise Problem("at_limit")
    tried: set[str] = set()
    for _ in range(ROUNDS):
        rows = _due_rows(desk, lanes, tried)
        if not rows:
            return None
        while rows:  # a lost race costs one write; the head is read again only when all of it is gone
            row, lane = rows.pop(random.randrange(min(desk.memory.width, len(rows))))  # noqa: S311 - spreads load only
            taken = _take(desk, who, row, lane, desk.clock())
            if taken is not None:
                return taken
            tried.add(row.id)
    raise Problem("unavailable", "The line is very busy.", retry_after=1)


def _due_rows(desk: Desk, lanes: Sequence[Lane], tried: set[str]) -> list[tuple[Queued, Lane]]:
    now = desk.clock()
    limit = max(HEAD, desk.memory.width) + len(tried)
    rows = [
        (row, lane)
        for lane in lanes
        for row in desk.sessions.head(lane, now=now, before=head_bound(now), limit=limit)
        if row.id not in tried
    ]
    return sorted(rows, key=lambda found: found[0].place.sk)[: max(HEAD, desk.memory.width)]


def _take(desk: Desk, who: Counsellor, row: Queued, lane: Lane, now: int) -> Session | None:
    won = desk.sessions.claim(
        row, lane, owner=who.subject, holder=who.username, now=now, lease=desk.rules.lease,
        seen_after=now - ASIDE_AFTER,
    )  # fmt: skip
    memory = desk.memory
    if won.session is None:
        if won.unseen is not None:
            change(desk, won.unseen, moves.set_aside)
        else:
            memory.width = min(WIDEST, memory.width * 2)
        return None
    memory.width = max(1, memory.width // 2)
    memory.waits.append(max(0, now - row.due))
    session = won.session
    if lane == "callback" and desk.slots.slot(now, session.not_after, session.zone) > now:
        change(desk, session, lambda s, at: moves.put_off(s, at, slot=desk.slots.slot))
        return None
    return session


def renew(desk: Desk, who: Counsellor, id: str, epoch: int) -> Session:
    """Keep holding: one write, no read."""
    _check(desk, id, epoch)
    try:
        return desk.sessions.renew(id, who.subject, epoch, desk.clock() + desk.rules.lease)
    except Conflict as lost:
        if lost.winner is None:
            raise Problem("not_found") from None
        moves.require_hold(lost.winner, who.subject, epoch)
        raise Problem("taken_over") from None


def _check(desk: Desk, id: str, epoch: int) -> None:
    if not well_formed(id):
        raise Problem("not_found")
    if not 0 < epoch < 2**53:  # no claim ever had it, and the store could not hold it
        find(desk, id)
        raise Problem("taken_over")


def _held(
    desk: Desk,
    who: Counsellor,
    id: str,
    epoch: int,
    move: Callable[[Session, int], Session],
    seen: Session | None = None,
) -> Session:
    """One guarded write of the holder, decided on ``seen`` or on what is read."""
    _check(desk, id, epoch)

    def guarded(session: Session, now: int) -> Session:
        moves.require_hold(session, who.subject, epoch)
        return move(session, now)

    return change(desk, seen or view(desk, id), guarded, also=("owner",))


def release(desk: Desk, who: Counsellor, id: str, epoch: int) -> Session:
    """Give the session back to the line, at its old place."""
    return _held(desk, who, id, epoch, lambda s, _: moves.release(s))


def close(desk: Desk, who: Counsellor, id: str, epoch: int, reason: Reason) -> Session:
    """End the session and erase what is personal. The same close again says the same."""
    session = view(desk, id)
    ended_so = (session.state, session.epoch, session.owner, session.reason)
    if ended_so == (State.CLOSED, epoch, who.subject, reason):
        return finish_erasing(desk, session)
    closed = _held(desk, who, id, epoch, lambda s, now: moves.close(s, reason, now), session)
    return finish_erasing(desk, closed)


def say(desk: Desk, who: Counsellor, id: str, epoch: int, n: int, text: str) -> Message:
    """Take the counsellor's message ``n`` once."""
    _check(desk, id, epoch)

    def guard(session: Session, _: int) -> Session:
        moves.require_hold(session, who.subject, epoch)
        return session

    session = view(desk, id)
    guard(session, 0)
    return write(desk, session, "counsellor", n, text, guard, ("owner",))[1]


def attempt(desk: Desk, who: Counsellor, id: str, epoch: int, outcome: str) -> Session:
    """Write down how a callback attempt ended, and do what follows from it."""
    after = _held(
        desk, who, id, epoch,
        lambda s, now: moves.attempt(s, outcome, now, retry=desk.rules.callback_retry, slot=desk.slots.slot),
    )  # fmt: skip
    return finish_erasing(desk, after)


def reveal(desk: Desk, who: Counsellor, id: str, epoch: int) -> str:
    """The number in E.164. Its audit record is written first; from here on the counsellor is dialling."""
    _check(desk, id, epoch)
    session = view(desk, id)
    moves.require_hold(session, who.subject, epoch)
    if session.number is None:
        raise Problem("no_number")
    desk.audit.record(who.username, "reveal", id, desk.clock())
    session = _held(desk, who, id, epoch, lambda s, _: moves.activate(s), session)
    plain = open_sealed(desk, id, "number", session.number) if session.number else None
    if plain is None:
        raise Problem("no_number")
    return plain.decode()
