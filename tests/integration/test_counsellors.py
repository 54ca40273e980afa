"""Claiming, holding, talking, calling and closing, over the real adapters."""

from __future__ import annotations

from dataclasses import replace

import pytest

from chalicelib.desk import calls, claims, counsellors, transcript, youth
from chalicelib.desk.ids import youth_code
from chalicelib.desk.sweep import sweep
from chalicelib.model.line import closed_on
from chalicelib.model.session import LANES, Reason, Session, State, Status
from chalicelib.problems import Problem
from tests.integration.conftest import House
from tests.integration.test_partners import CHAT, JTI, NUMBER, hand_over

BOTH = LANES
CALL = {**CHAT, "kind": "call", "session": "callback", "callback": {"number": NUMBER}}


def claim(house: House, who: str = "first") -> Session:
    taken = claims.claim(house.desk, getattr(house, who), BOTH)
    assert taken is not None
    return taken


def enter(house: House, session: Session) -> str:
    _, cookie = youth.open_link(house.desk, youth_code(house.desk.secrets, session))
    assert cookie is not None
    youth.arrive(house.desk, session.id, cookie)
    return cookie


def stored(house: House, id: str) -> Session:
    found = house.desk.sessions.get(id, strong=True)
    assert found is not None
    return found


def test_the_earliest_deadline_goes_first_and_danger_goes_ahead(house: House) -> None:
    ids = []
    for n, extra in enumerate(({}, {}, {"danger": True})):
        ids.append(hand_over(house, {**CHAT, **extra}, f"{JTI}{n}").session.id)
        house.clock.pass_seconds(10)
    assert [claim(house).id for _ in range(3)] == [ids[2], ids[0], ids[1]]
    assert claims.claim(house.desk, house.first, BOTH) is None


def test_a_claim_carries_the_next_epoch_and_a_lease(house: House) -> None:
    hand_over(house, CHAT)
    taken = claim(house)
    assert (taken.state, taken.epoch, taken.owner) == (State.CLAIMED, 1, "sub-first")
    assert taken.lease_until == house.clock.now + house.settings.lease


@pytest.mark.parametrize("epoch", [0, 2, -1, 10**18, 10**60])
def test_every_epoch_but_the_current_one_is_told_taken_over_and_nothing_is_written(house: House, epoch: int) -> None:
    hand_over(house, CALL)
    taken = claim(house)
    before = house.items()
    desk, who = house.desk, house.first
    for verb in (
        lambda: counsellors.renew(desk, who, taken.id, epoch),
        lambda: counsellors.release(desk, who, taken.id, epoch),
        lambda: counsellors.close(desk, who, taken.id, epoch, Reason.HELPED),
        lambda: calls.attempt(desk, who, taken.id, epoch, "busy"),
        lambda: calls.reveal(desk, who, taken.id, epoch),
        lambda: counsellors.say(desk, who, taken.id, epoch, 1, "x"),
    ):
        with pytest.raises(Problem) as refused:
            verb()
        assert refused.value.code == "taken_over"
    assert house.items() == before


def test_another_counsellor_with_the_right_epoch_is_told_taken_over(house: House) -> None:
    hand_over(house, CHAT)
    taken = claim(house)
    with pytest.raises(Problem) as refused:
        counsellors.close(house.desk, house.second, taken.id, 1, Reason.HELPED)
    assert refused.value.code == "taken_over"


def test_a_silent_counsellor_loses_the_session_which_returns_to_its_old_place(house: House) -> None:
    first = hand_over(house, CHAT, JTI + "1").session
    house.clock.pass_seconds(5)
    hand_over(house, CHAT, JTI + "2")
    held = claim(house)
    assert held.id == first.id
    house.clock.pass_seconds(80)
    assert sweep(house.desk).lapsed == 0
    house.clock.pass_seconds(20)
    assert counsellors.renew(house.desk, house.first, held.id, 1).epoch == 1, "a lease's end refuses nothing by itself"
    house.clock.pass_seconds(91)
    for id in (first.id, hand_over(house, CHAT, JTI + "2").session.id):  # the youths are there
        moved = stored(house, id)
        house.desk.sessions.replace(moved, type(moved)(**{**moved.__dict__, "youth_seen": house.clock.now}))
    assert sweep(house.desk).lapsed == 1
    again = claim(house, "second")
    assert (again.id, again.epoch) == (first.id, 2)
    with pytest.raises(Problem) as refused:
        counsellors.say(house.desk, house.first, held.id, 1, 1, "late")
    assert refused.value.code == "taken_over"


