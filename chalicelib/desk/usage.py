"""What a partner has left of its limits, and what it asked for. No limit refuses a handoff or a cancel: reads wait."""

from __future__ import annotations

from chalicelib.desk.base import Desk
from chalicelib.model.partner import Partner
from chalicelib.model.session import DAY
from chalicelib.model.usage import Kind, Left, Tally, arrive, forward, note, owed, settle_up, used
from chalicelib.problems import Problem

__all__ = ["admit", "record"]


def admit(desk: Desk, partner: Partner, *, read: bool) -> Left:
    """Count a request of a proven partner as it arrives; what is left after it. A ``read`` must wait over a limit."""
    now = desk.clock()
    tally = desk.memory.tallies.get(partner.id, Tally())
    if tally.pending and tally.day != now // DAY:
        tally = _tell(desk, partner, tally, now)
    tally, left = arrive(forward(tally, now), partner, now, read=read)
    desk.memory.tallies[partner.id] = tally
    return left


def record(desk: Desk, partner: Partner, kind: Kind) -> None:
    """Count what became of that request. One write every 30 s or 500 requests; when it fails nobody notices."""
    now = desk.clock()
    tally = note(desk.memory.tallies.get(partner.id, Tally()), kind)
    desk.memory.tallies[partner.id] = _tell(desk, partner, tally, now) if owed(tally, now) else tally


def _tell(desk: Desk, partner: Partner, tally: Tally, now: int) -> Tally:
    try:
        counts = desk.usage.add(partner.id, tally.day * DAY, tally.pending)
    except Problem:  # a count is never worth a child's tap: the next one tries again
        return settle_up(tally, now, None)
    return settle_up(tally, now, used(counts))
