"""What is owed to partners, over each store; then again with every reply to a write lost once."""

from __future__ import annotations

from chalicelib.model import delivery, hold
from chalicelib.model.session import Reason, Session
from tests.simulation.cast import opened
from tests.simulation.ports import LEASE, Ports


def owed(ports: Ports, number: int = 1) -> Session:
    """A session of which a second status is owed."""
    seen = ports.put(opened(number, ports.now, hooked=True))
    closed = delivery.step(seen, seen, hold.close(seen, Reason.CANCELLED, ports.now), ports.now)
    return ports.sessions.replace(seen, closed)


def test_what_is_owed_is_taken_by_one_deliverer_and_settled(ports: Ports) -> None:
    session = owed(ports)
    (row,) = ports.deliveries.due("tiktok", before=ports.now + 1, limit=5)
    assert ports.deliveries.due("tiktok", before=row.at, limit=5) == []
    assert row.id == session.id
    taken = ports.deliveries.take(row, token="one", until=ports.now + LEASE)
    assert taken is not None
    assert taken.courier == "one"
    assert ports.deliveries.take(row, token="two", until=ports.now + LEASE) is None
    assert ports.deliveries.due("tiktok", before=ports.now + LEASE, limit=5) == []
    done = delivery.settled(taken, taken.sequence, 204, None, ports.now, spread=0, pace=1)
    settled = ports.deliveries.settle(taken, done)
    # Its own lost reply it cannot tell from another's lease: it then says so, and what arrived is noted once more.
    assert settled is not ports.twice
    if not settled:
        ports.deliveries.delivered(session.id, taken.sequence)
    assert (ports.stored(session.id).delivered, ports.stored(session.id).courier) == (2, None)
    assert ports.deliveries.due("tiktok", before=ports.now + 2 * LEASE, limit=5) == []


def test_what_was_given_up_stands_among_the_parked(ports: Ports) -> None:
    owed(ports)
    (row,) = ports.deliveries.due("tiktok", before=ports.now + 1, limit=5)
    taken = ports.deliveries.take(row, token="one", until=ports.now + LEASE)
    assert taken is not None
    ports.deliveries.settle(taken, delivery.given_up(taken, "gone", ports.now))
    assert [one.id for one in ports.deliveries.parked("tiktok")] == [row.id]
    assert ports.deliveries.due("tiktok", before=ports.now + 2 * LEASE, limit=5) == []


def test_a_partner_has_one_deliverer_at_a_time(ports: Ports) -> None:
    now = ports.now
    assert not ports.deliveries.held("tiktok", now)
    assert ports.deliveries.hold("tiktok", "one", now=now, until=now + 10)
    assert ports.deliveries.hold("tiktok", "one", now=now, until=now + 10)
    assert not ports.deliveries.hold("tiktok", "two", now=now + 10, until=now + 99)
    assert ports.deliveries.held("tiktok", now + 10)
    ports.deliveries.let_go("tiktok", "two")
    assert ports.deliveries.hold("tiktok", "two", now=now + 11, until=now + 99)
    ports.deliveries.let_go("tiktok", "two")
    assert not ports.deliveries.held("tiktok", now)


def test_an_endpoint_is_stopped_once(ports: Ports) -> None:
    ports.deliveries.stop("tiktok", "gone", 1)  # nobody there
    ports.partner()
    ports.deliveries.stop("tiktok", "gone", 1)
    ports.deliveries.stop("tiktok", "later", 2)
    found = ports.directory.partner("tiktok", fresh=True)
    assert found is not None
    assert found.webhook is not None
    assert found.webhook.stopped == "gone"
