"""Sessions over each store; then again with every reply to a write lost once."""

from __future__ import annotations

from dataclasses import replace

import pytest

from chalicelib.model import chat, hold, line
from chalicelib.model.session import MINUTE, Reason, State
from chalicelib.ports import Claimed, Conflict
from tests.simulation.cast import FIRST, SECOND_ONE, opened, session_id
from tests.simulation.ports import FAR, Ports


def test_one_session_is_opened_and_found_again(ports: Ports) -> None:
    session = opened(1, ports.now, hooked=True, danger=True, attempts=())
    assert ports.sessions.get(session.id) is None
    stored = ports.put(session)
    assert replace(stored, write_id="") == session
    again = replace(session, locale="en")
    assert ports.sessions.create(again) == stored
    many = ports.sessions.get_many([session.id, session_id(2)], strong=True)
    assert many == [stored]


def test_a_change_is_written_once_and_guarded_by_what_was_seen(ports: Ports) -> None:
    seen = ports.put(opened(1, ports.now))
    after = ports.sessions.replace(seen, chat.accept_message(seen, "youth", 1, ports.now))
    assert ports.stored(seen.id) == after
    with pytest.raises(Conflict) as lost:
        ports.sessions.replace(seen, hold.close(seen, Reason.CANCELLED, ports.now), also=("youth_n",))
    assert lost.value.winner == after
    with pytest.raises(Conflict) as absent:
        ports.sessions.replace(opened(9, ports.now), hold.close(opened(9, ports.now), Reason.CANCELLED, ports.now))
    assert absent.value.winner is None


def test_one_of_two_claims_wins(ports: Ports) -> None:
    session = ports.put(opened(1, ports.now))
    won = ports.claim(session)
    assert won.session is not None
    assert (won.session.state, won.session.owner, won.session.epoch) == (State.CLAIMED, FIRST.subject, 1)
    assert ports.claim(session, owner=SECOND_ONE.subject) == Claimed(None, raced=True)
    assert ports.stored(session.id) == won.session


def test_a_chat_whose_youth_is_gone_is_not_claimed(ports: Ports) -> None:
    session = ports.put(opened(1, ports.now))
    assert ports.claim(session, seen_after=ports.now + 1) == Claimed(None, session)
    assert ports.stored(session.id) == session


def test_a_hold_is_renewed_by_its_owner_and_epoch_alone(ports: Ports) -> None:
    session = ports.put(opened(1, ports.now))
    ports.claim(session)
    assert ports.sessions.renew(session.id, FIRST.subject, 1, ports.now + 5).lease_until == ports.now + 5
    for owner, epoch in ((SECOND_ONE.subject, 1), (FIRST.subject, 2)):
        with pytest.raises(Conflict) as lost:
            ports.sessions.renew(session.id, owner, epoch, ports.now + 9)
        assert lost.value.winner == ports.stored(session.id)
    assert ports.stored(session.id).lease_until == ports.now + 5
    assert ports.sessions.touch(session.id, "counsellor_typing", 7, owner=FIRST.subject, epoch=1)
    assert not ports.sessions.touch(session.id, "counsellor_typing", 8, owner=FIRST.subject, epoch=2)
    assert ports.stored(session.id).counsellor_typing == 7


def test_a_session_stands_where_its_state_says(ports: Ports) -> None:
    session = ports.put(opened(1, ports.now, hooked=True))

    def standing() -> list[str]:
        partitions = ("chat#0", "held#0", "open#0", "erase#0", line.closed_on(ports.now))
        return [name for name in partitions if ports.sessions.standing(name)]

    assert standing() == ["chat#0"]
    ports.claim(session)
    assert standing() == ["held#0"]
    held = ports.stored(session.id)
    ports.sessions.replace(held, hold.close(replace(held, sealed=True), Reason.HELPED, ports.now))
    assert standing() == ["erase#0"]
    closed = ports.stored(session.id)
    ports.sessions.replace(closed, hold.end_erasing(hold.begin_erasing(closed, ports.now + 1)))
    assert standing() == [line.closed_on(ports.now)]


def test_the_head_of_a_lane_is_what_is_due_and_free_earliest_deadline_first(ports: Ports) -> None:
    late, early = opened(1, ports.now), opened(2, ports.now - MINUTE)
    reserved = hold.release(replace(opened(3, ports.now - 2 * MINUTE), audience="law", reserved_until=ports.now + 1))
    later = replace(opened(4, ports.now), due=ports.now + 1, deadline=ports.now + 1, state=State.SCHEDULED)
    for session in (late, early, reserved, later):
        ports.put(session)

    def head(*audiences: str) -> list[str]:
        rows = ports.sessions.head(
            "chat", now=ports.now, before=line.head_bound(ports.now), limit=5, audiences=audiences
        )
        return [row.id for row in rows]

    assert head() == [early.id, late.id]
    assert head("law") == [reserved.id, early.id, late.id]
    assert ports.sessions.head("callback", now=ports.now, before=FAR, limit=5) == []
    assert [row.id for row in ports.sessions.head("chat", now=ports.now, before=FAR, limit=1)] == [early.id]


def test_what_one_youth_opened_is_found_until_it_is_erased(ports: Ports) -> None:
    ports.put(opened(1, ports.now, subject=b"s" * 16))
    ports.put(opened(2, ports.now, subject=b"t" * 16))
    assert ports.sessions.of_subject(b"s" * 16) == [session_id(1)]
    assert ports.sessions.of_subject(b"u" * 16) == []
