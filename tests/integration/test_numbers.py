"""A callback number over all sessions that hold it: kept, counted, stopped; and the hours when it is dialled."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from typing import Any

import pytest

from chalicelib.desk import calls, claims, counsellors, youth
from chalicelib.desk.numbers import name_of
from chalicelib.desk.sweep import sweep
from chalicelib.desk.youth import Wish
from chalicelib.model.number import MOST_CALLS, MOST_HOLDERS, Number
from chalicelib.model.session import Reason, Session, State
from chalicelib.problems import Problem
from tests.integration.conftest import House
from tests.integration.deaths import Died, deaths, dying
from tests.integration.test_counsellors import CALL, claim, enter, stored
from tests.integration.test_partners import CHAT, JTI, NUMBER, UNCHOSEN, hand_over
from tests.integration.youths import refusal

OTHER = "+33639985678"


class Failing:
    """A port that does not answer."""

    def __getattr__(self, name: str) -> Any:
        raise Problem("unavailable", retry_after=1)


class Throttled:
    """Sessions that can be read, not changed."""

    def __init__(self, real: Any) -> None:
        self._real = real

    def __getattr__(self, name: str) -> Any:
        return Failing().replace if name == "replace" else getattr(self._real, name)


def known(house: House, number: str = NUMBER) -> Number | None:
    return house.desk.numbers.get(name_of(house.desk, number))


def call(house: House, session: Session, outcome: str = "no_answer") -> Session:
    """One attempt: claimed, revealed, and how it ended."""
    held = claim(house)
    assert held.id == session.id
    assert calls.reveal(house.desk, house.first, held.id, held.epoch) == NUMBER
    return calls.attempt(house.desk, house.first, held.id, held.epoch, outcome)


def records(house: House, id: str) -> list[dict[str, Any]]:
    """The audit records of one session."""
    return [item for item in house.items() if item["pk"]["S"].startswith("audit#") and item.get("session") == {"S": id}]


def reveal(house: House, held: Session) -> str:
    return calls.reveal(house.desk, house.first, held.id, held.epoch)


def test_a_session_with_a_number_is_noted_at_the_number_by_its_keyed_hash_alone(house: House) -> None:
    session = hand_over(house, CALL).session
    number = known(house)
    assert number is not None and number.holders == {session.id}
    assert not (number.calls or number.unsafe)
    name = name_of(house.desk, NUMBER)
    (key, item) = sorted(house.items("keys"), key=lambda item: item["pk"]["S"])
    assert (key["pk"]["S"], key["numbers"]["BS"]) == (session.id, [name])
    assert item["pk"]["S"] == f"number#{name.hex()}"
    assert int(item["expires_at"]["N"]) == house.clock.now // 1000 + 72 * 3600
    assert name.hex() not in repr(house.items()) and name not in [session.subject, session.number]
    assert repr(name) not in repr(house.items()), "the session table, which has copies, knows no hash of a number"


def test_a_repeat_of_the_handoff_is_no_second_holder(house: House) -> None:
    for _ in range(3):
        hand_over(house, CALL)
    number = known(house)
    assert number is not None and len(number.holders) == 1


def test_a_death_before_the_session_is_written_leaves_what_ends_by_itself_and_the_retry_finds_it(
    house: House,
) -> None:
    died = []
    for at, answered in deaths(house.desk, lambda desk: hand_over(replace(house, desk=desk), CALL)):
        died.append((at, answered))
        assert all("expires_at" in item for item in house.items("keys"))
        assert (house.items() == []) == (died != [*died[:-1], (3, True)]), "the session is the last to be written"
    assert died == [(at, answered) for at in (1, 2, 3) for answered in (False, True)]
    (session,) = (stored(house, item["pk"]["S"]) for item in house.items())
    number = known(house)
    assert number is not None and number.holders == {session.id}
    assert reveal(house, claim(house)) == NUMBER


def test_a_tap_is_taken_though_its_number_cannot_be_noted_and_the_page_asks_again(house: House) -> None:
    silent = replace(house, desk=replace(house.desk, numbers=Failing()))
    session = hand_over(silent, CALL).session
    assert (session.state, session.number) == (State.RECEIVED, None)
    cookie = enter(house, session)
    with pytest.raises(Problem) as refused:
        youth.choose(silent.desk, session.id, cookie, Wish("callback", number=NUMBER))
    assert refused.value.code == "unavailable"
    chosen = youth.choose(house.desk, session.id, cookie, Wish("callback", number=NUMBER))
    assert chosen.state is State.WAITING


def test_a_number_that_too_many_wait_for_is_not_kept_but_no_tap_is_refused(house: House) -> None:
    for n in range(MOST_HOLDERS):
        assert hand_over(house, CALL, f"{JTI}{n}").session.state is State.WAITING
    more = hand_over(house, CALL, JTI + "more").session
    assert (more.state, more.number) == (State.RECEIVED, None)
    cookie = enter(house, more)
    choose = youth.choose
    assert refusal(lambda: choose(house.desk, more.id, cookie, Wish("callback", number=NUMBER))) == "bad_number"
    assert choose(house.desk, more.id, cookie, Wish("callback", number=OTHER)).state is State.WAITING
    assert choose(house.desk, more.id, cookie, Wish("chat")).lane == "chat"


def test_a_number_is_called_six_times_a_day_over_all_sessions_and_the_seventh_is_refused_until_it_is_free(
    house: House,
) -> None:
    first = house.clock.now
    for n in range(MOST_CALLS // 3):
        session = hand_over(house, CALL, f"{JTI}{n}").session
        for _ in range(3):
            after = call(house, session)
            house.clock.pass_seconds(1800)
        assert after.reason is Reason.UNREACHABLE
    more = hand_over(house, CALL, JTI + "more").session
    house.clock.pass_seconds(1)
    hand_over(house, {**CALL, "callback": {"number": OTHER}}, JTI + "other")
    held = claim(house)
    assert held.id == more.id
    with pytest.raises(Problem) as refused:
        reveal(house, held)
    assert refused.value.code == "called_enough"
    assert "2026-11-23T12:00:00+01:00" in refused.value.detail
    assert NUMBER not in refused.value.detail
    put_off = stored(house, held.id)
    assert (put_off.state, put_off.owner, put_off.due) == (State.SCHEDULED, None, first + 24 * 3600 * 1000)
    assert "reveal" not in [item["what"]["S"] for item in records(house, held.id)], "no look, no record of one"
    other = claim(house)
    assert other.id != held.id, "who cannot be called keeps nobody from the next"
    counsellors.close(house.desk, house.first, other.id, other.epoch, Reason.HELPED)
    house.clock.now = first + 24 * 3600 * 1000
    assert reveal(house, claim(house)) == NUMBER


def test_the_clock_goes_on_while_the_number_is_looked_up(house: House) -> None:
    hand_over(house, CALL)
    held = claim(house)

    def ticking() -> int:
        house.clock.now += 1
        return house.clock.now

    assert calls.reveal(replace(house.desk, clock=ticking), house.first, held.id, held.epoch) == NUMBER


def test_a_reveal_that_cannot_be_recorded_counts_as_no_call(house: House) -> None:
    hand_over(house, CALL)
    held = claim(house)
    silent = replace(house, desk=replace(house.desk, audit=Failing()))
    for _ in range(MOST_CALLS + 1):
        assert refusal(lambda: reveal(silent, held)) == "unavailable"
    number = known(house)
    assert number is not None and number.calls == ()
    assert reveal(house, held) == NUMBER


def test_a_call_that_the_session_could_not_be_told_of_is_counted_once_however_often_it_is_tried(house: House) -> None:
    hand_over(house, CALL)
    held = claim(house)
    throttled = replace(house, desk=replace(house.desk, sessions=Throttled(house.desk.sessions)))
    for _ in range(MOST_CALLS + 1):
        assert refusal(lambda: reveal(throttled, held)) == "unavailable"
        house.clock.pass_seconds(1)
    number = known(house)
    assert number is not None and len(number.calls) == 1
    assert reveal(house, held) == NUMBER
    again = known(house)
    assert again is not None and again.calls == number.calls


def test_to_look_at_the_number_again_is_the_same_call_until_its_outcome_is_written_down(house: House) -> None:
    hand_over(house, CALL)
    held = claim(house)
    for _ in range(3):
        reveal(house, held)
        house.clock.pass_seconds(1)
    number = known(house)
    assert number is not None and len(number.calls) == 1
    looks = [item for item in house.items() if item["pk"]["S"].startswith("audit#") and item["what"]["S"] == "reveal"]
    assert len(looks) == 3, "each look has its record"
    calls.attempt(house.desk, house.first, held.id, held.epoch, "answered")
    house.clock.pass_seconds(1)
    reveal(house, held)
    counsellors.release(house.desk, house.first, held.id, held.epoch)
    house.clock.pass_seconds(1)
    reveal(house, claim(house))
    number = known(house)
    assert number is not None and len(number.calls) == 3


def test_a_number_is_not_revealed_after_the_hours_for_calls_though_its_session_was_claimed_within_them(
    house: House,
) -> None:
    day = house.again(dial_hours="Mo-Su 09:00-21:30")
    house.clock.now += int(9.4 * 3600 * 1000)  # 21:24
    hand_over(day, CALL)
    held = claim(day)
    house.clock.pass_seconds(420)
    before = house.items()
    with pytest.raises(Problem) as refused:
        reveal(day, held)
    assert refused.value.code == "wrong_moment"
    assert "2026-11-23T09:00:00+01:00" in refused.value.detail
    assert house.items() == before
    counsellors.release(day.desk, day.first, held.id, held.epoch)
    sweep(day.desk)
    assert stored(day, held.id).state is State.SCHEDULED, "what the refusal says comes true"
    house.clock.pass_seconds(12 * 3600)
    assert reveal(day, claim(day)) == NUMBER


def test_a_number_of_another_territory_is_not_revealed_at_night_there(house: House) -> None:
    day = house.again(dial_hours="Mo-Su 09:00-21:30")
    body = {**CALL, "callback": {"number": "+590690001234"}}  # noon in Paris is seven in the morning there
    session = hand_over(day, body).session
    assert session.state is State.SCHEDULED
    forced = replace(session, state=State.WAITING, due=house.clock.now, deadline=house.clock.now)
    house.desk.sessions.replace(session, forced)
    boss = replace(house.first, groups=frozenset({"supervisor"}))
    held = claims.take(day.desk, boss, session.id)
    assert refusal(lambda: calls.reveal(day.desk, boss, held.id, held.epoch)) == "wrong_moment"


def test_after_somebody_unsafe_answered_no_other_session_of_the_number_is_dialled(house: House) -> None:
    bodies = (CALL, CALL, {**CALL, "callback": {"number": OTHER}})
    ids = []
    for n, body in enumerate(bodies):
        ids.append(hand_over(house, body, f"{JTI}{n}").session.id)
        house.clock.pass_seconds(1)
    unsafe = call(house, stored(house, ids[0]), "answered_unsafe")
    assert (unsafe.state, unsafe.erased, unsafe.attempts) == (State.CLOSED, True, ())
    held = claim(house)
    assert held.id == ids[1]
    assert refusal(lambda: reveal(house, held)) == "unsafe_number"
    counsellors.close(house.desk, house.first, held.id, held.epoch, Reason.UNREACHABLE)
    late = hand_over(house, CALL, JTI + "late").session
    assert late.state is State.WAITING, "a tap is never refused"
    assert reveal(house, claim(house)) == OTHER, "what was said of one number is said of no other"
    last = claim(house)
    assert last.id == late.id
    assert refusal(lambda: reveal(house, last)) == "unsafe_number"


def test_who_has_the_number_already_does_not_get_it_again_once_somebody_unsafe_answered(house: House) -> None:
    for n in range(2):
        hand_over(house, CALL, f"{JTI}{n}")
    first, second = claim(house), claim(house)
    for held in (first, second):
        assert reveal(house, held) == NUMBER
    calls.attempt(house.desk, house.first, second.id, second.epoch, "answered_unsafe")
    assert refusal(lambda: reveal(house, first)) == "unsafe_number"


def test_an_unsafe_answer_stops_the_number_that_was_called_and_no_other_that_the_youth_gave_before(
    house: House,
) -> None:
    wrong = {**CALL, "callback": {"number": OTHER}}
    session = hand_over(house, wrong).session
    youth.choose(house.desk, session.id, enter(house, session), Wish("callback", number=NUMBER))
    call(house, session, "answered_unsafe")
    number, other = known(house), known(house, OTHER)
    assert number is not None and number.unsafe and (other is None or not other.unsafe)
    hand_over(house, wrong, JTI + "theirs")
    assert reveal(house, claim(house)) == OTHER


def test_an_unsafe_answer_ends_the_session_at_once_and_the_number_is_stopped_by_its_erasing_where_it_could_not_be(
    house: House,
) -> None:
    session = hand_over(house, CALL).session
    held = claim(house)
    reveal(house, held)
    silent = replace(house.desk, numbers=Failing())
    after = calls.attempt(silent, house.first, held.id, held.epoch, "answered_unsafe")
    assert (after.state, after.number, after.stopping) == (State.CLOSED, None, True)
    sweep(silent)
    assert not stored(house, session.id).erased
    house.clock.pass_seconds(60)
    sweep(house.desk)
    number, ended = known(house), stored(house, session.id)
    assert number is not None and number.unsafe
    assert (ended.erased, ended.stopping) == (True, False)


def test_a_death_while_an_unsafe_answer_is_written_down_never_leaves_the_number_free(house: House) -> None:
    session = hand_over(house, CALL).session
    held = claim(house)
    reveal(house, held)
    at = 0
    while stored(house, session.id).open:
        at += 1
        with suppress(Died):
            calls.attempt(dying(house.desk, at, answered=True), house.first, held.id, held.epoch, "answered_unsafe")
        number = known(house)
        assert number is not None and (number.unsafe or stored(house, session.id).open), at
    assert at > 3
    house.clock.pass_seconds(1)
    sweep(house.desk)
    assert stored(house, session.id).erased


def test_an_unsafe_answer_needs_no_key_service(house: House) -> None:
    hand_over(house, CALL)
    held = claim(house)
    fresh = house.again(kms_key="alias/none")
    after = calls.attempt(fresh.desk, house.first, held.id, held.epoch, "answered_unsafe")
    assert after.erased
    number = known(house)
    assert number is not None and number.unsafe


def test_nobody_but_the_holder_stops_a_number(house: House) -> None:
    hand_over(house, CALL)
    held = claim(house)
    for who, epoch in ((house.second, held.epoch), (house.first, held.epoch + 1)):
        taken = refusal(lambda: calls.attempt(house.desk, who, held.id, epoch, "answered_unsafe"))  # noqa: B023
        assert taken == "taken_over"
    number = known(house)
    assert number is not None and not number.unsafe


def test_a_session_that_is_erased_is_not_known_at_its_number_any_more(house: House) -> None:
    undialled = hand_over(house, CALL, JTI + "1").session
    cookie = enter(house, undialled)
    youth.cancel(house.desk, undialled.id, cookie)
    assert house.items("keys") == [], "with nothing else to know the number's item goes"
    dialled = hand_over(house, CALL, JTI + "2").session
    call(house, dialled, "answered")
    counsellors.close(house.desk, house.first, dialled.id, 1, Reason.HELPED)
    house.clock.pass_seconds(901)
    assert sweep(house.desk).erased == 1
    number = known(house)
    assert number is not None and (number.holders, len(number.calls)) == (frozenset(), 1)


def test_a_changed_number_is_left_at_the_end_as_well(house: House) -> None:
    session = hand_over(house, UNCHOSEN).session
    cookie = enter(house, session)
    for number in (NUMBER, OTHER):
        youth.choose(house.desk, session.id, cookie, Wish("callback", number=number))
    both = known(house), known(house, OTHER)
    assert all(one is not None and one.holders == {session.id} for one in both)
    youth.cancel(house.desk, session.id, cookie)
    assert house.items("keys") == []


def test_a_late_retry_of_an_erased_session_leaves_neither_key_nor_number_behind(house: House) -> None:
    session = hand_over(house, CALL).session
    cookie = enter(house, session)
    youth.cancel(house.desk, session.id, cookie)
    fresh = house.again()
    assert hand_over(fresh, CALL).replayed
    assert house.items("keys") == []


def test_a_retry_after_the_key_service_was_down_leaves_no_key_for_ever(house: House) -> None:
    down = house.again(kms_key="alias/none")
    session = hand_over(down, CALL).session
    assert (session.state, session.number) == (State.RECEIVED, None)
    assert hand_over(house, CALL).replayed
    assert len(house.items("keys")) == 2, "of no use any more: the session has no number"
    cookie = enter(house, session)
    youth.cancel(house.desk, session.id, cookie)
    assert house.items("keys") == []


def test_a_plain_chat_is_still_one_trip(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    hand_over(house, CHAT)
    trips: list[str] = []
    house.desk.sessions._db.meta.events.register(  # type: ignore[attr-defined]
        "before-call.dynamodb", lambda model, **_: trips.append(model.name)
    )
    hand_over(house, CHAT, JTI + "2")
    assert trips == ["PutItem"]
