"""Typing, silence, and why somebody waits again, over the real adapters."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Any

import pytest

from chalicelib.desk import claims, counsellors, youth
from chalicelib.desk.sweep import sweep
from chalicelib.model.session import SECOND, Session
from chalicelib.problems import Problem
from tests.integration.conftest import House
from tests.integration.test_counsellors import CALL, claim, enter
from tests.integration.test_partners import CHAT, JTI, hand_over
from tests.integration.youths import desk_view, made_cookie, refusal, shown, talk


def test_typing_reaches_the_other_side_for_a_few_seconds(house: House) -> None:
    held, cookie = talk(house)
    youth.typing(house.desk, held.id, cookie)
    counsellors.typing(house.desk, house.first, held.id, held.epoch)
    assert desk_view(house, held.id)["youth"]["typing"] is True
    assert shown(house, held.id)["typing"] is True
    house.clock.pass_seconds(8)
    assert desk_view(house, held.id)["youth"]["typing"] is False
    assert shown(house, held.id)["typing"] is False


def test_a_message_ends_the_typing(house: House) -> None:
    held, cookie = talk(house)
    counsellors.typing(house.desk, house.first, held.id, held.epoch)
    counsellors.say(house.desk, house.first, held.id, held.epoch, 2, "voilà")
    youth.typing(house.desk, held.id, cookie)
    youth.say(house.desk, held.id, cookie, 2, "oui")
    assert shown(house, held.id)["typing"] is False
    assert desk_view(house, held.id)["youth"]["typing"] is False


def test_a_counsellor_who_is_gone_types_no_more(house: House) -> None:
    held, _ = talk(house)
    counsellors.typing(house.desk, house.first, held.id, held.epoch)
    counsellors.release(house.desk, house.first, held.id, held.epoch)
    assert shown(house, held.id)["typing"] is False


def test_typing_writes_nothing_where_nobody_holds_the_chat_of_this_browser(house: House) -> None:
    waiting = hand_over(house, CHAT, JTI + "1").session
    called = hand_over(house, CALL, JTI + "2").session
    cookies = {one.id: enter(house, one) for one in (waiting, called)}
    held = counsellors_hold(house, called)
    before = house.items()
    youth.typing(house.desk, waiting.id, cookies[waiting.id])
    youth.typing(house.desk, called.id, cookies[called.id])
    assert house.items() == before
    taken = claim(house)
    assert (held.id, taken.id) == (called.id, waiting.id)
    before = house.items()
    youth.typing(house.desk, waiting.id, made_cookie(house, waiting.id))
    assert house.items() == before


def counsellors_hold(house: House, session: Session) -> Session:
    taken = claims.claim(house.desk, house.second, ["callback"])
    assert taken is not None and taken.id == session.id
    return taken


@pytest.mark.parametrize("cookie", [None, "", "f" * 64, "x"])
def test_typing_with_a_foreign_cookie_is_told_that_the_link_was_used_and_writes_nothing(
    house: House, cookie: str | None
) -> None:
    held, _ = talk(house)
    before = house.items()
    for id in (held.id, "ho_" + "a" * 26, "nonsense"):
        assert refusal(partial(youth.typing, house.desk, id, cookie)) == "link_used"
    assert house.items() == before


def test_typing_while_the_table_is_silent_is_of_no_consequence(house: House) -> None:
    held, cookie = talk(house)

    class Silent:
        def touch(self, *args: object, **kwargs: object) -> bool:
            raise Problem("unavailable")

    sessions: Any = Silent()
    youth.typing(replace(house.desk, sessions=sessions), held.id, cookie)


def test_a_silent_youth_is_asked_and_says_still_here(house: House) -> None:
    held, cookie = talk(house)
    house.clock.pass_seconds(house.settings.silent / SECOND - 1)
    assert shown(house, held.id)["check"] is False
    house.clock.pass_seconds(1)
    assert shown(house, held.id)["check"] is True
    assert desk_view(house, held.id)["youth"]["silent"] is True
    youth.still_there(house.desk, held.id, cookie)
    assert shown(house, held.id)["check"] is False
    assert desk_view(house, held.id)["youth"]["silent"] is False


def test_a_counsellor_asks_and_any_message_is_an_answer(house: House) -> None:
    held, cookie = talk(house)
    house.clock.pass_seconds(20)
    counsellors.ask_still_there(house.desk, house.first, held.id, held.epoch)
    assert shown(house, held.id)["check"] is True
    house.clock.pass_seconds(1)
    youth.say(house.desk, held.id, cookie, 2, "oui oui")
    assert shown(house, held.id)["check"] is False


def test_a_youth_whose_counsellor_is_lost_is_told_so_and_keeps_the_place(house: House) -> None:
    held, cookie = talk(house)
    for _ in range(4):
        house.clock.pass_seconds(31)
        youth.look(house.desk, held.id, cookie)
    assert sweep(house.desk).lapsed == 1
    seen = shown(house, held.id)
    assert (seen["state"], seen["back"], seen["counters"]) == ("waiting", "lost", {"youth": 1, "counsellor": 1})
    assert claim(house, "second").deadline == held.deadline
    assert (shown(house, held.id)["state"], shown(house, held.id)["back"]) == ("connected", None)


def test_a_youth_who_is_handed_over_is_told_so(house: House) -> None:
    held, _ = talk(house)
    counsellors.hand_over(
        house.desk, house.first, held.id, held.epoch, 1, speciality="lawyer", colleague=None, text="x"
    )
    assert shown(house, held.id)["back"] == "handed_over"
