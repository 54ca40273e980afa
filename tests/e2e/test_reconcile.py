"""The reconciler as it is deployed: a damaged row of the engine's table is offered again and claimed."""

from __future__ import annotations

import json
import time

from chalicelib.desk.reconcile import SEGMENTS
from tests.hub import Hub
from tests.soundness import unsound

ROUNDS = 6


def test_a_session_that_no_index_shows_is_offered_again_and_claimed(hub: Hub) -> None:
    who = hub.counsellor()
    while (session := who.claim()) is not None:
        who.act(session, "close", reason="helped")
    id = hub.hand_over().json["id"]
    before = unsound(hub.rows(), int(time.time() * 1000))
    hub.aws("dynamodb").update_item(
        TableName=hub.facts["table"], Key={"pk": {"S": id}, "sk": {"S": "session"}},
        UpdateExpression="SET lane_sk = :x REMOVE lane_pk", ExpressionAttributeValues={":x": {"S": "x"}},
    )  # fmt: skip
    assert who.claim() is None
    for _ in range(ROUNDS * SEGMENTS):  # each worker of the function goes on from where it was itself
        hub.reconcile()
        held = who.claim()
        if held is not None:
            break
    assert held is not None and held["id"] == id
    assert who.act(held, "close", reason="helped").status == 200
    assert before == {}, "nothing else was ever to be repaired, whatever the tests before have done"
    group = hub.facts["engine"]["reconcile_log_group"]
    lines = [
        json.loads(event["message"])
        for event in hub.aws("logs").filter_log_events(logGroupName=group)["events"]
        if event["message"].startswith("{")
    ]
    assert sum(line["repaired"] for line in lines if line.get("message") == "reconciled") == 1
    metrics = [line for line in lines if "Repairs" in line]
    assert sum(sum(line["Repairs"]) for line in metrics) == 1
    assert len(metrics) > 1, "published also when nothing was repaired"
