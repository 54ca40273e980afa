"""Counsellors race through HTTP on the deployed stack; the same without the guard proves that the net catches."""

from __future__ import annotations

import os
import threading
import time
from collections import Counter
from typing import Any

import pytest

from bench.race import Outcome, most_passed_over, race
from chalicelib.aws.secrets import StageSecrets
from chalicelib.desk.turns import CROWD_LASTS
from ops.place import OperatorClients
from ops.trail import records_of, verify
from tests.conftest import Running
from tests.hub import Hub

CLAIMS = int(os.environ.get("RACE_CLAIMS", "1000"))
COUNSELLORS = 32


@pytest.fixture(scope="module")
def empty(hub: Hub) -> Hub:
    """The hub with nothing waiting."""
    who = hub.counsellor()
    while (session := who.claim()) is not None:
        assert who.act(session, "close", reason="helped").status == 200
    return hub


def test_with_one_counsellor_the_order_is_exact(empty: Hub) -> None:
    ids = [empty.hand_over(danger=n == 3).json["id"] for n in range(6)]
    who = empty.counsellor()
    taken = []
    for _ in ids:
        session = who.claim()
        assert session is not None
        taken.append(session["id"])
        assert who.act(session, "close", reason="helped").status == 200
    assert taken == [ids[3], *ids[:3], *ids[4:]]
    assert who.claim() is None


@pytest.fixture(scope="module")
def raced(empty: Hub) -> Outcome:
    """What came of thirty-two counsellors who all claim and close at once."""
    return race(empty, [empty.new_counsellor(f"racer-{n}") for n in range(COUNSELLORS)], CLAIMS)


@pytest.mark.timeout(300 + CLAIMS)
def test_thirty_two_counsellors_race_and_nobody_is_claimed_twice_or_lost(raced: Outcome) -> None:
    out = raced
    print(f"\n{len(out.claims)} claims in {out.seconds:.1f} s, most passed over {most_passed_over(out)}")
    assert out.faults == []
    assert (out.double, out.lost, dict(out.refusals)) == (0, 0, {})
    assert len(out.claims) == len(out.created) == CLAIMS
    assert {claim.epoch for claim in out.claims} == {1}
    assert len({claim.who for claim in out.claims}) > 1
    assert most_passed_over(out) <= 128


@pytest.mark.timeout(300 + CLAIMS)
def test_thirty_two_counsellors_leave_one_record_of_each_claim_and_close_in_a_whole_trail(
    empty: Hub, raced: Outcome
) -> None:
    answered = Counter((claim.who, claim.id, claim.epoch) for claim in raced.claims)
    empty.sweep()
    rows = empty.rows()
    ids = {claim.id for claim in raced.claims}
    told = [one for one in records_of(rows) if one.session in ids]
    for what in ("claim", "close"):
        assert Counter((one.who, one.session, one.epoch) for one in told if one.what == what) == answered
    assert len({one.chain for one in told}) > 1, "no process queues behind another's chain"
    hashes = StageSecrets(OperatorClients(empty.facts), empty.facts["engine"]["secret_arn"])
    found = verify(rows, hashes.mac)
    print(f"\n{len(told)} records in {len({one.chain for one in told})} chains")
    assert found.fault is None
    assert found.last is not None and len(found.last.heads) > 1


def test_the_same_race_without_the_guard_claims_sessions_twice(empty: Hub) -> None:
    """The counsellors of this test read the head of the line and write without a condition."""
    db, table, lane = empty.aws("dynamodb"), empty.facts["table"], "unguarded#0"
    for n in range(60):
        db.put_item(
            TableName=table,
            Item={
                "pk": {"S": f"unguarded#{n}"},
                "sk": {"S": "x"},
                "lane_pk": {"S": lane},
                "lane_sk": {"S": f"{n:04d}"},
            },
        )
    claims: list[str] = []

    def take() -> None:
        while True:
            head = db.query(
                TableName=table, IndexName="lane", Limit=1, KeyConditionExpression="lane_pk = :p",
                ExpressionAttributeValues={":p": {"S": lane}},
            )["Items"]  # fmt: skip
            if not head:
                return
            db.update_item(
                TableName=table, Key={"pk": head[0]["pk"], "sk": head[0]["sk"]},
                UpdateExpression="REMOVE lane_pk, lane_sk",
            )  # fmt: skip
            claims.append(head[0]["pk"]["S"])

    threads = [threading.Thread(target=take) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(claims)) == 60
    assert max(Counter(claims).values()) > 1


def test_a_silent_counsellor_loses_the_session_to_the_next_one_at_its_old_place(running: Running, empty: Hub) -> None:
    time.sleep(CROWD_LASTS / 1000)  # the races above are over: the order is exact again
    first, second = (empty.hand_over().json["id"] for _ in range(2))
    silent, next_one = empty.counsellor(), empty.new_counsellor("after-silence")
    held = silent.claim()
    assert held is not None and held["id"] == first
    deadline = time.monotonic() + running.lease + 90
    again: dict[str, Any] | None = None
    while time.monotonic() < deadline:  # nobody helps: the schedule's own sweep takes it back
        rows = {item["pk"]["S"]: item for item in empty.rows() if item["sk"]["S"] == "session"}
        if rows[first]["state"]["S"] == "waiting":
            again = next_one.claim()
            break
        time.sleep(2)
    assert again is not None and (again["id"], again["epoch"]) == (first, 2)
    for verb, members in (
        ("renew", {}), ("release", {}), ("close", {"reason": "helped"}), ("messages", {"n": 1, "text": "late"}),
        ("attempts", {"outcome": "busy"}), ("reveal", {}),
    ):  # fmt: skip
        refused = silent.act(held, verb, **members)
        assert (refused.status, refused.json["code"]) == (409, "taken_over"), verb
    last = next_one.claim()
    assert last is not None and last["id"] == second
    for session in (again, last):
        assert next_one.act(session, "close", reason="helped").status == 200
