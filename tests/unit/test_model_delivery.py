"""When a partner is owed a delivery, where it stands, and what an answer makes of it: pure."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from chalicelib.model import delivery, hold
from chalicelib.model.places import binding
from chalicelib.model.rehearsal import SCRIPTS
from chalicelib.model.session import DAY, MINUTE, SECOND, Reason, Session, State, Status
from chalicelib.model.status import settle
from tests.unit.made import NOON, made

HOOKED = made(hooked=True, stepped=NOON)
LATER = NOON + 5 * MINUTE


def closed() -> Session:
    return delivery.step(HOOKED, HOOKED, hold.close(HOOKED, Reason.HELPED, LATER), LATER)


def test_the_first_status_is_told_by_the_answer_and_never_owed() -> None:
    assert not delivery.owed(HOOKED)
    assert delivery.place(HOOKED) is None


def test_a_step_is_due_at_once_in_the_same_write() -> None:
    session = closed()
    assert delivery.owed(session)
    row = delivery.owed_row(delivery.place(session) or pytest.fail("not owed"))
    assert (row.id, row.at, row.place.pk) == (session.id, LATER, "due#tiktok#0")


def test_a_partner_without_an_endpoint_is_owed_nothing() -> None:
    plain = made()
    session = delivery.step(plain, plain, hold.close(plain, Reason.HELPED, LATER), LATER)
    assert delivery.place(session) is None
    assert not delivery.owed(session)


@pytest.mark.parametrize(("status", "where"), [(500, "due#tiktok#0"), (410, "parked#tiktok#0")])
def test_a_status_told_in_vain_by_the_clock_alone_is_not_lost_when_it_is_written_down(status: int, where: str) -> None:
    """Written down by the next move, it was taken for a new message: its attempts were forgotten, and it with them."""
    scheduled = made(
        hooked=True, stepped=NOON, state=State.SCHEDULED, status=Status.SCHEDULED, lane="callback", due=LATER
    )
    told = settle(scheduled, LATER)
    tried = delivery.settled(scheduled, told.sequence, status, None, LATER, spread=0, pace=1)
    seen = settle(tried, LATER)
    written = delivery.step(tried, seen, replace(seen, youth_seen=LATER), LATER)
    assert (written.sequence, written.tries, written.deliver_at) == (2, tried.tries, tried.deliver_at)
    row = delivery.place(written) or pytest.fail("neither owed nor parked")
    assert row.pk == where
    changed = {"sequence", "status", "state", "youth_seen", "stepped"}
    assert not binding(tried, written, changed).written & {"tries", "parked", "courier", "deliver_at"}
    after = delivery.step(written, written, hold.close(written, Reason.HELPED, LATER), LATER)
    assert (after.sequence, after.parked, after.tries) == (3, None, 0)


def test_a_scheduled_session_is_owed_when_its_hour_comes_without_a_write() -> None:
    session = made(
        hooked=True, stepped=NOON, state=State.SCHEDULED, status=Status.SCHEDULED, lane="callback", due=LATER
    )
    row = delivery.owed_row(delivery.place(session) or pytest.fail("not owed"))
    assert row.at == LATER
    assert not delivery.owed(settle(session, LATER - 1))
    told = settle(session, LATER)
    assert delivery.owed(told)
    assert json.loads(delivery.body(told)) == {
        "type": "handoff.status",
        "timestamp": "2026-11-22T11:05:00.000Z",
        "data": {"id": session.id, "status": "waiting", "sequence": 2},
    }
    arrived = delivery.settled(session, told.sequence, 204, None, LATER, spread=0, pace=1)
    assert delivery.place(arrived) is None
    assert delivery.place(replace(arrived, state=State.WAITING, status=Status.WAITING, sequence=2)) is None


def test_a_session_put_off_after_it_was_told_is_not_told_again() -> None:
    session = made(
        hooked=True, stepped=NOON, state=State.SCHEDULED, status=Status.WAITING, sequence=2, delivered=2, due=LATER
    )
    assert delivery.place(session) is None


@pytest.mark.parametrize("status", [None, 301, 302, 400, 404, 429, 500, 503])
def test_every_other_answer_is_tried_again_later_and_later(status: int | None) -> None:
    session, now, waits = closed(), LATER, []
    for _ in range(len(delivery.SCHEDULE) - 1):
        session = delivery.settled(session, 2, status, None, now, spread=0, pace=1)
        assert session.parked is None
        waits.append((session.deliver_at or 0) - now)
        now = session.deliver_at or 0
    assert tuple(waits) == delivery.SCHEDULE[1:]
    last = delivery.settled(session, 2, status, None, now, spread=0, pace=1)
    assert (last.parked, delivery.owed(last)) == ("exhausted", False)
    assert (delivery.place(last) or pytest.fail("lost")).pk == "parked#tiktok#0"
    assert now - LATER > DAY


def test_jitter_only_ever_waits_longer() -> None:
    waits = [
        (delivery.settled(closed(), 2, 500, None, 0, spread=spread, pace=1).deliver_at or 0)
        for spread in (0, 0.5, 0.999)
    ]
    assert waits[0] == 5 * SECOND
    assert waits == sorted(set(waits))
    assert waits[-1] <= 6 * SECOND


def test_retry_after_is_honoured_up_to_a_day_and_never_shortens() -> None:
    def at(retry_after: int) -> int:
        return delivery.settled(closed(), 2, 429, retry_after, 0, spread=0, pace=1).deliver_at or 0

    assert at(40 * SECOND) == 40 * SECOND
    assert at(SECOND) == 5 * SECOND
    assert at(99 * DAY) == DAY


def test_410_parks_at_once() -> None:
    session = delivery.settled(closed(), 2, 410, None, LATER, spread=0, pace=1)
    assert (session.parked, session.delivered) == ("gone", 1)


def test_a_newer_status_replaces_an_older_one_and_starts_anew() -> None:
    late = replace(closed(), tries=7, deliver_at=LATER + DAY, courier="somebody", status=Status.CONNECTED)
    newer = delivery.step(late, late, replace(late, status=Status.CLOSED, sequence=3), LATER + SECOND)
    assert (newer.tries, newer.courier, newer.stepped) == (0, None, LATER + SECOND)
    parked = replace(late, parked="exhausted")
    again = delivery.step(parked, parked, replace(parked, status=Status.CLOSED, sequence=3), LATER + SECOND)
    assert delivery.owed(again)


@pytest.mark.parametrize("name", SCRIPTS)
def test_a_rehearsal_walks_its_script_and_is_owed_each_step_at_its_time(name: str) -> None:
    steps = SCRIPTS[name].steps
    session = made(
        rehearsal=name, hooked=True, stepped=NOON, state=State.RECEIVED, status=steps[0][1], created=NOON, due=None
    )
    seen, sequence = [], 1
    while (place := delivery.place(session)) is not None:
        at = delivery.owed_row(place).at
        told = settle(session, at)
        assert told.sequence == sequence + 1
        sequence = told.sequence
        seen.append((at - NOON, told.status))
        session = delivery.settled(session, told.sequence, 200, None, at, spread=0, pace=1)
    assert [(0, steps[0][1]), *seen] == list(steps)
    assert steps[-1][1] is Status.CLOSED


def test_a_cancelled_rehearsal_walks_no_further() -> None:
    session = made(rehearsal="walk", hooked=True, stepped=NOON, created=NOON, due=None)
    over = hold.close(session, Reason.CANCELLED, NOON + SECOND)
    assert settle(over, NOON + DAY).sequence == over.sequence


def test_a_step_the_clock_makes_does_not_wait_for_the_one_before_and_has_attempts_of_its_own() -> None:
    session = made(rehearsal="walk", hooked=True, stepped=NOON, created=NOON, due=None)
    now = NOON + 5 * SECOND
    for _ in range(2):
        session = delivery.settled(session, 2, 500, None, now, spread=0, pace=1)
    assert session.deliver_at == now + 5 * MINUTE
    row = delivery.owed_row(delivery.place(session) or pytest.fail("lost"))
    assert row.at == NOON + 10 * SECOND
    session = delivery.settled(session, 3, 500, None, row.at, spread=0, pace=1)
    assert (session.tries, session.deliver_at) == (1, row.at + 5 * SECOND)
    assert delivery.owed_row(delivery.place(session) or pytest.fail("lost")).at == row.at + 5 * SECOND
