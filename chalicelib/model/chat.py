"""A chat: words taken in order, a youth who is gone, a youth who is silent. Pure."""

from __future__ import annotations

from dataclasses import replace

from chalicelib.model.hold import activate
from chalicelib.model.session import ASIDE_AFTER, SECOND, Session, State
from chalicelib.problems import Place, Problem

__all__ = [
    "accept_message", "ask_still_there", "is_asked", "is_silent", "is_typing", "left_alone", "next_number", "set_aside",
    "still_there", "youth_is_gone",
]  # fmt: skip

TYPING_SHOWN = 8 * SECOND
"""Typing is told every 5 s at most; a little longer than that, it is still shown."""


def accept_message(session: Session, side: str, n: int, now: int) -> Session:
    """Take message ``n`` of ``side``: the same session when it was taken before; a gap is told the next number."""
    if session.lane != "chat":
        raise Problem("wrong_moment", "Only a chat has messages.")
    taken = _taken(session, side)
    if 0 < n <= taken:
        return session
    if not session.open:
        raise Problem("already_closed")
    if n != taken + 1:
        raise next_number(session, side)
    if side == "youth":
        numbered = replace(session, youth_n=n, youth_at=now, youth_typing=0, sealed=True)
    else:
        numbered = replace(session, counsellor_n=n, counsellor_at=now, counsellor_typing=0, sealed=True)
    both = numbered.youth_n > 0 and numbered.counsellor_n > 0
    return activate(numbered) if both else numbered


def next_number(session: Session, side: str) -> Problem:
    """The refusal of a message's number that other words have, or that leaves one out."""
    said = f"The next number is {_taken(session, side) + 1}."
    return Problem("out_of_order", errors=(Place("/n", "out_of_order", said),))


def _taken(session: Session, side: str) -> int:
    return session.youth_n if side == "youth" else session.counsellor_n


def is_typing(at: int, now: int) -> bool:
    """Whether a side that last typed ``at`` is shown as typing."""
    return now - at < TYPING_SHOWN


def is_silent(session: Session, now: int, after: int) -> bool:
    """Whether the counsellor's last word has stood without an answer for ``after`` ms."""
    spoken = session.lane == "chat" and session.state.held and session.counsellor_at > session.youth_at
    return spoken and now - session.counsellor_at >= after


def is_asked(session: Session, now: int, after: int) -> bool:
    """Whether the youth's page asks if somebody is still there: by itself after a while, or as the counsellor asked."""
    asked = session.state.held and session.lane == "chat" and session.checked_at > session.youth_at
    return asked or is_silent(session, now, after)


def ask_still_there(session: Session, now: int) -> Session:
    """The counsellor asks whether the youth is still there."""
    if session.lane != "chat":
        raise Problem("wrong_moment", "Only a chat can ask.")
    return replace(session, checked_at=now)


def still_there(session: Session, now: int) -> Session:
    """The youth says: still here."""
    return replace(session, youth_at=now, youth_seen=now, aside=False) if session.open else session


def left_alone(session: Session) -> str | None:
    """Why a youth who was answered waits again: ``handed_over``, or ``lost`` when the counsellor is gone."""
    if session.lane != "chat" or session.state is not State.WAITING or session.counsellor_n == 0:
        return None
    return "handed_over" if session.audience is not None else "lost"


def youth_is_gone(session: Session, now: int) -> bool:
    """Whether a waiting chat's youth has not been seen for two minutes."""
    return session.state is State.WAITING and session.lane == "chat" and session.youth_seen < now - ASIDE_AFTER


def set_aside(session: Session, now: int) -> Session:
    """Keep the place of a youth who is gone, but do not offer it."""
    return replace(session, aside=True) if youth_is_gone(session, now) else session
