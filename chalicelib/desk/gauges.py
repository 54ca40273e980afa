"""What the operator's alarms look at, measured each minute: who waits too long, who is there, what lies undelivered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from chalicelib.desk.base import Desk
from chalicelib.desk.queue import PRESENT_FOR, Queue, queue
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
    return Gauges(over_target(line), signed_in, line.open and signed_in == 0, _parked(desk))


def over_target(line: Queue) -> dict[Band, int]:
    """Seconds by which the oldest due session of each band has waited longer than the band's target."""
    return {band: max(0, *(_late(line, view.band(band).oldest, band) for view in line.lanes.values())) for band in Band}


def _late(line: Queue, due: int | None, band: Band) -> int:
    return 0 if due is None else (line.at - due - TARGETS[band]) // SECOND


def _parked(desk: Desk) -> int:
    partners = (desk.directory.partner(id) for id in desk.directory.partners())
    hooked = [partner.id for partner in partners if partner is not None and partner.webhook is not None]
    return sum(len(desk.deliveries.parked(id)) for id in hooked)
