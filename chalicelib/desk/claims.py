"""Taking a session: the next one, or one by name. What one youth opened twice goes to one counsellor."""

from __future__ import annotations

import random
from collections.abc import Sequence

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

WIDEST = 128
CROWD_LASTS = 2_000  # ms without a lost race after which the exact order holds again
ROUNDS = 8
HEAD = 16


def claim(desk: Desk, who: Counsellor, lanes: Sequence[Lane], limit: int | None = None) -> Session | None:
    """Take the next session: the earliest deadline of the lanes asked for; None when nothing is due.

    One of the first ``width`` due rows is taken: 1, doubled by each lost race up to 128, halved by a win and forgotten
    two seconds after the last lost race, so that many counsellors do not all run for the same row and a crowd long
    gone does not upset the order. Problem ``at_limit`` when the counsellor holds enough: the hub's limit, or the
    counsellor's own lower one.
    """
    _check_limit(desk, who, min(limit or desk.rules.counsellor_limit, desk.rules.counsellor_limit))
    if desk.clock() - desk.memory.lost_at >= CROWD_LASTS:
        desk.memory.width = 1
    tried: set[str] = set()
    for _ in range(ROUNDS):
        rows = _due_rows(desk, who, lanes, tried)
        if not rows:
            return None
        while rows:  # a lost race costs one write; the head is read again only when all of it is gone
            row, lane = rows.pop(random.randrange(min(desk.memory.width, len(rows))))  # noqa: S311 - spreads load only
            taken = _take(desk, who, row, lane, desk.clock())
            if taken is not None:
                return taken
            tried.add(row.id)
    raise Problem("unavailable", "The line is very busy.", retry_after=1)


def _check_limit(desk: Desk, who: Counsellor, limit: int) -> None:
    mine = held_partition(who.subject, desk.rules.shards)
    if len(desk.sessions.standing(mine, prefix=held_by(who.subject), limit=limit)) >= limit:
        raise Problem("at_limit")


def _due_rows(desk: Desk, who: Counsellor, lanes: Sequence[Lane], tried: set[str]) -> list[tuple[Queued, Lane]]:
    now = desk.clock()
    limit = max(HEAD, desk.memory.width) + len(tried)
    rows = [
        (row, lane)
        for lane in lanes
        for row in desk.sessions.head(
            lane, now=now, before=head_bound(now), limit=limit, audiences=who.audiences
        )
        if row.id not in tried
    ]  # fmt: skip
    return sorted(rows, key=lambda found: found[0].place.sk)[: max(HEAD, desk.memory.width)]


def _take(desk: Desk, who: Counsellor, row: Queued, lane: Lane, now: int) -> Session | None:
    won = desk.sessions.claim(
        row, lane, owner=who.subject, holder=who.username, now=now, lease=desk.rules.lease,
        seen_after=now - ASIDE_AFTER,
    )  # fmt: skip
    memory = desk.memory
    if won.session is None:
        if won.unseen is not None:
            change(desk, won.unseen, chat.set_aside)
        else:
            memory.width, memory.lost_at = min(WIDEST, memory.width * 2), now
        return None
    memory.width = max(1, memory.width // 2)
    memory.waits.append(max(0, now - row.due))
    session = won.session
    if lane == "callback" and desk.slots.slot(now, session.not_after, session.zone) > now:
        change(desk, session, lambda s, at: callback.put_off(s, at, slot=desk.slots.slot))
        return None
    record_claim(desk, who, session)
    try:
        return _gather(desk, who, session, was_reserved=bool(row.audience))
    except Problem:  # the claim stands: whoever holds the session must learn of it
        return session


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
