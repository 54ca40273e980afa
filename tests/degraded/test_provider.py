"""The counsellors' sign-in provider is down: who is in goes on, who is not is told so, children notice nothing."""

from __future__ import annotations

import time
from urllib.parse import parse_qs, urlsplit

from chalicelib.aws.provider import ENABLED_KEPT
from tests.degraded.stage import HTML, Stage
from tests.degraded.wire import Asked
from tests.hub import Counsellor


def silent(asked: Asked) -> str:
    return "hang" if asked.service == "provider" else "pass"


def test_who_is_signed_in_goes_on_and_does_not_wait_at_each_step(stage: Stage, who: Counsellor) -> None:
    """Each request of a counsellor waited for the silent directory, as long as it was waited for."""
    youth = stage.youth()
    assert who.ask("queue").status == 200
    time.sleep(ENABLED_KEPT / 1000)  # until the directory is asked again
    with stage.wire.failing(silent) as wire:
        held = stage.claim(who, youth.path.removeprefix("/s/"))
        for n in (1, 2, 3):
            assert who.act(held, "messages", n=n, text="je suis là").status == 200
        assert len(youth.ask().json["messages"]) == 3
        assert who.ask("queue").status == 200
        assert who.act(held, "close", reason="helped").status == 200
        processes = len(stage.processes())
        assert 0 < wire.failed <= 2 * processes, "each of two tries, once for each process"


def test_who_signs_in_is_told_to_come_again_and_not_that_the_provider_refused(stage: Stage) -> None:
    """A silent provider was told as one that refused the counsellor."""
    login = stage.hub.ask("GET", "/console/login")
    kept = login.headers["set-cookie"].split(";")[0]
    state = parse_qs(urlsplit(login.headers["location"]).query)["state"][0]
    back = f"/console/callback?state={state}&code=from-the-provider"
    with stage.wire.failing(silent):
        told = stage.hub.ask("GET", back, None, {**HTML, "Cookie": kept})
        assert told.status == 503 and "ne répond pas" in told.body.decode()
    refused = stage.hub.ask("GET", back, None, {**HTML, "Cookie": kept})
    assert refused.status == 403


def test_the_console_of_who_is_not_known_yet_opens_again_by_itself(stage: Stage, who: Counsellor) -> None:
    stage.refresh()
    own = {**HTML, "Cookie": f"hub_desk={who.token}"}
    with stage.wire.failing(lambda asked: "fail" if asked.service == "provider" else "pass"):
        assert stage.hub.ask("GET", "/console", None, own).status == 503
        assert who.ask("queue").status == 503
    assert stage.hub.ask("GET", "/console", None, own).status == 200
