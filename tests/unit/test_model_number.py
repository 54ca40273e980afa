"""What is known of one callback number over all sessions."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from chalicelib import pages
from chalicelib.model import number
from chalicelib.model.number import AGAIN_AFTER, CALLS_WITHIN, MOST_CALLS, MOST_HOLDERS, NUMBER_LASTS, Number
from chalicelib.pages.docs.refusals import REFUSALS
from chalicelib.problems import Problem
from tests.unit.made import NOON

ONE, TWO = "ho_" + "a" * 26, "ho_" + "b" * 26
FIRST = f"{ONE}#1#0"


def called(times: int, every: int = 60_000) -> Number:
    """A number that was called so many times, the last time a step before noon."""
    return Number(frozenset({ONE}), tuple(NOON - every * n for n in range(times, 0, -1)), until=NOON + NUMBER_LASTS)


def refusal(known: Number, at: int = NOON) -> str:
    with pytest.raises(Problem) as refused:
        number.call(known, ONE, at, FIRST)
    return refused.value.code


def test_a_number_is_called_six_times_in_a_day_and_the_seventh_time_when_the_first_is_a_day_ago() -> None:
    known = called(MOST_CALLS - 1)
    assert MOST_CALLS == 6
    full = number.call(known, TWO, NOON, TWO)
    assert full.holders == {ONE, TWO}
    assert len(full.calls) == MOST_CALLS
    assert refusal(full, NOON + 1) == "called_enough"
    free = number.free_at(full, NOON + 1)
    assert free == full.calls[0] + CALLS_WITHIN
    assert refusal(full, free - 1) == "called_enough"
    again = number.call(full, ONE, free, FIRST)
    assert again.calls == (*full.calls[1:], free), "what is a day old is not kept"


def test_a_call_is_counted_once_and_goes_on_though_it_was_the_last_of_the_day() -> None:
    full = number.call(called(MOST_CALLS - 1), ONE, NOON, FIRST)
    assert number.free_at(full, NOON + 1, FIRST) == NOON + 1
    assert number.call(full, ONE, NOON + 1, FIRST) == full
    with pytest.raises(Problem) as refused:
        number.call(full, ONE, NOON + 1, f"{ONE}#1#1")
    assert refused.value.code == "called_enough"
    with pytest.raises(Problem) as stopped:
        number.call(number.stop(full, NOON), ONE, NOON + 1, FIRST)
    assert stopped.value.code == "unsafe_number"


def test_who_leaves_a_number_is_not_named_there_any_more() -> None:
    left = number.leave(number.call(number.hold(Number(), TWO, NOON), ONE, NOON, FIRST), ONE, NOON)
    assert left is not None and ONE not in repr(left)


def test_calls_of_a_clock_ahead_count_too() -> None:
    ahead = replace(called(0), calls=tuple(NOON + 5000 + n for n in range(MOST_CALLS)))
    assert refusal(ahead) == "called_enough"


def test_after_somebody_unsafe_nobody_calls_while_anything_is_known_of_the_number() -> None:
    stopped = number.stop(called(1), NOON)
    assert refusal(stopped) == "unsafe_number"
    again = number.hold(stopped, TWO, NOON + NUMBER_LASTS - 1)
    assert number.standing(again, NOON + NUMBER_LASTS).unsafe, "each use keeps it on"
    assert not number.standing(stopped, NOON + NUMBER_LASTS).unsafe


def test_what_is_over_counts_no_more_whether_its_row_is_gone_or_not() -> None:
    over = replace(number.stop(called(3), NOON - NUMBER_LASTS), write_id="w")
    assert number.standing(over, NOON) == Number(write_id="w")
    assert number.standing(None, NOON) == Number()


def test_too_many_sessions_do_not_hold_one_number_and_a_repeat_is_no_second_one() -> None:
    known = Number()
    for n in range(MOST_HOLDERS):
        known = number.hold(known, f"{ONE}{n}", NOON)
    with pytest.raises(Problem) as refused:
        number.hold(known, TWO, NOON)
    assert refused.value.code == "bad_number"
    assert number.hold(known, f"{ONE}0", NOON + AGAIN_AFTER - 1) == known
    assert number.hold(known, f"{ONE}0", NOON + AGAIN_AFTER).until == NOON + AGAIN_AFTER + NUMBER_LASTS


def test_the_last_holder_takes_the_number_along_unless_calls_or_a_warning_must_be_known() -> None:
    held = number.hold(number.hold(Number(), ONE, NOON), TWO, NOON)
    left = number.leave(held, ONE, NOON)
    assert left is not None and left.holders == {TWO}
    assert number.leave(left, TWO, NOON) is None
    dialled = number.leave(called(1), ONE, NOON)
    assert dialled is not None and (dialled.holders, len(dialled.calls)) == (frozenset(), 1)
    assert number.leave(called(1), ONE, NOON + CALLS_WITHIN) is None
    warned = number.leave(number.stop(called(0), NOON), ONE, NOON)
    assert warned is not None and warned.unsafe and not warned.holders


def test_by_request_only_another_holder_is_a_reason_to_know_the_number() -> None:
    known = number.stop(called(2), NOON)
    assert number.forget(known, ONE) is None
    left = number.forget(number.hold(known, TWO, NOON), ONE)
    assert left is not None and left.holders == {TWO}
    assert left.unsafe


def test_the_words_say_the_figures_that_hold() -> None:
    hours = CALLS_WITHIN // 3_600_000
    catalogue = Path(pages.__file__).parent / "catalogue" / "console.fr.json"
    words = json.loads(catalogue.read_text(encoding="utf-8"))
    assert f"{MOST_CALLS} fois en {hours} heures" in words["problem.called_enough"]
    assert (MOST_CALLS, f"six times within {hours} hours" in REFUSALS["called_enough"].cause) == (6, True)
    assert f"last {NUMBER_LASTS // 3_600_000} hours" in REFUSALS["unsafe_number"].cause
