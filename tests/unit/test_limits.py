"""What a partner has left of its minute and its day, and when a status is worth reading again."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.doors.pace import limits, poll_after
from chalicelib.model.partner import Partner
from chalicelib.model.rehearsal import SCRIPTS
from chalicelib.model.session import DAY, MINUTE, SECOND, Session, State, Status
from chalicelib.model.usage import KINDS, Left, Tally, arrive, forward, note, owed, settle_up, used
from tests.unit.made import made

NOON = 20_000 * DAY + 12 * 3600 * SECOND
PARTNER = Partner("tiktok", frozenset({"tiktok"}), {}, burst=3, day=5)
PLENTY = Left(burst=9, burst_reset=30, day=99, day_reset=3600)


def asked(tally: Tally, now: int, partner: Partner = PARTNER, kind: Any = "reads") -> tuple[Tally, Left]:
    """One request from its arrival to its record."""
    tally, left = arrive(forward(tally, now), partner, now, read=kind == "reads")
    return note(tally, "shed" if left.wait and kind == "reads" else kind), left


def test_the_fourth_read_of_a_minute_waits_for_the_next_minute() -> None:
    tally, lefts = Tally(), []
    for second in range(4):
        tally, left = asked(tally, NOON + second * SECOND)
        lefts.append((left.burst, left.burst_reset, left.wait))
    assert lefts == [(2, 60, 0), (1, 59, 0), (0, 58, 0), (0, 57, 57)]
    _, left = asked(tally, NOON + MINUTE)
    assert (left.burst, left.wait) == (2, 0)


def test_the_sixth_request_of_a_day_waits_for_midnight_and_what_was_shed_costs_nothing() -> None:
    tally = Tally()
    for n in range(5):
        tally, left = asked(tally, NOON + n * MINUTE)
        assert left.wait == 0
    for n in range(5, 20):
        tally, left = asked(tally, NOON + n * MINUTE)
        assert (left.day, left.wait) == (0, 12 * 3600 - n * 60)
    assert dict(tally.pending) == {"reads": 5, "shed": 15}
    _, left = asked(tally, NOON + DAY // 2)
    assert (left.day, left.wait) == (4, 0)


def test_what_other_processes_counted_counts_too() -> None:
    tally = settle_up(forward(Tally(), NOON), NOON, 4)
    tally, left = asked(tally, NOON)
    assert (left.day, left.wait) == (0, 0)
    _, left = asked(tally, NOON)
    assert left.wait == 12 * 3600


def test_a_clock_that_goes_back_starts_a_new_minute_instead_of_an_endless_one() -> None:
    tally, _ = asked(Tally(), NOON)
    tally, left = asked(tally, NOON - 10 * MINUTE)
    assert (left.burst, left.burst_reset) == (2, 60)


def test_counts_are_told_at_once_then_every_thirty_seconds_or_five_hundred_requests() -> None:
    tally = forward(Tally(), NOON)
    assert not owed(tally, NOON)
    tally = note(tally, "handoffs")
    assert owed(tally, NOON)
    tally = settle_up(tally, NOON, 1)
    assert not owed(tally, NOON + MINUTE)
    tally = note(tally, "reads")
    assert not owed(tally, NOON + 30 * SECOND - 1)
    assert owed(tally, NOON + 30 * SECOND)
    for _ in range(498):
        tally = note(tally, "reads")
    assert not owed(tally, NOON)
    assert owed(note(tally, "reads"), NOON)


def test_what_could_not_be_told_is_kept_and_not_tried_again_at_once() -> None:
    tally = note(forward(Tally(), NOON), "handoffs")
    tally = settle_up(tally, NOON, None)
    assert dict(tally.pending) == {"handoffs": 1}
    tally = note(tally, "reads")
    assert not owed(tally, NOON + SECOND)
    assert owed(tally, NOON + 30 * SECOND)


@given(st.lists(st.tuples(st.integers(0, 2 * DAY), st.sampled_from(KINDS)), max_size=60))
def test_nothing_left_is_ever_negative_and_every_wait_ends_at_a_reset(steps: list[tuple[int, Any]]) -> None:
    tally = Tally()
    for after, kind in sorted(steps):
        tally, left = asked(tally, NOON + after, kind=kind)
        assert 0 <= left.burst <= PARTNER.burst and 0 <= left.day <= PARTNER.day
        assert 1 <= left.burst_reset <= 60 and 1 <= left.day_reset <= 86_400
        assert left.wait in (0, left.burst_reset, left.day_reset)
        assert (left.wait > 0) <= (left.burst == 0 or left.day == 0)
    assert used(tally.pending) <= len(steps)


def test_the_fields_are_those_of_the_draft() -> None:
    assert limits(PARTNER, Left(2, 41, 4, 38_211)) == {
        "RateLimit-Policy": '"burst";q=3;w=60, "day";q=5;w=86400',
        "RateLimit": '"burst";r=2;t=41, "day";r=4;t=38211',
    }


@pytest.mark.parametrize(
    ("status", "after"), [(Status.WAITING, 5), (Status.ACCEPTED, 10), (Status.CONNECTED, 30), (Status.CLOSED, None)]
)
def test_a_status_is_read_again_when_it_may_have_changed(status: Status, after: int | None) -> None:
    assert poll_after(made(status=status), NOON, PLENTY) == after


@pytest.mark.parametrize(("due", "after"), [(1, 30), (31, 31), (299.2, 300), (9 * 3600, 300), (-1, 30)])
def test_a_scheduled_one_is_read_again_when_it_is_due(due: float, after: int) -> None:
    waits = made(state=State.SCHEDULED, status=Status.SCHEDULED, due=NOON + int(due * SECOND))
    assert poll_after(waits, NOON, PLENTY) == after


def test_who_has_used_up_a_limit_is_not_told_to_come_back_before_it_would_be_answered() -> None:
    waits = made(status=Status.WAITING)
    assert poll_after(waits, NOON, replace(PLENTY, burst=0)) == PLENTY.burst_reset
    assert poll_after(waits, NOON, replace(PLENTY, day=0)) == PLENTY.day_reset


@pytest.mark.parametrize("name", SCRIPTS)
def test_a_rehearsal_read_as_told_is_never_late_for_a_step(name: str) -> None:
    rehearsed: Session = made(created=NOON, rehearsal=name)
    for at, status in SCRIPTS[name].steps[:-1]:
        now = NOON + at
        after = poll_after(replace(rehearsed, status=status), now, PLENTY)
        following = min(NOON + step for step, _ in SCRIPTS[name].steps if NOON + step > now)
        assert after is not None
        assert after * SECOND < following - now + SECOND
