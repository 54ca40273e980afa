"""What a form says becomes a wish: tomorrow is a day of the calendar, not 24 hours from now."""

from __future__ import annotations

from datetime import datetime
from types import SimpleNamespace
from typing import Any

import pytest

from chalicelib.doors.youth_forms import wish
from chalicelib.problems import Problem
from chalicelib.slots import HelplineSlots

CALL = {"session": "callback", "number": "06 39 98 12 34"}
SLOTS = HelplineSlots("Mo-Su 09:00-23:00", "Mo-Su 09:00-21:30")


def at(moment: str) -> Any:
    """A call that comes at that moment."""
    now = int(datetime.fromisoformat(moment).timestamp() * 1000)
    return SimpleNamespace(desk=SimpleNamespace(clock=lambda: now))


@pytest.mark.parametrize(
    ("now", "opening"),
    [
        ("2026-11-22T23:30:00+01:00", "2026-11-23T09:00:00+01:00"),
        ("2026-11-23T00:30:00+01:00", "2026-11-24T09:00:00+01:00"),
        ("2026-10-25T00:30:00+02:00", "2026-10-26T09:00:00+01:00"),  # this day has 25 hours
        ("2027-03-27T23:30:00+01:00", "2027-03-28T09:00:00+02:00"),  # the next one has 23
        ("2026-12-31T23:59:59+01:00", "2027-01-01T09:00:00+01:00"),
    ],
)
def test_tomorrow_is_the_next_day_of_the_calendar_whatever_the_clock_does_at_night(now: str, opening: str) -> None:
    found = wish(at(now), {**CALL, "when": "tomorrow"}).not_before
    assert found is not None
    assert SLOTS.show(SLOTS.slot(found, None, None)) == opening


def test_what_a_form_leaves_out_is_the_careful_choice() -> None:
    found = wish(at("2026-11-22T12:00:00+01:00"), CALL)
    assert (found.voicemail, found.caller_id, found.not_before, found.not_after) == (False, "hidden", None, None)


def test_the_number_that_shows_is_as_chosen() -> None:
    assert wish(at("2026-11-22T12:00:00+01:00"), {**CALL, "caller_id": "3018"}).caller_id == "3018"


@pytest.mark.parametrize("moment", ["2026-11-22T12:00:00", "soon", "2026-13-01T00:00:00Z"])
def test_a_moment_without_its_zone_is_no_moment(moment: str) -> None:
    with pytest.raises(Problem) as refused:
        wish(at("2026-11-22T12:00:00+01:00"), {**CALL, "not_before": moment})
    assert (refused.value.code, refused.value.errors[0].pointer) == ("bad_window", "/not_before")
