"""Statuses come back to partners: over HTTP to a real receiver, judged by the standardwebhooks library.

The hub of these tests is their own: its deliveries wait a tiny part of what they wait in life, so that ten attempts
fit into seconds. What comes with the minute comes by calling the sweep; what a process has cached goes with it.
"""

from __future__ import annotations

import base64
import contextlib
import io
import json
import os
import re
import signal
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Any
from unittest.mock import patch

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from standardwebhooks import Webhook

from bench.delivering.judge import broken
from bench.delivering.killer import Killer, workers
from bench.delivering.lives import Play, plan_lives
from bench.delivering.partners import Enrolled, enrol, new_secret
from ops.partner import main as partner_command
from tests.conftest import Running
from tests.hub import Counsellor, Hub, fiction
from tests.misbehaviour import HUGE, DeadPort, Plan, always
from tests.receiver import Arrival, Receiver

PACE = "86400"
ARRIVES = 45.0
"""Seconds: a busy machine takes that long to start a few processes."""
NAMES = (
    "life", "retry", "newest", "faulty", "gone", "exhausted", "suspended", "rotated", "quiet", "beside", "dead",
    "killed",
)  # fmt: skip


@dataclass
class House:
    """A hub, and partners that no process of it has met yet, each with a receiver."""

    running: Running
    partners: Mapping[str, Enrolled]
    receivers: Mapping[str, Receiver]
    who: Counsellor

    @property
    def hub(self) -> Hub:
        return self.running.hub

    def tap(self, name: str) -> str:
        """A callback that waits; its id. Its status is the 201's own."""
        answer = self.hub.hand_over(
            self.partners[name].platform, session="callback", kind="call", callback={"number": fiction()}
        )
        assert (answer.status, answer.json["status"], answer.json["sequence"]) == (201, "waiting", 1)
        id: str = answer.json["id"]
        return id

    def connect(self, id: str) -> dict[str, Any]:
        """A counsellor takes it and dials: ``connected``, sequence 2."""
        session = self.who.claim()
        assert session is not None and session["id"] == id
        assert self.who.act(session, "reveal").status == 200
        return session

    def close(self, session: Mapping[str, Any]) -> None:
        """``closed``, sequence 3."""
        assert self.who.act(session, "close", reason="helped").status == 200

    def whole_life(self, name: str) -> str:
        """Tapped, connected, closed."""
        id = self.tap(name)
        self.close(self.connect(id))
        return id

    def row(self, id: str) -> dict[str, Any]:
        """The session's raw item."""
        asked = {"TableName": self.hub.facts["table"], "Key": {"pk": {"S": id}, "sk": {"S": "session"}}}
        found: dict[str, Any] = self.hub.aws("dynamodb").get_item(**asked, ConsistentRead=True)["Item"]
        return found

    def arrives(self, name: str, id: str, sequence: int = 3, *, sweeping: bool = False) -> None:
        """Wait until the partner knows; ``sweeping``: the minute comes again and again."""

        def known() -> bool:
            if sweeping:
                self.hub.sweep()
            return any(one.sequence == sequence for one in self.receivers[name].received(id))

        assert self.receivers[name].wait(known, ARRIVES), self.receivers[name].of(id)

    def comes_true(self, so: Callable[[], bool]) -> bool:
        """Whether it is so within the time that an arrival may take, with the minute coming again and again."""
        ends = time.monotonic() + ARRIVES
        while not so():
            if time.monotonic() > ends:
                return False
            self.hub.sweep()
        return True

    def operator(self, *arguments: str) -> str:
        """`make partner ARGS=…`; what it prints."""
        printed = io.StringIO()
        with patch.dict(os.environ, HUB_LOCAL=str(self.running.folder)), contextlib.redirect_stdout(printed):
            assert partner_command(list(arguments)) == 0
        return printed.getvalue()

    def forget(self) -> None:
        """The process of the minute forgets which partners it had seen, as it does within a minute."""
        engine = self.hub.facts["engine"]
        old = workers(engine["pid"], engine["sweep_function"])
        for pid in old:
            os.kill(pid, signal.SIGKILL)
        while set(old) & set(workers(engine["pid"], engine["sweep_function"])):
            time.sleep(0.01)
        for _ in old:
            with contextlib.suppress(AssertionError):  # the engine may hand one more event to each that died
                self.hub.sweep()


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    running = Running(tmp_path_factory.mktemp("deliveries"), WEBHOOK_PACE=PACE, LEASE_SECONDS="90", LIMIT="1000")
    receivers: dict[str, Receiver] = {}
    try:
        hub = running.hub
        partners = {name: enrol(hub, running.folder, name) for name in NAMES}
        for name, partner in partners.items():
            secret = new_secret()
            receivers[name] = Receiver([secret])
            partner.hook(receivers[name].url, [secret])
        yield House(running, partners, receivers, hub.counsellor())
    finally:
        for receiver in receivers.values():
            receiver.stop()
        running.stop()


