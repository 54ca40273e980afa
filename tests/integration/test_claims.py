"""Who gets which session: reserved ones, taken ones, and what one youth opened twice."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from chalicelib.desk import claims, counsellors, partners, turns
from chalicelib.desk.base import Desk
from chalicelib.desk.papers import read_papers
from chalicelib.desk.queue import screen, set_break
from chalicelib.desk.sweep import sweep
from chalicelib.doors.desk_views import desk_session, screen_view
from chalicelib.model.counsellor import Counsellor
from chalicelib.model.line import Queued, head_bound
from chalicelib.model.session import LANES, Band, Reason, Session, State
from chalicelib.problems import Problem
from tests.integration.conftest import House
from tests.integration.test_counsellors import CALL, enter, stored
from tests.integration.test_partners import CHAT, JTI, hand_over

LAWYER = Counsellor("lawyer-1", "sub-lawyer", frozenset({"lawyer"}), 0)
BOSS = Counsellor("boss", "sub-boss", frozenset({"supervisor"}), 0)
SAME = {**CHAT, "subject": "user-77"}


def claim(house: House, who: Counsellor) -> Session | None:
    return claims.claim(house.desk, who, LANES)


def taken(house: House, who: Counsellor) -> Session:
    session = claim(house, who)
    assert session is not None
    return session


def test_a_session_for_a_lawyer_is_passed_over_by_others_until_the_reservation_ends(house: House) -> None:
    session = hand_over(house, CHAT).session
    held = taken(house, house.first)
    after = counsellors.hand_over(
        house.desk, house.first, session.id, held.epoch, 1, speciality="lawyer", colleague=None, text="plainte"
    )
    assert (after.state, after.deadline, after.owner) == (State.WAITING, session.deadline, None)
    assert claim(house, house.second) is None
    enter(house, session)
    assert taken(house, LAWYER).id == session.id
    counsellors.hand_over(
        house.desk, LAWYER, session.id, 2, 2, speciality="digital", colleague=None, text=""
    )  # fmt: skip
    house.clock.pass_seconds(110)
    assert claim(house, house.second) is None
    house.clock.pass_seconds(5)
    enter_again = stored(house, session.id)
    assert enter_again.reserved_until == house.clock.now - 115_000 + 300_000
    house.clock.pass_seconds(186)
    house.desk.sessions.replace(enter_again, replace(enter_again, youth_seen=house.clock.now))
    back = taken(house, house.second)
    assert (back.id, back.epoch, back.audience) == (session.id, 3, None)


def test_danger_is_never_reserved_for_longer_than_its_target(house: House) -> None:
    session = hand_over(house, {**CHAT, "danger": True}).session
    held = taken(house, house.first)
    after = counsellors.hand_over(
        house.desk, house.first, session.id, held.epoch, 1, speciality="psychologist", colleague=None, text=""
    )
    assert after.reserved_until == house.clock.now + 60_000


def test_a_handover_said_twice_is_one_and_keeps_its_words(house: House) -> None:
    session = hand_over(house, CHAT).session
    held = taken(house, house.first)
    for _ in range(2):
        after = counsellors.hand_over(
            house.desk, house.first, session.id, held.epoch, 1, speciality="lawyer", colleague=None, text="plainte"
        )
        assert (after.state, after.notes_n) == (State.WAITING, 1)
    assert len(house.desk.sessions.notes(session.id)) == 1


def test_only_a_colleague_at_the_console_can_be_handed_a_session(house: House) -> None:
    session = hand_over(house, CHAT).session
    held = taken(house, house.first)

    def to(name: str) -> Session:
        return counsellors.hand_over(
            house.desk, house.first, session.id, held.epoch, 1, speciality=None, colleague=name, text=""
        )

    for name in ("second", "first", "nobody"):
        with pytest.raises(Problem) as refused:
            to(name)
        assert refused.value.code == "wrong_moment"
    screen(house.desk, house.second)
    set_break(house.desk, house.second, on_break=True)
    with pytest.raises(Problem):
        to("second")
    set_break(house.desk, house.second, on_break=False)
    house.clock.pass_seconds(90)
    counsellors.renew(house.desk, house.first, session.id, held.epoch)
    with pytest.raises(Problem):
        to("second")  # has not been seen for as long as who is there is seen
    screen(house.desk, house.second)
    assert to("second").audience == "@second"
    assert claim(house, LAWYER) is None
    assert taken(house, house.second).id == session.id


def test_a_supervisor_takes_any_waiting_session_and_nobody_else_may(house: House) -> None:
    hand_over(house, CHAT, JTI + "1")
    wanted = hand_over(house, CHAT, JTI + "2").session
    with pytest.raises(Problem) as refused:
        claims.take(house.desk, house.first, wanted.id)
    assert refused.value.code == "not_yours"
    mine = claims.take(house.desk, BOSS, wanted.id)
    assert (mine.id, mine.state, mine.epoch, mine.owner) == (wanted.id, State.CLAIMED, 1, BOSS.subject)
    assert claims.take(house.desk, BOSS, wanted.id).epoch == 1, "said twice"
    other = Counsellor("boss-2", "sub-boss-2", frozenset({"supervisor"}), 0)
    with pytest.raises(Problem) as late:
        claims.take(house.desk, other, wanted.id)
    assert late.value.code == "wrong_moment"


def test_a_counsellors_own_limit_holds_and_never_exceeds_the_hubs(house: House) -> None:
    for n in range(3):
        hand_over(house, CHAT, f"{JTI}{n}")
    few = house.again(counsellor_limit=2)
    assert claims.claim(few.desk, few.first, LANES, 1) is not None
    with pytest.raises(Problem) as refused:
        claims.claim(few.desk, few.first, LANES, 1)
    assert refused.value.code == "at_limit"
    assert claims.claim(few.desk, few.first, LANES, 99) is not None
    with pytest.raises(Problem):
        claims.claim(few.desk, few.first, LANES, 99)


def test_what_one_youth_opened_twice_is_claimed_together(house: House) -> None:
    one = hand_over(house, SAME, JTI + "1").session
    house.clock.pass_seconds(1)
    stranger = hand_over(house, {**CHAT, "subject": "user-78"}, JTI + "2").session
    two = hand_over(house, {**CALL, "subject": "user-77"}, JTI + "3").session
    first = taken(house, house.first)
    assert first.id == one.id
    together = stored(house, two.id)
    assert (together.state, together.owner, together.epoch) == (State.CLAIMED, "sub-first", 1)
    view = desk_session(house.desk, first, house.first, read_papers(house.desk, first, house.first), whole=True)
    assert [(same["id"], same["mine"]) for same in view["same_youth"]] == [(two.id, True)]
    assert taken(house, house.second).id == stranger.id


def test_a_second_tap_goes_to_the_counsellor_who_is_with_that_youth(house: House) -> None:
    one = hand_over(house, SAME, JTI + "1").session
    assert taken(house, house.first).id == one.id
    two = hand_over(house, SAME, JTI + "2").session
    house.clock.pass_seconds(1)
    other = hand_over(house, CHAT, JTI + "3").session
    assert taken(house, house.second).id == other.id, "the second tap is left to the colleague"
    assert (stored(house, two.id).audience, stored(house, two.id).state) == ("@first", State.WAITING)
    assert claims.take(house.desk, house.first, two.id).owner == "sub-first"


def test_a_second_tap_that_the_colleague_does_not_take_goes_to_whoever_is_free(house: House) -> None:
    hand_over(house, SAME, JTI + "1")
    held = taken(house, house.first)
    two = hand_over(house, SAME, JTI + "2").session
    assert claim(house, house.second) is None
    for _ in range(6):
        house.clock.pass_seconds(60)
        seen = stored(house, two.id)
        house.desk.sessions.replace(seen, replace(seen, youth_seen=house.clock.now))
        counsellors.renew(house.desk, house.first, held.id, held.epoch)
    assert taken(house, house.second).id == two.id


def test_a_closed_session_is_no_second_tap(house: House) -> None:
    hand_over(house, SAME, JTI + "1")
    held = taken(house, house.first)
    counsellors.close(house.desk, house.first, held.id, held.epoch, Reason.HELPED)
    two = hand_over(house, SAME, JTI + "2").session
    assert taken(house, house.second).id == two.id
    assert not any("subject" in item for item in house.items() if item["pk"]["S"] == held.id)


def test_the_screen_tells_bands_targets_reservations_and_who_is_there(house: House) -> None:
    hand_over(house, {**CHAT, "danger": True}, JTI + "1")
    danger = taken(house, house.first)
    counsellors.hand_over(
        house.desk, house.first, danger.id, danger.epoch, 1, speciality="lawyer", colleague=None, text=""
    )
    hand_over(house, CHAT, JTI + "2")
    hand_over(house, CALL, JTI + "3")
    call = claims.claim(house.desk, house.second, ["callback"])
    assert call is not None
    house.clock.pass_seconds(50)
    screen(house.desk, LAWYER)
    seen = screen_view(house.desk, screen(house.desk, house.second), house.second)
    chat = seen["lanes"]["chat"]
    assert (chat["waiting"], chat["reserved"], chat["oldest_wait"]) == (2, 1, 50)
    assert chat["bands"]["danger"] == {"waiting": 1, "oldest_wait": 50, "target": 60}
    assert chat["bands"]["normal"] == {"waiting": 1, "oldest_wait": 50, "target": 900}
    assert {one["username"]: one["holding"] for one in seen["present"]} == {"lawyer-1": 0, "second": 1}
    assert [row["id"] for row in seen["mine"]] == [call.id]
    assert seen["line"] == []
    (row,) = screen_view(house.desk, screen(house.desk, LAWYER), LAWYER)["line"]
    assert (row["id"], row["reserved_for"], row["band"]) == (danger.id, "lawyer", Band.DANGER)
    assert len(screen_view(house.desk, screen(house.desk, BOSS), BOSS)["line"]) == 2


def test_with_everybody_on_a_break_youths_are_told_the_longer_wait(house: House) -> None:
    hand_over(house, CHAT)
    set_break(house.desk, house.first, on_break=True)
    screen(house.desk, house.first)
    assert house.desk.directory.line(fresh=True).wait("chat", house.clock.now, open=True) == "longer"
    set_break(house.desk, house.first, on_break=False)
    house.clock.pass_seconds(11)
    screen(house.desk, house.first)
    assert house.desk.directory.line(fresh=True).wait("chat", house.clock.now, open=True) == "now"


def test_who_was_not_seen_for_ninety_seconds_is_not_there(house: House) -> None:
    screen(house.desk, house.first)
    house.clock.pass_seconds(91)
    assert [one.username for one in screen(house.desk, house.second).present] == ["second"]


def test_a_reserved_session_whose_youth_is_gone_is_set_aside_like_any_other(house: House) -> None:
    session = hand_over(house, CHAT).session
    held = taken(house, house.first)
    counsellors.hand_over(
        house.desk, house.first, session.id, held.epoch, 1, speciality="lawyer", colleague=None, text=""
    )
    house.clock.pass_seconds(121)
    sweep(house.desk)
    assert stored(house, session.id).aside


def test_a_race_long_over_does_not_upset_the_order(house: House) -> None:
    """A lost race widens the choice for two seconds only: found as a second child served before the first."""
    ids = []
    for n in range(6):
        ids.append(hand_over(house, CHAT, jti=f"{JTI[:-1]}{n}").session.id)
        house.clock.pass_seconds(0.01)
    house.desk.memory.width, house.desk.memory.lost_at = turns.WIDEST, house.clock.now
    house.clock.pass_seconds(2)
    assert [taken(house, house.first).id for _ in ids] == ids


class LaggingSessions:
    """The port, whose index shows ``stale`` rows first: they were true a moment ago."""

    def __init__(self, inner: Any, stale: Sequence[Queued]) -> None:
        self._inner, self._stale = inner, stale

    def head(self, lane: str, *, limit: int, **asked: Any) -> list[Queued]:
        stale = [row for row in self._stale if lane == "chat"]
        return [*stale, *self._inner.head(lane, limit=limit, **asked)][:limit]

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)


def rows_of(house: House, count: int) -> list[Queued]:
    for n in range(count):
        hand_over(house, CHAT, jti=f"{JTI[:-2]}{n:02d}")
        house.clock.pass_seconds(5)
    now = house.clock.now
    return house.desk.sessions.head("chat", now=now, before=head_bound(now), limit=count)


def test_what_the_index_shows_too_late_is_no_race_and_the_order_stays_exact(house: House) -> None:
    """A counsellor alone got one of the first two by chance, after their own claim had been shown once more."""
    first, cancelled, *rest = rows_of(house, 7)
    desk: Desk = replace(house.desk, sessions=LaggingSessions(house.desk.sessions, [first, cancelled]))
    assert taken(house, house.first).id == first.id
    partners.cancel(house.desk, house.partner, cancelled.id)
    got = []
    for _ in rest:
        session = claims.claim(desk, house.first, LANES)
        assert session is not None
        got.append(session.id)
    assert got == [row.id for row in rest]
    assert house.desk.memory.width == 1


def test_a_colleague_who_was_faster_is_a_race(house: House) -> None:
    row, *_ = rows_of(house, 2)
    assert taken(house, house.first).id == row.id
    asked: dict[str, Any] = {"now": house.clock.now, "lease": 90_000, "seen_after": 0}
    mine = house.desk.sessions.claim(row, "chat", owner="sub-first", holder="first", **asked)
    theirs = house.desk.sessions.claim(row, "chat", owner="sub-second", holder="second", **asked)
    assert (mine.session, mine.raced, theirs.session, theirs.raced) == (None, False, None, True)


def test_however_long_the_index_lags_the_one_who_waits_is_found(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """After sixteen lost races the claim was refused, though a child waited behind the rows that others had taken."""
    monkeypatch.setattr(turns, "choose", lambda *_: 0)  # the most unlucky choices
    *gone, last = rows_of(house, 20)
    for _ in gone:
        taken(house, BOSS)
    desk: Desk = replace(house.desk, sessions=LaggingSessions(house.desk.sessions, [*gone, last]))
    session = claims.claim(desk, house.second, LANES)
    assert session is not None and session.id == last.id
