"""Clocks are wrong: the functions' own by seconds, really set so in their processes; a partner's by minutes."""

from __future__ import annotations

import platform
import sys
import time
from collections.abc import Iterator
from datetime import datetime
from importlib.util import find_spec
from pathlib import Path

import pytest

from bench.delivering.partners import enrol, new_secret
from ops.signer import Partner, compact, sign
from tests.degraded.stage import PLATFORM, Stage, check_helps
from tests.hub import ALL_SCOPES, Answer, Counsellor, Youth
from tests.receiver import Receiver

OTHERS = ("sweep_function", "wake_function", "deliver_function")
ARRIVES = 90.0


def preload() -> str:
    """The library that sets a process's clock wrong; it comes built for one kind of machine."""
    if (sys.platform, platform.machine()) != ("linux", "x86_64"):
        pytest.skip("libfaketime comes built for Linux on x86-64 alone")
    found = find_spec("libfaketime")
    assert found is not None and found.origin is not None
    return str(Path(found.origin).parent / "vendor" / "libfaketime" / "src" / "libfaketime.so.1")


def set_clock(stage: Stage, seconds: int, *functions: str) -> None:
    """So far off from now on; a clock that only measures spans goes on as it is."""
    library = preload() if seconds else ""
    wrong = f"{seconds:+d}s" if seconds else ""
    stage.lay_wire(*functions, LD_PRELOAD=library, FAKETIME=wrong, DONT_FAKE_MONOTONIC="1" if seconds else "")


@pytest.fixture
def clocks(stage: Stage) -> Iterator[None]:
    """Right again afterwards."""
    preload()
    yield
    set_clock(stage, 0)


def told_at(answer: Answer) -> float:
    """Seconds by which the hub's clock goes before ours, as the last message says."""
    at = max(datetime.fromisoformat(said["at"]).timestamp() for said in answer.json["messages"])
    return at - time.time()


@pytest.mark.usefixtures("clocks")
def test_functions_five_seconds_off_and_then_stepped_back_lose_nothing_and_keep_the_order(
    stage: Stage, who: Counsellor
) -> None:
    secret, partner = new_secret(), enrol(stage.hub, stage.running.folder, "skewed")
    with Receiver([secret]) as receiver:
        partner.hook(receiver.url, [secret])
        set_clock(stage, 5, "api_function")
        set_clock(stage, -5, *OTHERS)
        taken = stage.hub.hand_over(partner.platform)
        assert taken.status == 201
        id, youth = taken.json["id"], Youth(stage.hub, taken.json["links"]["youth"])
        assert youth.ask("messages", {"n": 1, "text": "un"}).status == 200
        held = stage.claim(who, id)
        assert who.act(held, "messages", n=1, text="deux").status == 200
        assert 3 < told_at(youth.ask()) < 6, "the clock was not set wrong"
        stage.hub.sweep()
        set_clock(stage, -5, "api_function")
        stage.hub.sweep()
        assert stage.row(id)["owner"]["S"], "a hold that was renewed in time was taken back"
        assert who.act(held, "renew").status == 200
        assert youth.ask("messages", {"n": 2, "text": "trois"}).status == 200
        assert who.act(held, "messages", n=2, text="quatre").status == 200
        said = [(one["from"], one["n"]) for one in youth.ask().json["messages"]]
        for side in ("youth", "counsellor"):
            assert [n for name, n in said if name == side] == [1, 2]
        assert who.act(held, "close", reason="helped").status == 200

        def known() -> bool:
            stage.hub.sweep()
            return (3, "closed") in receiver.told(id)

        assert receiver.wait(known, ARRIVES)
        assert [status for _, status in receiver.told(id)] in (["connected", "closed"], ["closed"])
        assert receiver.forged == []
        assert stage.hub.status(id, partner.platform).json["sequence"] == 3


def signed_at(stage: Stage, jti: str, seconds: float) -> Answer:
    """A tap by a partner whose clock is so far off."""
    body = compact({"platform": PLATFORM, "kind": "report", "session": "chat", "locale": "fr"})
    who = Partner.read(stage.hub.facts, PLATFORM)
    sent = sign(who, "POST", "/v1/handoffs", ALL_SCOPES, body, jti=jti, now=time.time() + seconds)
    return stage.hub.send(sent)


def test_a_partner_whose_clock_is_ten_minutes_wrong_gets_the_one_401_and_its_tap_when_it_is_right(
    stage: Stage,
) -> None:
    jti = stage.jti()
    refused = [signed_at(stage, jti, seconds) for seconds in (600, -600)]
    bodies = {answer.body.replace(answer.json["request_id"].encode(), b"") for answer in refused}
    assert ({answer.status for answer in refused}, len(bodies)) == ({401}, 1)
    assert signed_at(stage, jti, 50).status == 201
    assert signed_at(stage, jti, -50).status == 200
    stage.taken[jti] = signed_at(stage, jti, 0).json["id"]
    check_helps(stage.browse("/y/no-such-link"), 410)
