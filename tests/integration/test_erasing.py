"""Erasing against everything that may come between: an undo, a death, a late word; and what is left of a session."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from chalicelib.desk import calls, counsellors, resume, transcript, youth
from chalicelib.desk.base import Desk
from chalicelib.desk.erasing import finish_erasing
from chalicelib.desk.notes import read_notes
from chalicelib.desk.sweep import sweep
from chalicelib.model.line import closed_on, partition
from chalicelib.model.session import Reason, Session, State
from chalicelib.problems import Problem
from tests.integration.conftest import Clock, House
from tests.integration.deaths import deaths
from tests.integration.test_counsellors import CALL, claim, enter, stored
from tests.integration.test_partners import CHAT, JTI, hand_over
from tests.integration.youths import code_of, refusal, talk

QUARTER = 15 * 60
FULL = {**CHAT, "role": "youth", "age_band": "13_14", "subject": "somebody", "danger": True}
# A tombstone: what a replay, the partner's status, its deliveries and the figures need, and nothing about the youth.
TOMBSTONE = {
    "pk", "sk", "partner", "platform", "kind", "locale", "created", "fingerprint", "facts", "state", "status",
    "sequence", "epoch", "lane", "band", "owner", "holder", "claimed_at", "waited", "bound", "generation", "youth_n",
    "counsellor_n", "notes_n", "has_report", "sealed", "reason", "closed_at", "erased", "expires_at", "write_id",
    "lane_pk", "lane_sk",
}  # fmt: skip


class Interrupted:
    """A port of which one call of one verb, the first after ``skip`` others, lets something else happen before it."""

    def __init__(self, port: Any, verb: str, meanwhile: Callable[[], object], skip: int = 0) -> None:
        self._port, self._verb, self._meanwhile, self._left = port, verb, meanwhile, skip

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._port, name)
        if name != self._verb:
            return found

        def call(*given: Any, **named: Any) -> Any:
            self._left -= 1
            if self._left == -1:
                self._meanwhile()
            return found(*given, **named)

        return call


def row(house: House, id: str) -> dict[str, Any]:
    (found,) = (item for item in house.items() if item["pk"]["S"] == id and item["sk"]["S"] == "session")
    return found


def beside(house: House, id: str) -> list[str]:
    return [item["sk"]["S"] for item in house.items() if item["pk"]["S"] == id and item["sk"]["S"] != "session"]


def closed(house: House, jti: str = JTI) -> Session:
    """A chat with words, notes and a report, closed by its counsellor a moment ago."""
    session = hand_over(house, {**FULL, "report": {"category": "hate"}}, jti).session
    cookie = enter(house, session)
    code_of(house, session.id, cookie)
    held = claim(house)
    youth.say(house.desk, session.id, cookie, 1, "bonjour")
    counsellors.say(house.desk, house.first, session.id, held.epoch, 1, "bonjour à toi")
    counsellors.note(house.desk, house.first, session.id, held.epoch, 1, "note", "", "a note")
    return counsellors.close(house.desk, house.first, session.id, held.epoch, Reason.HELPED)


def other_clock(house: House, seconds: float) -> Desk:
    """Another process whose clock goes so many seconds ahead."""
    return replace(house.again().desk, clock=Clock(house.clock.now + int(seconds * 1000)))


def test_a_close_undone_in_the_moment_of_erasing_on_two_clocks_never_leaves_an_open_session_without_its_key(
    house: House,
) -> None:
    for name, verb in (("cipher", "numbers"), ("cipher", "forget"), ("sessions", "erase")):
        session = closed(house, JTI + verb)
        house.clock.pass_seconds(QUARTER - 1)
        told: list[str] = []

        def undo() -> None:  # by this clock there is a second left
            told.append(refusal(lambda: counsellors.undo(house.desk, house.first, session.id, session.epoch)))  # noqa: B023

        ahead = other_clock(house, 3)
        port: Any = Interrupted(getattr(ahead, name), verb, undo)
        assert sweep(replace(ahead, **{name: port})).erased == 1
        assert told == ["too_late"]
        assert (stored(house, session.id).erased, house.items("keys")) == (True, [])


def test_an_undo_that_is_faster_than_the_erasing_keeps_every_word(house: House) -> None:
    session = closed(house)
    house.clock.pass_seconds(QUARTER - 1)
    back: list[Session] = []

    def undo() -> None:
        back.append(counsellors.undo(house.desk, house.first, session.id, session.epoch))

    ahead = other_clock(house, 3)
    seen = stored(house, session.id)
    done = finish_erasing(replace(ahead, sessions=Interrupted(ahead.sessions, "replace", undo)), seen)
    assert (done.open, done.erasing) == (True, False)
    words = transcript.read(house.desk, stored(house, session.id))
    assert [word.text for word in words] == ["bonjour", "bonjour à toi"]
    assert [one.text for one in read_notes(house.desk, back[0])] == ["a note"]


def test_a_session_closed_again_after_an_undo_has_its_full_time_also_for_who_saw_the_first_close(house: House) -> None:
    session = closed(house)
    seen = stored(house, session.id)
    house.clock.pass_seconds(QUARTER - 1)
    back = counsellors.undo(house.desk, house.first, session.id, session.epoch)
    counsellors.close(house.desk, house.first, session.id, back.epoch, Reason.HELPED)
    assert not finish_erasing(other_clock(house, 3), seen).erasing
    assert len(transcript.read(house.desk, stored(house, session.id))) == 2


def test_whoever_dies_while_erasing_the_next_one_finishes_it(house: House) -> None:
    session = closed(house)
    house.clock.pass_seconds(QUARTER + 1)
    died = []
    for at, answered in deaths(house.desk, lambda desk: finish_erasing(desk, stored(house, session.id))):
        died.append(at)
        after = stored(house, session.id)
        assert after.erased or row(house, session.id)["lane_pk"]["S"] == partition("erase", 0), (at, answered)
        if not after.erasing and not after.erased:
            assert len(transcript.read(house.desk, after)) == 2, "nothing is gone before it is said"
            counsellors.undo(replace(house.desk, clock=Clock(house.clock.now - 5000)), house.first, session.id, 1)
            counsellors.close(house.desk, house.first, session.id, 2, Reason.HELPED)
            house.clock.pass_seconds(QUARTER + 1)
    assert max(died) == 5, "once it was said that it begins: numbers, key, words, code, and that it is done"
    assert (stored(house, session.id).erased, beside(house, session.id), house.items("keys")) == (True, [], [])
    assert not [item for item in house.items() if item["pk"]["S"].startswith("resume#")]


def test_a_death_at_any_call_of_a_quick_exit_is_made_good_by_the_sweep_alone(house: House) -> None:
    for n in range(1, 20):
        session = hand_over(house, {**CALL, "subject": "s"}, f"{JTI}{n}").session
        cookie = enter(house, session)
        gone = False
        for at, _ in deaths(house.desk, lambda desk: youth.cancel(desk, session.id, cookie)):  # noqa: B023
            if at == n:
                house.clock.pass_seconds(60)
                sweep(house.desk)
                gone = not stored(house, session.id).open
                break
        youth.cancel(house.desk, session.id, cookie)
        assert stored(house, session.id).erased
        assert house.items("keys") == []
        if not gone and n > 3:
            return
    pytest.fail("it never lived through")


def test_what_is_left_of_an_erased_session_says_nothing_about_the_youth(house: House) -> None:
    chat = closed(house)
    call = hand_over(house, {**CALL, **{k: FULL[k] for k in ("role", "age_band", "danger")}}, JTI + "2").session
    held = claim(house)
    calls.reveal(house.desk, house.first, call.id, held.epoch)
    calls.attempt(house.desk, house.first, call.id, held.epoch, "answered_unsafe")
    house.clock.pass_seconds(QUARTER + 1)
    assert sweep(house.desk).erased == 1
    for id in (chat.id, call.id):
        left = row(house, id)
        assert set(left) <= TOMBSTONE, set(left) - TOMBSTONE
        assert left["lane_pk"]["S"] == closed_on(stored(house, id).closed_at or 0)
        assert beside(house, id) == []


def test_a_chat_closed_without_a_word_keeps_role_and_age_no_longer_than_one_with_words(house: House) -> None:
    hand_over(house, FULL)
    held = claim(house)
    session = counsellors.close(house.desk, house.first, held.id, held.epoch, Reason.LEFT)
    back = counsellors.undo(house.desk, house.first, session.id, session.epoch)
    assert (back.role, back.age_band, back.danger) == ("youth", "13_14", True)
    counsellors.close(house.desk, house.first, back.id, back.epoch, Reason.LEFT)
    house.clock.pass_seconds(QUARTER + 1)
    assert sweep(house.desk).erased == 1
    assert set(row(house, session.id)) <= TOMBSTONE


def test_what_nobody_can_undo_is_stripped_in_the_very_write_that_ends_it(house: House) -> None:
    session = hand_over(house, FULL).session
    cookie = enter(house, session)
    silent = replace(house.desk, cipher=Interrupted(house.desk.cipher, "numbers", _fail))
    ended = youth.cancel(silent, session.id, cookie)
    assert (ended.state, ended.erasing, ended.erased) == (State.CLOSED, True, False)
    assert set(row(house, session.id)) <= {*TOMBSTONE, "erasing", "coded"}
    assert row(house, session.id)["lane_pk"]["S"] == partition("erase", 0)
    house.clock.pass_seconds(1)
    assert sweep(house.desk).erased == 1


def _fail() -> None:
    raise Problem("unavailable", retry_after=1)


def test_a_resume_code_goes_with_its_session_also_one_that_was_used(house: House) -> None:
    held, cookie = talk(house)
    _, other = resume.resume(house.desk, code_of(house, held.id, cookie))
    code_of(house, held.id, other)
    assert sum(item["pk"]["S"].startswith("resume#") for item in house.items()) == 2
    youth.cancel(house.desk, held.id, other)
    assert not [item for item in house.items() if item["pk"]["S"].startswith("resume#")]


def test_the_code_and_the_notes_of_a_chat_without_a_word_go_with_it(house: House) -> None:
    session = hand_over(house, CHAT).session
    cookie = enter(house, session)
    code_of(house, session.id, cookie)
    held = claim(house)
    counsellors.note(house.desk, house.first, held.id, held.epoch, 1, "step", "listened", "")
    assert youth.leave(house.desk, session.id, cookie).erased
    assert [item["sk"]["S"] for item in house.items() if item["pk"]["S"] == session.id] == ["session"]
    assert not [item for item in house.items() if item["pk"]["S"].startswith("resume#")]


def test_a_chat_without_a_word_that_a_counsellor_closed_is_stripped_after_the_same_quarter_of_an_hour(
    house: House,
) -> None:
    session = hand_over(house, CHAT).session
    held = claim(house)
    counsellors.close(house.desk, house.first, held.id, held.epoch, Reason.LEFT)
    house.clock.pass_seconds(QUARTER + 1)
    assert sweep(house.desk).erased == 1
    assert set(row(house, session.id)) <= TOMBSTONE


def test_a_key_that_a_late_word_made_is_not_forgotten_under_an_undo(house: House) -> None:
    hand_over(house, CHAT)
    held = claim(house)
    id, seen = held.id, stored(house, held.id)
    cookie = enter(house, seen)
    seen = stored(house, id)
    session = counsellors.close(house.desk, house.first, id, held.epoch, Reason.LEFT)
    writer = house.again().desk
    assert refusal(lambda: transcript.write(writer, seen, "youth", 1, "late", lambda s, _: s)) == "already_closed"
    assert house.items("keys") != [], "left to the session's own end"
    back = counsellors.undo(house.desk, house.first, id, session.epoch)
    counsellors.say(house.desk, house.first, id, back.epoch, 1, "encore là")
    words = transcript.read(house.again().desk, stored(house, id))
    assert [word.text for word in words] == ["encore là"]
    youth.cancel(house.desk, id, cookie)
    assert house.items("keys") == []


def test_a_word_kept_after_its_session_was_erased_cannot_be_read_and_ends_by_itself(house: House) -> None:
    held, cookie = talk(house)
    desk = house.desk
    slow = replace(
        desk, sessions=Interrupted(desk.sessions, "save_message", lambda: youth.cancel(desk, held.id, cookie))
    )
    counsellors.say(slow, house.first, held.id, held.epoch, 2, "trop tard")
    assert stored(house, held.id).erased
    assert beside(house, held.id) == ["message#counsellor#000002"]
    (late,) = (item for item in house.items() if item["sk"]["S"] == "message#counsellor#000002")
    assert int(late["expires_at"]["N"]) == int(late["at"]["N"]) // 1000 + 33 * 24 * 3600
    assert house.items("keys") == []
    assert transcript.read(house.desk, stored(house, held.id)) == []
