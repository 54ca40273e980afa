"""Which of the first rows a counsellor goes for: the first one, but where many press at once each another."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Sequence

from chalicelib.desk.base import Desk
from chalicelib.desk.queue import PRESENT_FOR
from chalicelib.model.counsellor import Counsellor
from chalicelib.model.line import Queued
from chalicelib.model.session import SECOND

__all__ = ["CROWD_LASTS", "FEW", "SAME_MOMENT", "WIDEST", "begin", "choose", "lost", "reach", "won"]

WIDEST = 128
"""No claim passes over more rows than this, whatever goes on."""
CROWD_LASTS = 2 * SECOND
"""After so long without a lost race the exact order holds again."""
FEW = 5
"""So many rows or counsellors are no rush: they race for the first row, and the order stays exact."""
SAME_MOMENT = 2 * SECOND
"""Deadlines so close to the first one's are taken for equal in a rush."""
PRIME = 2**61 - 1


def begin(desk: Desk) -> None:
    """Before a claim: forget a crowd that is long gone. During one it stays, however slow the store is."""
    if desk.clock() - desk.memory.lost_at >= CROWD_LASTS:
        desk.memory.width = 1


def reach(desk: Desk, who: Counsellor, rows: Sequence[Queued]) -> int:
    """Among how many of the first rows to choose: 1, but for a race lost lately, or a rush.

    A rush is more than ``FEW`` rows of one moment at the head of the line and more than ``FEW`` counsellors at the
    console. Then nobody need lose a race to learn of the others. It may be more than there are ``rows``.
    """
    width = desk.memory.width
    rush = sum(row.deadline - rows[0].deadline <= SAME_MOMENT for row in rows)
    if rush <= FEW:
        return width
    there = len(_there(desk, who))
    if there <= FEW:
        return width
    # Where every row that was read is of one moment, more may follow.
    return min(WIDEST, max(width, there if rush == len(rows) else min(there, rush)))


def choose(desk: Desk, who: Counsellor, rows: Sequence[Queued], among: int) -> int:
    """The place of the row to go for, one of the first ``among``: 0 where that is 1.

    Rows are dealt out to the counsellors at the console by a hash of both ids: all who see the same head agree without
    a word. Whoever is dealt nothing takes any; so do all when the deal has been lost twice.
    """
    among = min(among, len(rows))
    there = _there(desk, who) if among > 1 else set[str]()
    mine = _dealt(rows[:among], who, there) if desk.memory.width <= len(there) else None
    return random.randrange(among) if mine is None else mine  # noqa: S311 - spreads load only


def lost(desk: Desk, who: Counsellor) -> None:
    """A race was lost: choose among as many rows as there are counsellors, and twice as many each further time."""
    width = max(desk.memory.width * 2, len(_there(desk, who)))
    desk.memory.width, desk.memory.lost_at = min(WIDEST, width), desk.clock()


def won(desk: Desk) -> None:
    """A race was won, or there was none: choose among half as many rows."""
    desk.memory.width = max(1, desk.memory.width // 2)


def _there(desk: Desk, who: Counsellor) -> set[str]:
    """The subjects of those at the console and not on a break, and of who asks."""
    now = desk.clock()
    there = {one.subject for one in desk.presence.everybody() if now - one.seen < PRESENT_FOR and not one.on_break}
    return there | {who.subject}


def _dealt(rows: Sequence[Queued], who: Counsellor, there: set[str]) -> int | None:
    """The place of the row that is dealt to ``who``; None when there are more counsellors than rows.

    Each row goes to the one of those without a row for whom its hash is the greatest. So the deal stays nearly the same
    for those who look when some rows are gone already.
    """
    without = {_number(subject): subject for subject in there}
    for place, row in enumerate(rows):
        number = _number(row.id)
        first = max(without, key=lambda one: one * number % PRIME)
        if without.pop(first) == who.subject:
            return place
        if not without:
            break
    return None


def _number(name: str) -> int:
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:8])
