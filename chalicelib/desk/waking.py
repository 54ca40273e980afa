"""Starting deliverers: one for each partner to whom something is owed, so that none waits for another's endpoint.

The table's stream says sooner what each minute finds anyway.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from chalicelib.desk.base import Desk
from chalicelib.model import delivery
from chalicelib.model.delivery import Owed
from chalicelib.model.partner import Partner
from chalicelib.model.session import SECOND

__all__ = ["LINGER", "endpoint", "rows_of", "wake_changed", "wake_due"]

LINGER = 10 * SECOND
"""What is due within this is waited for: a first retry, or a sandbox's next step."""


def wake_changed(desk: Desk, ids: Iterable[str]) -> int:
    """Start deliverers for those of the changed sessions that are owed now or in a moment; how many."""
    now = desk.clock()
    owed: dict[str, list[str]] = {}
    for row, partner in rows_of(desk, list(dict.fromkeys(ids)), before=now + LINGER):
        owed.setdefault(partner, []).append(row.id)
    # Who delivers already sees the new row, too; one at rest after many failures is not disturbed.
    free = [partner for partner in owed if not desk.deliveries.held(partner, now)]
    for partner in free:
        desk.waker(partner, owed[partner])
    return len(free)


def wake_due(desk: Desk) -> int:
    """Start a deliverer for each partner to whom something is due; how many."""
    now = desk.clock()
    woken = 0
    for id in desk.directory.partners():
        if endpoint(desk, id) and desk.deliveries.due(id, before=now, limit=1):
            desk.waker(id)
            woken += 1
    return woken


def endpoint(desk: Desk, id: str, *, fresh: bool = False) -> Partner | None:
    """The partner, if it has an endpoint and is not suspended."""
    partner = desk.directory.partner(id, fresh=fresh)
    return partner if partner is not None and partner.webhook is not None and not partner.suspended else None


def rows_of(desk: Desk, ids: Sequence[str], *, before: int) -> Iterator[tuple[Owed, str]]:
    """The rows of these sessions that are due before then, and whose they are; made from the sessions themselves."""
    for session in desk.sessions.get_many(ids, strong=True) if ids else ():
        place = delivery.place(session, desk.rules.shards)
        if place is not None and session.parked is None and delivery.owed_row(place).at <= before:
            yield delivery.owed_row(place), session.partner
