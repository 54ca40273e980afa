"""What every deed of a session's holder begins with: the session as it stands, and whether it is still theirs."""

from __future__ import annotations

from collections.abc import Callable

from chalicelib.desk.base import Desk, change, find
from chalicelib.desk.ids import well_formed
from chalicelib.desk.trail import record_deed
from chalicelib.model import hold
from chalicelib.model.counsellor import Counsellor
from chalicelib.model.session import Session
from chalicelib.model.status import settle
from chalicelib.problems import Problem

__all__ = ["Move", "check", "guarded", "held", "mine", "view"]

Move = Callable[[Session, int], Session]


def view(desk: Desk, id: str) -> Session:
    """A session as it stands now."""
    if not well_formed(id):
        raise Problem("not_found")
    return settle(desk.sessions.get(id) or find(desk, id, strong=True), desk.clock())


def check(desk: Desk, id: str, epoch: int) -> None:
    """Problem ``not_found`` for what is no id, ``taken_over`` for an epoch that no claim ever had."""
    if not well_formed(id):
        raise Problem("not_found")
    if not 0 < epoch < 2**53:  # no claim ever had it, and the store could not hold it
        find(desk, id)
        raise Problem("taken_over")


def mine(desk: Desk, who: Counsellor, id: str, epoch: int) -> Session:
    """The session as it stands now, which is in this hold: else the problem that says whose it is."""
    check(desk, id, epoch)
    session = view(desk, id)
    hold.require_hold(session, who.subject, epoch)
    return session


def guarded(who: Counsellor, epoch: int, move: Move = lambda session, _: session) -> Move:
    """The move for as long as the hold lasts: a lost race is decided again on what the winner left."""

    def guard(session: Session, now: int) -> Session:
        hold.require_hold(session, who.subject, epoch)
        return move(session, now)

    return guard


def held(
    desk: Desk, who: Counsellor, id: str, epoch: int, move: Move, seen: Session | None = None, *, deed: str = "",
    fact: str = "",
) -> Session:  # fmt: skip
    """One guarded write of the holder, decided on ``seen`` or on what is read; a ``deed`` is recorded first."""
    check(desk, id, epoch)
    seen = seen or view(desk, id)
    move = guarded(who, epoch, move)
    if deed:
        record_deed(desk, who, deed, seen, move, fact)
    return change(desk, seen, move, also=("owner",))
