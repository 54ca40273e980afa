"""Erasing by request, by session and by number: in every state, whoever dies on the way, and by the operator."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import replace

import pytest

from chalicelib.desk import calls, counsellors, partners, youth
from chalicelib.desk.erasure import erase_number, erase_session, holders
from chalicelib.desk.numbers import name_of
from chalicelib.desk.sweep import sweep
from chalicelib.desk.youth import Wish
from chalicelib.model.line import closed_on
from chalicelib.model.rehearsal import LASTS
from chalicelib.model.session import Reason, Session, State, Status
from chalicelib.problems import Problem
from ops import erase as tool
from tests.integration.conftest import House
from tests.integration.deaths import deaths
from tests.integration.test_counsellors import CALL, claim, enter, stored
from tests.integration.test_erasing import FULL, TOMBSTONE, beside, closed, row
from tests.integration.test_numbers import OTHER, known
from tests.integration.test_partners import CHAT, JTI, NUMBER, hand_over
from tests.integration.youths import refusal

WHO = "os:operator"


def waiting(house: House, jti: str = JTI) -> Session:
    return hand_over(house, CALL, jti).session


def scheduled(house: House, jti: str) -> Session:
    wish = {"number": NUMBER, "not_before": "2026-11-22T15:00:00+01:00"}
    return hand_over(house, {**CALL, "callback": wish}, jti).session


def claimed(house: House, jti: str) -> Session:
    waiting(house, jti)
    return claim(house)


def dialled(house: House, jti: str = JTI) -> Session:
    held = claimed(house, jti)
    calls.reveal(house.desk, house.first, held.id, held.epoch)
    return stored(house, held.id)


def talking(house: House, jti: str = JTI) -> Session:
    hand_over(house, CHAT, jti)
    held = claim(house)
    youth.say(house.desk, held.id, enter(house, held), 1, "bonjour")
    counsellors.say(house.desk, house.first, held.id, held.epoch, 1, "je suis là")
    return stored(house, held.id)


def received(house: House, jti: str) -> Session:
    return hand_over(house, {"platform": "tiktok", "kind": "call", "locale": "fr"}, jti).session


def cancelled(house: House, jti: str) -> Session:
    session = waiting(house, jti)
    return youth.cancel(house.desk, session.id, enter(house, session))


STATES = (received, waiting, scheduled, claimed, dialled, talking, closed, cancelled)


def assert_erased(house: House, id: str) -> None:
    session = stored(house, id)
    assert (session.state, session.erased, session.erasing) == (State.CLOSED, True, False)
    assert set(row(house, id)) <= TOMBSTONE
    assert row(house, id)["lane_pk"]["S"] == closed_on(session.closed_at or 0)
    assert beside(house, id) == []
    assert [item for item in house.items("keys") if item["pk"]["S"] == id] == []
    for item in house.items("keys"):
        assert id not in item.get("holders", {"SS": []})["SS"]


def test_a_session_in_any_state_is_erased_at_once_and_stays_a_tombstone(house: House) -> None:
    for n, made in enumerate(STATES):
        before = made(house, f"{JTI}{n}")
        after = erase_session(house.desk, WHO, before.id)
        assert_erased(house, before.id)
        assert house.items("keys") == [], "the number's item goes too"
        assert after.reason is (before.reason or Reason.CANCELLED), made
        assert after.expires_at == (after.closed_at or 0) // 1000 + 30 * 24 * 3600
        assert partners.status(house.desk, house.partner, before.id).status is Status.CLOSED
        stands = house.items()
        erase_session(house.desk, WHO, before.id)
        audit = [item for item in house.items() if item not in stands and item["pk"]["S"].startswith("audit#")]
        assert len(audit) == 1, "said again, it is recorded again and changes nothing"
        assert_erased(house, before.id)


def test_the_counsellor_who_holds_it_is_told_that_it_is_closed_and_cannot_bring_it_back(house: House) -> None:
    held = talking(house)
    erase_session(house.desk, WHO, held.id)
    desk, who = house.desk, house.first
    for verb in (
        lambda: counsellors.renew(desk, who, held.id, held.epoch),
        lambda: counsellors.say(desk, who, held.id, held.epoch, 2, "encore"),
        lambda: counsellors.note(desk, who, held.id, held.epoch, 1, "note", "", "encore"),
    ):
        assert refusal(verb) == "already_closed"
    assert refusal(lambda: counsellors.undo(desk, who, held.id, held.epoch)) == "too_late"
    assert_erased(house, held.id)


def test_a_late_retry_finds_the_tombstone_and_brings_nothing_back(house: House) -> None:
    body = {**CALL, "report": {"category": "hate"}}
    session = hand_over(house, body).session
    erase_session(house.desk, WHO, session.id)
    for at, answered in deaths(house.desk, lambda desk: hand_over(replace(house, desk=desk), body)):
        assert all("expires_at" in item for item in house.items("keys")), (at, answered)
    assert hand_over(house, body).replayed
    assert_erased(house, session.id)
    assert house.items("keys") == []
    with pytest.raises(Problem) as refused:
        hand_over(house, {**body, "locale": "en"})
    assert refused.value.code == "idempotency_mismatch"


def test_the_record_of_who_asked_stands_before_anything_is_gone(house: House) -> None:
    session = waiting(house)
    unrecorded = replace(house.desk, audit=None)  # type: ignore[arg-type]
    with pytest.raises(AttributeError):
        erase_session(unrecorded, WHO, session.id)
    assert stored(house, session.id).open
    erase_session(house.desk, WHO, session.id)
    (record,) = (item for item in house.items() if item["pk"]["S"].startswith("audit#"))
    assert [record[name]["S"] for name in ("who", "what", "session")] == [WHO, "erase", session.id]


def test_of_a_sandbox_nothing_personal_is_kept_so_nothing_is_erased(house: House) -> None:
    test = replace(house, partner=replace(house.partner, sandbox=True))
    session = hand_over(test, CHAT).session
    assert refusal(lambda: erase_session(house.desk, WHO, session.id)) == "wrong_moment"
    assert refusal(lambda: erase_session(house.desk, WHO, "ho_" + "a" * 26)) == "not_found"


def test_a_cancel_after_a_rehearsals_end_writes_nothing(house: House) -> None:
    """The end that the clock alone had made was written down without its reason and moment."""
    test = replace(house, partner=replace(house.partner, sandbox=True))
    session = hand_over(test, {**CHAT, "subject": "sandbox:left"}).session
    before = [item for item in house.items() if item["sk"]["S"] == "session"]
    house.clock.pass_seconds(10)
    assert partners.cancel(house.desk, test.partner, session.id).state is State.CLOSED
    assert [item for item in house.items() if item["sk"]["S"] == "session"] == before


def test_a_rehearsal_that_is_cancelled_is_kept_no_longer_than_its_day(house: House) -> None:
    """Its end was that of a child's session: thirty days."""
    test = replace(house, partner=replace(house.partner, sandbox=True))
    session = hand_over(test, CHAT).session
    house.clock.pass_seconds(1)
    assert partners.cancel(house.desk, test.partner, session.id).state is State.CLOSED
    after = stored(house, session.id)
    assert (after.reason, after.expires_at) == (Reason.CANCELLED, (session.created + LASTS) // 1000)


def test_whoever_dies_while_erasing_by_request_the_retry_completes_it(house: House) -> None:
    for n, made in enumerate((dialled, talking, closed)):
        id = made(house, f"{JTI}{n}").id
        began = False
        for _ in deaths(house.desk, lambda desk: erase_session(desk, WHO, id)):  # noqa: B023
            after = stored(house, id)
            assert began <= (after.erasing or after.erased), "what has begun is not taken back"
            began = began or after.erasing
        assert began, made
        assert_erased(house, id)
        assert house.items("keys") == []


def test_a_request_that_died_once_it_had_begun_is_completed_by_the_sweep_alone(house: House) -> None:
    for at in range(1, 12):
        session = hand_over(house, {**FULL, "report": {"category": "hate"}}, f"{JTI}{at}").session
        for n, _ in deaths(house.desk, lambda desk: erase_session(desk, WHO, session.id)):  # noqa: B023
            if n == at:
                break
        else:
            assert at > 5
            return
        begun = not stored(house, session.id).open
        house.clock.pass_seconds(60)
        sweep(house.desk)
        if begun:
            assert_erased(house, session.id)
        erase_session(house.desk, WHO, session.id)
    pytest.fail("it never lived through")


def test_a_number_takes_along_every_session_that_holds_it_and_no_other(house: House) -> None:
    mine = [hand_over(house, CALL, f"{JTI}{n}").session.id for n in range(3)]
    moved = hand_over(house, CALL, JTI + "moved").session
    cookie = enter(house, moved)
    youth.choose(house.desk, moved.id, cookie, Wish("callback", number=OTHER))
    foreign = hand_over(house, {**CALL, "callback": {"number": OTHER}}, JTI + "foreign").session
    youth.cancel(house.desk, mine[0], enter(house, stored(house, mine[0])))
    assert [one.id for one in holders(house.desk, NUMBER)] == sorted(mine[1:])
    erased = erase_number(house.desk, WHO, NUMBER)
    assert sorted(one.id for one in erased) == sorted(mine[1:])
    for id in mine:
        assert_erased(house, id)
    assert known(house) is None
    for session in (moved, foreign):
        assert stored(house, session.id).open
    number = known(house, OTHER)
    assert number is not None and number.holders == {moved.id, foreign.id}
    assert erase_number(house.desk, WHO, NUMBER) == []


def test_a_session_that_comes_while_its_number_is_erased_is_erased_as_well(house: House) -> None:
    first = waiting(house)
    came: list[Session] = []

    class Busy:
        """The numbers; just before the item goes, one more session holds it."""

        def get(self, name: bytes) -> object:
            return house.desk.numbers.get(name)

        def replace(self, name: bytes, before: object, after: object) -> None:
            if after is None and not came:
                came.append(hand_over(house, CALL, JTI + "2").session)
            house.desk.numbers.replace(name, before, after)  # type: ignore[arg-type]

    busy = replace(house.desk, numbers=Busy())  # type: ignore[arg-type]
    erased = erase_number(busy, WHO, NUMBER)
    assert [one.id for one in erased] == [first.id, came[0].id]
    assert house.items("keys") == []


def test_what_was_known_of_the_number_alone_goes_by_request_though_no_session_holds_it(house: House) -> None:
    held = dialled(house)
    calls.attempt(house.desk, house.first, held.id, held.epoch, "answered_unsafe")
    assert known(house) is not None
    assert erase_number(house.desk, WHO, NUMBER) == []
    assert house.items("keys") == []


def test_another_session_is_a_reason_to_know_the_number_when_one_is_erased(house: House) -> None:
    held = dialled(house)
    second = hand_over(house, CALL, JTI + "2").session
    erase_session(house.desk, WHO, held.id)
    number = known(house)
    assert number is not None and number.holders == {second.id}
    assert len(number.calls) == 1


@pytest.fixture
def typed(house: House, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Callable[..., str]:
    """What the operator types; what the command prints."""
    monkeypatch.setattr(tool, "operators_desk", lambda stack: (house.desk, WHO, True))

    def run(*arguments: str, status: int = 0, line: str = "") -> str:
        monkeypatch.setattr("sys.stdin", io.StringIO(line))
        assert tool.main(list(arguments)) == status
        printed = capsys.readouterr()
        assert (printed.err == "") == (status == 0)
        return printed.out + printed.err

    return run


def test_the_command_shows_first_and_erases_only_when_told(house: House, typed: Callable[..., str]) -> None:
    session = dialled(house)
    before = house.items(), house.items("keys")
    shown = typed("--session", session.id)
    assert session.id in shown and "1 session would be erased for good; nothing was done" in shown
    assert (house.items(), house.items("keys")) == before
    assert "1 session erased" in typed("--session", session.id, "--yes")
    assert_erased(house, session.id)
    assert "erased" in typed("--session", session.id)


def test_the_command_takes_a_number_unseen_and_never_prints_it(house: House, typed: Callable[..., str]) -> None:
    for n, spelling in enumerate((NUMBER, "06 39 98 12 34", "0033 6 39 98 12 34")):
        session = waiting(house, f"{JTI}{n}")
        shown = typed("--number", "-", line=f"{spelling}\n") + typed("--number", spelling)
        done = typed("--number", "-", "--yes", line=f"{spelling}\n")
        again = typed("--number", "-", "--yes", line=f"{spelling}\n")
        assert shown.count(session.id) == 2 and "1 session erased" in done and "0 sessions erased" in again
        assert "no session holds it" in again
        assert_erased(house, session.id)
        for text in (shown, done, again):
            assert NUMBER[-9:] not in text.replace(" ", "")
            assert name_of(house.desk, NUMBER).hex() not in text


def test_the_command_says_in_a_sentence_what_it_cannot_do(house: House, typed: Callable[..., str]) -> None:
    assert "no such session" in typed("--session", "ho_" + "a" * 26, status=1)
    assert "no such session" in typed("--session", "x", status=1)
    refused = typed("--number", "-", status=1, line="+12025550123\n")
    assert "no number that the hub would have kept" in refused and "2025550123" not in refused
    test = replace(house, partner=replace(house.partner, sandbox=True))
    session = hand_over(test, CHAT).session
    assert "nothing personal" in typed("--session", session.id, "--yes", status=1)
