"""Callback numbers over all sessions: kept, called, stopped, left. A number is known here by its keyed hash alone."""

from __future__ import annotations

from collections.abc import Callable

from chalicelib.desk.base import TRIES, Desk
from chalicelib.model import number
from chalicelib.model.callback import call_name
from chalicelib.model.number import Number
from chalicelib.model.session import Session
from chalicelib.ports import Gone, Outrun
from chalicelib.problems import Problem

__all__ = [
    "check_number",
    "count_call",
    "forget_numbers",
    "keep_number",
    "leave_numbers",
    "name_of",
    "stop_number",
    "stop_numbers",
]

Move = Callable[[Number, int], Number | None]


def name_of(desk: Desk, e164: str) -> bytes:
    """The keyed hash under which a number is looked up."""
    return desk.secrets.mac("number", e164.encode())[:16]


def keep_number(desk: Desk, id: str, e164: str) -> bytes:
    """Seal the number of a session that is about to keep it, and note the session at the number.

    The link from the session to the number comes first, then the one back, then the session: whoever dies in between
    leaves what ends by itself, and a repeat does the same again. Raises Gone, and Problem ``bad_number`` when too many
    sessions hold it or ``unavailable``.
    """
    name = name_of(desk, e164)
    sealed = desk.cipher.seal(id, "number", e164.encode(), number=name)
    # Most numbers are new: put at once what a new one is, and read only when it was not.
    _change(desk, name, lambda known, now: number.hold(known, id, now), None)
    return sealed


def check_number(desk: Desk, session: Session, e164: str, now: int) -> tuple[Number | None, int]:
    """What is known of it, and from when on (ms) it may be called: ``now``, or later; problem ``unsafe_number``."""
    stored = desk.numbers.get(name_of(desk, e164))
    return stored, number.free_at(number.standing(stored, now), now, call_name(session))


def count_call(desk: Desk, session: Session, e164: str, seen: Number | None) -> None:
    """Count the session's call once; problem ``unsafe_number`` or ``called_enough`` when what was ``seen`` is over."""
    name = call_name(session)
    _change(desk, name_of(desk, e164), lambda known, now: number.call(known, session.id, now, name), seen)


def stop_number(desk: Desk, session: Session) -> None:
    """Somebody unsafe answered: whatever other session holds the number, nobody calls it any more.

    It is the one that the session has now, where that can be opened; else every one it had: rather one too many.
    """
    try:
        plain = desk.cipher.open(session.id, "number", session.number) if session.number else None
    except Gone:
        plain = None
    if plain is None:
        stop_numbers(desk, session.id)
    else:
        name = name_of(desk, plain.decode())
        _change(desk, name, number.stop, desk.numbers.get(name))


def stop_numbers(desk: Desk, id: str) -> None:
    """The same for every number that the session had."""
    for name in desk.cipher.numbers(id):
        _change(desk, name, number.stop, desk.numbers.get(name))


def leave_numbers(desk: Desk, id: str) -> None:
    """The session holds no number any more; a number of which nothing else is known goes with it."""
    for name in desk.cipher.numbers(id):
        _change(desk, name, lambda known, now: number.leave(known, id, now), desk.numbers.get(name))


def forget_numbers(desk: Desk, id: str) -> None:
    """The same by request: what is known of a number goes altogether, unless another session holds it."""
    for name in desk.cipher.numbers(id):
        _change(desk, name, lambda known, _: number.forget(known, id), desk.numbers.get(name))


def _change(desk: Desk, name: bytes, move: Move, seen: Number | None) -> None:
    """Decide on what is ``seen`` of the number and store it; decide again when somebody was faster."""
    for _ in range(TRIES):
        now = desk.clock()
        known = number.standing(seen, now)
        after = move(known, now)
        if after == known or (after is None and seen is None):
            return
        try:
            desk.numbers.replace(name, seen, after)
        except Outrun as lost:
            seen = lost.winner
        else:
            return
    raise Problem("unavailable", "The number is very busy.", retry_after=1)
