"""Handing over, replaying, reading and cancelling, over the real adapters."""

from __future__ import annotations

import json
from collections.abc import Mapping

import pytest

from chalicelib.contract import read_handoff
from chalicelib.desk import claims, partners, youth
from chalicelib.desk.ids import youth_code
from chalicelib.desk.partners import Taken
from chalicelib.doors.views import handoff_answer
from chalicelib.model.session import State, Status
from chalicelib.problems import Problem
from tests.integration.conftest import House

JTI = "jti-0123456789abcdef"
CHAT = {"platform": "tiktok", "kind": "report", "session": "chat", "locale": "fr"}
UNCHOSEN = {"platform": "tiktok", "kind": "call", "locale": "fr"}
NUMBER = "+33639981234"


def hand_over(house: House, body: Mapping[str, object], jti: str = JTI) -> Taken:
    raw = json.dumps(body).encode()
    return partners.receive(house.desk, house.partner, jti, raw, read_handoff(raw))


def test_a_chat_in_open_hours_waits_at_once(house: House) -> None:
    taken = hand_over(house, CHAT)
    assert not taken.replayed
    assert (taken.session.state, taken.session.status, taken.session.sequence) == (State.WAITING, Status.WAITING, 1)


def test_a_repeat_is_answered_byte_for_byte_even_after_the_session_moved_on(house: House) -> None:
    first = handoff_answer(house.desk, hand_over(house, CHAT).session)
    house.clock.pass_seconds(700)
    partners.cancel(house.desk, house.partner, first["id"])
    again = hand_over(house, CHAT)
    assert again.replayed
    assert json.dumps(handoff_answer(house.desk, again.session)) == json.dumps(first)


def test_the_same_jti_with_another_body_is_refused_and_changes_nothing(house: House) -> None:
    hand_over(house, {**CHAT, "report": {"category": "hate"}})
    before = house.items()
    with pytest.raises(Problem) as refused:
        hand_over(house, {**CHAT, "report": {"category": "bullying"}})
    assert refused.value.code == "idempotency_mismatch"
    assert house.items() == before


def test_the_report_of_a_body_that_is_refused_is_not_kept(house: House) -> None:
    """Where the first body had none, that of the second lay there for a month, and nothing erased it."""
    first = hand_over(house, CHAT).session
    with pytest.raises(Problem) as refused:
        hand_over(house, {**CHAT, "report": {"category": "bullying"}})
    assert refused.value.code == "idempotency_mismatch"
    assert [item["sk"]["S"] for item in house.items() if item["pk"]["S"] == first.id] == ["session"]
    _, cookie = youth.open_link(house.desk, youth_code(house.desk.secrets, first))
    youth.leave(house.desk, first.id, cookie)
    assert house.items("keys") == [], "the key that was made for it goes with the session"


def test_a_retry_whose_window_has_passed_is_still_a_replay(house: House) -> None:
    window = {"number": NUMBER, "not_before": "2026-11-22T13:00:00+01:00", "not_after": "2026-11-22T14:00:00+01:00"}
    body = {**CHAT, "session": "callback", "callback": window}
    first = hand_over(house, body)
    assert first.session.state is State.SCHEDULED
    house.clock.pass_seconds(5 * 3600)
    assert hand_over(house, body).replayed


def test_a_callback_number_is_kept_sealed_and_nowhere_in_clear(house: House) -> None:
    hand_over(house, {**CHAT, "session": "callback", "callback": {"number": NUMBER}, "subject": "user-77"})
    raw = repr(house.items()) + repr(house.items("keys"))
    assert NUMBER[1:] not in raw and NUMBER[4:] not in raw and "user-77" not in raw


def test_without_the_vault_a_tap_still_counts_and_the_page_asks_for_the_number_again(house: House) -> None:
    broken = house.again(kms_key="arn:aws:kms:eu-west-3:123456789012:key/00000000-0000-0000-0000-000000000000")
    body = {**CHAT, "session": "callback", "callback": {"number": NUMBER}}
    taken = hand_over(broken, body)
    assert (taken.session.state, taken.session.number) == (State.RECEIVED, None)


@pytest.mark.parametrize("body", [{**CHAT, "session": "callback"}, UNCHOSEN])
def test_a_handoff_that_leaves_a_choice_is_received_and_never_offered(house: House, body: Mapping[str, object]) -> None:
    assert hand_over(house, body).session.state is State.RECEIVED
    assert claims.claim(house.desk, house.first, ["chat", "callback"]) is None


def test_another_partners_ids_absent_ids_and_malformed_ids_answer_alike(house: House) -> None:
    id = hand_over(house, CHAT).session.id
    for asked in (id, "ho_" + "a" * 26, "nonsense", "", "ho_" + "A" * 26, "../" + id):
        for verb in (partners.status, partners.cancel):
            with pytest.raises(Problem) as refused:
                verb(house.desk, house.other, asked)
            assert (refused.value.code, refused.value.errors, refused.value.detail) == ("not_found", (), "")
    assert partners.status(house.desk, house.partner, id).state is State.WAITING


def test_a_partner_cancels_until_the_youth_opened_the_page(house: House) -> None:
    first, second = (hand_over(house, CHAT, jti).session for jti in (JTI, JTI + "2"))
    for _ in range(2):
        assert partners.cancel(house.desk, house.partner, first.id).status is Status.CLOSED
    _, cookie = youth.open_link(house.desk, youth_code(house.desk.secrets, second))
    youth.arrive(house.desk, second.id, cookie)
    with pytest.raises(Problem) as refused:
        partners.cancel(house.desk, house.partner, second.id)
    assert refused.value.code == "with_youth"


def test_a_platform_of_another_partner_is_refused(house: House) -> None:
    with pytest.raises(Problem) as refused:
        hand_over(house, {**CHAT, "platform": "instagram"})
    assert refused.value.code == "foreign_platform"
    assert refused.value.errors[0].pointer == "/platform"
    assert house.items() == []


def test_a_return_url_must_have_been_registered(house: House) -> None:
    hand_over(house, {**CHAT, "return_url": "https://app.example/back"})
    with pytest.raises(Problem) as refused:
        hand_over(house, {**CHAT, "return_url": "https://evil.example/"}, JTI + "2")
    assert refused.value.code == "return_url_not_registered"


def test_outside_hours_a_callback_is_scheduled_and_becomes_waiting_without_a_write(house: House) -> None:
    house.clock.now += 11 * 3600 * 1000 + 1800 * 1000  # 23:30
    night = house.again(hours="Mo-Su 09:00-23:00", dial_hours="Mo-Su 09:00-21:30")
    body = {**CHAT, "session": "callback", "callback": {"number": NUMBER}}
    taken = hand_over(night, body)
    answer = handoff_answer(night.desk, taken.session)
    assert answer["status"] == "scheduled" and answer["place"] == {"wait": "closed"}
    assert answer["hours"] == {"open": False, "next_open_at": "2026-11-23T09:00:00+01:00"}
    before = night.items()
    house.clock.now += (9 * 3600 + 1800) * 1000  # 09:00
    seen = partners.status(night.desk, night.partner, taken.session.id)
    assert (seen.status, seen.sequence) == (Status.WAITING, 2)
    assert night.items() == before
