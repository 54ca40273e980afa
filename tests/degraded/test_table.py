"""The table fails in ways of its own: what was answered is done; what was not is done once, or by the next minute."""

from __future__ import annotations

import pytest

from tests.degraded.stage import Stage, check_again
from tests.degraded.wire import Asked
from tests.hub import Counsellor


def lose(asked: Asked) -> str:
    return "lose" if asked.writes else "pass"


def test_a_claim_whose_every_answer_was_lost_is_found_by_its_holder(stage: Stage, who: Counsellor) -> None:
    youth = stage.youth()
    id = youth.path.removeprefix("/s/")
    assert who.act(stage.claim(who, id), "release").status == 200
    with stage.wire.failing(lose):
        check_again(who.ask("claims", {}))
    held = who.ask(f"sessions/{id}").json
    assert (held["mine"], held["epoch"]) == (True, 2)
    assert who.act(held, "close", reason="helped").status == 200


@pytest.mark.parametrize("side", ["youth", "counsellor"])
def test_words_whose_every_answer_was_lost_are_said_once(stage: Stage, who: Counsellor, side: str) -> None:
    youth = stage.youth()
    held = stage.claim(who, youth.path.removeprefix("/s/"))
    words = {"n": 1, "text": "un mot"}
    with stage.wire.failing(lose):
        check_again(youth.ask("messages", words) if side == "youth" else who.act(held, "messages", **words))
    again = youth.ask("messages", words) if side == "youth" else who.act(held, "messages", **words)
    assert again.status == 200
    assert [said["text"] for said in youth.ask().json["messages"]] == ["un mot"]
    assert who.act(held, "close", reason="helped").status == 200


def test_a_quick_exit_while_nothing_can_be_deleted_is_erased_by_the_next_sweep(stage: Stage) -> None:
    youth = stage.youth()
    id = youth.path.removeprefix("/s/")
    assert youth.ask("messages", {"n": 1, "text": "rien"}).status == 200
    deleting = ("DeleteItem", "BatchWriteItem")
    with stage.wire.failing(lambda asked: "throttle" if asked.operation in deleting else "pass"):
        assert stage.send(youth, "leave", "").status == 200
        stage.hub.sweep()
        assert stage.row(id)["state"] == {"S": "closed"} and "erased" not in stage.row(id)
    stage.hub.sweep()
    assert stage.row(id)["erased"] == {"BOOL": True}
    left = [row["sk"]["S"] for row in stage.hub.rows() if row["pk"]["S"] == id]
    assert left == ["session"]
    assert id not in {row["pk"]["S"] for row in stage.hub.rows(stage.hub.facts["engine"]["keys_table"])}


def test_the_sweep_goes_on_after_a_minute_in_which_the_table_was_throttled(stage: Stage) -> None:
    throttled = stage.wire.failing(lambda asked: "throttle" if asked.service == "dynamodb" else "pass")
    with throttled, pytest.raises(AssertionError):
        stage.hub.sweep()
    stage.hub.sweep()
