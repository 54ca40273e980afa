"""Erasing what an ended session leaves: begun by the session itself, then its numbers, its key, its words, and done."""

from __future__ import annotations

from dataclasses import replace

from chalicelib.desk.base import Desk, change
from chalicelib.desk.ids import resume_code, resume_row
from chalicelib.desk.numbers import leave_numbers, stop_numbers
from chalicelib.model.hold import begin_erasing, end_erasing
from chalicelib.model.session import Session
from chalicelib.problems import Problem

__all__ = ["finish_erasing", "forget_new_key", "wipe"]


def finish_erasing(desk: Desk, session: Session) -> Session:
    """Erase what a closed session leaves, unless the counsellor may still undo its end.

    That it has begun is written first: from then on no undo brings back a session whose key is gone. A failure, or a
    death, leaves the session in the ``erase`` line, where the sweep finds it and does all of it again. A rehearsal
    ends by the clock alone and keeps nothing: its end is never written.
    """
    if session.open or session.erased or session.rehearsal is not None:
        return session
    try:
        session = change(desk, session, begin_erasing)
        if not session.erasing:
            return session
        wipe(desk, session)
        return change(desk, session, lambda s, _: end_erasing(s))
    except Problem:
        return session


def wipe(desk: Desk, session: Session) -> None:
    """Delete all that is beside the session. The numbers come before the key, in whose row they are found.

    Without the key every copy of what it sealed, wherever it is, can never be read again.
    """
    if session.stopping:
        stop_numbers(desk, session.id)
    leave_numbers(desk, session.id)
    desk.cipher.forget(session.id)
    desk.sessions.erase(session.id)
    for generation in range(session.generation + session.coded):
        code = resume_code(desk.secrets, replace(session, generation=generation))
        desk.sessions.forget_resume(resume_row(desk.secrets, code))


def forget_new_key(desk: Desk, session: Session) -> None:
    """Something was sealed for a session that does not keep it: what that made goes at once, or with the session.

    It goes at once only where all is erased: an undo, or whoever writes at this very moment, needs the same key.
    """
    if session.stripped:
        wipe(desk, session)
    elif not session.sealed:
        finish_erasing(desk, change(desk, session, lambda s, _: replace(s, sealed=True)))
