"""A function's process is killed while it works: whoever asks again finds it done once."""

from __future__ import annotations

import threading
from collections.abc import Callable
from urllib.parse import urlsplit

import pytest

from tests.degraded.stage import PLATFORM, Stage, check_again, check_helps
from tests.degraded.wire import Asked, Fault, Plan
from tests.hub import Answer, Counsellor


def at(fault: Fault, operation: str, *words: str) -> Plan:
    """Stop at this request of the function: ``hang`` before it is done, ``hold`` after."""

    def plan(asked: Asked) -> Fault:
        here = asked.service == "dynamodb" and asked.operation == operation and all(asked.names(one) for one in words)
        return fault if here else "pass"

    return plan


def die(stage: Stage, plan: Plan, ask: Callable[[], Answer], function: str = "api_function") -> Answer:
    """Ask, and kill the process when it has come to this point."""
    answers: list[Answer] = []
    with stage.wire.failing(plan) as wire:
        asking = threading.Thread(target=lambda: answers.append(ask()))
        asking.start()
        assert wire.wait_held(), "it never came there"
        assert stage.kill(function)
        asking.join(timeout=60)
    assert len(answers) == 1
    return answers[0]


@pytest.mark.parametrize(("fault", "again"), [("hang", 201), ("hold", 200)])
def test_a_tap_over_which_the_process_died_is_taken_once(stage: Stage, fault: Fault, again: int) -> None:
    jti = stage.jti()
    check_again(die(stage, at(fault, "PutItem", "fingerprint", f'"{PLATFORM}"'), lambda: stage.tap(jti)))
    taken = stage.insist(jti)
    assert taken.status == again
    assert stage.insist(jti).json["id"] == taken.json["id"]
    assert stage.row(taken.json["id"])["state"] == {"S": "waiting"}


def test_a_youths_browser_gets_the_numbers_and_then_its_page(stage: Stage) -> None:
    link = urlsplit(stage.insist(stage.jti()).json["links"]["youth"]).path
    check_helps(die(stage, at("hang", "GetItem"), lambda: stage.browse(link)))
    assert stage.browse(link).status == 303


@pytest.mark.parametrize("side", ["youth", "counsellor"])
def test_words_over_which_the_process_died_are_said_once_when_they_are_sent_again(
    stage: Stage, who: Counsellor, side: str
) -> None:
    youth = stage.youth()
    held = stage.claim(who, youth.path.removeprefix("/s/"))

    def say() -> Answer:
        words = {"n": 1, "text": "un mot"}
        return youth.ask("messages", words) if side == "youth" else who.act(held, "messages", **words)

    check_again(die(stage, at("hang", "PutItem", f"message#{side}"), say))
    for _ in range(2):
        assert say().status == 200
    said = youth.ask().json
    assert ([one["text"] for one in said["messages"]], said["counters"][side]) == (["un mot"], 1)
    assert who.act(held, "close", reason="helped").status == 200


def test_a_claim_over_which_the_process_died_is_found_by_its_holder_and_given_to_nobody_else(
    stage: Stage, who: Counsellor
) -> None:
    youth = stage.youth()
    id = youth.path.removeprefix("/s/")
    while (other := who.claim()) is not None and other["id"] != id:
        assert who.act(other, "close", reason="helped").status == 200
    assert other is not None and who.act(other, "release").status == 200
    check_again(die(stage, at("hold", "UpdateItem", '"claimed"'), lambda: who.ask("claims", {})))
    colleague = stage.hub.new_counsellor("colleague")
    assert colleague.claim() is None
    (mine,) = [light for light in who.ask("queue").json["mine"] if light["id"] == id]
    assert mine["epoch"] == other["epoch"] + 1
    held = who.ask(f"sessions/{id}").json
    assert held["mine"] and who.act(held, "close", reason="helped").status == 200


def test_an_end_over_which_the_process_died_is_one_end(stage: Stage, who: Counsellor) -> None:
    youth = stage.youth()
    held = stage.claim(who, youth.path.removeprefix("/s/"))
    check_again(die(stage, at("hold", "UpdateItem", '"closed"'), lambda: who.act(held, "close", reason="helped")))
    again = who.act(held, "close", reason="helped")
    assert (again.status, again.json["state"], again.json["epoch"]) == (200, "closed", held["epoch"])
    assert youth.ask().json["ended"] == "ended"


def test_a_sweep_that_was_killed_is_done_by_the_next(stage: Stage) -> None:
    def sweep() -> Answer:
        try:
            stage.hub.sweep()
        except AssertionError:
            return Answer(500, {}, b"")
        return Answer(200, {}, b"")

    assert die(stage, at("hang", "Query"), sweep, "sweep_function").status == 500
    assert sweep().status == 200
