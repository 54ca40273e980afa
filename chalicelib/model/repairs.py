"""What a stored session can only be by damage, and what it becomes instead. Pure.

No move leaves such a session, but a restored table may hold one, or a hand that was in it. Each kind of damage keeps a
child from being helped or forgotten; what is guessed errs towards offering the session again.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Literal

from chalicelib.model import hold
from chalicelib.model.places import COMPARED
from chalicelib.model.rehearsal import LASTS
from chalicelib.model.session import TARGETS, TOMBSTONE_LASTS, Reason, Session, State

__all__ = ["KINDS", "MENDED", "Kind", "mend"]

Kind = Literal["lane", "due", "hold", "turn", "erase", "end"]
KINDS: tuple[Kind, ...] = ("lane", "due", "hold", "turn", "erase", "end")
"""A place in the line · a place among what is owed · a hold · a turn · what must be erased · what must be forgotten."""

MENDED = COMPARED | frozenset({
    "created", "epoch", "lease_until", "checked_at", "platform", "hooked", "rehearsal", "facts", "number",
    "has_report", "youth_n", "counsellor_n", "not_before", "expires_at",
})  # fmt: skip
"""Every attribute that a repair compares: none is made over one of them that has changed meanwhile."""


def mend(session: Session, now: int, lease: int) -> tuple[Session, frozenset[Kind]]:
    """The session as it should be, and what was wrong with it; ``lease`` in ms for a hold that has none."""
    rules: tuple[tuple[Kind, Callable[[Session], Session]], ...] = (
        ("hold", lambda s: _hold(s, now, lease)), ("turn", _turn), ("due", _delivery), ("erase", _sealed),
        ("end", lambda s: _end(s, now)),
    )  # fmt: skip
    wrong: set[Kind] = set()
    for kind, rule in rules:
        after = rule(session)
        if after != session:
            wrong.add(kind)
        session = after
    return session, frozenset(wrong)


def _hold(session: Session, now: int, lease: int) -> Session:
    """Nobody's hold is given back; somebody's gets a lease, which a counsellor at work renews and the sweep ends."""
    if not session.state.held:
        return session
    if not session.owner:
        return hold.release(session)
    return session if session.lease_until is not None else replace(session, lease_until=now + lease)


def _turn(session: Session) -> Session:
    """What waits, or would when it is released, has a lane, a moment it became due, and a deadline from that."""
    if session.rehearsal is not None or session.state in (State.RECEIVED, State.CLOSED):
        return session
    target, due, deadline = TARGETS[session.band], session.due, session.deadline
    if due is None:
        due = max(session.created, session.not_before or 0) if deadline is None else deadline - target
    if deadline is None or deadline > due + target:
        deadline = due + target
    lane = session.lane or session.facts.lane or ("chat" if session.number is None else "callback")
    return replace(session, lane=lane, due=due, deadline=deadline)


def _delivery(session: Session) -> Session:
    """A deliverer's lease without an end would be waited for by nobody."""
    return replace(session, courier=None) if session.courier is not None and session.deliver_at is None else session


def _sealed(session: Session) -> Session:
    """Where something personal was kept, it is known that it must be erased."""
    personal = session.number is not None or session.has_report or session.youth_n > 0 or session.counsellor_n > 0
    return replace(session, sealed=True) if personal and not session.sealed else session


def _end(session: Session, now: int) -> Session:
    """What is over is forgotten some day; what is open is not, or the store would delete a child who waits."""
    if session.state is State.CLOSED:
        closed = session.closed_at if session.closed_at is not None else now
        ends = session.expires_at if session.expires_at is not None else (closed + TOMBSTONE_LASTS) // 1000
        return replace(session, closed_at=closed, reason=session.reason or Reason.EXPIRED, expires_at=ends)
    if session.rehearsal is not None:
        known = session.expires_at is not None
        return session if known else replace(session, expires_at=(session.created + LASTS) // 1000)
    return replace(session, expires_at=None)
