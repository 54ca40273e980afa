"""A close that was a mistake: brought back for 15 minutes, by the one who closed, with everything in it."""

from __future__ import annotations

import pytest

from chalicelib.desk import calls, counsellors, transcript, youth
from chalicelib.desk.sweep import sweep
from chalicelib.model.session import Reason, Session, State, Status
from chalicelib.problems import Problem
from tests.integration.conftest import House
from tests.integration.test_counsellors import CALL, claim, enter, stored
from tests.integration.test_partners import CHAT, NUMBER, hand_over

QUARTER = 15 * 60


def closed_chat(house: House) -> Session:
    session = hand_over(house, CHAT).session
    cookie = enter(house, session)
    held = claim(house)
    youth.say(house.desk, session.id, cookie, 1, "bonjour")
    counsellors.say(house.desk, house.first, session.id, held.epoch, 1, "bonjour à toi")
    return counsellors.close(house.desk, house.first, session.id, held.epoch, Reason.HELPED)


def refused(house: House, session: Session, who: str = "first", epoch: int | None = None) -> str:
    with pytest.raises(Problem) as problem:
        counsellors.undo(house.desk, getattr(house, who), session.id, session.epoch if epoch is None else epoch)
    return problem.value.code


def test_an_undone_close_is_held_again_with_its_words_under_a_new_epoch(house: House) -> None:
    closed = closed_chat(house)
    house.clock.pass_seconds(QUARTER - 1)
    sweep(house.desk)
    back = counsellors.undo(house.desk, house.first, closed.id, closed.epoch)
    assert (back.state, back.epoch, back.owner, back.reason) == (State.ACTIVE, closed.epoch + 1, "sub-first", None)
    assert (back.status, back.sequence) == (Status.CLOSED, closed.sequence), "what the partner was told is not unsaid"
    assert [w.text for w in transcript.read(house.desk, back)] == ["bonjour", "bonjour à toi"]
    counsellors.say(house.desk, house.first, back.id, back.epoch, 2, "encore là")
    again = counsellors.close(house.desk, house.first, back.id, back.epoch, Reason.HELPED)
    assert (again.state, again.sequence) == (State.CLOSED, closed.sequence)


def test_after_fifteen_minutes_nothing_is_left_to_undo(house: House) -> None:
    closed = closed_chat(house)
    house.clock.pass_seconds(QUARTER)
    assert refused(house, closed) == "too_late"
    house.clock.pass_seconds(1)
    assert sweep(house.desk).erased == 1
    assert refused(house, closed) == "too_late"
    assert [item["sk"]["S"] for item in house.items() if item["pk"]["S"] == closed.id] == ["session"]
    assert house.items("keys") == []


def test_nobody_else_undoes_it_and_no_old_epoch_does(house: House) -> None:
    closed = closed_chat(house)
    assert refused(house, closed, who="second") == "taken_over"
    assert refused(house, closed, epoch=closed.epoch + 1) == "taken_over"


def test_what_the_youth_ended_stays_ended(house: House) -> None:
    session = hand_over(house, CHAT).session
    cookie = enter(house, session)
    held = claim(house)
    youth.say(house.desk, session.id, cookie, 1, "bonjour")
    youth.cancel(house.desk, session.id, cookie)
    ended = stored(house, session.id)
    assert ended.erased
    assert refused(house, ended, epoch=held.epoch) == "too_late"


def test_a_callback_ended_by_an_unsafe_answer_cannot_be_undone_but_a_wrong_number_can(house: House) -> None:
    for outcome, undoable in (("answered_unsafe", False), ("invalid", True)):
        number = f"{NUMBER[:-1]}{int(undoable)}"
        body = {**CALL, "callback": {"number": number}}
        session = hand_over(house, body, f"jti-0123456789-{outcome}").session
        held = claim(house)
        after = calls.attempt(house.desk, house.first, session.id, held.epoch, outcome)
        assert after.state is State.CLOSED
        if undoable:
            back = counsellors.undo(house.desk, house.first, session.id, after.epoch)
            assert calls.reveal(house.desk, house.first, session.id, back.epoch) == number
        else:
            assert refused(house, after) == "too_late"


def test_a_session_that_is_open_has_nothing_to_undo(house: House) -> None:
    hand_over(house, CHAT)
    held = claim(house)
    assert refused(house, held) == "wrong_moment"
