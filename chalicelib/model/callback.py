"""A callback: asked for, tried, put off. Pure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from chalicelib.model.hold import activate, close, let_go
from chalicelib.model.session import DAY, Attempt, Reason, Session, State
from chalicelib.model.status import due_at
from chalicelib.problems import Problem

__all__ = [
    "CALLBACK_GIVEN_UP_AFTER", "Slot", "ask_callback", "attempt", "attempts_left", "call_name", "dial", "is_dialled",
    "next_slot", "put_off",
]  # fmt: skip

MAX_ATTEMPTS = 3
ANSWERED = ("answered", "answered_safe")
CALLBACK_GIVEN_UP_AFTER = 3 * DAY

# The next moment (ms) at or after the first argument at which a call to the zone may be dialled; the second bounds it.
Slot = Callable[[int, int | None, str | None], int]


def ask_callback(
    session: Session, number: bytes, zone: str | None, not_before: int | None, not_after: int | None,
    voicemail: bool, caller_id: str, now: int, slot: Slot,
) -> Session:  # fmt: skip
    """A call to the sealed ``number``, due at the next slot of the window (ms)."""
    asked = replace(
        session, lane="callback", number=number, zone=zone, not_before=not_before, not_after=not_after,
        voicemail=voicemail, caller_id=caller_id,
    )  # fmt: skip
    return due_at(asked, slot(max(now, not_before or now), not_after, zone), now)


def attempt(session: Session, outcome: str, now: int, *, retry: int, slot: Slot) -> Session:
    """A callback attempt ended. Busy and no answer wait ``retry`` ms for the next slot; others end or go on.

    *answered_unsafe* stops all dialling for good; three unanswered attempts, a refusal or a dead number close.
    """
    if session.lane != "callback":
        raise Problem("wrong_moment", "Only a callback has attempts.")
    again = bool(session.attempts) and session.attempts[-1].outcome == outcome and not is_dialled(session)
    if again and outcome in ANSWERED:
        return session  # said twice of one call
    # Never before the call itself, whose moment another process's clock has told.
    tried = replace(activate(session), attempts=(*session.attempts, Attempt(max(now, session.dialled), outcome)))
    if outcome in ANSWERED:
        return tried
    if outcome == "answered_unsafe":
        return close(tried, Reason.UNREACHABLE, now)
    if outcome in ("refused", "invalid") or not attempts_left(tried):
        return close(tried, Reason.UNREACHABLE, now, undoable=True)
    due = slot(now + retry, session.not_after, session.zone)
    if due > session.created + CALLBACK_GIVEN_UP_AFTER:
        return close(tried, Reason.UNREACHABLE, now, undoable=True)
    return due_at(replace(let_go(tried), state=State.SCHEDULED), due, now)


def next_slot(session: Session, now: int, *, slot: Slot) -> int:
    """When the session's number may be dialled: ``now``, or the next slot (ms)."""
    return slot(max(now, session.not_before or now), session.not_after, session.zone)


def is_dialled(session: Session) -> bool:
    """Whether the number was given out in this hold for a call whose outcome nobody has written down yet."""
    last = session.attempts[-1].at if session.attempts else 0
    return session.dialled >= (session.claimed_at or 0) and session.dialled > last


def call_name(session: Session) -> str:
    """Names the call that the holder would make now: the same until its outcome is written down or the hold ends."""
    return f"{session.id}#{session.epoch}#{len(session.attempts)}"


def dial(session: Session, now: int) -> Session:
    """The counsellor has the number and calls; to look at it again is the same call."""
    return activate(session) if is_dialled(session) else replace(activate(session), dialled=now)


def put_off(session: Session, now: int, *, slot: Slot, free: int = 0) -> Session:
    """A callback that may not be dialled now goes to the next slot, from ``free`` (ms) on; its deadline stays."""
    due = slot(max(now, free), session.not_after, session.zone)
    if session.lane != "callback" or session.number is None or due <= now:
        return session
    return replace(let_go(session), state=State.SCHEDULED, due=due)


def attempts_left(session: Session) -> int:
    """How many more attempts may go unanswered."""
    return max(0, MAX_ATTEMPTS - sum(one.outcome not in ANSWERED for one in session.attempts))
