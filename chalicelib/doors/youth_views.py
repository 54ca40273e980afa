"""The session as the youth's page shows it, as ``schemas/youth-state.json`` says."""

from __future__ import annotations

from typing import Any

from chalicelib.desk.base import Desk
from chalicelib.desk.ids import safe_word
from chalicelib.desk.queue import expected_wait
from chalicelib.desk.resume import shown_code
from chalicelib.desk.transcript import Word
from chalicelib.doors.views import hours, moment, word
from chalicelib.model.chat import is_asked, is_typing, left_alone
from chalicelib.model.session import Band, Reason, Session, State

__all__ = ["youth_state"]

_ENDED = {
    Reason.CANCELLED: "cancelled", Reason.LEFT: "left", Reason.LEFT_SAFELY: "left", Reason.EXPIRED: "expired",
}  # fmt: skip


def youth_state(desk: Desk, session: Session, words: list[Word]) -> dict[str, Any]:
    """What the youth's page shows."""
    now = desk.clock()
    is_open = desk.slots.is_open(now)
    return {
        "state": _state(session),
        "session": session.lane,
        "wait": expected_wait(desk, session.lane, now, is_open=is_open, fresh=True),
        **hours(desk, is_open, desk.slots.turn(now)),
        "danger": session.open and _in_danger(session),
        "back": left_alone(session),
        "typing": _is_answered(session) and is_typing(session.counsellor_typing, now),
        "check": is_asked(session, now, desk.rules.silent),
        "resume": shown_code(desk, session),
        "callback": _callback(desk, session) if session.lane == "callback" else None,
        "messages": [word(said) for said in words],
        "counters": {"youth": session.youth_n, "counsellor": session.counsellor_n},
        "ended": None if session.reason is None else _ENDED.get(session.reason, "ended"),
    }


def _state(session: Session) -> str:
    """A counsellor who has written is there for the youth, even before the youth answers."""
    if session.state is State.ACTIVE or (session.state is State.CLAIMED and session.counsellor_n > 0):
        return "connected"
    return "waiting" if session.state is State.CLAIMED else session.state.value


def _is_answered(session: Session) -> bool:
    """Somebody who was typing and is gone types no more."""
    return session.lane == "chat" and session.state.held


def _in_danger(session: Session) -> bool:
    """Said by the youth or the platform, and still so: when a counsellor has lowered the band, it can be said again."""
    return session.danger and session.band is Band.DANGER


def _callback(desk: Desk, session: Session) -> dict[str, Any]:
    return {
        "at": moment(session.due) if session.state is State.SCHEDULED else None,
        "has_number": session.number is not None,
        "voicemail": session.voicemail,
        "caller_id": session.caller_id,
        "word": safe_word(desk.secrets, session),
    }
