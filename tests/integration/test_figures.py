"""The supervisors' figures over the real adapters: sessions through every end, each counted once, nobody told."""

from __future__ import annotations

import json
from collections.abc import Mapping

from chalicelib.desk import calls, claims, counsellors, partners, youth
from chalicelib.desk.figures import Reading, read
from chalicelib.desk.sweep import sweep
from chalicelib.doors.figures_views import figures_file, figures_view
from chalicelib.model.figures import Sum
from chalicelib.model.session import DAY, Reason, Session
from chalicelib.pages import supervisor_words
from tests.history import month, put
from tests.integration.conftest import House
from tests.integration.test_counsellors import CALL, enter
from tests.integration.test_partners import CHAT, JTI, NUMBER, UNCHOSEN, hand_over

SECRET = "des mots que personne ne doit lire"


def tap(house: House, body: Mapping[str, object] | None = None) -> Session:
    house.clock.pass_seconds(1)
    return hand_over(house, body or CHAT, f"{JTI}-{house.clock.now}").session


def take(house: House, after: int) -> Session:
    house.clock.pass_seconds(after)
    taken = claims.claim(house.desk, house.first, ("chat", "callback"))
    assert taken is not None
    return taken


def close(house: House, session: Session, reason: Reason = Reason.HELPED) -> None:
    counsellors.close(house.desk, house.first, session.id, session.epoch, reason)


def today(house: House) -> Reading:
    return read(house.again().desk, 1)[0]


def totals(house: House) -> Sum:
    return today(house).figures.total


def test_every_end_counts_where_it_belongs_and_what_is_open_does_not(house: House) -> None:
    tap(house)
    close(house, take(house, 40))
    assert totals(house) == Sum(1, 1, 0, 40, 40)

    left_safely = tap(house)
    youth.leave(house.desk, left_safely.id, enter(house, left_safely))
    assert totals(house) == Sum(2, 1, 1, 40, 40)

    answered_then_left = tap(house)
    cookie = enter(house, answered_then_left)
    take(house, 20)
    youth.leave(house.desk, answered_then_left.id, cookie)
    assert totals(house) == Sum(3, 2, 1, 30, 40)

    partners.cancel(house.desk, house.partner, tap(house).id)
    assert totals(house) == Sum(4, 2, 2, 30, 40)

    tap(house, CALL)
    call = take(house, 10)
    calls.attempt(house.desk, house.first, call.id, call.epoch, "answered_unsafe")
    assert totals(house) == Sum(5, 3, 2, 20, 40)

    tap(house, UNCHOSEN)
    waiting = tap(house)
    assert totals(house).ended == 5
    house.clock.pass_seconds(31 * 60)
    for _ in range(2):
        sweep(house.desk)
    assert totals(house) == Sum(7, 3, 4, 20, 40)

    tap(house)
    take(house, 5)
    assert totals(house).ended == 7
    groups = {(group.lane, group.band): summed.ended for group, summed in today(house).figures.groups}
    assert groups == {("chat", "normal"): 5, ("callback", "normal"): 1, (None, "normal"): 1}
    assert waiting.lane == "chat"


def test_a_close_that_is_undone_does_not_count_until_it_is_closed_again(house: House) -> None:
    tap(house, CALL)
    session = take(house, 30)
    close(house, session)
    assert totals(house).ended == 1
    again = counsellors.undo(house.desk, house.first, session.id, session.epoch)
    assert totals(house).ended == 0
    house.clock.pass_seconds(60)
    close(house, again, Reason.ABUSE)
    assert totals(house) == Sum(1, 1, 0, 30, 30)


def test_a_session_counts_once_before_while_and_after_it_is_erased(house: House) -> None:
    tap(house, CALL)
    close(house, take(house, 30))
    assert totals(house).ended == 1
    house.clock.pass_seconds(16 * 60)
    assert totals(house).ended == 1
    sweep(house.desk)
    assert [item for item in house.items() if "number" in item] == []
    assert totals(house) == Sum(1, 1, 0, 30, 30)


def test_a_callback_nobody_could_make_is_neither_answered_nor_abandoned(house: House) -> None:
    tap(house, CALL)
    house.clock.pass_seconds(3 * DAY // 1000 + 60)
    sweep(house.desk)
    assert totals(house).ended == 0
    month_long = read(house.desk, 30)[0].figures
    assert month_long.total == Sum(1, 0, 0, None, None)
    assert month_long.total.other == 1
    assert [n for n, (_, summed) in enumerate(month_long.buckets) if summed.ended] == [26]


def test_thirty_days_add_up_to_what_was_put_there(house: House) -> None:
    sessions = month(house.clock.now)
    put(house.db, house.settings.table, sessions)
    found = read(house.desk, 30)[0].figures
    assert found.total.ended == len(sessions) == len({one.id for one in sessions})
    assert found.total.answered == sum(one.waited is not None for one in sessions)
    assert sum(summed.ended for _, summed in found.buckets) == sum(summed.ended for _, summed in found.groups)
    assert all(summed.ended for _, summed in found.buckets)


def test_nothing_of_any_one_session_is_in_the_answer_or_the_file(house: House) -> None:
    first = tap(house, {**CALL, "subject": "s-7f3a9c", "report": {"category": "hate", "platform_report_ref": "R-77"}})
    call = take(house, 10)
    second = tap(house)
    cookie = enter(house, second)
    youth.say(house.desk, second.id, cookie, 1, SECRET)
    close(house, call)
    youth.leave(house.desk, second.id, cookie)
    found = today(house)
    told = json.dumps(figures_view(house.desk, found)) + figures_file(house.desk, found, supervisor_words())
    assert found.figures.total.ended == 2
    for hidden in (first.id, second.id, first.id[3:], NUMBER, NUMBER[3:], SECRET, "s-7f3a9c", "R-77", "first", "sub-"):
        assert hidden not in told, hidden


def test_who_only_watches_promises_no_youth_a_short_wait(house: House) -> None:
    from chalicelib.desk.queue import screen

    screen(house.desk, house.first, watching=True)
    assert house.again().desk.directory.line(fresh=True).counsellor_seen == 0
    assert house.again().desk.presence.everybody() == []
    house.clock.pass_seconds(60)
    screen(house.desk, house.first)
    assert house.again().desk.directory.line(fresh=True).counsellor_seen == house.clock.now
    assert [one.username for one in house.again().desk.presence.everybody()] == ["first"]
