"""Taking a session: the next one, or one by name. What one youth opened twice goes to one counsellor."""

from __future__ import annotations

from collections.abc import Sequence

from chalicelib.desk import turns
from chalicelib.desk.base import Desk, change, find
from chalicelib.desk.ids import well_formed
from chalicelib.desk.trail import record_claim
from chalicelib.model import callback, chat, hold, moves
from chalicelib.model.counsellor import Counsellor
from chalicelib.model.handoff import Lane
from chalicelib.model.line import Queued, head_bound, held_by, held_partition
from chalicelib.model.session import ASIDE_AFTER, Session, State
from chalicelib.model.status import settle
from chalicelib.problems import Problem

__all__ = ["claim", "same_youth", "take"]

ROUNDS = 16
HEAD = 16
"""Rows of a lane's head that are read at least."""


def claim(desk: Desk, who: Counsellor, lanes: Sequence[Lane], limit: int | None = None) -> Session | None:
    """Take the next session: the earliest deadline of the lanes asked for; None when nothing is due.

    Where many press at once each goes for another of the first rows (``turns``), so that they do not all run for the
    same one. Problem ``at_limit`` when the counsellor holds enough: the hub's limit, or the counsellor's own lower one.
    """
    _check_limit(desk, who, min(limit or desk.rules.counsellor_limit, desk.rules.counsellor_limit))
    turns.begin(desk)
    tried: set[str] = set()
    for n in range(ROUNDS):
        rows, among = _head(desk, who, lanes, tried)
        if not rows:
            return None
        raced = False
        # What a lost race left of the head is stale, and a read costs a tenth of another lost write. Where the index
        # lags so much that reading again does not help, all that was read is tried in the end.
        while rows and (n == ROUNDS - 1 or not raced):
            row, lane = rows.pop(turns.choose(desk, who, [row for row, _ in rows], among))
            taken, raced = _take(desk, who, row, lane, desk.clock())
            if taken is not None:
                return taken
            tried.add(row.id)
    raise Problem("unavailable", "The line is very busy.", retry_after=1)


def _check_limit(desk: Desk, who: Counsellor, limit: int) -> None:
    mine = held_partition(who.subject, desk.rules.shards)
    if len(desk.sessions.standing(mine, prefix=held_by(who.subject), limit=limit)) >= limit:
        raise Problem("at_limit")


def _head(desk: Desk, who: Counsellor, lanes: Sequence[Lane], tried: set[str]) -> tuple[list[tuple[Queued, Lane]], int]:
    """The head of the lanes, and among how many of its rows to choose."""
    wanted = max(HEAD, desk.memory.reach)
    rows = _due_rows(desk, who, lanes, tried, wanted)
    if not rows:
        return rows, 1
    among = desk.memory.reach = turns.reach(desk, who, [row for row, _ in rows])
    if among > len(rows) == wanted:  # all that were read are of one moment: those behind them may be, or not
        rows = _due_rows(desk, who, lanes, tried, among)
        among = min(among, turns.reach(desk, who, [row for row, _ in rows])) if rows else 1
    return rows, among


def _due_rows(
    desk: Desk, who: Counsellor, lanes: Sequence[Lane], tried: set[str], wanted: int
) -> list[tuple[Queued, Lane]]:
    now = desk.clock()
    rows = [
        (row, lane)
        for lane in lanes
        for row in desk.sessions.head(
            lane, now=now, before=head_bound(now), limit=wanted + len(tried), audiences=who.audiences
        )
        if row.id not in tried
    ]  # fmt: skip
    return sorted(rows, key=lambda found: found[0].place.sk)[:wanted]


def _take(desk: Desk, who: Counsellor, row: Queued, lane: Lane, now: int) -> tuple[Session | None, bool]:
    """The session if it is this counsellor's now, and whether somebody else was faster."""
    won = desk.sessions.claim(
        row, lane, owner=who.subject, holder=who.username, now=now, lease=desk.rules.lease,
        seen_after=now - ASIDE_AFTER,
    )  # fmt: skip
    if won.session is None:
        if won.unseen is not None:
            change(desk, won.unseen, chat.set_aside)
        elif won.raced:
            turns.lost(desk, who)
        return None, won.raced
    turns.won(desk)
    desk.memory.waits.append(max(0, now - row.due))
    session = won.session
    if lane == "callback" and desk.slots.slot(now, session.not_after, session.zone) > now:
        change(desk, session, lambda s, at: callback.put_off(s, at, slot=desk.slots.slot))
        return None, False
    record_claim(desk, who, session)
    try:
        return _gather(desk, who, session, was_reserved=bool(row.audience)), False
    except Problem:  # the claim stands: whoever holds the session must learn of it
        return session, False


def _gather(desk: Desk, who: Counsellor, session: Session, *, was_reserved: bool) -> Session | None:
    """One youth, one counsellor: take what else waits of the same youth, or leave it to the colleague who is with them.

    A reservation that ran out is not made again: then whoever is free takes it.
    """
    others = same_youth(desk, session)
    colleague = next((one for one in others if one.state.held and one.owner != who.subject), None)
    if colleague is not None and not was_reserved:
        _held_by_me(desk, who, session, f"@{colleague.holder}")
        return None
    for one in others:
        if one.state is State.WAITING and one.lane is not None:
            try:
                _take_exactly(desk, who, one, "claim", "same_youth")
            except Problem:  # somebody else's by now: seen beside this one, all the same
                continue
    return session


def _held_by_me(desk: Desk, who: Counsellor, session: Session, audience: str) -> None:
    def move(seen: Session, now: int) -> Session:
        mine = seen.state.held and seen.owner == who.subject and seen.epoch == session.epoch
        return moves.hand_over(seen, audience, now) if mine else seen

    change(desk, session, move, also=("owner",))


def same_youth(desk: Desk, session: Session) -> list[Session]:
    """The other open sessions of the same youth (same partner and subject), as they stand now, oldest first."""
    if session.subject is None:
        return []
    ids = [id for id in desk.sessions.of_subject(session.subject) if id != session.id]
    now = desk.clock()
    found = [settle(one, now) for one in desk.sessions.get_many(ids, strong=True)] if ids else []
    return sorted((one for one in found if one.open), key=lambda one: one.created)


def take(desk: Desk, who: Counsellor, id: str) -> Session:
    """Take this one: a supervisor any that waits; others one reserved for them, or of a youth they are with.

    Problem ``not_yours`` for the rest, ``wrong_moment`` when it does not wait any more.
    """
    if not well_formed(id):
        raise Problem("not_found")
    session = settle(find(desk, id, strong=True), desk.clock())
    if session.state.held and session.owner == who.subject:
        return session  # said twice
    with_me = any(one.state.held and one.owner == who.subject for one in same_youth(desk, session))
    if not (who.supervisor or with_me or (session.audience or "") in who.audiences):
        raise Problem("not_yours")
    if not with_me:
        _check_limit(desk, who, desk.rules.counsellor_limit)
    return _take_exactly(desk, who, session, "take")


def _take_exactly(desk: Desk, who: Counsellor, session: Session, what: str, fact: str = "") -> Session:
    mine_before = False

    def move(seen: Session, now: int) -> Session:
        nonlocal mine_before
        mine_before = seen.state.held and seen.owner == who.subject
        return seen if mine_before else hold.take(seen, who.subject, who.username, now, desk.rules.lease)

    taken = change(desk, session, move, also=("owner", "youth_seen"))
    if not mine_before:
        record_claim(desk, who, taken, what, fact)
    return taken