def test_at_the_limit_no_more_is_given(house: House) -> None:
    few = house.again(counsellor_limit=2)
    for n in range(3):
        hand_over(house, CHAT, f"{JTI}{n}")
    claim(few), claim(few)
    with pytest.raises(Problem) as refused:
        claim(few)
    assert refused.value.code == "at_limit"
    assert claims.claim(few.desk, few.second, BOTH) is not None


def test_a_chat_goes_both_ways_becomes_connected_and_ends_erased(house: House) -> None:
    session = hand_over(
        house, {**CHAT, "report": {"category": "hate", "contents": [{"url": "https://x.example/1"}]}}
    ).session
    cookie = enter(house, session)
    held = claim(house)
    youth.say(house.desk, session.id, cookie, 1, "bonjour")
    assert stored(house, session.id).status is Status.WAITING
    assert counsellors.say(house.desk, house.first, session.id, held.epoch, 1, "je suis là").n == 1
    active = stored(house, session.id)
    assert (active.state, active.status, active.sequence) == (State.ACTIVE, Status.CONNECTED, 2)
    assert [(w.side, w.n, w.text) for w in transcript.read(house.desk, active)] == [
        ("youth", 1, "bonjour"), ("counsellor", 1, "je suis là"),
    ]  # fmt: skip
    for _ in range(2):
        closed = counsellors.close(house.desk, house.first, session.id, held.epoch, Reason.HELPED)
    assert (closed.status, closed.sequence, closed.erased) == (Status.CLOSED, 3, False)
    house.clock.pass_seconds(15 * 60 + 1)
    assert sweep(house.desk).erased == 1
    assert house.items("keys") == []
    assert [item["sk"]["S"] for item in house.items() if item["pk"]["S"] == session.id] == ["session"]
    row = next(item for item in house.items() if item["sk"]["S"] == "session")
    assert row["lane_pk"]["S"] == closed_on(closed.closed_at or 0)


def test_a_repeated_message_is_kept_once_and_a_gap_names_the_next_number(house: House) -> None:
    session = hand_over(house, CHAT).session
    held = claim(house)
    for _ in range(2):
        assert counsellors.say(house.desk, house.first, session.id, held.epoch, 1, "first").n == 1
    for n, text in ((1, "changed"), (3, "gap")):
        with pytest.raises(Problem) as refused:
            counsellors.say(house.desk, house.first, session.id, held.epoch, n, text)
        assert (refused.value.code, refused.value.errors[0].detail) == ("out_of_order", "The next number is 2.")
    assert [w.text for w in transcript.read(house.desk, stored(house, session.id))] == ["first"]


def test_a_youths_message_out_of_order_is_no_conflict_but_an_answer(house: House) -> None:
    session = hand_over(house, CHAT).session
    cookie = enter(house, session)
    assert youth.say(house.desk, session.id, cookie, 5, "gap").youth_n == 0
    assert youth.say(house.desk, session.id, cookie, 1, "ok").youth_n == 1


def test_a_callback_is_revealed_tried_again_and_the_platform_learns_nothing_of_the_first_attempt(house: House) -> None:
    session = hand_over(house, CALL).session
    held = claim(house)
    assert calls.reveal(house.desk, house.first, session.id, held.epoch) == NUMBER
    trail = sorted((item["sk"]["S"], item["what"]["S"]) for item in house.items() if item["pk"]["S"][:6] == "audit#")
    assert [what for _, what in trail] == ["claim", "reveal"]
    during = stored(house, session.id)
    after = calls.attempt(house.desk, house.first, session.id, held.epoch, "no_answer")
    assert (during.status, during.sequence) == (after.status, after.sequence) == (Status.CONNECTED, 2)
    assert (after.state, after.due) == (State.SCHEDULED, house.clock.now + 1_800_000)
    assert claims.claim(house.desk, house.first, BOTH) is None
    house.clock.pass_seconds(1800)
    again = claim(house, "second")
    assert (again.id, again.epoch, again.status, again.sequence) == (session.id, 2, Status.CONNECTED, 2)
    calls.reveal(house.desk, house.second, session.id, 2)
    calls.attempt(house.desk, house.second, session.id, 2, "answered")
    closed = counsellors.close(house.desk, house.second, session.id, 2, Reason.HELPED)
    assert (closed.status, closed.sequence) == (Status.CLOSED, 3)
    house.clock.pass_seconds(15 * 60 + 1)
    sweep(house.desk)
    assert stored(house, session.id).number is None


