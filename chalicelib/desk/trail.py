"""The audit trail as the desk keeps it: a deed's record comes before it, a claim's after; none is long missing."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

from chalicelib.desk.base import Desk
from chalicelib.desk.standing import ended, standing
from chalicelib.model.audit import Record
from chalicelib.model.counsellor import Counsellor
from chalicelib.model.figures import Closed, closed
from chalicelib.model.line import held
from chalicelib.model.places import legible
from chalicelib.model.session import SECOND, UNDO_LASTS, Session
from chalicelib.model.status import settle
from chalicelib.ports import Recent
from chalicelib.problems import Problem

__all__ = ["keep_trail", "record_claim", "record_deed"]

SURE_AFTER = 45 * SECOND
"""No process writes a claim's record as late as this: the API's functions end after 25 s, clocks differ by seconds."""
CLAIMS = ("claim", "take")
LATELY = 100 * SECOND
"""As the first eight digits of a moment in ms tell; three of them are longer than the minute and ``SURE_AFTER``."""


def record_deed(
    desk: Desk, who: Counsellor, what: str, seen: Session, move: Callable[[Session, int], Session], fact: str = ""
) -> None:  # fmt: skip
    """Record what is about to be done, unless ``move`` is refused or changes nothing; no record, no deed."""
    now = desk.clock()
    settled = settle(seen, now)
    if move(settled, now) != settled:
        desk.audit.record(who.username, what, seen.id, now, epoch=seen.epoch, fact=fact)


def record_claim(desk: Desk, who: Counsellor, session: Session, what: str = "claim", fact: str = "") -> None:
    """Record a claim that was won. The child comes first: what cannot be written now, the sweep finds missing."""
    at = session.claimed_at or desk.clock()
    with suppress(Problem):
        desk.audit.record(who.username, what, session.id, at, epoch=session.epoch, fact=fact)


def keep_trail(desk: Desk) -> tuple[int, int]:
    """Record the claims that have no record, seal what is new: (how many were missing, the last seal's number or 0)."""
    now = desk.clock()
    recent = desk.audit.recent(now)
    found = _record_missing(desk, recent, now)
    desk.memory.lapsed.clear()
    return len(found), desk.audit.seal(Recent(recent.since, [*recent.records, *found]), now)


def _record_missing(desk: Desk, recent: Recent, now: int) -> list[Record]:
    """A claim whose process died, or could not write its record, is recorded from the session that it left held."""
    known = {(record.session, record.at) for record in recent.records if record.what in CLAIMS}

    def is_missing(id: str, since: int) -> bool:
        return recent.since <= since <= now - SURE_AFTER and (id, since) not in known

    ids = {row.id for row in legible(held, standing(desk, "held")) if is_missing(row.id, row.since)}
    told = {id for id, _ in known}
    ids |= {row.id for row in _ended_lately(desk, now) if row.waited is not None and row.id not in told}
    holds = [one for one in desk.memory.lapsed if is_missing(one.id, one.claimed_at or 0)]
    if ids:
        holds += [
            one for one in desk.sessions.get_many(sorted(ids), strong=True)
            if (one.state.held or not one.open) and is_missing(one.id, one.claimed_at or 0)
        ]  # fmt: skip
    return [_record_found(desk, one) for one in holds]


def _ended_lately(desk: Desk, now: int) -> list[Closed]:
    """What ended within some minutes, by the keys alone: a hold that was soon over stands nowhere else any more.

    A counsellor's close stands under the moment until which it can be undone.
    """
    keys = list[str]()
    for at in (now, now - LATELY, now - 2 * LATELY):
        keys += ended(desk, at, prefix=f"{at // LATELY:08d}")
        keys += standing(desk, "erase", prefix=f"{(at + UNDO_LASTS) // LATELY:08d}")
    return [row for row in legible(closed, keys) if row is not None]


def _record_found(desk: Desk, hold: Session) -> Record:
    return desk.audit.record_once(
        hold.holder or "", "claim", hold.id, hold.claimed_at or 0, epoch=hold.epoch, fact="found_by_sweep"
    )