@pytest.fixture(autouse=True)
def _genuine(house: House) -> Iterator[None]:
    """Whatever a test does, the library accepts every delivery, and nothing follows a redirect."""
    yield
    for name, receiver in house.receivers.items():
        assert (receiver.forged, receiver.strayed) == ([], []), name


def test_the_whole_life_of_a_handoff_comes_back_and_the_library_accepts_it(house: House) -> None:
    receiver = house.receivers["life"]
    id = house.tap("life")
    session = house.connect(id)
    house.arrives("life", id, 2)
    house.close(session)
    house.arrives("life", id, 3)
    assert receiver.told(id) == [(2, "connected"), (3, "closed")]
    first, last = receiver.of(id)
    for one in (first, last):
        body = json.loads(one.body)
        assert body == {
            "type": "handoff.status", "timestamp": body["timestamp"],
            "data": {"id": id, "status": one.status, "sequence": one.sequence},
        }  # fmt: skip
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", body["timestamp"])
        assert abs(datetime.fromisoformat(body["timestamp"]).timestamp() - time.time()) < 60
        assert re.fullmatch(r"msg_[a-z0-9]+", one.webhook_id)
        assert one.headers["user-agent"] == "hub3018"
        assert re.fullmatch(r"v1,[A-Za-z0-9+/]{43}=", one.headers["webhook-signature"])
    assert first.webhook_id != last.webhook_id
    assert house.hub.status(id, house.partners["life"].platform).json["status"] == "closed"
    assert "due_pk" not in house.row(id) or house.comes_true(lambda: "due_pk" not in house.row(id))


def test_a_retry_keeps_the_id_and_the_body_and_renews_time_and_signature(house: House) -> None:
    receiver = house.receivers["retry"]
    receiver.plan = lambda _name, _sequence, attempt: "503:1" if attempt < 3 else "ok"
    id = house.tap("retry")
    session = house.connect(id)
    house.arrives("retry", id, 2)
    tries = receiver.of(id)
    assert [one.answered for one in tries] == ["503:1", "503:1", "ok"]
    assert len({one.webhook_id for one in tries}) == len({one.body for one in tries}) == 1
    stamps = [int(one.headers["webhook-timestamp"]) for one in tries]
    assert stamps == sorted(set(stamps)) and abs(stamps[-1] - time.time()) < 30
    assert len({one.headers["webhook-signature"] for one in tries}) == 3
    gaps = [later.at - earlier.at for earlier, later in pairwise(tries)]
    assert min(gaps) > 0.9, "Retry-After: 1 was not waited for"
    house.close(session)
    house.arrives("retry", id, 3)


def test_a_newer_status_replaces_one_that_did_not_arrive(house: House) -> None:
    receiver = house.receivers["newest"]
    receiver.plan = lambda _name, sequence, _attempt: "503:3600" if sequence == 2 else "ok"
    id = house.tap("newest")
    session = house.connect(id)
    assert receiver.wait(lambda: len(receiver.of(id)) == 1, ARRIVES)
    house.close(session)
    house.arrives("newest", id, 3)
    assert [(one.sequence, one.received) for one in receiver.of(id)] == [(2, False), (3, True)]