@pytest.mark.parametrize("outcome", ["answered_unsafe", "refused", "invalid"])
def test_some_outcomes_stop_all_dialling_for_good(house: House, outcome: str) -> None:
    session = hand_over(house, CALL).session
    held = claim(house)
    after = calls.attempt(house.desk, house.first, session.id, held.epoch, outcome)
    assert (after.state, after.reason) == (State.CLOSED, Reason.UNREACHABLE)
    assert after.erased == (outcome == "answered_unsafe"), "what cannot be undone is erased at once"
    house.clock.pass_seconds(4 * 24 * 3600)
    assert claims.claim(house.desk, house.first, BOTH) is None


def test_after_three_unanswered_attempts_the_callback_is_unreachable(house: House) -> None:
    session = hand_over(house, CALL).session
    for n in range(3):
        held = claim(house)
        after = calls.attempt(house.desk, house.first, session.id, held.epoch, "busy")
        house.clock.pass_seconds(1801)
        assert len(after.attempts) == n + 1
    assert (after.state, after.reason) == (State.CLOSED, Reason.UNREACHABLE)


def test_a_chat_whose_youth_is_gone_is_set_aside_and_returns_to_its_place_when_seen(house: House) -> None:
    gone = hand_over(house, CHAT, JTI + "1").session
    cookie = enter(house, gone)
    house.clock.pass_seconds(121)
    fresh = hand_over(house, CHAT, JTI + "2").session
    assert claim(house).id == fresh.id
    assert stored(house, gone.id).aside
    youth.look(house.desk, gone.id, cookie)
    back = claim(house)
    assert (back.id, back.deadline) == (gone.id, gone.deadline)


def test_a_youth_gone_for_ten_minutes_has_left_and_an_uncompleted_handoff_expires(house: House) -> None:
    gone = hand_over(house, CHAT, JTI + "1").session
    unchosen = hand_over(house, {"platform": "tiktok", "kind": "call", "locale": "fr"}, JTI + "2").session
    house.clock.pass_seconds(130)
    assert sweep(house.desk).aside == 1
    house.clock.pass_seconds(480)
    sweep(house.desk)
    assert stored(house, gone.id).reason is Reason.LEFT
    house.clock.pass_seconds(1200)
    sweep(house.desk)
    assert stored(house, unchosen.id).reason is Reason.EXPIRED


def test_quick_exit_closes_and_erases_at_once(house: House) -> None:
    session = hand_over(house, CHAT).session
    cookie = enter(house, session)
    youth.say(house.desk, session.id, cookie, 1, "secret")
    left = youth.leave(house.desk, session.id, cookie)
    assert (left.reason, left.erased) == (Reason.LEFT_SAFELY, True)
    assert house.items("keys") == []


def test_a_link_opens_many_times_but_serves_the_first_browser_that_acts(house: House) -> None:
    session = hand_over(house, CHAT).session
    code = youth_code(house.desk.secrets, session)
    cookies = [youth.open_link(house.desk, code)[1] for _ in range(3)]
    assert stored(house, session.id).bound is None
    youth.arrive(house.desk, session.id, cookies[1])
    for other in (cookies[0], cookies[2], "f" * 64, None):
        with pytest.raises(Problem) as refused:
            youth.say(house.desk, session.id, other, 1, "not me")
        assert refused.value.code == "link_used"
    assert youth.open_link(house.desk, code)[1] is None
    assert youth.look(house.desk, session.id, cookies[1]).id == session.id


