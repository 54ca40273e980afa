"""A chat's moves, one by one: words in order, silence, typing, and why somebody waits again."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.model import chat
from chalicelib.model.handoff import Lane
from chalicelib.model.hold import release, take
from chalicelib.model.moves import hand_over
from chalicelib.model.session import Session, State, Status
from chalicelib.problems import Problem
from tests.unit.made import NOON, made

SILENT = 300_000
HELD = made(state=State.CLAIMED, owner="sub", holder="first", epoch=1, lease_until=NOON + 90_000)


def talked() -> Session:
    """The youth wrote at noon, the counsellor a second later."""
    asked = chat.accept_message(HELD, "youth", 1, NOON)
    return chat.accept_message(asked, "counsellor", 1, NOON + 1000)


def test_the_chat_is_connected_when_both_have_written_and_not_before() -> None:
    one = chat.accept_message(HELD, "counsellor", 1, NOON)
    assert (one.state, one.status) == (State.CLAIMED, Status.WAITING)
    assert (talked().state, talked().status) == (State.ACTIVE, Status.CONNECTED)


def test_a_message_ends_its_sides_typing_and_only_that() -> None:
    both = replace(HELD, youth_typing=NOON, counsellor_typing=NOON)
    after = chat.accept_message(both, "youth", 1, NOON + 1)
    assert (after.youth_typing, after.counsellor_typing, after.youth_at) == (0, NOON, NOON + 1)


def test_a_repeated_message_changes_nothing_not_even_who_was_last_heard() -> None:
    assert chat.accept_message(talked(), "youth", 1, NOON + 9000) == talked()


@given(st.integers(-5, 5), st.sampled_from(["youth", "counsellor"]))
def test_only_the_next_number_is_taken(n: int, side: str) -> None:
    if n in (1, 2):
        return
    with pytest.raises(Problem) as refused:
        chat.accept_message(talked(), side, n, NOON + 2000)
    assert (refused.value.code, refused.value.errors[0].detail) == ("out_of_order", "The next number is 2.")


@pytest.mark.parametrize(("after", "shown"), [(0, True), (7999, True), (8000, False), (10**6, False)])
def test_typing_is_shown_for_eight_seconds(after: int, shown: bool) -> None:
    assert chat.is_typing(NOON, NOON + after) is shown


def test_nobody_who_never_typed_is_typing() -> None:
    assert not chat.is_typing(0, NOON)


@pytest.mark.parametrize(("after", "silent"), [(SILENT - 1, False), (SILENT, True)])
def test_a_youth_is_silent_when_the_counsellors_word_stands_unanswered(after: int, silent: bool) -> None:
    assert chat.is_silent(talked(), NOON + 1000 + after, SILENT) is silent


def test_a_youth_who_had_the_last_word_is_not_silent_however_long_it_takes() -> None:
    answered = chat.accept_message(talked(), "youth", 2, NOON + 2000)
    assert not chat.is_asked(answered, NOON + 10 * SILENT, SILENT)


def test_still_there_ends_the_question_until_the_counsellor_writes_or_asks_again() -> None:
    late = NOON + 1000 + SILENT
    assert chat.is_asked(talked(), late, SILENT)
    here = chat.still_there(talked(), late)
    assert (here.youth_at, here.youth_seen) == (late, late)
    assert not chat.is_asked(here, late + 10 * SILENT, SILENT)
    asked = chat.ask_still_there(here, late + 5)
    assert chat.is_asked(asked, late + 6, SILENT)
    assert not chat.is_asked(chat.still_there(asked, late + 7), late + 8, SILENT)
    again = chat.accept_message(here, "counsellor", 2, late + 10)
    assert chat.is_asked(again, late + 10 + SILENT, SILENT)


def test_any_message_answers_the_question_too() -> None:
    asked = chat.ask_still_there(talked(), NOON + 5000)
    assert not chat.is_asked(chat.accept_message(asked, "youth", 2, NOON + 6000), NOON + 6001, SILENT)


def test_nobody_is_asked_while_nobody_is_there_to_ask() -> None:
    asked = chat.ask_still_there(talked(), NOON + 5000)
    assert not chat.is_asked(release(asked), NOON + 10 * SILENT, SILENT)


def test_still_there_brings_back_who_was_set_aside_and_leaves_what_is_closed_alone() -> None:
    aside = made(aside=True)
    assert not chat.still_there(aside, NOON + 5).aside
    closed = made(state=State.CLOSED)
    assert chat.still_there(closed, NOON + 5) == closed


def test_who_was_answered_and_waits_again_is_told_why() -> None:
    assert chat.left_alone(talked()) is None
    assert chat.left_alone(release(talked())) == "lost"
    assert chat.left_alone(hand_over(talked(), "lawyer", NOON)) == "handed_over"


def test_who_was_never_answered_simply_waits() -> None:
    assert chat.left_alone(made(youth_n=3)) is None
    assert chat.left_alone(release(HELD)) is None
    assert chat.left_alone(hand_over(HELD, "@second", NOON)) is None


def test_the_next_counsellor_ends_the_reason_for_waiting() -> None:
    waits = hand_over(talked(), "lawyer", NOON)
    assert chat.left_alone(take(waits, "sub-2", "second", NOON + 1, 90_000)) is None
    assert chat.left_alone(release(take(waits, "sub-2", "second", NOON + 1, 90_000))) == "lost"


@pytest.mark.parametrize("lane", ["callback", None])
def test_only_a_chat_has_words_and_questions(lane: Lane | None) -> None:
    other = replace(HELD, lane=lane)
    with pytest.raises(Problem, match="wrong_moment"):
        chat.accept_message(other, "youth", 1, NOON)
    with pytest.raises(Problem, match="wrong_moment"):
        chat.ask_still_there(other, NOON)
    assert chat.left_alone(replace(other, state=State.WAITING, counsellor_n=1)) is None
    assert not chat.is_silent(replace(other, counsellor_at=NOON), NOON + 10 * SILENT, SILENT)