def test_an_endpoint_fails_in_every_way_and_each_final_status_arrives(house: House) -> None:
    """One handoff for each fault, which meets it at its first attempt and finds the endpoint well at its second."""
    receiver = house.receivers["faulty"]
    faults = dict(enumerate(Plan(0).faults))
    ids = {n: house.tap("faulty") for n in faults}
    for n, id in ids.items():
        receiver.names[id] = str(n)
    receiver.plan = lambda name, sequence, attempt: faults[int(name)] if (sequence, attempt) == (3, 1) else "ok"
    for id in ids.values():
        session = house.connect(id)
        house.close(session)
    for n, id in ids.items():
        house.arrives("faulty", id, 3)
        final = [one for one in receiver.of(id) if one.sequence == 3]
        assert final[0].answered == faults[n]
        assert len({one.webhook_id for one in final}) == 1
        if final[0].received:  # a body that drips or never ends is not waited for, nor read
            assert len(final) == 1, faults[n]
    assert receiver.taken < HUGE // 2


def test_410_stops_the_endpoint_and_the_operator_is_told(house: House) -> None:
    receiver, partner = house.receivers["gone"], house.partners["gone"]
    receiver.plan = always("410")
    id = house.tap("gone")
    session = house.connect(id)
    assert receiver.wait(lambda: len(receiver.of(id)) == 1, ARRIVES)
    assert house.comes_true(lambda: "stopped" in house.operator("webhook-show", partner.id))
    assert "gone" in house.operator("webhook-show", partner.id)
    house.close(session)
    assert house.comes_true(lambda: house.row(id).get("parked") is not None)
    house.hub.sweep()
    assert len(receiver.of(id)) == 1
    assert id in house.operator("parked", partner.id)
    receiver.plan = always("ok")
    house.operator("webhook-resume", partner.id)
    house.operator("replay", partner.id, "--all")
    house.arrives("gone", id, 3, sweeping=True)
    assert receiver.told(id) == [(3, "closed")]


def test_what_ten_attempts_could_not_deliver_is_kept_listed_and_replayed(house: House) -> None:
    receiver, partner = house.receivers["exhausted"], house.partners["exhausted"]
    receiver.plan = always("error")
    id = house.whole_life("exhausted")
    assert house.comes_true(lambda: house.row(id).get("parked", {}).get("S") == "exhausted")
    final = [one for one in receiver.of(id) if one.sequence == 3]
    assert len(final) == 10
    assert len({one.webhook_id for one in final}) == 1
    assert id in house.operator("parked", partner.id)
    house.hub.sweep()
    assert len([one for one in receiver.of(id) if one.sequence == 3]) == 10
    receiver.plan = always("ok")
    house.operator("replay", partner.id, "--session", id)
    house.arrives("exhausted", id, 3, sweeping=True)
    assert receiver.received(id)[0].webhook_id == final[0].webhook_id
    assert "nothing is parked" in house.operator("parked", partner.id)


def test_a_suspended_partner_gets_nothing_and_later_everything(house: House) -> None:
    receiver, partner = house.receivers["suspended"], house.partners["suspended"]
    id = house.tap("suspended")
    house.operator("suspend", partner.id)
    house.close(house.connect(id))
    house.hub.sweep()
    time.sleep(1)
    assert receiver.of(id) == []
    house.operator("resume", partner.id)
    house.forget()
    house.arrives("suspended", id, 3, sweeping=True)
    assert receiver.told(id) == [(3, "closed")]


