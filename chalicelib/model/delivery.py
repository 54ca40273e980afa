"""A delivery: one status on its way to one partner. It rides on the session, so neither can be lost alone. Pure.

Owed is what the endpoint has not answered yet: ``delivered`` < ``sequence``. A newer status replaces an older one that
has not arrived. Schedule and meaning of answers: Standard Webhooks 1.0.0.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from chalicelib.model.line import Place, shard_of
from chalicelib.model.session import MINUTE, SECOND, Session
from chalicelib.model.status import coming, leap, settle

__all__ = [
    "GONE", "SCHEDULE", "Owed", "answered", "arrived", "at_rest", "beside", "body", "due_key", "due_partition",
    "given_up", "owed", "owed_row", "parked_partition", "place", "same_turn", "settled", "step", "throttled",
]  # fmt: skip

HOUR = 60 * MINUTE
SCHEDULE = (
    0, 5 * SECOND, 5 * MINUTE, 30 * MINUTE, 2 * HOUR, 5 * HOUR, 10 * HOUR, 14 * HOUR, 20 * HOUR, 24 * HOUR,
)  # fmt: skip
"""How long to wait before each attempt, from the end of the one before (ms): ten attempts in some three days."""

LONGEST_WAIT = 24 * HOUR
JITTER = 0.2
GONE = 410
_THROTTLED = frozenset({429, 502, 503, 504})


@dataclass(frozen=True)
class Owed:
    """A row of the ``due`` index: which session, when (ms), and the key it stands under."""

    id: str
    at: int
    place: Place


def due_partition(partner: str, shard: int = 0) -> str:
    """The partition of what is owed to a partner."""
    return f"due#{partner}#{shard}"


def parked_partition(partner: str) -> str:
    """The partition of what could not be delivered to a partner."""
    return f"parked#{partner}#0"


def due_key(at: int, id: str) -> str:
    """The sort key in either partition."""
    return f"{at:013d}#{id}"


def owed_row(found: Place) -> Owed:
    """Read a row's key back."""
    at, id = found.sk.split("#", 1)
    return Owed(id, int(at), found)


def owed(session: Session) -> bool:
    """Whether the partner has not been told yet; of a settled session."""
    return session.hooked and session.parked is None and session.delivered < session.sequence


def place(session: Session, shards: int = 1) -> Place | None:
    """Where the session stands in the ``due`` index: what is owed, what the clock will owe, or what was given up."""
    if not session.hooked:
        return None
    if session.parked is not None:
        return Place(parked_partition(session.partner), due_key(session.deliver_at or 0, session.id))
    at = _next_attempt(session)
    if at is None:
        return None
    return Place(due_partition(session.partner, shard_of(session.id, shards)), due_key(at, session.id))


def _next_attempt(session: Session) -> int | None:
    if session.courier is not None:
        return session.deliver_at
    known = max(session.delivered, session.tried)
    moments = [at for at, _ in coming(session) if settle(session, at).sequence > known][:1]
    if session.sequence > known:
        moments.append(session.stepped)
    if session.tried > session.delivered and session.deliver_at is not None:
        moments.append(session.deliver_at)
    return min(moments, default=None)


def same_turn(one: Place | None, other: Place | None, now: int) -> bool:
    """Whether two places say the same of ``now``: what is due is due, whichever of two moments it became so."""
    if one is None or other is None or one == other:
        return one == other
    try:
        rows = (owed_row(one), owed_row(other))
    except ValueError:
        return False
    return one.pk == other.pk and rows[0].id == rows[1].id and max(row.at for row in rows) <= now


def step(before: Session, settled: Session, after: Session, now: int) -> Session:
    """``after`` with a delivery due at once if its status was raised: a new message with attempts of its own.

    ``before`` as stored, ``settled`` what the clock had made of it, ``after`` what the move made of that. What the
    clock alone had raised may have been told in vain already, or parked: being written down, it is no new message.
    """
    after = leap(settled, after)
    if not after.hooked or after.sequence <= before.sequence:
        return after
    stepped = now if after.sequence > settled.sequence else settled.stepped
    if after.sequence <= before.tried:
        return replace(after, stepped=stepped)
    return replace(after, stepped=stepped, deliver_at=None, tries=0, parked=None, courier=None)


def body(session: Session) -> bytes:
    """The thin body: id, status, sequence, and when the status was reached; the same bytes at each attempt."""
    at = datetime.fromtimestamp(session.stepped / 1000, UTC).isoformat(timespec="milliseconds")
    data = {"id": session.id, "status": session.status, "sequence": session.sequence}
    told = {"type": "handoff.status", "timestamp": at.replace("+00:00", "Z"), "data": data}
    return json.dumps(told, separators=(",", ":")).encode()


def at_rest(session: Session) -> Session:
    """The stored session when nothing is owed now."""
    return replace(session, courier=None, deliver_at=None, tries=0)


def given_up(session: Session, why: str, now: int) -> Session:
    """The stored session with its delivery parked: kept, listed, and sent again only when somebody says so."""
    return replace(session, courier=None, deliver_at=now, parked=why)


def arrived(session: Session, sequence: int) -> Session:
    """The stored session once ``sequence`` is known to have arrived, whoever delivers by now."""
    known = replace(session, delivered=max(session.delivered, sequence))
    if known.courier is not None or known.delivered < known.sequence:
        return known
    return replace(at_rest(known), parked=None)


def beside(winner: Session, after: Session) -> Session:
    """``winner`` with what the deliverer found out: somebody else has written meanwhile, though no new status."""
    return replace(
        winner, courier=after.courier, deliver_at=after.deliver_at, tried=after.tried, tries=after.tries,
        parked=after.parked, delivered=max(winner.delivered, after.delivered),
    )  # fmt: skip


def answered(status: int | None) -> bool:
    """Whether the endpoint took the delivery."""
    return status is not None and 200 <= status < 300


def settled(
    session: Session, sequence: int, status: int | None, retry_after: int | None, now: int, *, spread: float, pace: int
) -> Session:
    """The stored session after one attempt to deliver ``sequence``, which ended ``now`` with ``status``.

    ``retry_after`` in ms is honoured up to a day; ``spread`` in [0, 1) is the jitter; ``pace`` divides every wait.
    """
    done = replace(at_rest(session), tried=sequence)
    if answered(status):
        return replace(done, delivered=sequence)
    if status == GONE:
        return given_up(done, "gone", now)
    tries = session.tries + 1 if session.tried == sequence else 1
    if tries >= len(SCHEDULE):
        return given_up(replace(done, tries=tries), "exhausted", now)
    wait = SCHEDULE[tries] * (1 + JITTER * spread) / pace
    if retry_after is not None:
        wait = max(wait, min(retry_after, LONGEST_WAIT))
    return replace(done, tries=tries, deliver_at=now + round(wait))


def throttled(status: int | None) -> bool:
    """Whether the endpoint asked for less at a time, or did not answer at all."""
    return status is None or status in _THROTTLED
