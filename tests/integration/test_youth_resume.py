"""Coming back from another device, over the real adapters."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from functools import partial

import pytest

from chalicelib.desk import counsellors, resume, youth
from chalicelib.desk.ids import resume_code, youth_code
from chalicelib.desk.sweep import sweep
from chalicelib.desk.youth import Wish
from chalicelib.doors.views import handoff_answer
from chalicelib.model.session import DAY, Reason, State
from tests.integration.conftest import House
from tests.integration.test_counsellors import CALL, claim, enter, stored
from tests.integration.test_partners import CHAT, JTI, hand_over
from tests.integration.youths import Lagging, Stale, code_of, refusal, shown, talk


def test_a_code_brings_the_youth_back_from_another_device_with_every_word(house: House) -> None:
    held, old = talk(house)
    before = stored(house, held.id)
    session, cookie = resume.resume(house.desk, code_of(house, held.id, old))
    assert (session.id, session.state, session.epoch) == (held.id, State.ACTIVE, before.epoch)
    assert [one["text"] for one in shown(house, held.id)["messages"]] == ["bonjour", "je suis là"]
    assert youth.say(house.desk, held.id, cookie, 2, "me revoilà").youth_n == 2


def test_a_code_works_once_and_the_old_device_is_told_that_its_link_was_used(house: House) -> None:
    session = hand_over(house, CHAT).session
    old = enter(house, session)
    code = code_of(house, session.id, old)
    _, new = resume.resume(house.desk, code)
    assert refusal(lambda: resume.resume(house.desk, code)) == "bad_code"
    desk, id = house.desk, session.id
    for verb in (
        lambda: youth.look(desk, id, old),
        lambda: youth.arrive(desk, id, old),
        lambda: youth.say(desk, id, old, 1, "not me any more"),
        lambda: youth.raise_danger(desk, id, old),
        lambda: youth.still_there(desk, id, old),
        lambda: youth.cancel(desk, id, old),
        lambda: youth.leave(desk, id, old),
        lambda: youth.choose(desk, id, old, Wish("chat")),
        lambda: resume.issue_code(desk, id, old),
    ):
        assert refusal(verb) == "link_used"
    assert youth.look(desk, id, new).state is State.WAITING
    assert youth.open_link(desk, youth_code(desk.secrets, session))[1] is None


def test_a_code_whose_answer_was_lost_brings_the_same_form_back_and_no_other(house: House) -> None:
    """The code was spent and the cookie never came: the youth's own session was shut to them."""
    session = hand_over(house, CHAT).session
    code = code_of(house, session.id, enter(house, session))
    once = "0f" * 16
    lost = resume.resume(house.desk, code, once)
    before = house.items()
    found, cookie = resume.resume(house.again().desk, code, once)
    assert (found.id, cookie) == (session.id, lost[1])
    assert house.items() == before
    assert youth.look(house.desk, session.id, cookie).generation == 1
    for other in ("", "f0" * 16):
        assert refusal(partial(resume.resume, house.desk, code, other)) == "bad_code"


def test_a_form_that_came_back_is_shut_when_the_youth_has_gone_on_to_another_device(house: House) -> None:
    session = hand_over(house, CHAT).session
    code, once = code_of(house, session.id, enter(house, session)), "0f" * 16
    _, cookie = resume.resume(house.desk, code, once)
    resume.resume(house.desk, code_of(house, session.id, cookie))
    assert refusal(lambda: resume.resume(house.desk, code, once)) == "bad_code"


def test_from_the_new_device_another_code_leads_on(house: House) -> None:
    session = hand_over(house, CHAT).session
    cookie, codes = enter(house, session), set()
    for _ in range(4):
        code = code_of(house, session.id, cookie)
        codes.add(code)
        _, cookie = resume.resume(house.desk, code)
    assert len(codes) == 4
    assert stored(house, session.id).generation == 4
    for spent in codes:
        assert refusal(partial(resume.resume, house.desk, spent)) == "bad_code"


def test_asked_again_the_code_is_the_same_and_nothing_is_written(house: House) -> None:
    session = hand_over(house, CHAT).session
    cookie = enter(house, session)
    assert shown(house, session.id)["resume"] is None
    code = code_of(house, session.id, cookie)
    before = house.items()
    assert code_of(house, session.id, cookie) == code == shown(house, session.id)["resume"]
    assert house.items() == before


def test_a_code_that_was_never_shown_leads_nowhere(house: House) -> None:
    session = hand_over(house, CHAT).session
    enter(house, session)
    right = resume_code(house.desk.secrets, stored(house, session.id))
    assert refusal(lambda: resume.resume(house.desk, right)) == "bad_code"


def test_a_code_whose_row_stayed_but_that_was_never_shown_leads_nowhere(house: House) -> None:
    session = hand_over(house, CHAT).session
    cookie = enter(house, session)
    code = code_of(house, session.id, cookie)
    now = stored(house, session.id)
    house.desk.sessions.replace(now, replace(now, coded=False))
    assert refusal(lambda: resume.resume(house.desk, code)) == "bad_code"


