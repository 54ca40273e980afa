"""The moves of a session: each takes a settled session, who asks and when, and returns the next one or a Problem.

Nothing here reads a clock, a store or the environment. The caller writes the result with a guard on what it saw.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from chalicelib.model.handoff import Handoff, Lane
from chalicelib.model.session import (
    ASIDE_AFTER,
    CHAT_GIVEN_UP_AFTER,
    MINUTE,
    RECEIVED_LASTS,
    TARGETS,
    TOMBSTONE_LASTS,
    Attempt,
    Band,
    Facts,
    Reason,
    Session,
    State,
    Status,
)  # fmt: skip
from chalicelib.model.status import climb, shown
from chalicelib.problems import Place, Problem

__all__ = [
    "Slot",
    "accept_message",
    "activate",
    "attempt",
    "attempts_left",
    "cancel_for_partner",
    "choose",
    "close",
    "erase",
    "expire",
    "lapse",
    "open_session",
    "put_off",
    "release",
    "require_hold",
    "see_youth",
    "set_aside",
]  # fmt: skip

MAX_ATTEMPTS = 3
ANSWERED = ("answered", "answered_safe")
CALLBACK_GIVEN_UP_AFTER = 3 * 24 * 60 * MINUTE
SEEN_EVERY = 30_000

# The next moment (ms) at or after the first argument at which a call to the zone may be dialled; the second bounds it.
Slot = Callable[[int, int | None, str | None], int]


def _due_at(session: Session, due: int, now: int) -> Session:
    """The session due at ``due``; a deadline is made from the moment it first became due, never from now."""
    state = State.WAITING if due <= now else State.SCHEDULED
    return climb(replace(session, due=due, deadline=due + TARGETS[session.band], state=state, aside=False))


def open_session(
    handoff: Handoff, *, id: str, partner: str, now: int, fingerprint: bytes, subject: bytes | None,
    number: bytes | None, zone: str | None, is_open: bool, turn: int | None, wait: str, slot: Slot,
    sealed: bool, has_report: bool,
) -> Session:  # fmt: skip
    """The session a handoff opens at ``now``; its first status is sequence 1, whatever the rung.

    A chat in open hours waits at once; a callback needs a number (sealed) and gets the next slot; all else is
    received and completed by the youth. ``wait`` and ``turn`` (next opening or closing, ms) are kept for replays.
    """
    wish = handoff.callback
    blank = Facts(Status.ACCEPTED, handoff.session, wait, is_open, turn)
    session = Session(
        id=id, partner=partner, platform=handoff.platform, kind=handoff.kind, locale=handoff.locale, created=now,
        fingerprint=fingerprint, facts=blank, state=State.RECEIVED, status=Status.ACCEPTED, lane=handoff.session,
        band=Band.DANGER if handoff.danger else Band.NORMAL, danger=handoff.danger, role=handoff.role,
        age_band=handoff.age_band, subject=subject, youth_seen=now, sealed=sealed, has_report=has_report,
    )  # fmt: skip
    if handoff.session == "chat" and is_open:
        session = _due_at(session, now, now)
    elif handoff.session == "callback" and wish is not None and number is not None:
        session = _callback(
            session, number, zone, wish.not_before, wish.not_after, wish.voicemail, wish.caller_id, now, slot
        )
    status = shown(session.state)
    return replace(session, status=status, sequence=1, facts=replace(blank, status=status))


def _callback(
    session: Session, number: bytes, zone: str | None, not_before: int | None, not_after: int | None,
    voicemail: bool, caller_id: str, now: int, slot: Slot,
) -> Session:  # fmt: skip
    asked = replace(
        session, lane="callback", number=number, zone=zone, not_before=not_before, not_after=not_after,
        voicemail=voicemail, caller_id=caller_id,
    )  # fmt: skip
    return _due_at(asked, slot(max(now, not_before or now), not_after, zone), now)


def choose(
    session: Session, lane: Lane, now: int, *, is_open: bool, slot: Slot, number: bytes | None = None,
    zone: str | None = None, not_before: int | None = None, not_after: int | None = None, voicemail: bool = False,
    caller_id: str = "hidden",
) -> Session:  # fmt: skip
    """The youth chooses, or changes the choice, until a counsellor holds the session; later it changes nothing."""
    if not session.open or session.state.held:
        return session
    if lane == "chat":
        if session.lane == "chat" and session.state is State.WAITING:
            return session
        if not is_open:
            return replace(session, lane="chat", state=State.RECEIVED)
        kept = session.due if session.state is State.WAITING and session.due is not None else now
        return _due_at(replace(session, lane="chat"), kept, now)
    known, territory = (number, zone) if number is not None else (session.number, session.zone)
    if known is None:
        raise Problem("bad_number", "A callback needs a number.", (Place("/number", "required", "Give a number."),))
    return _callback(session, known, territory, not_before, not_after, voicemail, caller_id, now, slot)


def require_hold(session: Session, owner: str, epoch: int) -> None:
    """Refuse unless ``owner`` holds the session with exactly this ``epoch`` (the fencing number)."""
    if epoch != session.epoch:
        raise Problem("taken_over")
    if not session.state.held:
        raise Problem("already_closed" if session.state is State.CLOSED else "taken_over")
    if session.owner != owner:
        raise Problem("taken_over")


def activate(session: Session) -> Session:
    """Both have written, or the counsellor dials."""
    return climb(replace(session, state=State.ACTIVE)) if session.state is State.CLAIMED else session


def _let_go(session: Session) -> Session:
    return replace(session, owner=None, holder=None, claimed_at=None, lease_until=None)


def release(session: Session) -> Session:
    """Back to the line at the old place: due and deadline stay what they were."""
    return replace(_let_go(session), state=State.WAITING)


def lapse(session: Session, now: int) -> Session:
    """Take back a hold whose lease has ended before ``now``; anything else is unchanged."""
    if session.state.held and (session.lease_until or 0) < now:
        return release(session)
    return session


def close(session: Session, reason: Reason, now: int) -> Session:
    """End the session; what stays is a tombstone for 30 days."""
    if not session.open:
        return session
    ended = replace(
        session, state=State.CLOSED, reason=reason, closed_at=now, lease_until=None, aside=False,
        expires_at=(now + TOMBSTONE_LASTS) // 1000,
    )  # fmt: skip
    return climb(ended)


def erase(session: Session) -> Session:
    """Nothing personal is left on the closed session."""
    return replace(session, erased=True, number=None, subject=None, role=None, age_band=None, zone=None)


def attempt(session: Session, outcome: str, now: int, *, retry: int, slot: Slot) -> Session:
    """A callback attempt ended. Busy and no answer wait ``retry`` ms for the next slot; others end or go on.

    *answered_unsafe* stops all dialling for good; three unanswered attempts, a refusal or a dead number close.
    """
    if session.lane != "callback":
        raise Problem("wrong_moment", "Only a callback has attempts.")
    if session.attempts and session.attempts[-1].outcome == outcome and outcome in ANSWERED:
        return session  # said twice of one call
    tried = replace(activate(session), attempts=(*session.attempts, Attempt(now, outcome)))
    if outcome in ANSWERED:
        return tried
    if outcome in ("answered_unsafe", "refused", "invalid") or not attempts_left(tried):
        return close(tried, Reason.UNREACHABLE, now)
    due = slot(now + retry, session.not_after, session.zone)
    if due > session.created + CALLBACK_GIVEN_UP_AFTER:
        return close(tried, Reason.UNREACHABLE, now)
    return _due_at(replace(_let_go(tried), state=State.SCHEDULED), due, now)


def put_off(session: Session, now: int, *, slot: Slot) -> Session:
    """A callback that may not be dialled now goes to the next slot; its deadline, and so its place, stays."""
    due = slot(now, session.not_after, session.zone)
    if session.lane != "callback" or session.number is None or due <= now:
        return session
    return replace(_let_go(session), state=State.SCHEDULED, due=due)


def attempts_left(session: Session) -> int:
    """How many more attempts may go unanswered."""
    return max(0, MAX_ATTEMPTS - sum(one.outcome not in ANSWERED for one in session.attempts))


def accept_message(session: Session, side: str, n: int) -> Session:
    """Take message ``n`` of ``side``: the same session when it was taken before; a gap is told the next number."""
    if session.lane != "chat":
        raise Problem("wrong_moment", "Only a chat has messages.")
    taken = session.youth_n if side == "youth" else session.counsellor_n
    if 0 < n <= taken:
        return session
    if not session.open:
        raise Problem("already_closed")
    if n != taken + 1:
        raise Problem("out_of_order", errors=(Place("/n", "out_of_order", f"The next number is {taken + 1}."),))
    numbered = replace(session, youth_n=n) if side == "youth" else replace(session, counsellor_n=n)
    numbered = replace(numbered, sealed=True)
    both = numbered.youth_n > 0 and numbered.counsellor_n > 0
    return activate(numbered) if both else numbered


def see_youth(session: Session, now: int) -> Session:
    """Presence: at most one write per 30 s; a session set aside comes back at its old place."""
    if session.open and (session.aside or now - session.youth_seen >= SEEN_EVERY):
        return replace(session, youth_seen=now, aside=False)
    return session


def youth_is_gone(session: Session, now: int) -> bool:
    """Whether a waiting chat's youth has not been seen for two minutes."""
    return session.state is State.WAITING and session.lane == "chat" and session.youth_seen < now - ASIDE_AFTER


def set_aside(session: Session, now: int) -> Session:
    """Keep the place of a youth who is gone, but do not offer it."""
    return replace(session, aside=True) if youth_is_gone(session, now) else session


def expire(session: Session, now: int) -> Session:
    """Close what nobody completed: no choice for 30 min, a youth gone for 10 min, a callback missed for 3 days."""
    if session.state is State.RECEIVED and session.created + RECEIVED_LASTS <= now:
        return close(session, Reason.EXPIRED, now)
    if session.aside and session.youth_seen + CHAT_GIVEN_UP_AFTER <= now:
        return close(session, Reason.LEFT, now)
    waits = session.state in (State.WAITING, State.SCHEDULED) and session.lane == "callback"
    if waits and session.created + CALLBACK_GIVEN_UP_AFTER <= now:
        return close(session, Reason.UNREACHABLE, now)
    return session


def cancel_for_partner(session: Session, now: int) -> Session:
    """The partner cancels, only before the youth opened the page; cancelling again says the same."""
    if session.bound is not None:
        raise Problem("with_youth")
    return close(session, Reason.CANCELLED, now)
