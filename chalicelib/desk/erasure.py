"""Erasing by request: at once everything personal of one session, or of every session that holds one number."""

from __future__ import annotations

from contextlib import suppress

from chalicelib.desk.base import TRIES, Desk, change, find, open_sealed
from chalicelib.desk.erasing import finish_erasing, wipe
from chalicelib.desk.numbers import forget_numbers, name_of
from chalicelib.model.hold import begin_erasing, close
from chalicelib.model.moves import give_up_undo
from chalicelib.model.session import Reason, Session
from chalicelib.ports import Outrun
from chalicelib.problems import Problem

__all__ = ["erase_number", "erase_session", "holders"]


def erase_session(desk: Desk, who: str, id: str) -> Session:
    """Erase everything personal of a session, which ends as if the youth had cancelled it; what stays is a tombstone.

    Said again, or after a death on the way, it does the same again. The record of it comes first. Problem
    ``unavailable`` when not all of it could be done: then the sweep goes on, too.
    """
    session = find(desk, id, strong=True)
    if session.rehearsal is not None:
        raise Problem("wrong_moment", "Of a sandbox's handoff nothing personal is kept.")
    desk.audit.record(who, "erase", id, desk.clock())

    def move(seen: Session, now: int) -> Session:
        return begin_erasing(give_up_undo(close(seen, Reason.CANCELLED, now)), now)

    session = change(desk, session, move)
    forget_numbers(desk, id)  # later than its end has begun: a session that still holds a number is found by it
    if session.erased:  # also what a message left that came in the moment of the end
        wipe(desk, session)
    session = finish_erasing(desk, session)
    if not session.erased:
        raise Problem("unavailable", "Not everything is erased yet.", retry_after=60)
    return session


def holders(desk: Desk, e164: str) -> list[Session]:
    """The sessions that hold the number, as stored; the oldest first."""
    stored = desk.numbers.get(name_of(desk, e164))
    found = desk.sessions.get_many(sorted(stored.holders), strong=True) if stored and stored.holders else []
    return sorted((one for one in found if _holds(desk, one, e164)), key=lambda one: (one.created, one.id))


def _holds(desk: Desk, session: Session, e164: str) -> bool:
    """Whether it is this number that stands there: a youth may have given another one since."""
    if session.number is None:
        return session.erasing  # somebody died on the way: it is finished, whoever asks
    plain = open_sealed(desk, session.id, "number", session.number)
    return plain is None or plain.decode() == e164


def erase_number(desk: Desk, who: str, e164: str) -> list[Session]:
    """Erase every session that holds the number, and what is known of the number itself; the erased sessions."""
    name, done = name_of(desk, e164), []
    for _ in range(TRIES):
        done += [erase_session(desk, who, session.id) for session in holders(desk, e164)]
        stored = desk.numbers.get(name)
        if stored is None:
            return done
        with suppress(Outrun):  # or one more has come meanwhile
            if not holders(desk, e164):
                desk.numbers.replace(name, stored, None)
                return done
    raise Problem("unavailable", "The number is very busy.", retry_after=1)