def test_during_a_rotation_the_old_secret_the_new_one_and_the_public_key_all_verify(house: House) -> None:
    receiver, partner = house.receivers["rotated"], house.partners["rotated"]
    (old,) = receiver.secrets
    new, pair = new_secret(), Ed25519PrivateKey.generate()
    seed = pair.private_bytes(Encoding.Raw, PrivateFormat.Raw, NoEncryption())
    partner.sign_with([new, "whsk_" + base64.b64encode(seed).decode(), old])
    id = house.whole_life("rotated")
    house.arrives("rotated", id, 3)
    one = receiver.received(id)[-1]
    for secret in (old, new):
        assert Webhook(secret).verify(one.body, dict(one.headers))["data"]["id"] == id
    signatures = one.headers["webhook-signature"].split(" ")
    assert [signature.split(",")[0] for signature in signatures] == ["v1", "v1a", "v1"]
    signed = f"{one.webhook_id}.{one.headers['webhook-timestamp']}.".encode() + one.body
    pair.public_key().verify(base64.b64decode(signatures[1].split(",")[1]), signed)


def test_a_dead_partner_does_not_delay_another(house: House) -> None:
    port, partner = DeadPort(accepts=True), house.partners["dead"]
    try:
        partner.hook(port.url, house.receivers["dead"].secrets)
        for _ in range(6):
            house.whole_life("dead")
        assert house.receivers["dead"].wait(lambda: port.opened > 0, ARRIVES)
        began = time.monotonic()
        id = house.whole_life("beside")
        closed = time.monotonic()
        house.arrives("beside", id, 3)
        assert time.monotonic() - closed < 3 and closed - began < 10
    finally:
        port.stop()


def test_with_the_stream_off_the_minute_delivers(house: House) -> None:
    functions = house.hub.aws("lambda")
    (stream,) = functions.list_event_source_mappings(FunctionName=house.hub.facts["engine"]["wake_function"])[
        "EventSourceMappings"
    ]
    functions.update_event_source_mapping(UUID=stream["UUID"], Enabled=False)
    try:
        assert functions.get_event_source_mapping(UUID=stream["UUID"])["State"] == "Disabled"
        time.sleep(1)  # a poll that was under way
        id = house.whole_life("quiet")
        house.arrives("quiet", id, 3, sweeping=True)
        assert house.receivers["quiet"].told(id)[-1] == (3, "closed")
    finally:
        functions.update_event_source_mapping(UUID=stream["UUID"], Enabled=True)


@pytest.mark.timeout(180)
def test_the_deliverer_is_killed_while_it_works_and_nothing_is_lost(house: House) -> None:
    receiver, partner = house.receivers["killed"], house.partners["killed"]
    receiver.plan = Plan(3018)
    lives = plan_lives(3018, {"killed": 40}, 12)
    play = Play(house.hub, [house.who], lives, {"killed": partner.platform}, lambda _: None)
    killer = Killer(house.hub, lambda: len(receiver.arrivals), 12, times=1)
    play.run()
    killer.stop()
    assert play.faults == []
    assert killer.killed

    def known() -> bool:
        house.hub.sweep()
        return not broken(lives, receiver.arrivals)

    receiver.wait(known, 90)
    assert broken(lives, receiver.arrivals) == []
    assert house.running.process.poll() is None


def test_what_the_receiver_noted_is_what_the_hub_believes(house: House) -> None:
    """At the very end: no row of a healthy partner is owed any more, and each knows its newest status."""
    healthy = {house.partners[name].id for name in ("life", "retry", "rotated", "quiet", "beside", "killed", "faulty")}

    def rows() -> list[dict[str, Any]]:
        return [
            row for row in house.hub.rows() if row["sk"]["S"] == "session" and row["partner"]["S"] in healthy
        ]  # fmt: skip

    assert house.comes_true(lambda: not any("due_pk" in row for row in rows()))
    arrivals: list[Arrival] = [one for receiver in house.receivers.values() for one in receiver.arrivals]
    newest = {one.session: one.sequence for one in arrivals if one.received}
    assert {row["pk"]["S"]: int(row["sequence"]["N"]) for row in rows()} == {
        row["pk"]["S"]: newest.get(row["pk"]["S"], 1) for row in rows()
    }
