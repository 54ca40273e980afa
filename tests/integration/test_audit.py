"""Who did what to which session: every deed leaves its record, every claim exactly one, and the trail stays whole."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from botocore.exceptions import ClientError, ReadTimeoutError

from chalicelib.aws.audit import TableAudit
from chalicelib.aws.audit_rows import SEALS
from chalicelib.aws.clients import Clients
from chalicelib.aws.codec import attribute, key
from chalicelib.desk import calls, claims, counsellors, youth
from chalicelib.desk.queue import screen
from chalicelib.desk.sweep import sweep
from chalicelib.model.audit import day_of
from chalicelib.model.counsellor import Counsellor
from chalicelib.model.line import partition
from chalicelib.model.session import DAY, LANES, MINUTE, Band, Reason, Session
from chalicelib.problems import Problem
from ops.trail import Verdict, records_of, verify
from tests.integration.conftest import House
from tests.integration.test_counsellors import CALL, claim, enter, stored
from tests.integration.test_outages import Down
from tests.integration.test_partners import CHAT, JTI, hand_over

BOSS = Counsellor("boss", "sub-boss", frozenset({"supervisor"}), 0)
Said = tuple[str, str, int | None, str]


class Died(BaseException):
    """The process is gone in the middle of a call."""


class Failing:
    """A client of DynamoDB whose puts into the audit trail fail as told."""

    def __init__(self, client: Any, fail: Callable[[Callable[[], Any]], Any]) -> None:
        self._client, self._fail = client, fail

    def put_item(self, **request: Any) -> Any:
        return self._fail(lambda: self._client.put_item(**request))

    def __getattr__(self, name: str) -> Any:
        return getattr(self._client, name)


def failing(house: House, fail: Callable[[Callable[[], Any]], Any]) -> House:
    """Another process, whose audit records fail as told and nothing else does."""
    made = house.again()
    clients: Any = lambda service: Failing(house.db, fail)  # noqa: E731 - stands for Clients
    audit = TableAudit(clients, house.settings.table, made.desk.secrets, made.desk.tokens)
    return replace(made, desk=replace(made.desk, audit=audit))


def refuse(put: Callable[[], Any]) -> Any:
    raise ClientError({"Error": {"Code": "ProvisionedThroughputExceededException"}}, "PutItem")


def lose_the_reply(put: Callable[[], Any]) -> Any:
    put()
    raise ReadTimeoutError(endpoint_url="https://dynamodb.test")


def repeat(put: Callable[[], Any]) -> Any:
    put()
    return put()


def die_before(put: Callable[[], Any]) -> Any:
    raise Died


def die_after(put: Callable[[], Any]) -> Any:
    put()
    raise Died


def trail(house: House) -> list[Said]:
    """The records in order: who, what, epoch, fact."""
    records = sorted(records_of(house.items()), key=lambda one: (one.at, one.chain, one.number))
    return [(one.who, one.what, one.epoch, one.fact) for one in records]


def judge(house: House) -> Verdict:
    return verify(house.items(), house.desk.secrets.mac)


def seals(house: House) -> list[int]:
    return sorted(int(item["sk"]["S"]) for item in house.items() if item["pk"]["S"] == SEALS)


def held_chat(house: House, jti: str = JTI) -> Session:
    hand_over(house, CHAT, jti)
    return claim(house)


def test_every_deed_leaves_who_what_epoch_and_a_fixed_word(house: House) -> None:
    desk, who = house.desk, house.first
    held = held_chat(house)

    def step() -> None:
        house.clock.pass_seconds(1)

    step()
    counsellors.triage(desk, who, held.id, 1, 1, Band.DANGER, "she writes of pills")
    step()
    counsellors.note(desk, who, held.id, 1, 2, "note", "", "no record of this")
    counsellors.say(desk, who, held.id, 1, 1, "nor of this")
    counsellors.release(desk, who, held.id, 1)
    step()
    held = claim(house, "second")
    step()
    counsellors.hand_over(desk, house.second, held.id, 2, 3, speciality="lawyer", colleague=None, text="plainte")
    step()
    taken = claims.take(desk, BOSS, held.id)
    step()
    counsellors.close(desk, BOSS, held.id, taken.epoch, Reason.HELPED)
    step()
    counsellors.undo(desk, BOSS, held.id, taken.epoch)
    assert trail(house) == [
        ("first", "claim", 1, ""), ("first", "triage", 1, "danger"), ("first", "release", 1, ""),
        ("second", "claim", 2, ""), ("second", "handover", 2, "lawyer"), ("boss", "take", 3, ""),
        ("boss", "close", 3, "helped"), ("boss", "undo", 3, ""),
    ]  # fmt: skip
    assert judge(house).fault is None


def test_a_callback_leaves_its_reveals_and_how_each_attempt_ended(house: House) -> None:
    hand_over(house, CALL)
    held = claim(house)
    for _ in range(2):
        house.clock.pass_seconds(1)
        calls.reveal(house.desk, house.first, held.id, 1)
    house.clock.pass_seconds(1)
    for _ in range(2):
        calls.attempt(house.desk, house.first, held.id, 1, "answered")
    house.clock.pass_seconds(1)
    calls.attempt(house.desk, house.first, held.id, 1, "answered_unsafe")
    assert trail(house)[1:] == [
        ("first", "reveal", 1, ""), ("first", "reveal", 1, ""), ("first", "attempt", 1, "answered"),
        ("first", "attempt", 1, "answered_unsafe"),
    ]  # fmt: skip


def test_a_handover_to_a_colleague_names_no_one(house: House) -> None:
    held = held_chat(house)
    screen(house.desk, house.second)
    house.clock.pass_seconds(1)
    counsellors.hand_over(house.desk, house.first, held.id, 1, 1, speciality=None, colleague="second", text="")
    assert trail(house)[-1] == ("first", "handover", 1, "colleague")


def test_one_youths_sessions_taken_along_have_a_record_each(house: House) -> None:
    for n in range(2):
        hand_over(house, {**CHAT, "subject": "user-77"}, f"{JTI}{n}")
    claim(house)
    assert trail(house) == [("first", "claim", 1, ""), ("first", "claim", 1, "same_youth")]
    assert len({record.session for record in records_of(house.items())}) == 2


def test_what_is_refused_changes_nothing_or_is_said_twice_leaves_no_record(house: House) -> None:
    held = held_chat(house)
    desk, who = house.desk, house.first
    counsellors.close(desk, who, held.id, 1, Reason.HELPED)
    counsellors.undo(desk, who, held.id, 1)
    counsellors.triage(desk, who, held.id, 2, 1, Band.SOON, "")
    before = trail(house)
    refusals: tuple[Callable[[], object], ...] = (
        lambda: counsellors.triage(desk, who, held.id, 2, 5, Band.DANGER, "a gap"),
        lambda: counsellors.triage(desk, who, held.id, 2, 1, Band.DANGER, "another note's number"),
        lambda: counsellors.close(desk, house.second, held.id, 2, Reason.HELPED),
        lambda: counsellors.undo(desk, who, held.id, 2),
        lambda: calls.attempt(desk, who, held.id, 2, "busy"),
        lambda: counsellors.release(desk, who, held.id, 1),
        lambda: claims.take(desk, house.second, held.id),
    )
    for refused in refusals:
        with pytest.raises(Problem):
            refused()
    counsellors.triage(desk, who, held.id, 2, 1, Band.SOON, "")  # said twice
    counsellors.triage(desk, who, held.id, 2, 2, Band.SOON, "the same urgency: a note")
    claims.take(desk, who, held.id)
    assert trail(house) == before
    counsellors.close(desk, who, held.id, 2, Reason.HELPED)
    counsellors.close(desk, who, held.id, 2, Reason.HELPED)
    assert trail(house)[-1] == ("first", "close", 2, "helped") and len(trail(house)) == len(before) + 1


@pytest.mark.parametrize("fail", [refuse, lose_the_reply])
def test_without_the_record_nothing_is_done_but_a_claim(house: House, fail: Callable[..., Any]) -> None:
    hand_over(house, CALL)
    held = claim(house)
    broken = failing(house, fail)
    desk, who = broken.desk, house.first
    for deed in (
        lambda: calls.reveal(desk, who, held.id, 1),
        lambda: counsellors.triage(desk, who, held.id, 1, 1, Band.DANGER, "x"),
        lambda: counsellors.hand_over(desk, who, held.id, 1, 1, speciality="lawyer", colleague=None, text="x"),
        lambda: calls.attempt(desk, who, held.id, 1, "busy"),
        lambda: counsellors.release(desk, who, held.id, 1),
        lambda: counsellors.close(desk, who, held.id, 1, Reason.HELPED),
    ):
        with pytest.raises(Problem) as refused:
            deed()
        assert refused.value.code == "unavailable"
        assert stored(house, held.id) == held
    assert judge(house).fault is None


@pytest.mark.parametrize(("fail", "written"), [(refuse, 0), (lose_the_reply, 1), (repeat, 1)])
def test_a_claim_is_answered_for_the_child_and_has_one_record_within_two_minutes(
    house: House, fail: Callable[..., Any], written: int
) -> None:
    """A refused claim would leave the child with a counsellor who was told that nobody waits."""
    hand_over(house, CHAT)
    held = claims.claim(failing(house, fail).desk, house.first, LANES)
    assert held is not None and (held.owner, held.epoch) == ("sub-first", 1)
    assert len(trail(house)) == written
    found = 0
    for _ in range(3):
        house.clock.pass_seconds(40)
        counsellors.renew(house.desk, house.first, held.id, 1)
        found += sum(sweep(process.desk).recorded for process in (house, house.again()))
    assert [(who, what, epoch) for who, what, epoch, _ in trail(house)] == [("first", "claim", 1)]
    assert (found > 0) == (written == 0)
    assert judge(house).fault is None


@pytest.mark.parametrize(("fail", "fact"), [(die_before, "found_by_sweep"), (die_after, "")])
def test_a_claim_whose_process_died_has_one_record_even_when_the_hold_lapses(
    house: House, fail: Callable[..., Any], fact: str
) -> None:
    hand_over(house, CHAT)
    with pytest.raises(Died):
        claims.claim(failing(house, fail).desk, house.first, LANES)
    house.clock.pass_seconds(91)
    assert sweep(house.desk).lapsed == 1
    assert trail(house) == [("first", "claim", 1, fact)]
    assert judge(house).fault is None


def test_a_claim_without_its_record_is_recorded_though_the_trail_cannot_be_read_when_its_hold_lapses(
    house: House,
) -> None:
    """What had lapsed was known to that one sweep only: no later one saw the claim, and it had no record for good."""
    hand_over(house, CHAT)
    held = claims.claim(failing(house, refuse).desk, house.first, LANES)
    assert held is not None
    house.clock.pass_seconds(91)
    done = sweep(replace(house.desk, audit=Down(house.desk.audit, "recent")))
    assert (done.lapsed, done.failed, done.recorded) == (1, 1, 0)
    assert stored(house, held.id).owner is None, "the child does not wait for the trail"
    house.clock.pass_seconds(60)
    assert [sweep(house.desk).recorded for _ in range(2)] == [1, 0]
    assert trail(house) == [("first", "claim", 1, "found_by_sweep")]
    assert judge(house).fault is None


def test_a_claim_without_its_record_is_recorded_though_the_sweep_dies_when_it_has_taken_back_the_hold(
    house: House,
) -> None:
    hand_over(house, CHAT)
    held = claims.claim(failing(house, refuse).desk, house.first, LANES)
    assert held is not None
    house.clock.pass_seconds(91)
    process = house.again()

    def replaced_and_died(*given: Any, **named: Any) -> Session:
        house.desk.sessions.replace(*given, **named)
        raise Died

    process.desk.sessions.replace = replaced_and_died  # type: ignore[method-assign]
    with pytest.raises(Died):
        sweep(process.desk)
    assert stored(house, held.id).owner is None
    sweep(house.again().desk)
    assert trail(house) == [("first", "claim", 1, "found_by_sweep")]


@pytest.mark.parametrize("by", ["youth", "counsellor"])
def test_a_claim_without_its_record_is_recorded_though_its_session_was_over_before_any_sweep(
    house: House, by: str
) -> None:
    """Found by `make kills`: 2 of 2,372 claims, whose process died and whose session was over within a minute."""
    session = hand_over(house, CHAT).session
    cookie = enter(house, session)
    held = claims.claim(failing(house, refuse).desk, house.first, LANES)
    assert held is not None
    if by == "youth":
        assert youth.leave(house.desk, session.id, cookie).erased
    else:
        counsellors.close(house.desk, house.first, held.id, held.epoch, Reason.HELPED)
    assert ("first", "claim", 1, "found_by_sweep") not in trail(house)
    house.clock.pass_seconds(104)
    assert [sweep(house.desk).recorded for _ in range(2)] == [1, 0]
    assert ("first", "claim", 1, "found_by_sweep") in trail(house)
    assert judge(house).fault is None


def test_two_sweeps_that_find_the_same_claim_missing_write_one_record(house: House) -> None:
    hand_over(house, CHAT)
    claims.claim(failing(house, refuse).desk, house.first, LANES)
    house.clock.pass_seconds(60)
    one, two = house.again().desk.audit, house.again().desk.audit
    (id,) = [item["pk"]["S"] for item in house.items() if item["sk"]["S"] == "session"]
    for audit in (one, two):
        audit.record_once("first", "claim", id, house.clock.now - 60_000, epoch=1, fact="found_by_sweep")
    assert len(trail(house)) == 1
    assert sweep(house.desk).recorded == 0


@pytest.mark.parametrize("fail", [refuse, lose_the_reply, die_after, die_before, repeat])
def test_the_trail_stays_whole_when_a_write_fails_and_the_process_goes_on(
    house: House, fail: Callable[..., Any]
) -> None:
    held = held_chat(house)
    process = house.again()
    calls = 0

    def third(put: Callable[[], Any]) -> Any:
        nonlocal calls
        calls += 1
        return fail(put) if calls == 3 else put()

    process = failing(house, third)
    for n in range(6):
        house.clock.pass_seconds(1)
        try:
            process.desk.audit.record("first", "reveal", held.id, house.clock.now, epoch=n)
        except (Problem, Died):
            continue
    house.clock.pass_seconds(60)
    assert sweep(house.desk).sealed == 1
    found = judge(house)
    assert (found.fault, found.days[day_of(house.clock.now)].unsealed) == (None, 0)
    assert len(trail(house)) == 1 + {refuse: 5, die_before: 5}.get(fail, 6)


def test_a_clock_that_steps_back_or_over_midnight_breaks_nothing(house: House) -> None:
    held = held_chat(house)
    for step in (5, -7, 11 * 3600, 12 * 3600, -24 * 3600, 3, 24 * 3600):
        house.clock.pass_seconds(step)
        house.desk.audit.record("first", "reveal", held.id, house.clock.now)
        sweep(house.desk)
    house.clock.pass_seconds(60)
    sweep(house.again().desk)
    found = judge(house)
    assert found.fault is None and len(trail(house)) == 8
    assert sum(day.unsealed for day in found.days.values()) == 0


def test_a_seal_is_written_only_for_something_new_and_the_next_days_follow_it(house: House) -> None:
    assert sweep(house.desk).sealed == 0
    held_chat(house)
    assert [sweep(house.desk).sealed for _ in range(3)] == [1, 0, 0]
    house.clock.pass_seconds(24 * 3600)
    assert sweep(house.desk).sealed == 0
    held_chat(house, JTI + "2")
    assert sweep(house.again().desk).sealed == 2, "another process goes on where this one stood"
    assert (seals(house), judge(house).fault) == ([1, 2], None)


def test_a_record_late_over_midnight_is_sealed_and_so_is_what_a_long_silence_left(house: House) -> None:
    held = held_chat(house)
    midnight = (house.clock.now // DAY + 1) * DAY
    house.clock.now = midnight + MINUTE
    assert [sweep(house.desk).sealed, sweep(house.desk).sealed] == [1, 0]
    house.again().desk.audit.record("first", "reveal", held.id, midnight - 3 * MINUTE, epoch=1)
    assert sweep(house.desk).sealed == 2
    house.desk.audit.record("first", "reveal", held.id, house.clock.now, epoch=1)
    house.clock.pass_seconds(4 * 24 * 3600)
    assert sweep(house.again().desk).sealed == 3
    assert sum(day.unsealed for day in judge(house).days.values()) == 0


def test_a_new_sweep_knows_how_far_a_chain_was_sealed_hours_ago(house: House) -> None:
    held = held_chat(house)
    assert sweep(house.desk).sealed == 1
    house.clock.pass_seconds(3 * 3600)
    house.again().desk.audit.record("second", "reveal", held.id, house.clock.now, epoch=1)
    assert sweep(house.again().desk).sealed == 2
    house.desk.audit.record("first", "reveal", held.id, house.clock.now, epoch=1)
    assert sweep(house.again().desk).sealed == 3
    assert sum(day.unsealed for day in judge(house).days.values()) == 0


def test_of_two_sweeps_at_once_one_seals_and_the_other_goes_on_from_it(house: House) -> None:
    held = held_chat(house)
    other = house.again()
    found, seen = house.desk.audit.recent(house.clock.now), other.desk.audit.recent(house.clock.now)
    assert house.desk.audit.seal(found, house.clock.now) == 1
    house.desk.audit.record("first", "reveal", held.id, house.clock.now)
    assert other.desk.audit.seal(seen, house.clock.now + 1) == 0
    house.clock.pass_seconds(1)
    assert sweep(other.desk).sealed == 2
    assert judge(house).fault is None


def test_a_seal_whose_reply_was_lost_is_followed_like_any_other(house: House) -> None:
    held = held_chat(house)
    broken = failing(house, lose_the_reply)
    with pytest.raises(Problem):
        broken.desk.audit.seal(broken.desk.audit.recent(house.clock.now), house.clock.now)
    house.desk.audit.record("first", "reveal", held.id, house.clock.now)
    audit: Any = broken.desk.audit
    audit._clients = Clients()
    assert audit.seal(audit.recent(house.clock.now + 1), house.clock.now + 1) == 2
    assert (seals(house), judge(house).fault) == ([1, 2], None)


def test_the_sweep_remembers_a_seal_that_the_table_has_lost(house: House) -> None:
    """Records cut off together with their seals look whole by themselves: whoever still runs knows better."""
    held = held_chat(house)
    assert sweep(house.desk).sealed == 1
    kept = house.items()
    house.again().desk.audit.record("second", "reveal", held.id, house.clock.now, epoch=1)
    house.clock.pass_seconds(60)
    assert sweep(house.desk).sealed == 2
    for item in house.items():
        if item["pk"]["S"].startswith("audit#") and item not in kept:
            house.db.delete_item(TableName="sessions", Key={"pk": item["pk"], "sk": item["sk"]})
    assert judge(house).fault is None
    house.clock.pass_seconds(24 * 3600)
    house.desk.audit.record("first", "reveal", held.id, house.clock.now, epoch=1)
    assert sweep(house.desk).sealed == 3
    assert str(judge(house).fault) == "2026-11-23, chain seals, number 2: is missing; seal 3 comes next"


def test_a_trail_that_cannot_be_kept_keeps_the_sweep_from_nothing(house: House) -> None:
    held = held_chat(house)
    house.clock.pass_seconds(91)
    done = sweep(failing(house, refuse).desk)
    assert (done.failed, done.sealed, done.lapsed) == (1, 0, 1)
    assert stored(house, held.id).owner is None


def test_a_slow_trail_takes_no_time_from_the_children(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """After fifteen seconds nothing was begun any more, so a lapsed hold stood as long as the trail was slow."""
    held = held_chat(house)
    house.clock.pass_seconds(91)
    recent = type(house.desk.audit).recent

    def slow(*asked: Any) -> Any:
        house.clock.pass_seconds(16)
        return recent(*asked)

    monkeypatch.setattr(type(house.desk.audit), "recent", slow)
    done = sweep(house.desk)
    assert (done.lapsed, done.left) == (1, 0)
    assert stored(house, held.id).owner is None


def test_rows_that_nobody_of_ours_wrote_stop_neither_the_sweep_nor_the_next_seal(house: House) -> None:
    held_chat(house)
    day = day_of(house.clock.now)
    for sk in ("9" * 13 + "#x#000001", "9" * 20, "whatever"):
        house.db.put_item(TableName="sessions", Item={"pk": {"S": f"audit#{day}"}, "sk": {"S": sk}})
    house.db.put_item(TableName="sessions", Item={"pk": {"S": SEALS}, "sk": {"S": "x"}})
    done = sweep(house.desk)
    assert (done.failed, done.sealed) == (0, 1)
    assert judge(house).fault is not None


def test_a_damaged_key_among_what_is_held_keeps_no_claim_from_its_record(house: House) -> None:
    """The sweep ended there, each minute, and nothing was sealed any more."""
    hand_over(house, CHAT)
    claims.claim(failing(house, refuse).desk, house.first, LANES)
    damaged = {**key("nobody", "x"), "lane_pk": attribute(partition("held", 0)), "lane_sk": attribute("no#key")}
    house.db.put_item(TableName="sessions", Item=damaged)
    house.clock.pass_seconds(60)
    done = sweep(house.desk)
    assert (done.failed, done.recorded, done.sealed) == (0, 1, 1)