def test_a_wrong_or_old_link_has_expired(house: House) -> None:
    session = hand_over(house, CHAT).session
    code = youth_code(house.desk.secrets, session)
    wrong = code[:-1] + ("a" if code[-1] != "a" else "b")
    house.clock.pass_seconds(1801)
    for bad in (wrong, code, "", "x" * 42, code + "\n", "a" * 42):
        with pytest.raises(Problem) as refused:
            youth.open_link(house.desk, bad)
        assert refused.value.code == "link_expired"


def test_the_youth_chooses_on_the_page_and_changes_the_choice(house: House) -> None:
    session = hand_over(house, {"platform": "tiktok", "kind": "call", "locale": "fr"}).session
    cookie = enter(house, session)
    chat = youth.choose(house.desk, session.id, cookie, youth.Wish("chat"))
    assert (chat.state, chat.status, chat.sequence) == (State.WAITING, Status.WAITING, 2)
    house.clock.pass_seconds(60)
    call = youth.choose(house.desk, session.id, cookie, youth.Wish("callback", number="06 39 98 12 34"))
    assert (call.lane, call.state, call.status) == ("callback", State.WAITING, Status.WAITING)
    later = house.clock.now + 7_200_000
    planned = youth.choose(house.desk, session.id, cookie, youth.Wish("callback", not_before=later))
    assert (planned.state, planned.due, planned.status) == (State.SCHEDULED, later, Status.WAITING)
    assert youth.cancel(house.desk, session.id, cookie).reason is Reason.CANCELLED


def test_after_closing_time_waiting_chats_end_and_callbacks_move_to_the_next_opening(house: House) -> None:
    house.clock.now += int(10.95 * 3600 * 1000)  # 22:57
    day = house.again(hours="Mo-Su 09:00-23:00", dial_hours="Mo-Su 09:00-23:00")
    chat = hand_over(day, CHAT, JTI + "1").session
    call = hand_over(day, CALL, JTI + "2").session
    cookie = enter(day, chat)
    assert call.state is State.WAITING
    for _ in range(21):
        house.clock.pass_seconds(60)
        youth.look(day.desk, chat.id, cookie)
        sweep(day.desk)
    assert stored(day, chat.id).reason is Reason.EXPIRED
    moved = stored(day, call.id)
    assert moved.state is State.SCHEDULED and moved.due is not None
    assert day.desk.slots.show(moved.due) == "2026-11-23T09:00:00+01:00"
    assert moved.status is Status.WAITING, "the status never goes back"


def test_an_answer_said_twice_uses_up_no_attempt(house: House) -> None:
    session = hand_over(house, CALL).session
    held = claim(house)
    for _ in range(4):
        after = calls.attempt(house.desk, house.first, session.id, held.epoch, "answered")
    assert [one.outcome for one in after.attempts] == ["answered"]
    again = calls.attempt(house.desk, house.first, session.id, held.epoch, "no_answer")
    assert again.state is State.SCHEDULED


def test_a_second_call_that_is_answered_is_written_down_beside_the_first(house: House) -> None:
    """It was taken for the first one said twice: the second call had no outcome, and its record was not written."""
    session = hand_over(house, CALL).session
    held = claim(house)
    for _ in range(2):
        calls.reveal(house.desk, house.first, session.id, held.epoch)
        house.clock.pass_seconds(30)
        for _ in range(2):
            after = calls.attempt(house.desk, house.first, session.id, held.epoch, "answered")
        house.clock.pass_seconds(30)
    assert [one.outcome for one in after.attempts] == ["answered", "answered"]


def test_an_answer_said_twice_to_a_clock_that_is_behind_is_still_one(house: House) -> None:
    session = hand_over(house, CALL).session
    held = claim(house)
    calls.reveal(house.desk, house.first, session.id, held.epoch)
    behind = replace(house.desk, clock=lambda: house.clock.now - 5000)
    for _ in range(2):
        after = calls.attempt(behind, house.first, session.id, held.epoch, "answered")
    assert len(after.attempts) == 1


def test_a_message_that_comes_after_the_end_leaves_no_key_behind(house: House) -> None:
    session = hand_over(house, CHAT).session
    cookie = enter(house, session)
    seen = stored(house, session.id)
    youth.leave(house.desk, session.id, cookie)
    with pytest.raises(Problem):
        transcript.write(house.desk, seen, "youth", 1, "late", lambda s, _: s)
    assert house.items("keys") == []
