"""Where a session stands in the two indexes, and what a write must guard so that its places stay true. Pure.

A place follows from a few attributes alone, others in each state. Whoever changes one of them rewrites the place and
guards the rest, so that two writers who saw the same session never leave a place that was made of what only one knew.
All other writes meet as before: presence beside a message, a lease beside a note.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Set
from dataclasses import dataclass
from typing import TypeVar

from chalicelib.model import delivery, line
from chalicelib.model.line import Place
from chalicelib.model.session import Session, State

__all__ = [
    "ALWAYS", "COMPARED", "DELIVERERS", "DUE", "LANE", "Bound", "Places", "binding", "due_follows", "lane_follows",
    "legible", "places",
]  # fmt: skip

_Key = TypeVar("_Key")
_Row = TypeVar("_Row")

LANE, DUE = frozenset({"lane_pk", "lane_sk"}), frozenset({"due_pk", "due_sk"})

ALWAYS = frozenset({"state", "lane", "aside"})
"""These decide which of the others a lane's place follows from."""

DELIVERERS = frozenset({"courier", "deliver_at", "parked", "tries"})
"""What a new step of the status resets, whatever the deliverer has written meanwhile."""

_OVER = frozenset({"lane", "band", "waited", "reason", "closed_at", "undo_until", "sealed", "erased"})
_HELD = frozenset({"owner", "holder", "claimed_at", "lane"})
_GONE = frozenset({"youth_seen"})
_WAITING = frozenset({"deadline", "due", "status", "sequence", "audience", "reserved_until", "lane"})
_OWED = frozenset({"courier", "deliver_at", "parked", "tried", "delivered", "sequence", "stepped"})
_NONE: frozenset[str] = frozenset()

COMPARED = ALWAYS | _OVER | _HELD | _GONE | _WAITING | _OWED | DELIVERERS
"""Everything that a place in either index may follow from, but what never changes."""


@dataclass(frozen=True)
class Places:
    """Where a session stands in the ``lane`` and in the ``due`` index; None: in none."""

    lane: Place | None
    due: Place | None


@dataclass(frozen=True)
class Bound:
    """Names of attributes that a write must set whole, and of those that must be as they were seen."""

    written: frozenset[str]
    guarded: frozenset[str]


def places(session: Session, shards: int) -> Places:
    """The places of a session. A sandbox's rehearsal stands in no lane, so nobody can ever take it."""
    lane = line.place(session, shards) if session.rehearsal is None else None
    return Places(lane, delivery.place(session, shards))


def lane_follows(session: Session) -> frozenset[str]:
    """What the place in the lane index follows from, beside the state and what never changes."""
    match session.state:
        case _ if session.rehearsal is not None:
            return _NONE
        case State.CLOSED:
            return _OVER
        case State.CLAIMED | State.ACTIVE:
            return _HELD
        case State.RECEIVED:
            return _NONE
        case _:
            return _GONE if session.lane is None or session.aside else _WAITING


def due_follows(session: Session) -> frozenset[str]:
    """What the place in the due index follows from; a scheduled session is owed when its hour comes."""
    if not session.hooked:
        return _NONE
    if session.parked is not None or session.courier is not None:
        return frozenset({"parked", "courier", "deliver_at"})
    return _OWED | {"due", "status"} if session.state is State.SCHEDULED else _OWED


def binding(before: Session, after: Session, changed: Set[str]) -> Bound:
    """What a write from ``before`` to ``after`` must write and guard; ``changed``: what differs, the keys included."""
    written, guarded = set[str](), set(ALWAYS)
    if changed & (LANE | lane_follows(before) | lane_follows(after)):
        written |= LANE
        guarded |= lane_follows(after)
    if changed & (DUE | due_follows(before) | due_follows(after)) or _hour_moves(before, after):
        written |= DUE
        guarded |= due_follows(after)
    if after.hooked and "sequence" in changed and after.sequence > before.tried:
        written |= DELIVERERS
        guarded -= DELIVERERS
    return Bound(frozenset(written), frozenset(guarded))


def _hour_moves(before: Session, after: Session) -> bool:
    """Whether the hour at which the clock alone raises the status comes, goes, or is another: also while in flight."""
    hours = [(one.due, one.status) if one.state is State.SCHEDULED else None for one in (before, after)]
    return after.hooked and hours[0] != hours[1]


def legible(read: Callable[[_Key], _Row], keys: Iterable[_Key]) -> Iterator[_Row]:
    """What the keys of an index say. One that says nothing hides one session until it is repaired, not the others."""
    for key in keys:
        try:
            yield read(key)
        except (ValueError, IndexError):
            continue
