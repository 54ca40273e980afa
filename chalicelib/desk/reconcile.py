"""The reconciler, each minute: past all indexes it reads a tenth of the sessions, and puts right what is wrong.

It mends, and counts: no move leaves anything to repair, so every repair is a fault of somebody's.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from chalicelib.desk.base import Desk
from chalicelib.model.delivery import same_turn
from chalicelib.model.places import places
from chalicelib.model.repairs import KINDS, Kind, mend
from chalicelib.model.session import MINUTE, SECOND, Session
from chalicelib.ports import Found, Mark
from chalicelib.problems import Problem

__all__ = ["SEGMENTS", "WITHIN", "Reconciled", "judge", "reconcile"]

SEGMENTS = 10
WITHIN = 15 * SECOND
"""Longer than this no minute's share is worked at; the next minute goes on where it stopped."""


@dataclass
class Reconciled:
    """How many sessions were looked at, put right, could not be read, changed under the hand, could not be written.

    ``kinds`` says what was wrong with those put right; one session may be wrong in several ways. ``left``: whether a
    part of the share was left for the next minute.
    """

    looked: int = 0
    repaired: int = 0
    unreadable: int = 0
    outrun: int = 0
    failed: int = 0
    left: int = 0
    kinds: dict[Kind, int] = field(default_factory=lambda: dict.fromkeys(KINDS, 0))


def judge(found: Found, now: int, lease: int, shards: int) -> tuple[Session, frozenset[Kind]]:
    """The session as it should stand, and what is wrong with it; ValueError when it cannot be read."""
    stored = found.session
    if stored is None:
        raise ValueError("unreadable")
    wrong: set[Kind] = set()
    should = places(stored, shards)
    if found.lane != should.lane:
        wrong.add("lane")
    if not same_turn(found.due, should.due, now):
        wrong.add("due")
    after, more = mend(stored, now, lease)
    return after, frozenset(wrong | more)


def reconcile(desk: Desk) -> Reconciled:
    """Look at one segment, or go on with it, and repair what is wrong in it. A process remembers which comes next."""
    done = Reconciled()
    began = desk.clock()
    segment, mark = desk.memory.inventory or (began // MINUTE % SEGMENTS, None)
    while True:
        found, after = desk.inventory.page(segment, SEGMENTS, mark)
        for one in found:
            if desk.clock() - began >= WITHIN:
                return _leave(desk, segment, mark, done)
            _repair(desk, one, done)
        if after is None:
            desk.memory.inventory = ((segment + 1) % SEGMENTS, None)
            return done
        mark = after
        if desk.clock() - began >= WITHIN:
            return _leave(desk, segment, mark, done)


def _leave(desk: Desk, segment: int, mark: Mark | None, done: Reconciled) -> Reconciled:
    desk.memory.inventory = (segment, mark)
    done.left = 1
    return done


def _repair(desk: Desk, found: Found, done: Reconciled) -> None:
    done.looked += 1
    try:
        after, wrong = judge(found, desk.clock(), desk.rules.lease, desk.rules.shards)
    except (TypeError, ValueError, KeyError):  # a value of a kind that no session has
        done.unreadable += 1
        return
    if not wrong:
        return
    try:
        won = desk.inventory.repair(found, after)
    except Problem:  # one that cannot be written now must not keep it from the others
        done.failed += 1
        return
    done.repaired += won
    done.outrun += not won
    for kind in wrong if won else ():
        done.kinds[kind] += 1
