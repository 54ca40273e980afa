"""What the youth may do: open the link, choose, write, call for help, cancel, leave. Never a conflict to solve."""

from __future__ import annotations

import hmac
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Literal

from chalicelib.desk.base import Desk, change, find
from chalicelib.desk.erasing import finish_erasing, forget_new_key
from chalicelib.desk.ids import bound_of, code_fits, cookie_for, id_of_code, well_formed
from chalicelib.desk.numbers import keep_number
from chalicelib.desk.partners import check_window, read_number
from chalicelib.desk.transcript import write
from chalicelib.model import chat, hold, moves
from chalicelib.model.handoff import Lane
from chalicelib.model.session import CODE_LASTS, Reason, Session, State
from chalicelib.model.status import settle
from chalicelib.ports import Gone
from chalicelib.problems import Problem

__all__ = [
    "Wish", "arrive", "bind", "cancel", "choose", "enter", "leave", "look", "open_link", "raise_danger", "say",
    "still_there", "typing",
]  # fmt: skip


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
    if session.bound is not None or session.rehearsal is not None:
        return session, None
    if not session.open or desk.clock() > session.created + CODE_LASTS:
        raise Problem("link_expired")
    return session, cookie_for(desk.secrets, session.id, desk.tokens())


def enter(desk: Desk, id: str, cookie: str | None) -> tuple[Session, bytes]:
    """The session and the key this browser would bind it to; problem ``link_used`` for any other browser."""
    key = bound_of(desk.secrets, id, cookie) if well_formed(id) else None
    if key is None:
        raise Problem("link_used")
    session = desk.sessions.get(id) or find(desk, id, strong=True)
    if not _may_be(session, key):  # or it has just come here from another device, and the read was an old one
        session = find(desk, id, strong=True)
    if not _may_be(session, key):
        raise Problem("link_used")
    return session, key


def _may_be(session: Session, key: bytes) -> bool:
    return session.bound is None or hmac.compare_digest(session.bound, key)


def bind(session: Session, key: bytes, now: int) -> Session:
    """The session bound to this browser, whose youth is seen; problem ``link_used`` when it is bound to another."""
    if not _may_be(session, key):
        raise Problem("link_used")
    return replace(moves.see_youth(session, now), bound=key) if session.open else session


def look(desk: Desk, id: str, cookie: str | None) -> Session:
    """The session for its page. A bound page's look is also its presence, written at most once per 30 s."""
    session, key = enter(desk, id, cookie)
    if session.bound is None:
        return settle(session, desk.clock())
    return change(desk, session, lambda s, now: bind(s, key, now))


def arrive(desk: Desk, id: str, cookie: str | None) -> Session:
    """The page is really open: bind the session to this browser."""
    session, key = enter(desk, id, cookie)
    return change(desk, session, lambda s, now: bind(s, key, now), also=("bound",))


def choose(desk: Desk, id: str, cookie: str | None, wish: Wish) -> Session:
    """Choose a chat or a callback, or change the choice until a counsellor has taken it."""
    session, key = enter(desk, id, cookie)
    now = desk.clock()
    number, zone = None, None
    if wish.lane == "callback":
        check_window(wish.not_before, wish.not_after, now, "")
    if wish.lane == "callback" and wish.number and session.open:
        read = read_number(wish.number, "/number", fiction=desk.rules.fiction)
        number, zone = _keep(desk, session, read.e164), read.zone

    def move(s: Session, at: int) -> Session:
        chosen = moves.choose(
            bind(s, key, at), wish.lane, at, is_open=desk.slots.is_open(at), slot=desk.slots.slot, number=number,
            zone=zone, not_before=wish.not_before, not_after=wish.not_after, voicemail=wish.voicemail,
            caller_id=wish.caller_id,
        )  # fmt: skip
        return replace(chosen, sealed=True) if number and chosen.open else chosen

    after = change(desk, session, move, also=("bound",))
    if number:
        forget_new_key(desk, after)
    return after


def _keep(desk: Desk, session: Session, e164: str) -> bytes:
    try:
        return keep_number(desk, session.id, e164)
    except Gone:
        raise Problem("unavailable", "The number was not kept; send it again.", retry_after=2) from None
    except Problem:
        forget_new_key(desk, session)
        raise


def say(desk: Desk, id: str, cookie: str | None, n: int, text: str) -> Session:
    """Take the youth's message ``n`` once. After the end, or out of order, the page is told how things stand."""
    session, key = enter(desk, id, cookie)
    try:
        return write(desk, session, "youth", n, text, lambda s, now: bind(s, key, now), ("bound",))[0]
    except Problem as problem:
        if problem.code not in ("already_closed", "out_of_order", "wrong_moment"):
            raise
        return settle(find(desk, id, strong=True), desk.clock())


def raise_danger(desk: Desk, id: str, cookie: str | None) -> Session:
    """The youth says: in danger now."""
    session, key = enter(desk, id, cookie)
    return change(desk, session, lambda s, now: moves.raise_danger(bind(s, key, now), now), also=("bound",))


def still_there(desk: Desk, id: str, cookie: str | None) -> Session:
    """The youth, asked whether somebody is still there, says so."""
    session, key = enter(desk, id, cookie)
    return change(desk, session, lambda s, now: chat.still_there(bind(s, key, now), now), also=("bound",))


def typing(desk: Desk, id: str, cookie: str | None) -> None:
    """The youth types: one write, no read, and none at all unless a counsellor holds the chat of this very browser.

    Of no consequence when it is late or lost; problem ``link_used`` for a cookie that is not ours.
    """
    key = bound_of(desk.secrets, id, cookie) if well_formed(id) else None
    if key is None:
        raise Problem("link_used")
    with suppress(Problem):
        desk.sessions.touch(id, "youth_typing", desk.clock(), bound=key, lane="chat")


def cancel(desk: Desk, id: str, cookie: str | None) -> Session:
    """The youth does not want it any more: it ends, and everything personal is erased at once."""
    session, key = enter(desk, id, cookie)
    return _end(desk, session, lambda s, now: hold.close(bind(s, key, now), Reason.CANCELLED, now))


def leave(desk: Desk, id: str, cookie: str | None) -> Session:
    """Quick exit: the session ends and everything personal is erased at once, also when it had just been closed.

    A callback that waits or is scheduled is not given up by closing the page: somebody may have come in.
    """
    session, key = enter(desk, id, cookie)

    def move(s: Session, now: int) -> Session:
        there = bind(s, key, now)
        if there.lane == "callback" and there.state is not State.RECEIVED:
            return there
        return moves.give_up_undo(hold.close(there, Reason.LEFT_SAFELY, now))

    return _end(desk, session, move)


def _end(desk: Desk, session: Session, move: Callable[[Session, int], Session]) -> Session:
    return finish_erasing(desk, change(desk, session, move, also=("bound",)))
