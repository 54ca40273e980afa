"""A callback number over all sessions: who holds it, how often it was called, whether it may be called at all. Pure.

It is known by a keyed hash alone; the number itself stands only sealed, in the sessions that hold it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from chalicelib.model.callback import CALLBACK_GIVEN_UP_AFTER
from chalicelib.model.session import DAY, MINUTE
from chalicelib.problems import Place, Problem

__all__ = [
    "AGAIN_AFTER", "CALLS_WITHIN", "MOST_CALLS", "MOST_HOLDERS", "NUMBER_LASTS", "Number", "call", "forget",
    "free_at", "hold", "leave", "standing", "stop",
]  # fmt: skip

MOST_CALLS, CALLS_WITHIN = 6, DAY
"""Two sessions' attempts in a day: nobody can use 3018 to have somebody called again and again."""

MOST_HOLDERS = 20
NUMBER_LASTS = CALLBACK_GIVEN_UP_AFTER
"""After the last use: 72 hours."""

AGAIN_AFTER = 60 * MINUTE
"""A repeat within this changes nothing, so it costs nothing."""


@dataclass(frozen=True)
class Number:
    """What is known of one number: ids of sessions that hold it, moments of calls (ms), and whether calls are over.

    ``last`` names the call that was counted last, as whoever counts it does. ``until`` (ms) ends all of it, whether its
    row is still there or not.
    """

    holders: frozenset[str] = frozenset()
    calls: tuple[int, ...] = ()
    last: str = ""
    unsafe: bool = False
    until: int = 0
    write_id: str = ""


def standing(stored: Number | None, now: int) -> Number:
    """What counts of a stored number: nothing, once its time is over."""
    if stored is None or stored.until <= now:
        return Number(write_id="" if stored is None else stored.write_id)
    return stored


def hold(number: Number, id: str, now: int) -> Number:
    """The session ``id`` will hold it; problem ``bad_number`` when too many do. Said again at once, nothing changes."""
    if id not in number.holders and len(number.holders) >= MOST_HOLDERS:
        raise Problem("bad_number", errors=(Place("/number", "too_often", "Too many sessions wait for it."),))
    if id in number.holders and number.until - now > NUMBER_LASTS - AGAIN_AFTER:
        return number
    return replace(number, holders=number.holders | {id}, until=now + NUMBER_LASTS)


def free_at(number: Number, now: int, name: str = "") -> int:
    """From when on (ms) it may be called as far as the calls before go: now, or later; problem ``unsafe_number``.

    The call ``name`` may go on where it is the one that was counted last.
    """
    if number.unsafe:
        raise Problem("unsafe_number")
    if name and name == number.last:
        return now
    recent = _recent(number, now)
    return now if len(recent) < MOST_CALLS else recent[-MOST_CALLS] + CALLS_WITHIN


def call(number: Number, id: str, now: int, name: str) -> Number:
    """The call ``name`` of the session ``id``, counted once; problem ``called_enough`` or ``unsafe_number``."""
    if free_at(number, now, name) > now:
        raise Problem("called_enough")
    if name == number.last:
        return number
    return replace(
        number, holders=number.holders | {id}, calls=(*_recent(number, now), now), last=name, until=now + NUMBER_LASTS
    )  # fmt: skip


def stop(number: Number, now: int) -> Number:
    """Somebody unsafe answered: no session calls it any more."""
    return replace(number, unsafe=True, until=now + NUMBER_LASTS)


def leave(number: Number, id: str, now: int) -> Number | None:
    """The session ``id`` holds it no more; None when nothing is left that must be known."""
    left = replace(_without(number, id), calls=_recent(number, now))
    return left if left.holders or left.calls or left.unsafe else None


def forget(number: Number, id: str) -> Number | None:
    """The same, when it is asked for: nothing else is a reason to know the number any longer than its last holder."""
    left = _without(number, id)
    return left if left.holders else None


def _without(number: Number, id: str) -> Number:
    return replace(number, holders=number.holders - {id}, last="" if number.last.startswith(id) else number.last)


def _recent(number: Number, now: int) -> tuple[int, ...]:
    return tuple(sorted(at for at in number.calls if at > now - CALLS_WITHIN))
