"""A status is raised by who read the session before, while or after the deliverer was at it: nothing is lost."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from itertools import combinations_with_replacement

import pytest

from chalicelib.contract import read_handoff
from chalicelib.desk import partners
from chalicelib.desk.base import change
from chalicelib.desk.deliveries import deliver
from chalicelib.model import hold, moves
from chalicelib.model.delivery import SCHEDULE, step
from chalicelib.model.session import DAY, Reason, Session, State, Status
from chalicelib.model.status import settle
from chalicelib.ports import Conflict, Sent
from tests.integration.conftest import House
from tests.integration.test_deliveries import HOOK, Endpoint, Told
from tests.integration.test_partners import NUMBER
from tests.serial import Serial
from tests.unit.made import NOON, made

OPEN = {"platform": "tiktok", "kind": "report", "locale": "fr"}
BEFORE, DURING, AFTER = range(3)
"""Where a moment lies, seen from the deliverer's POST."""


@pytest.fixture
def owed(house: House) -> tuple[Told, Session]:
    """A partner with an endpoint, and a session of which sequence 2 (waiting) is owed."""
    endpoint = Endpoint()
    house.db.put_item(
        TableName="sessions",
        Item={
            "pk": {"S": "partner#tiktok"}, "sk": {"S": "partner"}, "id": {"S": "tiktok"}, "name": {"S": "TikTok"},
            "platforms": {"SS": ["tiktok"]}, "keys": {"M": {}}, "lane_pk": {"S": "partner#0"},
            "lane_sk": {"S": "tiktok"}, "webhook": {"M": {"url": {"S": HOOK.url}, "secret": {"S": HOOK.secret}}},
        },
    )  # fmt: skip
    desk = replace(house.desk, sender=endpoint, signer=endpoint.sign, waker=endpoint.wake)
    told = Told(house, endpoint, desk, replace(house.partner, webhook=HOOK))
    raw = json.dumps(OPEN).encode()
    session = partners.receive(desk, told.partner, "jti-0123456789abcdef", raw, read_handoff(raw)).session
    slot = desk.slots.slot
    return told, change(desk, session, lambda s, now: moves.choose(s, "chat", now, is_open=True, slot=slot))


def close_as_read(told: Told, seen: Session) -> None:
    """The very write of ``change``, for what was read earlier; who lost reads again and closes that."""
    now = told.house.clock()
    closed = hold.close(seen, Reason.CANCELLED, now)
    try:
        told.desk.sessions.replace(seen, step(seen, seen, closed, now))
    except Conflict:
        told.close(told.stored(seen.id))


@pytest.mark.parametrize("answer", [Sent(204), Sent(500), Sent(None, fault="timeout")], ids=["taken", "500", "late"])
@pytest.mark.parametrize("tries", [0, len(SCHEDULE) - 1], ids=["first", "last"])
@pytest.mark.parametrize(("read", "written"), list(combinations_with_replacement((BEFORE, DURING, AFTER), 2)))
def test_a_status_raised_beside_the_deliverer_arrives(
    owed: tuple[Told, Session], answer: Sent, tries: int, read: int, written: int
) -> None:
    """Read before and written after the deliverer had settled, the step once set half of the index key: it was lost."""
    told, session = owed
    told.house.db.update_item(
        TableName="sessions", Key={"pk": {"S": session.id}, "sk": {"S": "session"}},
        UpdateExpression="SET tries = :n", ExpressionAttributeValues={":n": {"N": str(tries)}},
    )  # fmt: skip
    seen: list[Session] = []
    come: set[int] = set()

    def at(moment: int) -> None:
        if moment not in come:
            come.add(moment)
            if read == moment:
                seen.append(told.stored(session.id))
            if written == moment:
                close_as_read(told, seen[0])

    def send(url: str, headers: Mapping[str, str], body: bytes) -> Sent:
        at(DURING)
        return told.endpoint(url, headers, body)

    told.endpoint.answers = [answer, Sent(204)]
    told.desk = replace(told.desk, sender=send)
    at(BEFORE)
    told.run()
    at(AFTER)
    for _ in range(3):
        told.house.clock.pass_seconds(3600)
        told.run()
    ids = {data["sequence"]: id for id, data, _ in told.endpoint.posts}
    assert told.endpoint.posts[-1][1] == {"id": session.id, "status": "closed", "sequence": 3}
    assert {(id, data["sequence"]) for id, data, _ in told.endpoint.posts} == {(id, n) for n, id in ids.items()}
    after = told.stored(session.id)
    assert (after.delivered, after.parked, after.courier) == (3, None, None)
    assert told.desk.deliveries.due("tiktok", before=told.house.clock() + DAY, limit=5) == []
    assert [item for item in told.house.items() if "due_pk" in item or "due_sk" in item] == []


@pytest.mark.parametrize("during", [False, True], ids=["after", "during"])
def test_a_final_status_is_not_lost_when_the_deliverers_clock_is_seconds_ahead(
    owed: tuple[Told, Session], during: bool
) -> None:
    """The hour that had come by one clock only was told as 2; closed before it by the other, that was 2 again: lost."""
    told, _ = owed
    clock = told.house.clock
    due = datetime.fromtimestamp(clock.now // 1000 + 60, UTC).isoformat()
    raw = json.dumps({**OPEN, "session": "callback", "callback": {"number": NUMBER, "not_before": due}}).encode()
    session = partners.receive(told.desk, told.partner, "jti-of-a-callback", raw, read_handoff(raw)).session
    assert (session.status, session.sequence) == (Status.SCHEDULED, 1)
    clock.pass_seconds(58)

    def send(url: str, headers: Mapping[str, str], body: bytes) -> Sent:
        data = json.loads(body)["data"]
        if during and (data["id"], data["status"]) == (session.id, "waiting"):
            partners.cancel(told.desk, told.partner, session.id)
        return told.endpoint(url, headers, body)

    ahead = replace(told.desk, sender=send, clock=lambda: clock.now + 3000)
    deliver(ahead, "tiktok", sleep=clock.pass_seconds, crew=Serial)
    partners.cancel(told.desk, told.partner, session.id)
    for _ in range(2):
        clock.pass_seconds(60)
        told.run()
    mine = [(data["sequence"], data["status"]) for _, data, _ in told.endpoint.posts if data["id"] == session.id]
    assert mine == [(2, "waiting"), (3, "closed")]
    assert told.stored(session.id).delivered == 3


def test_a_number_left_out_is_the_same_whether_the_clock_had_come_or_not(owed: tuple[Told, Session]) -> None:
    told, _ = owed
    seen = replace(made(hooked=True, state=State.SCHEDULED, status=Status.SCHEDULED, lane="callback"), due=NOON + 1000)
    closed = [
        step(seen, settle(seen, now), hold.close(settle(seen, now), Reason.CANCELLED, now), now).sequence
        for now in (NOON, NOON + 999, NOON + 1000)
    ]
    chosen = moves.choose(seen, "chat", NOON, is_open=True, slot=told.desk.slots.slot)
    assert (closed, step(seen, seen, chosen, NOON).sequence) == ([3, 3, 3], 2)
