"""In danger now: said at any moment, heard at once, over the real adapters."""

from __future__ import annotations

from chalicelib.desk import claims, counsellors, youth
from chalicelib.desk.notes import read_notes
from chalicelib.desk.youth import Wish
from chalicelib.model.session import Band, State
from tests.integration.conftest import House
from tests.integration.test_counsellors import BOTH, CALL, claim, enter, stored
from tests.integration.test_partners import CHAT, JTI, UNCHOSEN, hand_over
from tests.integration.youths import shown, talk


def test_danger_is_said_in_every_open_state_and_shown(house: House) -> None:
    received = hand_over(house, UNCHOSEN, JTI + "1").session
    later = {"number": "+33639981234", "not_before": "2026-11-22T15:00:00+01:00"}
    scheduled = hand_over(house, {**CALL, "callback": later}, JTI + "2").session
    waiting = hand_over(house, CHAT, JTI + "3").session
    for session in (received, scheduled, waiting):
        cookie = enter(house, session)
        assert shown(house, session.id)["danger"] is False
        after = youth.raise_danger(house.desk, session.id, cookie)
        assert (after.state, after.band, after.danger) == (session.state, Band.DANGER, True)
        assert shown(house, session.id)["danger"] is True
    held = claim(house)
    assert youth.raise_danger(house.desk, held.id, cookie).epoch == held.epoch


def test_who_is_in_danger_goes_ahead_of_who_came_before(house: House) -> None:
    ids, cookies = [], []
    for n in range(3):
        session = hand_over(house, CHAT, f"{JTI}{n}").session
        ids.append(session.id)
        cookies.append(enter(house, session))
        house.clock.pass_seconds(5)
    youth.raise_danger(house.desk, ids[2], cookies[2])
    assert [claim(house).id for _ in range(3)] == [ids[2], ids[0], ids[1]]


def test_danger_said_before_the_choice_counts_after_it(house: House) -> None:
    hand_over(house, CHAT, JTI + "1")
    session = hand_over(house, UNCHOSEN, JTI + "2").session
    cookie = enter(house, session)
    youth.raise_danger(house.desk, session.id, cookie)
    youth.choose(house.desk, session.id, cookie, Wish("chat"))
    assert claim(house).id == session.id


def test_danger_said_twice_writes_once(house: House) -> None:
    session = hand_over(house, CHAT).session
    cookie = enter(house, session)
    youth.raise_danger(house.desk, session.id, cookie)
    before = house.items()
    youth.raise_danger(house.desk, session.id, cookie)
    assert house.items() == before


def test_after_a_counsellor_lowered_the_band_the_page_is_calm_and_danger_can_be_said_again(house: House) -> None:
    held, cookie = talk(house)
    youth.raise_danger(house.desk, held.id, cookie)
    counsellors.triage(house.desk, house.first, held.id, held.epoch, 1, Band.NORMAL, "safe at a friend's")
    assert shown(house, held.id)["danger"] is False
    again = youth.raise_danger(house.desk, held.id, cookie)
    assert (again.band, shown(house, held.id)["danger"]) == (Band.DANGER, True)
    assert [one.note.kind for one in read_notes(house.desk, stored(house, held.id))] == ["triage"]


def test_a_band_that_a_counsellor_raised_is_not_told_to_the_youth(house: House) -> None:
    held, _ = talk(house)
    counsellors.triage(house.desk, house.first, held.id, held.epoch, 1, Band.DANGER, "may not say it")
    assert shown(house, held.id)["danger"] is False


def test_danger_shortens_the_time_for_which_a_session_is_reserved(house: House) -> None:
    held, cookie = talk(house)
    counsellors.hand_over(house.desk, house.first, held.id, held.epoch, 1, speciality="lawyer", colleague=None, text="")
    assert claims.claim(house.desk, house.second, BOTH) is None
    youth.raise_danger(house.desk, held.id, cookie)
    house.clock.pass_seconds(61)
    assert claim(house, "second").id == held.id


def test_danger_after_the_end_is_no_conflict(house: House) -> None:
    session = hand_over(house, CHAT).session
    cookie = enter(house, session)
    youth.leave(house.desk, session.id, cookie)
    before = house.items()
    assert youth.raise_danger(house.desk, session.id, cookie).state is State.CLOSED
    assert house.items() == before
