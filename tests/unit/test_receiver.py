"""The receiver of tests and bench: what a sender meets for each fault, and what counts as received."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import socket
import time
from collections.abc import Iterator

import pytest

from chalicelib.outside.post import Post
from chalicelib.ports import Sent
from tests.misbehaviour import FAULTS, HUGE, DeadPort, Plan, always
from tests.receiver import Receiver

KEY = bytes(range(32))
SECRET = "whsec_" + base64.b64encode(KEY).decode()
OTHER = "whsec_" + base64.b64encode(bytes(32)).decode()
WITHIN = 0.4


def post(url: str, sequence: int = 2, *, key: bytes = KEY, session: str = "ho_1", within: float = WITHIN) -> Sent:
    """One delivery as FACTS §5 say it, signed here and not by the code that is tested elsewhere."""
    data = {"id": session, "status": "closed", "sequence": sequence}
    body = json.dumps({"type": "handoff.status", "timestamp": "2026-09-21T14:13:20.000Z", "data": data}).encode()
    id, stamp = f"msg_{session}{sequence}", str(int(time.time()))
    made = hmac.new(key, f"{id}.{stamp}.".encode() + body, hashlib.sha256).digest()
    headers = {
        "content-type": "application/json", "webhook-id": id, "webhook-timestamp": stamp,
        "webhook-signature": f"v1,{base64.b64encode(made).decode()}",
    }  # fmt: skip
    return Post(("127.0.0.1",), within=within)(url, headers, body)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver([SECRET]) as made:
        yield made


@pytest.mark.parametrize(
    ("fault", "status", "words"),
    [
        ("ok", 204, {""}), ("error", 500, {""}), ("busy_seconds", 429, {""}), ("busy_date", 429, {""}),
        ("reset", None, {"reset"}), ("hang", None, {"timeout"}), ("slow_headers", None, {"timeout"}),
        ("slow_body", 200, {""}), ("huge_body", 200, {""}), ("redirect_home", 307, {""}), ("redirect_away", 308, {""}),
        ("410", 410, {""}), ("202", 202, {""}), ("503:20", 503, {""}),
    ],
)  # fmt: skip
def test_what_a_sender_meets(receiver: Receiver, fault: str, status: int | None, words: set[str]) -> None:
    receiver.plan = always(fault)
    began = time.monotonic()
    sent = post(receiver.url)
    assert time.monotonic() - began < WITHIN + 0.3
    assert (sent.status, sent.fault in words) == (status, True)
    (arrival,) = receiver.arrivals
    assert (arrival.webhook_id, arrival.attempt, arrival.answered) == ("msg_ho_12", 1, fault)
    assert arrival.received == (fault in ("ok", "202", "slow_body", "huge_body"))
    assert receiver.told("ho_1") == ([(2, "closed")] if arrival.received else [])
    assert (receiver.forged, receiver.strayed) == ([], [])
    if fault.startswith("busy"):
        assert sent.retry_after is not None and 900 < sent.retry_after <= 2000
    if fault == "503:20":
        assert sent.retry_after == 20_000
    assert receiver.taken < HUGE // 2


def test_every_fault_is_one_of_those_tried_above() -> None:
    marks = test_what_a_sender_meets.pytestmark  # type: ignore[attr-defined]
    assert set(FAULTS) <= {fault for fault, _, _ in marks[0].args[1]}


def test_what_follows_a_redirect_is_noticed(receiver: Receiver) -> None:
    receiver.plan = always("redirect_away")
    home = receiver.url.removesuffix(Receiver.PATH)
    assert post(f"{home}/moved").status == 200
    assert receiver.strayed == ["home: POST /moved"]


def test_a_wrong_secret_and_a_changed_body_are_refused_and_a_second_secret_is_tried(receiver: Receiver) -> None:
    assert post(receiver.url, key=bytes(32)).status == 401
    assert len(receiver.forged) == 1 and receiver.arrivals == []
    receiver.secrets = [SECRET, OTHER]
    assert post(receiver.url, key=bytes(32)).status == 204
    assert post(receiver.url, sequence=3).status == 204
    assert [one.sequence for one in receiver.received("ho_1")] == [2, 3]


def test_attempts_are_counted_by_delivery_and_names_choose_the_faults(receiver: Receiver) -> None:
    asked: list[tuple[str, int, int]] = []

    def plan(name: str, sequence: int, attempt: int) -> str:
        asked.append((name, sequence, attempt))
        return "error" if attempt == 1 else "ok"

    receiver.plan = plan
    receiver.names["ho_1"] = "first"
    for sequence in (2, 2, 3):
        post(receiver.url, sequence)
    post(receiver.url, session="ho_2")
    assert asked == [("first", 2, 1), ("first", 2, 2), ("first", 3, 1), ("ho_2", 2, 1)]
    assert receiver.wait(lambda: len(receiver.of("ho_1")) == 3, 1)
    assert not receiver.wait(lambda: len(receiver.of("ho_1")) == 4, 0.05)


def test_a_plan_fails_its_share_in_every_way_and_the_same_again() -> None:
    plan = Plan(7)
    answers = [plan(f"x/{n}", 2, attempt) for n in range(2000) for attempt in (1, 2)]
    assert answers == [plan(f"x/{n}", 2, attempt) for n in range(2000) for attempt in (1, 2)]
    assert answers != [Plan(8)(f"x/{n}", 2, attempt) for n in range(2000) for attempt in (1, 2)]
    assert 0.27 < sum(one != "ok" for one in answers) / len(answers) < 0.33
    assert set(answers) == {"ok", *FAULTS}


def test_a_dead_port_accepts_and_is_silent_or_refuses() -> None:
    silent, refusing = DeadPort(accepts=True), DeadPort(accepts=False)
    try:
        assert post(silent.url, within=0.2).fault == "timeout"
        assert silent.opened == 1
        assert post(refusing.url).fault == "refused"
    finally:
        silent.stop()
        refusing.stop()


def test_stopped_it_refuses() -> None:
    with Receiver([SECRET], always("hang")) as receiver:
        port = int(receiver.url.split(":")[2].split("/")[0])
    with socket.socket() as probe:
        assert probe.connect_ex(("127.0.0.1", port)) != 0
