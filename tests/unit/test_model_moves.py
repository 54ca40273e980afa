"""What the youth's own moves do to a session and to its place in the line."""

from __future__ import annotations

from dataclasses import replace

import pytest

from chalicelib.model import callback, moves
from chalicelib.model.hold import close, undo
from chalicelib.model.session import DAY, MINUTE, TARGETS, Band, Reason, Session, State
from chalicelib.problems import Problem
from tests.unit.made import NOON, anytime, made

OPEN = [state for state in State if state is not State.CLOSED]
CALL = {"lane": "callback", "number": b"sealed"}


@pytest.mark.parametrize("state", OPEN)
def test_danger_moves_the_deadline_in_every_open_state_and_nothing_else(state: State) -> None:
    session = made(state=state)
    after = moves.raise_danger(session, NOON + 5)
    assert after == replace(session, danger=True, band=Band.DANGER, deadline=NOON + TARGETS[Band.DANGER])
    assert moves.raise_danger(after, NOON + 9) == after


def test_danger_before_a_choice_counts_when_the_choice_is_made() -> None:
    unsure = made(state=State.RECEIVED, lane=None, due=None, deadline=None)
    chosen = moves.choose(moves.raise_danger(unsure, NOON), "chat", NOON + 5, is_open=True, slot=anytime)
    assert (chosen.due, chosen.deadline) == (NOON + 5, NOON + 5 + TARGETS[Band.DANGER])


def test_danger_after_the_end_changes_nothing() -> None:
    closed = close(made(), Reason.HELPED, NOON)
    assert moves.raise_danger(closed, NOON) == closed


def test_danger_waits_a_minute_at_most_for_whom_the_session_is_reserved() -> None:
    handed = moves.hand_over(made(), "lawyer", NOON)
    assert handed.reserved_until == NOON + 300_000
    raised = moves.raise_danger(handed, NOON + 1000)
    assert raised.reserved_until == NOON + 61_000
    assert moves.raise_danger(raised, NOON + 30_000) == raised
    nearly = moves.raise_danger(handed, NOON + 299_000)
    assert nearly.reserved_until == NOON + 300_000, "nobody is made to wait longer by saying it"


def test_a_lowered_band_is_raised_again() -> None:
    lowered = moves.triage(moves.raise_danger(made(), NOON), Band.NORMAL)
    assert moves.raise_danger(lowered, NOON).band is Band.DANGER


def test_another_wish_for_the_same_moment_keeps_the_place_in_the_line() -> None:
    waits = made(**CALL)
    changed = moves.choose(
        waits, "callback", NOON + 60_000, is_open=True, slot=anytime, voicemail=True, caller_id="3018"
    )
    assert (changed.voicemail, changed.caller_id) == (True, "3018")
    assert (changed.due, changed.deadline, changed.state) == (waits.due, waits.deadline, State.WAITING)


def test_a_chat_that_becomes_a_call_now_keeps_its_place_and_a_call_for_later_does_not() -> None:
    now = moves.choose(made(), "callback", NOON + 60_000, is_open=True, slot=anytime, number=b"sealed")
    assert (now.lane, now.due) == ("callback", NOON)
    later = moves.choose(now, "callback", NOON + 60_000, is_open=True, slot=anytime, not_before=NOON + 7_200_000)
    assert (later.state, later.due) == (State.SCHEDULED, NOON + 7_200_000)
    sooner = moves.choose(later, "callback", NOON + 90_000, is_open=True, slot=anytime)
    assert (sooner.state, sooner.due) == (State.WAITING, NOON + 90_000)


def test_the_other_device_has_the_session_alone_and_the_code_is_spent() -> None:
    before = made(bound=b"old", coded=True, aside=True)
    after = moves.come_back(before, b"new", NOON + 5)
    assert (after.bound, after.generation, after.coded) == (b"new", 1, False)
    assert (after.aside, after.youth_seen) == (False, NOON + 5)
    assert (after.due, after.deadline) == (before.due, before.deadline)


def test_who_left_has_nothing_kept_for_an_undo() -> None:
    held = made(state=State.CLAIMED, owner="sub", epoch=1, sealed=True)
    closed = close(held, Reason.HELPED, NOON, undoable=True)
    gone = moves.give_up_undo(closed)
    with pytest.raises(Problem) as refused:
        undo(gone, "sub", 1, NOON + 1, 90_000)
    assert refused.value.code == "too_late"
    assert moves.give_up_undo(held) == held


def test_what_is_closed_or_held_is_not_chosen_again() -> None:
    for session in (close(made(), Reason.LEFT, NOON), made(state=State.ACTIVE)):
        assert moves.choose(session, "callback", NOON + DAY, is_open=True, slot=anytime, number=b"n") == session


def test_the_same_answer_of_another_call_is_another_attempt_and_said_twice_of_one_call_is_none() -> None:
    """A colleague's later call that was answered, too, was taken for the first one said again, and left no trace."""
    held = made(lane="callback", state=State.CLAIMED, number=b"n", owner="o", claimed_at=NOON, zone="Europe/Paris")

    def tell(session: Session, now: int) -> Session:
        return callback.attempt(session, "answered", now, retry=MINUTE, slot=anytime)

    first = tell(callback.dial(held, NOON + 1), NOON + 2)
    assert tell(first, NOON + 3) == first
    second = tell(callback.dial(first, NOON + 4), NOON + 5)
    assert [one.at for one in second.attempts] == [NOON + 2, NOON + 5]


@pytest.mark.parametrize("state", [State.SCHEDULED, State.WAITING])
def test_a_promised_call_is_not_given_up_for_a_chat_that_cannot_be_had_now(state: State) -> None:
    """Found by the simulator (seed 978): the child lost both, and the session was ended as one nobody had chosen."""
    promised = made(state=state, lane="callback", number=b"sealed", due=NOON + DAY, deadline=NOON + DAY)
    assert moves.choose(promised, "chat", NOON, is_open=False, slot=anytime) == promised
    assert moves.choose(made(), "chat", NOON, is_open=False, slot=anytime).lane == "chat"
