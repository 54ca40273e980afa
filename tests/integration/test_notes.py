"""Triage and notes: numbered, sealed, for counsellors only, and kept once however often they are sent."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from chalicelib.desk import counsellors, youth
from chalicelib.desk.notes import read_notes
from chalicelib.model.session import Band, Reason, Session, State
from chalicelib.problems import Problem
from tests.integration.conftest import House
from tests.integration.test_counsellors import claim, enter, stored
from tests.integration.test_partners import CHAT, hand_over


def test_a_note_is_sealed_and_waits_for_the_next_counsellor(house: House) -> None:
    session = hand_over(house, CHAT).session
    enter(house, session)
    held = claim(house)
    for _ in range(2):
        counsellors.note(house.desk, house.first, session.id, held.epoch, 1, "note", "", "préfère écrire")
    counsellors.note(house.desk, house.first, session.id, held.epoch, 2, "alert", "119", "")
    assert "préfère" not in repr(house.items()) and "pr\\xc3\\xa9f" not in repr(house.items())
    counsellors.release(house.desk, house.first, session.id, held.epoch)
    again = claim(house, "second")
    found = read_notes(house.desk, again)
    assert [(one.note.kind, one.note.code, one.text, one.note.by) for one in found] == [
        ("note", "", "préfère écrire", "first"), ("alert", "119", "", "first"),
    ]  # fmt: skip
    assert [one.note.n for one in read_notes(house.desk, again, 1)] == [2]


def test_a_skipped_note_number_is_told_the_next_one(house: House) -> None:
    session = hand_over(house, CHAT).session
    held = claim(house)
    with pytest.raises(Problem) as refused:
        counsellors.note(house.desk, house.first, session.id, held.epoch, 2, "note", "", "x")
    assert (refused.value.code, refused.value.errors[0].detail) == ("out_of_order", "The next number is 1.")


def test_triage_moves_the_place_in_the_line_and_says_why_once(house: House) -> None:
    session = hand_over(house, CHAT).session
    enter(house, session)
    held = claim(house)
    house.clock.pass_seconds(30)
    for _ in range(2):
        after = counsellors.triage(house.desk, house.first, session.id, held.epoch, 1, Band.DANGER, "menaces")
        assert (after.band, after.notes_n) == (Band.DANGER, 1)
    assert after.deadline == (session.due or 0) + 60_000
    assert after.danger is False, "the youth did not say so"
    back = counsellors.release(house.desk, house.first, session.id, held.epoch)
    assert (back.state, back.deadline) == (State.WAITING, after.deadline)


def test_a_triage_repeated_late_does_not_undo_a_newer_one(house: House) -> None:
    session = hand_over(house, CHAT).session
    held = claim(house)
    counsellors.triage(house.desk, house.first, session.id, held.epoch, 1, Band.DANGER, "menaces")
    counsellors.triage(house.desk, house.first, session.id, held.epoch, 2, Band.SOON, "calmée")
    counsellors.triage(house.desk, house.first, session.id, held.epoch, 1, Band.DANGER, "menaces")
    assert stored(house, session.id).band is Band.SOON


def test_who_does_not_hold_the_session_keeps_no_note_and_leaves_no_key(house: House) -> None:
    session = hand_over(house, CHAT).session
    held = claim(house)
    for who, epoch in ((house.second, held.epoch), (house.first, held.epoch + 1)):
        with pytest.raises(Problem) as refused:
            counsellors.note(house.desk, who, session.id, epoch, 1, "note", "", "x")
        assert refused.value.code == "taken_over"
    counsellors.close(house.desk, house.first, session.id, held.epoch, Reason.HELPED)
    with pytest.raises(Problem) as over:
        counsellors.note(house.desk, house.first, session.id, held.epoch, 1, "note", "", "x")
    assert over.value.code == "already_closed"
    assert house.items("keys") == []


def test_asking_whether_somebody_is_there_is_for_chats(house: House) -> None:
    session = hand_over(house, CHAT).session
    held = claim(house)
    asked = counsellors.ask_still_there(house.desk, house.first, session.id, held.epoch)
    assert asked.checked_at == house.clock.now


def test_typing_is_one_write_that_a_stranger_cannot_make(house: House) -> None:
    session = hand_over(house, CHAT).session
    held = claim(house)
    counsellors.typing(house.desk, house.second, session.id, held.epoch)
    assert stored(house, session.id).counsellor_typing == 0
    counsellors.typing(house.desk, house.first, session.id, held.epoch)
    assert stored(house, session.id).counsellor_typing == house.clock.now


def test_another_note_under_a_taken_number_is_refused_and_what_was_not_done_is_not_said_to_be(house: House) -> None:
    session = hand_over(house, CHAT).session
    enter(house, session)
    held = claim(house)
    counsellors.triage(house.desk, house.first, session.id, held.epoch, 1, Band.DANGER, "menaces")
    refused: list[Callable[[], object]] = [
        lambda: counsellors.hand_over(
            house.desk, house.first, session.id, held.epoch, 1, speciality="lawyer", colleague=None, text="menaces"
        ),
        lambda: counsellors.triage(house.desk, house.first, session.id, held.epoch, 1, Band.SOON, "menaces"),
        lambda: counsellors.triage(house.desk, house.first, session.id, held.epoch, 1, Band.DANGER, "calmée"),
        lambda: counsellors.note(house.desk, house.first, session.id, held.epoch, 1, "note", "", "menaces"),
    ]
    for act in refused:
        with pytest.raises(Problem) as found:
            act()
        assert (found.value.code, found.value.errors[0].detail) == ("out_of_order", "The next number is 2.")
    kept = stored(house, session.id)
    assert (kept.state, kept.band, kept.notes_n, kept.owner) == (State.CLAIMED, Band.DANGER, 1, house.first.subject)
    assert [one.text for one in read_notes(house.desk, kept)] == ["menaces"]


def test_a_handover_under_the_number_of_an_earlier_handover_is_not_taken_for_its_repeat(house: House) -> None:
    session = hand_over(house, CHAT).session
    cookie = enter(house, session)

    def pass_on(epoch: int, n: int) -> Session:
        return counsellors.hand_over(
            house.desk, house.first, session.id, epoch, n, speciality="lawyer", colleague=None, text="droit"
        )

    pass_on(claim(house).epoch, 1)
    house.clock.pass_seconds(301)  # nobody of the speciality came
    youth.arrive(house.desk, session.id, cookie)
    held = claim(house)
    with pytest.raises(Problem) as refused:
        pass_on(held.epoch, 1)
    assert refused.value.code == "out_of_order"
    assert stored(house, session.id).state is State.CLAIMED
    for _ in range(2):
        after = pass_on(held.epoch, 2)
        assert (after.state, after.notes_n) == (State.WAITING, 2)


def test_a_note_counted_by_a_process_that_died_is_kept_by_its_retry_and_by_nothing_else(house: House) -> None:
    session = hand_over(house, CHAT).session
    enter(house, session)
    held = claim(house)
    counsellors.triage(house.desk, house.first, session.id, held.epoch, 1, Band.DANGER, "menaces")
    house.db.delete_item(TableName=house.settings.table, Key={"pk": {"S": session.id}, "sk": {"S": "note#000001"}})
    with pytest.raises(Problem) as refused:
        counsellors.triage(house.desk, house.first, session.id, held.epoch, 1, Band.SOON, "calmée")
    assert refused.value.code == "out_of_order"
    after = counsellors.triage(house.desk, house.first, session.id, held.epoch, 1, Band.DANGER, "menaces")
    assert (after.band, [one.text for one in read_notes(house.desk, after)]) == (Band.DANGER, ["menaces"])
