"""What the operator's alarms look at, measured each minute: who waits too long, who is there, what lies undelivered."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from chalicelib.desk.base import Desk
from chalicelib.desk.queue import PRESENT_FOR, Queue, queue
from chalicelib.model.line import Queued
from chalicelib.model.session import SECOND, TARGETS, Band

__all__ = ["Gauges", "measure", "over_target"]


@dataclass(frozen=True)
class Gauges:
    """How the hub stands.

    ``over`` is how far (s) the oldest unclaimed session of each band is over its target, 0 where none is;
    ``signed_in`` counts counsellors at the console, those on a break, too; ``parked`` the deliveries given up, of
    partners that still have an endpoint, at most 500 of each.
    """

    over: Mapping[Band, int]
    signed_in: int
    nobody_there: bool
    parked: int


def measure(desk: Desk) -> Gauges:
    """Look once; problem ``unavailable`` when something cannot be read just now."""
    line = queue(desk)
    signed_in = sum(line.at - one.seen < PRESENT_FOR for one in desk.presence.everybody())
    return Gauges(over_target(line, _put_off(desk, line)), signed_in, line.open and signed_in == 0, _parked(desk))


def over_target(line: Queue, put_off: Mapping[str, Band]) -> dict[Band, int]:
    """Seconds by which the oldest due session of each band has waited longer than the band's target.

    ``put_off``: the bands, by id, of sessions whose rows do not tell it.
    """
    over = dict.fromkeys(Band, 0)
    for row in _due(line):
        band = put_off.get(row.id, row.band)
        over[band] = max(over[band], (line.at - row.due - TARGETS[band]) // SECOND)
    return over


def _put_off(desk: Desk, line: Queue) -> dict[str, Band]:
    """What was put off and may be over a target is read: by its row alone, a child in danger would count as normal."""
    ids = [row.id for row in _due(line) if row.was_put_off and line.at - row.due > min(TARGETS.values())]
    return {one.id: one.band for one in desk.sessions.get_many(ids)} if ids else {}


def _due(line: Queue) -> Iterator[Queued]:
    return (row for view in line.lanes.values() for row in view.due)


def _parked(desk: Desk) -> int:
    partners = (desk.directory.partner(id) for id in desk.directory.partners())
    hooked = [partner.id for partner in partners if partner is not None and partner.webhook is not None]
    return sum(len(desk.deliveries.parked(id)) for id in hooked)
