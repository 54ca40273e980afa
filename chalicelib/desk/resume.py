"""Coming back from another device: a code asked for on the page, good once, and only for the page it was shown on."""

from __future__ import annotations

import hmac
from dataclasses import replace

from chalicelib.desk.base import Desk, change
from chalicelib.desk.ids import bound_by, cookie_for, read_resume_code, resume_code, resume_row, spelled
from chalicelib.desk.youth import bind, enter
from chalicelib.model.moves import come_back
from chalicelib.model.retention import CODE_KEPT
from chalicelib.model.session import Session
from chalicelib.problems import Problem

__all__ = ["issue_code", "resume", "shown_code"]


def issue_code(desk: Desk, id: str, cookie: str | None) -> Session:
    """Make the session's resume code, or find it made: asked for again, it is the same and nothing is written.

    The row that leads back to the session comes first: a code that is shown always works.
    """
    session, key = enter(desk, id, cookie)
    if session.open and not session.coded:
        row = resume_row(desk.secrets, resume_code(desk.secrets, session))
        desk.sessions.save_resume(row, id, (desk.clock() + CODE_KEPT) // 1000)

    def move(seen: Session, now: int) -> Session:
        bound = bind(seen, key, now)
        return replace(bound, coded=True) if bound.open else bound

    return change(desk, session, move, also=("bound", "generation"))


def shown_code(desk: Desk, session: Session) -> str | None:
    """The code as the page shows it, once it was asked for."""
    return spelled(resume_code(desk.secrets, session)) if session.coded and session.open else None


def resume(desk: Desk, typed: str, once: str = "") -> tuple[Session, str]:
    """The session a code leads to, now this browser's alone, and the cookie that says so.

    Problem ``bad_code`` for a code that is wrong, spent, or of a session that has ended: one answer for all. ``once``
    is of the one form in which the code was typed: sent again because the answer was lost, it gets the same cookie.
    """
    code = read_resume_code(typed)
    id = desk.sessions.resume(resume_row(desk.secrets, code)) if code else None
    session = desk.sessions.get(id, strong=True) if id else None
    if code is None or session is None:
        raise Problem("bad_code")
    random = desk.secrets.mac("come_back", code.encode(), once.encode())[:16] if once else desk.tokens()
    key = bound_by(desk.secrets, session.id, random)

    def move(seen: Session, now: int) -> Session:
        if seen.open and seen.bound is not None and hmac.compare_digest(seen.bound, key):
            return seen
        fits = hmac.compare_digest(code, resume_code(desk.secrets, seen))
        if not (fits and seen.coded and seen.open):
            raise Problem("bad_code")
        return come_back(seen, key, now)

    return change(desk, session, move), cookie_for(desk.secrets, session.id, random)
