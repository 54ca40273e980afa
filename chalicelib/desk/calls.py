"""What the holder of a callback does: see its number, call it, and write down how the call ended."""

from __future__ import annotations

from dataclasses import replace
from typing import NoReturn

from chalicelib.desk.base import Desk, open_sealed
from chalicelib.desk.erasing import finish_erasing
from chalicelib.desk.holding import check, held, mine, view
from chalicelib.desk.numbers import check_number, count_call, stop_number
from chalicelib.model import callback, hold
from chalicelib.model.counsellor import Counsellor
from chalicelib.model.session import Session
from chalicelib.problems import Problem

__all__ = ["attempt", "reveal"]


def attempt(desk: Desk, who: Counsellor, id: str, epoch: int, outcome: str) -> Session:
    """Write down how a callback attempt ended, and do what follows from it.

    After *answered_unsafe* the number is stopped first: no session that holds it may be called any more. Where that
    fails the session ends all the same, and its erasing, which the sweep does again each minute, stops the number.
    """
    check(desk, id, epoch)
    session = view(desk, id)
    owed = False
    if outcome == "answered_unsafe":
        hold.require_hold(session, who.subject, epoch)
        try:
            stop_number(desk, session)
        except Problem:
            owed = True

    def move(seen: Session, now: int) -> Session:
        after = callback.attempt(seen, outcome, now, retry=desk.rules.callback_retry, slot=desk.slots.slot)
        return replace(after, stopping=owed)

    return finish_erasing(desk, held(desk, who, id, epoch, move, session, deed="attempt", fact=outcome))


def reveal(desk: Desk, who: Counsellor, id: str, epoch: int) -> str:
    """The number in E.164. Its audit record is written first; from here on the counsellor is dialling.

    Problem ``wrong_moment`` outside the hours for calls; by what is known of the number over all sessions
    ``unsafe_number``, or ``called_enough``: then the session goes back to the line until it may be called.
    """
    session = mine(desk, who, id, epoch)
    if session.number is None:
        raise Problem("no_number")
    now = desk.clock()
    slot = callback.next_slot(session, now, slot=desk.slots.slot)
    if slot > now:
        raise Problem("wrong_moment", f"It may be called from {desk.slots.show(slot)}: release it, it comes back then.")
    plain = open_sealed(desk, id, "number", session.number)
    if plain is None:
        raise Problem("no_number")
    seen, free = check_number(desk, session, plain.decode(), now)
    again = callback.is_dialled(session)
    if free > now and not again:
        _put_off(desk, who, session, epoch, free)
    desk.audit.record(who.username, "reveal", id, now, epoch=epoch)
    if not again:
        count_call(desk, session, plain.decode(), seen)
    held(desk, who, id, epoch, callback.dial, session)
    return plain.decode()


def _put_off(desk: Desk, who: Counsellor, session: Session, epoch: int, free: int) -> NoReturn:
    """Back to the line: in the counsellor's hands it could only be closed, and released as it was it came first."""
    held(
        desk, who, session.id, epoch, lambda s, now: callback.put_off(s, now, slot=desk.slots.slot, free=free), session,
        deed="release",
    )  # fmt: skip
    at = desk.slots.show(free)
    raise Problem("called_enough", f"It may be called again at {at}: the session comes back to the line by itself.")
