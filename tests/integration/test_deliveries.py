"""Telling a partner over the real adapters: a sender of the test's own stands where the internet begins."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import pytest

from chalicelib.contract import read_handoff
from chalicelib.desk import partners
from chalicelib.desk.base import Desk, change
from chalicelib.desk.courier import TIRED, Delivered
from chalicelib.desk.deliveries import deliver
from chalicelib.desk.waking import wake_changed, wake_due
from chalicelib.model import hold
from chalicelib.model.delivery import SCHEDULE, step
from chalicelib.model.partner import Partner, Webhook
from chalicelib.model.session import DAY, MINUTE, Reason, Session
from chalicelib.ports import Sent
from chalicelib.problems import Problem
from tests.integration.conftest import House
from tests.serial import Serial

CHAT = {"platform": "tiktok", "kind": "report", "session": "chat", "locale": "fr"}
HOOK = Webhook("https://hooks.example/3018", "hub3018/webhook/tiktok")


@dataclass
class Endpoint:
    """The ports ``Sender``, ``Signer`` and ``Waker``: answers in turn, the last one for ever, and remembers."""

    answers: list[Sent] = field(default_factory=lambda: [Sent(204)])
    posts: list[tuple[str, dict[str, object], str]] = field(default_factory=list)
    woken: list[tuple[str, tuple[str, ...]]] = field(default_factory=list)

    def __call__(self, url: str, headers: Mapping[str, str], body: bytes) -> Sent:
        assert url == HOOK.url
        self.posts.append((headers["webhook-id"], json.loads(body)["data"], headers["webhook-signature"]))
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]

    def sign(self, name: str, id: str, at: int, body: bytes) -> str:
        assert name == HOOK.secret
        return f"v1,{id}.{at}"

    def wake(self, partner: str, ids: Sequence[str] = ()) -> None:
        self.woken.append((partner, tuple(ids)))


@dataclass
class Told:
    """A house whose partner has an endpoint."""

    house: House
    endpoint: Endpoint
    desk: Desk
    partner: Partner

    def hand_over(self, jti: str) -> Session:
        raw = json.dumps(CHAT).encode()
        return partners.receive(self.desk, self.partner, jti, raw, read_handoff(raw)).session

    def close(self, session: Session) -> Session:
        return change(self.desk, session, lambda s, now: hold.close(s, Reason.HELPED, now))

    def run(self) -> Delivered:
        return deliver(self.desk, "tiktok", sleep=self.house.clock.pass_seconds, crew=Serial)

    def stored(self, id: str) -> Session:
        found = self.desk.sessions.get(id, strong=True)
        assert found is not None
        return found


@pytest.fixture
def told(house: House) -> Told:
    endpoint = Endpoint()
    house.db.put_item(
        TableName="sessions",
        Item={
            "pk": {"S": "partner#tiktok"}, "sk": {"S": "partner"}, "id": {"S": "tiktok"}, "name": {"S": "TikTok"},
            "platforms": {"SS": ["tiktok"]}, "keys": {"M": {}}, "return_prefixes": {"L": []},
            "suspended": {"BOOL": False}, "sandbox": {"BOOL": False}, "lane_pk": {"S": "partner#0"},
            "lane_sk": {"S": "tiktok"}, "webhook": {"M": {"url": {"S": HOOK.url}, "secret": {"S": HOOK.secret}}},
        },
    )  # fmt: skip
    desk = replace(house.desk, sender=endpoint, signer=endpoint.sign, waker=endpoint.wake)
    return Told(house, endpoint, desk, replace(house.partner, webhook=HOOK))


def test_a_step_is_delivered_once_and_leaves_the_index(told: Told) -> None:
    session = told.hand_over("jti-0123456789abcdef")
    assert told.run() == Delivered()
    told.close(session)
    assert told.run() == Delivered(delivered=1)
    (first,) = told.endpoint.posts
    assert first[1] == {"id": session.id, "status": "closed", "sequence": 2}
    assert told.stored(session.id).delivered == 2
    assert [item for item in told.house.items() if "due_pk" in item or "courier" in item] == []
    assert told.run() == Delivered()


def test_a_retry_says_the_same_under_the_same_id_until_it_arrives(told: Told) -> None:
    told.endpoint.answers = [Sent(500), Sent(None, fault="timeout"), Sent(429, retry_after=3000), Sent(200)]
    session = told.close(told.hand_over("jti-0123456789abcdef"))
    for wait in (0, *SCHEDULE[1:4]):
        told.house.clock.pass_seconds(wait / 1000 * 1.3)
        told.run()
    assert len(told.endpoint.posts) == 4
    assert len({(id, str(data)) for id, data, _ in told.endpoint.posts}) == 1
    assert told.stored(session.id).delivered == 2


def test_a_first_retry_is_waited_for_instead_of_the_next_minute(told: Told) -> None:
    told.endpoint.answers = [Sent(500), Sent(200)]
    told.close(told.hand_over("jti-0123456789abcdef"))
    began = told.house.clock()
    assert told.run() == Delivered(delivered=1, failed=1)
    assert 5000 <= told.house.clock() - began < 10_000


def test_exhausted_is_parked_listed_and_not_sent_again(told: Told) -> None:
    told.endpoint.answers = [Sent(503)]
    session = told.close(told.hand_over("jti-0123456789abcdef"))
    for _ in range(40):
        told.run()
        told.house.clock.pass_seconds(12 * 3600)
    assert len(told.endpoint.posts) == len(SCHEDULE)
    assert [row.id for row in told.desk.deliveries.parked("tiktok")] == [session.id]
    assert told.desk.deliveries.due("tiktok", before=told.house.clock() + 99 * DAY, limit=5) == []
    assert told.stored(session.id).parked == "exhausted"


def test_410_stops_the_endpoint_and_what_else_is_owed_is_parked_unsent(told: Told) -> None:
    first, second = told.hand_over("jti-0123456789abcde1"), told.hand_over("jti-0123456789abcde2")
    told.close(first)
    told.endpoint.answers = [Sent(410)]
    told.run()
    told.close(second)
    told.house.clock.pass_seconds(61)
    partner = told.desk.directory.partner("tiktok")
    assert partner is not None
    assert partner.webhook == replace(HOOK, stopped="gone")
    told.run()
    assert len(told.endpoint.posts) == 1
    assert {row.id for row in told.desk.deliveries.parked("tiktok")} == {first.id, second.id}


def test_what_a_dead_deliverer_had_in_hand_is_sent_by_the_next(told: Told) -> None:
    session = told.close(told.hand_over("jti-0123456789abcdef"))
    now = told.house.clock()
    assert told.desk.deliveries.hold("tiktok", "dead", now=now, until=now + 30_000)
    (row,) = told.desk.deliveries.due("tiktok", before=now + 1, limit=5)
    assert told.desk.deliveries.take(row, token="dead", until=now + 30_000)
    assert told.run() == Delivered(busy=1)
    told.house.clock.pass_seconds(31)
    assert told.run() == Delivered(delivered=1)
    assert told.stored(session.id).delivered == 2


def test_two_deliverers_never_take_the_same_row(told: Told) -> None:
    told.close(told.hand_over("jti-0123456789abcdef"))
    now = told.house.clock()
    (row,) = told.desk.deliveries.due("tiktok", before=now + 1, limit=5)
    assert told.desk.deliveries.take(row, token="one", until=now + 30_000)
    assert told.desk.deliveries.take(row, token="two", until=now + 30_000) is None
    assert told.desk.deliveries.take(row, token="one", until=now + 30_000), "a lost reply is a success"


def test_a_step_during_an_attempt_is_owed_afterwards(told: Told) -> None:
    session = told.hand_over("jti-0123456789abcdef")
    told.close(session)
    now = told.house.clock()
    (row,) = told.desk.deliveries.due("tiktok", before=now + 1, limit=5)
    seen = told.desk.deliveries.take(row, token="one", until=now + 30_000)
    assert seen is not None
    told.house.clock.pass_seconds(1)
    later = told.desk.sessions.replace(seen, _stepped(seen, told.house.clock()))
    assert not told.desk.deliveries.settle(seen, replace(seen, delivered=2, courier=None, deliver_at=None))
    told.desk.deliveries.delivered(session.id, 2)
    assert told.stored(session.id).delivered == 2
    assert later.sequence == 3
    told.house.clock.pass_seconds(1)
    assert told.run() == Delivered(delivered=1)
    assert told.stored(session.id).delivered == 3


def test_a_dead_endpoint_is_left_alone_until_the_next_minute(told: Told) -> None:
    told.endpoint.answers = [Sent(None, fault="timeout")]
    for n in range(3 * TIRED):
        told.close(told.hand_over(f"jti-0123456789abc{n:03d}"))
    done = told.run()
    assert TIRED <= done.failed <= TIRED + 4
    assert len(told.endpoint.posts) == done.failed
    assert told.run() == Delivered(busy=1), "at rest, whatever changes meanwhile"
    fresh = told.close(told.hand_over("jti-0123456789abcfff"))
    assert wake_changed(told.desk, [fresh.id]) == 0
    told.house.clock.pass_seconds(46)
    assert wake_due(told.desk) == 1
    assert told.run().failed >= TIRED


def test_a_suspended_partner_is_told_nothing_and_nothing_is_forgotten(told: Told) -> None:
    told.close(told.hand_over("jti-0123456789abcdef"))
    row = {"TableName": "sessions", "Key": {"pk": {"S": "partner#tiktok"}, "sk": {"S": "partner"}}}
    for flag, sent in ((True, 0), (False, 1)):
        told.house.db.update_item(
            **row, UpdateExpression="SET suspended = :f", ExpressionAttributeValues={":f": {"BOOL": flag}}
        )
        told.house.clock.pass_seconds(61)
        told.run()
        assert wake_due(told.desk) == 0
        assert len(told.endpoint.posts) == sent


def test_the_stream_and_the_minute_wake_only_whom_something_is_owed(told: Told) -> None:
    waiting, over = told.hand_over("jti-0123456789abcde1"), told.hand_over("jti-0123456789abcde2")
    told.house.clock.pass_seconds(61)
    assert wake_changed(told.desk, [waiting.id, over.id, over.id]) == 0
    assert wake_due(told.desk) == 0
    told.close(over)
    assert wake_changed(told.desk, [waiting.id, over.id]) == 1
    told.house.clock.pass_seconds(1)
    assert wake_due(told.desk) == 1
    assert told.endpoint.woken == [("tiktok", (over.id,)), ("tiktok", ())]


def test_signing_keys_that_cannot_be_had_cost_no_attempt(told: Told) -> None:
    def unsigned(name: str, id: str, at: int, body: bytes) -> str:
        raise Problem("unavailable")

    session = told.close(told.hand_over("jti-0123456789abcdef"))
    done = deliver(replace(told.desk, signer=unsigned), "tiktok", sleep=told.house.clock.pass_seconds, crew=Serial)
    assert done.failed == 1
    assert told.stored(session.id).tries == 0
    told.house.clock.pass_seconds(MINUTE / 1000)
    assert told.run() == Delivered(delivered=1)


def test_the_sandbox_walks_to_the_end_and_no_counsellor_can_take_it(told: Told) -> None:
    told.house.db.update_item(
        TableName="sessions", Key={"pk": {"S": "partner#tiktok"}, "sk": {"S": "partner"}},
        UpdateExpression="SET sandbox = :f", ExpressionAttributeValues={":f": {"BOOL": True}},
    )  # fmt: skip
    sandbox = replace(told.partner, sandbox=True)
    raw = json.dumps({**CHAT, "report": {"category": "hate"}, "subject": "sandbox:left"}).encode()
    taken = partners.receive(told.desk, sandbox, "jti-0123456789abcdef", raw, read_handoff(raw))
    (row,) = [item for item in told.house.items() if item["sk"]["S"] == "session"]
    assert not {"lane_pk", "number", "subject", "has_report"} & row.keys()
    assert told.house.items("keys") == []
    assert [item for item in told.house.items() if item["sk"]["S"] == "report"] == []
    told.house.clock.pass_seconds(3)
    assert partners.status(told.desk, sandbox, taken.session.id).status == "closed"
    assert told.run() == Delivered(delivered=1)
    assert told.endpoint.posts[0][1] == {"id": taken.session.id, "status": "closed", "sequence": 2}
    again = partners.receive(told.desk, sandbox, "jti-0123456789abcdef", raw, read_handoff(raw))
    assert again.replayed


def test_a_busy_sandbox_refuses_the_first_try_of_a_jti_alone(told: Told) -> None:
    sandbox = replace(told.partner, sandbox=True)
    raw = json.dumps({**CHAT, "subject": "sandbox:unavailable_once"}).encode()
    with pytest.raises(Problem) as refused:
        partners.receive(told.desk, sandbox, "jti-0123456789abcdef", raw, read_handoff(raw))
    assert (refused.value.code, refused.value.retry_after) == ("unavailable", 1)
    first = partners.receive(told.desk, sandbox, "jti-0123456789abcdef", raw, read_handoff(raw))
    assert not first.replayed
    assert partners.receive(told.desk, sandbox, "jti-0123456789abcdef", raw, read_handoff(raw)).replayed


def test_an_unknown_script_is_told_with_those_there_are(told: Told) -> None:
    sandbox = replace(told.partner, sandbox=True)
    raw = json.dumps({**CHAT, "subject": "sandbox:nothing"}).encode()
    with pytest.raises(Problem) as refused:
        partners.receive(told.desk, sandbox, "jti-0123456789abcdef", raw, read_handoff(raw))
    assert refused.value.errors[0].pointer == "/subject"
    assert "no_answer" in refused.value.errors[0].detail


def test_a_partner_registered_after_a_first_try_is_known_within_seconds(told: Told) -> None:
    directory = told.house.desk.directory
    assert directory.partner("late") is None
    told.house.db.put_item(
        TableName="sessions",
        Item={
            "pk": {"S": "partner#late"}, "sk": {"S": "partner"}, "id": {"S": "late"}, "name": {"S": "Late"},
            "platforms": {"SS": ["late"]}, "keys": {"M": {}},
        },
    )  # fmt: skip
    assert directory.partner("late") is None, "kept for a moment: strangers' names must not cost a read each"
    told.house.clock.pass_seconds(5)
    assert directory.partner("late") is not None


def _stepped(session: Session, now: int) -> Session:
    """One more step of the status, as any verb would write it."""
    return step(session, session, replace(session, sequence=session.sequence + 1), now)
