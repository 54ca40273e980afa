"""What the youth may do: open the link, choose, write, cancel, leave. Never a conflict to solve."""

from __future__ import annotations

import hmac
from dataclasses import dataclass, replace
from typing import Literal

from chalicelib.desk.base import Desk, change, find, finish_erasing
from chalicelib.desk.ids import bound_of, code_fits, cookie_for, id_of_code, well_formed
from chalicelib.desk.partners import check_window, read_number
from chalicelib.desk.transcript import write
from chalicelib.model import moves
from chalicelib.model.handoff import Lane
from chalicelib.model.session import CODE_LASTS, Reason, Session, State
from chalicelib.model.status import settle
from chalicelib.ports import Gone
from chalicelib.problems import Problem

__all__ = ["Wish", "arrive", "cancel", "choose", "leave", "look", "open_link", "say"]


@dataclass(frozen=True)
class Wish:
    """What the youth asked for on the page; times in ms, the number as typed."""

    lane: Lane
    number: str | None = None
    not_before: int | None = None
    not_after: int | None = None
    voicemail: bool = False
    caller_id: Literal["hidden", "3018"] = "hidden"


def open_link(desk: Desk, code: str) -> tuple[Session, str | None]:
    """The session of a link and a fresh cookie for it; no cookie when somebody is using it. Consumes nothing.

    Problem ``link_expired`` when the link is wrong, too old, or its session has ended.
    """
    id = id_of_code(code)
    session = desk.sessions.get(id) if id else None
    if id and session is None:
        session = desk.sessions.get(id, strong=True)
    if session is None or not code_fits(desk.secrets, session, code):
        raise Problem("link_expired")
    if session.bound is not None:
        return session, None
    if not session.open or desk.clock() > session.created + CODE_LASTS:
        raise Problem("link_expired")
    return session, cookie_for(desk.secrets, session.id, desk.tokens())


def _enter(desk: Desk, id: str, cookie: str | None) -> tuple[Session, bytes]:
    """The session and what this browser would bind it to; problem ``link_used`` for any other browser."""
    key = bound_of(desk.secrets, id, cookie) if well_formed(id) else None
    if key is None:
        raise Problem("link_used")
    session = desk.sessions.get(id) or find(desk, id, strong=True)
    _must_be(session, key)
    return session, key


def _must_be(session: Session, key: bytes) -> None:
    if session.bound is not None and not hmac.compare_digest(session.bound, key):
        raise Problem("link_used")


def _bind(session: Session, key: bytes, now: int) -> Session:
    _must_be(session, key)
    return replace(moves.see_youth(session, now), bound=key) if session.open else session


def look(desk: Desk, id: str, cookie: str | None) -> Session:
    """The session for its page. A bound page's look is also its presence, written at most once per 30 s."""
    session, key = _enter(desk, id, cookie)
    if session.bound is None:
        return settle(session, desk.clock())
    return change(desk, session, lambda s, now: _bind(s, key, now))


def arrive(desk: Desk, id: str, cookie: str | None) -> Session:
    """The page is really open: bind the session to this browser."""
    session, key = _enter(desk, id, cookie)
    return change(desk, session, lambda s, now: _bind(s, key, now), also=("bound",))


def choose(desk: Desk, id: str, cookie: str | None, wish: Wish) -> Session:
    """Choose a chat or a callback, or change the choice until a counsellor has taken it."""
    session, key = _enter(desk, id, cookie)
    now = desk.clock()
    number, zone = None, None
    if wish.lane == "callback":
        check_window(wish.not_before, wish.not_after, now, "")
    if wish.lane == "callback" and wish.number:
        read = read_number(desk, wish.number, "/number")
        try:
            number, zone = desk.cipher.seal(id, "number", read.e164.encode()), read.zone
        except Gone:
            raise Problem("unavailable", "The number was not kept; send it again.", retry_after=2) from None

    def move(s: Session, at: int) -> Session:
        chosen = moves.choose(
            _bind(s, key, at), wish.lane, at, is_open=desk.slots.is_open(at), slot=desk.slots.slot, number=number,
            zone=zone, not_before=wish.not_before, not_after=wish.not_after, voicemail=wish.voicemail,
            caller_id=wish.caller_id,
        )  # fmt: skip
        return replace(chosen, sealed=True) if number and chosen.open else chosen

    after = change(desk, session, move, also=("bound",))
    if number and not after.open:  # it ended meanwhile: sealing must not leave a new key behind
        desk.cipher.forget(id)
    return after


def say(desk: Desk, id: str, cookie: str | None, n: int, text: str) -> Session:
    """Take the youth's message ``n`` once. After the end, or out of order, the page is told how things stand."""
    session, key = _enter(desk, id, cookie)
    try:
        return write(desk, session, "youth", n, text, lambda s, now: _bind(s, key, now), ("bound",))[0]
    except Problem as problem:
        if problem.code not in ("already_closed", "out_of_order", "wrong_moment"):
            raise
        return settle(find(desk, id), desk.clock())


def cancel(desk: Desk, id: str, cookie: str | None) -> Session:
    """The youth does not want it any more."""
    return _end(desk, id, cookie, Reason.CANCELLED)


def leave(desk: Desk, id: str, cookie: str | None) -> Session:
    """Quick exit: the session ends and everything personal is erased at once.

    A callback that waits or is scheduled is not given up by closing the page: somebody may have come in.
    """
    session, key = _enter(desk, id, cookie)
    if session.lane == "callback" and session.state is not State.RECEIVED:
        return change(desk, session, lambda s, now: _bind(s, key, now))
    return _end(desk, id, cookie, Reason.LEFT_SAFELY)


def _end(desk: Desk, id: str, cookie: str | None, reason: Reason) -> Session:
    session, key = _enter(desk, id, cookie)
    ended = change(desk, session, lambda s, now: moves.close(_bind(s, key, now), reason, now), also=("bound",))
    return finish_erasing(desk, ended)
