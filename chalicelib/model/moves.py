"""The moves of a session: each takes a settled session, who asks and when, and returns the next one or a Problem.

Here stand those that every session has; ``chat`` and ``callback`` have their own. Nothing here reads a clock, a store
or the environment. The caller writes the result with a guard on what it saw.
"""

from __future__ import annotations

from dataclasses import replace

from chalicelib.model.callback import CALLBACK_GIVEN_UP_AFTER, Slot, ask_callback
from chalicelib.model.handoff import Handoff, Lane
from chalicelib.model.hold import close, let_go
from chalicelib.model.rehearsal import LASTS, SCRIPTS
from chalicelib.model.session import (
    CHAT_GIVEN_UP_AFTER,
    RECEIVED_LASTS,
    RESERVED_LASTS,
    TARGETS,
    Band,
    Facts,
    Reason,
    Session,
    State,
    Status,
)  # fmt: skip
from chalicelib.model.status import due_at, shown
from chalicelib.problems import Place, Problem

__all__ = [
    "cancel_for_partner",
    "choose",
    "come_back",
    "expire",
    "give_up_undo",
    "hand_over",
    "open_session",
    "raise_danger",
    "rehearse",
    "see_youth",
    "triage",
]  # fmt: skip

SEEN_EVERY = 30_000


def open_session(
    handoff: Handoff, *, id: str, partner: str, now: int, fingerprint: bytes, subject: bytes | None,
    number: bytes | None, zone: str | None, is_open: bool, turn: int | None, wait: str, slot: Slot,
    sealed: bool, has_report: bool, hooked: bool = False,
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
        hooked=hooked, stepped=now if hooked else 0,
    )  # fmt: skip
    if handoff.session == "chat" and is_open:
        session = due_at(session, now, now)
    elif handoff.session == "callback" and wish is not None and number is not None:
        session = ask_callback(
            session, number, zone, wish.not_before, wish.not_after, wish.voicemail, wish.caller_id, now, slot
        )
    status = shown(session.state)
    return replace(session, status=status, sequence=1, facts=replace(blank, status=status))


def rehearse(
    handoff: Handoff, name: str, *, id: str, partner: str, now: int, fingerprint: bytes, turn: int | None, hooked: bool
) -> Session:
    """A sandbox's session: it walks the script ``name`` by the clock, keeps nothing personal and meets nobody."""
    chosen = SCRIPTS[name]
    status = chosen.steps[0][1]
    facts = Facts(status, handoff.session, chosen.wait, chosen.open, turn)
    return Session(
        id=id, partner=partner, platform=handoff.platform, kind=handoff.kind, locale=handoff.locale, created=now,
        fingerprint=fingerprint, facts=facts, state=State.RECEIVED, status=status, lane=handoff.session,
        expires_at=(now + LASTS) // 1000, hooked=hooked, stepped=now, rehearsal=name,
    )  # fmt: skip


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
        if not is_open:  # no chat can be had now, and a call that was promised is not given up for it
            return replace(session, lane="chat") if session.state is State.RECEIVED else session
        kept = session.due if session.state is State.WAITING and session.due is not None else now
        return due_at(replace(session, lane="chat"), kept, now)
    known, territory = (number, zone) if number is not None else (session.number, session.zone)
    if known is None:
        raise Problem("bad_number", "A callback needs a number.", (Place("/number", "required", "Give a number."),))
    asked = ask_callback(session, known, territory, not_before, not_after, voicemail, caller_id, now, slot)
    if session.state is State.WAITING and session.due is not None and asked.state is State.WAITING:
        return due_at(asked, session.due, now)  # a change of mind costs nobody the place in the line
    return asked


def triage(session: Session, band: Band) -> Session:
    """Another urgency; the deadline moves with it, from the moment the session first became due."""
    deadline = None if session.due is None else session.due + TARGETS[band]
    return replace(session, band=band, deadline=deadline)


def raise_danger(session: Session, now: int) -> Session:
    """The youth says: in danger now. Then nobody it is reserved for is waited for longer than the band may wait."""
    if not session.open:
        return session
    until = session.reserved_until
    soon = None if until is None else min(until, now + TARGETS[Band.DANGER])
    return replace(triage(session, Band.DANGER), danger=True, reserved_until=soon)


def hand_over(session: Session, audience: str, now: int) -> Session:
    """Back to the line at the old place, for ``audience`` alone for a while: never longer than the band may wait."""
    until = now + min(RESERVED_LASTS, TARGETS[session.band])
    return replace(let_go(session), state=State.WAITING, audience=audience, reserved_until=until)


def see_youth(session: Session, now: int) -> Session:
    """Presence: at most one write per 30 s; a session set aside comes back at its old place."""
    if session.open and (session.aside or now - session.youth_seen >= SEEN_EVERY):
        return replace(session, youth_seen=now, aside=False)
    return session


def come_back(session: Session, key: bytes, now: int) -> Session:
    """The youth is here on another device, bound to ``key``: the one before is out, and the code is spent."""
    return replace(
        session, bound=key, generation=session.generation + 1, coded=False, youth_seen=now, aside=False
    )  # fmt: skip


def give_up_undo(session: Session) -> Session:
    """The youth has left: what is over is not kept for the counsellor's second thoughts."""
    return session if session.open else replace(session, undo_until=None)


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