@pytest.mark.parametrize("typed", ["", " ", "ABC", "7K2-M9QX-4TA", "x" * 64, "7K2M9QX4TAU", "é" * 10])
def test_a_wrong_code_leads_nowhere_and_writes_nothing(house: House, typed: str) -> None:
    session = hand_over(house, CHAT).session
    code_of(house, session.id, enter(house, session))
    before = house.items()
    assert refusal(lambda: resume.resume(house.desk, typed)) == "bad_code"
    assert house.items() == before


@pytest.mark.parametrize("written", [str, str.lower, lambda code: code.replace("-", ""), lambda code: f" {code} "])
def test_a_code_is_read_as_it_was_copied(house: House, written: Callable[[str], str]) -> None:
    session = hand_over(house, CHAT).session
    code = code_of(house, session.id, enter(house, session))
    assert resume.resume(house.desk, written(code))[0].id == session.id


def test_after_the_end_no_code_leads_back_and_none_is_given(house: House) -> None:
    session = hand_over(house, CHAT).session
    cookie = enter(house, session)
    code = code_of(house, session.id, cookie)
    youth.cancel(house.desk, session.id, cookie)
    assert refusal(lambda: resume.resume(house.desk, code)) == "bad_code"
    assert not resume.issue_code(house.desk, session.id, cookie).open
    assert shown(house, session.id)["resume"] is None


def test_a_closed_session_that_is_brought_back_has_its_code_again(house: House) -> None:
    held, cookie = talk(house)
    code = code_of(house, held.id, cookie)
    counsellors.close(house.desk, house.first, held.id, held.epoch, Reason.HELPED)
    assert refusal(lambda: resume.resume(house.desk, code)) == "bad_code"
    counsellors.undo(house.desk, house.first, held.id, held.epoch)
    assert resume.resume(house.desk, code)[0].state is State.ACTIVE


def test_of_two_devices_with_the_same_code_one_wins(house: House) -> None:
    session = hand_over(house, CHAT).session
    code = code_of(house, session.id, enter(house, session))
    seen = stored(house, session.id)
    _, winner = resume.resume(house.desk, code)
    late = replace(house.desk, sessions=Stale(house.desk.sessions, seen))
    assert refusal(lambda: resume.resume(late, code)) == "bad_code"
    assert youth.look(house.desk, session.id, winner).generation == 1


def test_the_new_device_is_not_turned_away_by_a_read_that_is_behind(house: House) -> None:
    session = hand_over(house, CHAT).session
    code = code_of(house, session.id, enter(house, session))
    seen = stored(house, session.id)
    _, new = resume.resume(house.desk, code)
    behind = replace(house.desk, sessions=Lagging(house.desk.sessions, seen))
    assert youth.look(behind, session.id, new).generation == 1
    assert youth.say(behind, session.id, new, 1, "me voilà").youth_n == 1


def test_an_old_device_that_reads_behind_still_writes_nothing(house: House) -> None:
    session = hand_over(house, CHAT).session
    old = enter(house, session)
    code = code_of(house, session.id, old)
    seen = stored(house, session.id)
    resume.resume(house.desk, code)
    behind = replace(house.desk, sessions=Lagging(house.desk.sessions, seen))
    before = stored(house, session.id)
    for verb in (
        lambda: youth.say(behind, session.id, old, 1, "not me any more"),
        lambda: youth.raise_danger(behind, session.id, old),
        lambda: youth.leave(behind, session.id, old),
    ):
        assert refusal(verb) == "link_used"
    assert stored(house, session.id) == before


def test_coming_back_counts_as_being_seen_and_returns_to_the_old_place(house: House) -> None:
    gone = hand_over(house, CHAT, JTI + "1").session
    code = code_of(house, gone.id, enter(house, gone))
    house.clock.pass_seconds(130)
    hand_over(house, CHAT, JTI + "2")
    assert sweep(house.desk).aside == 1
    resume.resume(house.desk, code)
    assert claim(house).id == gone.id


def test_a_replay_of_the_handoff_says_the_same_bytes_after_the_youth_came_back_elsewhere(house: House) -> None:
    first = json.dumps(handoff_answer(house.desk, hand_over(house, CHAT).session))
    session = hand_over(house, CHAT).session
    _, cookie = resume.resume(house.desk, code_of(house, session.id, enter(house, session)))
    again = hand_over(house, CHAT)
    assert again.replayed
    assert json.dumps(handoff_answer(house.desk, again.session)) == first
    assert youth.look(house.desk, session.id, cookie).id == session.id, "the replayed link is no second way in"


def test_a_callback_is_changed_with_the_code_from_another_device(house: House) -> None:
    session = hand_over(house, CALL).session
    _, cookie = resume.resume(house.desk, code_of(house, session.id, enter(house, session)))
    later = house.clock.now + DAY
    changed = youth.choose(house.desk, session.id, cookie, Wish("callback", not_before=later, voicemail=True))
    assert (changed.state, changed.due, changed.voicemail) == (State.SCHEDULED, later, True)
    assert changed.number is not None, "the number that was known stays"


def test_the_table_does_not_tell_a_code(house: House) -> None:
    session = hand_over(house, CHAT).session
    code = code_of(house, session.id, enter(house, session))
    kept = repr(house.items())
    assert code not in kept and code.replace("-", "") not in kept
    row = next(item for item in house.items() if item["pk"]["S"].startswith("resume#"))
    assert int(row["expires_at"]["N"]) == (house.clock.now + 4 * DAY) // 1000
