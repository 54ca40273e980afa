"""The call a youth asks for, and what is left of one who leaves, over the real adapters."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from chalicelib.desk import counsellors, youth
from chalicelib.desk.ids import safe_word
from chalicelib.desk.sweep import sweep
from chalicelib.desk.youth import Wish
from chalicelib.model.session import Reason, Session, State
from tests.integration.conftest import House
from tests.integration.test_counsellors import CALL, claim, enter, stored
from tests.integration.test_partners import CHAT, JTI, UNCHOSEN, hand_over
from tests.integration.youths import Lagging, code_of, desk_view, refusal, shown, talk


def test_the_number_that_shows_is_the_youths_choice(house: House) -> None:
    session = hand_over(house, UNCHOSEN).session
    cookie = enter(house, session)
    for caller_id in ("3018", "hidden"):
        wish = Wish("callback", number="06 39 98 12 34", caller_id=caller_id)
        youth.choose(house.desk, session.id, cookie, wish)
        assert shown(house, session.id)["callback"]["caller_id"] == caller_id
        assert desk_view(house, session.id)["callback"]["caller_id"] == caller_id


@pytest.mark.parametrize("locale", ["fr", "en-GB", "pt"])
def test_the_word_is_the_same_on_both_sides_and_nowhere_in_the_table(house: House, locale: str) -> None:
    session = hand_over(house, {**CALL, "locale": locale}).session
    word = shown(house, session.id)["callback"]["word"]
    assert word == desk_view(house, session.id)["callback"]["word"] == safe_word(house.desk.secrets, session)
    assert word not in repr(house.items())


def test_only_a_callback_has_a_word(house: House) -> None:
    assert shown(house, hand_over(house, CHAT).session.id)["callback"] is None


def test_another_wish_for_a_call_now_keeps_the_place_in_the_line(house: House) -> None:
    first = hand_over(house, CALL, JTI + "1").session
    cookie = enter(house, first)
    house.clock.pass_seconds(30)
    hand_over(house, CALL, JTI + "2")
    youth.choose(house.desk, first.id, cookie, Wish("callback", voicemail=True))
    taken = claim(house)
    assert (taken.id, taken.voicemail) == (first.id, True)


@pytest.mark.parametrize("verb", [youth.cancel, youth.leave])
def test_who_ends_it_has_everything_erased_at_once(
    house: House, verb: Callable[[Any, str, str | None], Session]
) -> None:
    held, cookie = talk(house)
    code_of(house, held.id, cookie)
    counsellors.note(house.desk, house.first, held.id, held.epoch, 1, "note", "", "a note")
    ended = verb(house.desk, held.id, cookie)
    assert (ended.state, ended.erased, ended.undo_until) == (State.CLOSED, True, None)
    assert house.items("keys") == []
    assert [item["sk"]["S"] for item in house.items() if item["pk"]["S"] == held.id] == ["session"]
    assert refusal(lambda: counsellors.undo(house.desk, house.first, held.id, held.epoch)) == "too_late"


def test_after_a_counsellors_close_the_words_stay_for_an_undo_and_then_go(house: House) -> None:
    held, cookie = talk(house)
    counsellors.close(house.desk, house.first, held.id, held.epoch, Reason.HELPED)
    seen = shown(house, held.id)
    assert (seen["state"], seen["ended"], len(seen["messages"])) == ("closed", "ended", 2)
    counsellors.undo(house.desk, house.first, held.id, held.epoch)
    assert (shown(house, held.id)["state"], shown(house, held.id)["ended"]) == ("connected", None)
    assert youth.say(house.desk, held.id, cookie, 2, "encore là").youth_n == 2
    counsellors.close(house.desk, house.first, held.id, held.epoch + 1, Reason.HELPED)
    house.clock.pass_seconds(901)
    assert sweep(house.desk).erased == 1
    assert shown(house, held.id)["messages"] == []
    assert house.items("keys") == []


def test_quick_exit_just_after_a_counsellors_close_erases_at_once(house: House) -> None:
    held, cookie = talk(house)
    counsellors.close(house.desk, house.first, held.id, held.epoch, Reason.HELPED)
    left = youth.leave(house.desk, held.id, cookie)
    assert (left.reason, left.erased) == (Reason.HELPED, True)
    assert house.items("keys") == []
    assert refusal(lambda: counsellors.undo(house.desk, house.first, held.id, held.epoch)) == "too_late"


def test_closing_the_page_gives_no_planned_call_up_nor_the_undo_of_one(house: House) -> None:
    session = hand_over(house, CALL).session
    cookie = enter(house, session)
    assert youth.leave(house.desk, session.id, cookie).state is State.WAITING
    held = claim(house)
    counsellors.close(house.desk, house.first, session.id, held.epoch, Reason.HELPED)
    assert not youth.leave(house.desk, session.id, cookie).erased
    assert counsellors.undo(house.desk, house.first, session.id, held.epoch).number is not None


def test_what_is_sent_into_the_moment_of_a_close_does_not_cost_the_words_that_an_undo_needs(house: House) -> None:
    held, cookie = talk(house)
    seen = stored(house, held.id)
    counsellors.close(house.desk, house.first, held.id, held.epoch, Reason.HELPED)
    behind = replace(house.desk, sessions=Lagging(house.desk.sessions, seen))
    assert youth.say(behind, held.id, cookie, 2, "merci !").state is State.CLOSED
    youth.choose(behind, held.id, cookie, Wish("callback", number="06 39 98 12 34"))
    counsellors.undo(house.desk, house.first, held.id, held.epoch)
    assert [one["text"] for one in shown(house, held.id)["messages"]] == ["bonjour", "je suis là"]
