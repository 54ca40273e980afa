"""The vault of keys is down: nothing personal can be sealed or opened, and everything else goes on."""

from __future__ import annotations

import pytest

from tests.degraded.stage import Stage, check_again, check_helps
from tests.degraded.wire import Asked
from tests.hub import Counsellor, Youth

NUMBER = "+33639980077"
REPORT = {"category": "harassment", "contents": [{"url": "https://video.example/@someone/video/1"}]}


def refuses(asked: Asked) -> str:
    return "fail" if asked.service == "kms" else "pass"


def test_a_handoff_gets_its_201_without_its_number_and_the_page_asks_for_it_again(
    stage: Stage, who: Counsellor
) -> None:
    number = "+33" + "".join(stage.canaries.number("asked again", "6 39 98 ## ##").split())
    wish = {"session": "callback", "kind": "call", "callback": {"number": number}, "report": REPORT}
    with stage.wire.failing(refuses):
        jti = stage.jti()
        taken = stage.tap(jti, **wish)
        assert (taken.status, taken.json["status"]) == (201, "accepted")
        again = stage.tap(jti, **wish)
        assert (again.status, again.body) == (200, taken.body)
        row = stage.row(taken.json["id"])
        assert (row["state"], "number" in row, row.get("has_report")) == ({"S": "received"}, False, None)
    youth = Youth(stage.hub, taken.json["links"]["youth"])
    assert youth.ask("here", {}).status == 200
    shown = stage.browse(youth.path, youth.cookie)
    assert shown.status == 200 and b'data-testid="number"' in shown.body
    assert youth.ask().json["callback"]["has_number"] is False
    given = youth.ask("choose", {"session": "callback", "number": number})
    assert (given.status, given.json["callback"]["has_number"]) == (200, True)
    held = stage.claim(who, taken.json["id"])
    assert who.act(held, "reveal").json["number"] == number
    assert who.act(held, "close", reason="helped").status == 200


def test_a_number_that_cannot_be_kept_is_not_said_to_be_and_the_page_stays(stage: Stage, who: Counsellor) -> None:
    youth = stage.youth(session="callback", kind="call")
    with stage.wire.failing(refuses):
        check_again(youth.ask("choose", {"session": "callback", "number": NUMBER}))
        form = stage.send(youth, "choose", f"session=callback&number={NUMBER.replace('+', '%2B')}")
        assert form.status == 503 and b'href="tel:3018"' in form.body and b'data-testid="number"' in form.body
        assert youth.ask().json["callback"]["has_number"] is False
        assert youth.ask("danger", {}).json["danger"] is True
    assert youth.ask("choose", {"session": "callback", "number": NUMBER}).json["callback"]["has_number"] is True
    assert youth.ask("cancel", {}).status == 200


def test_a_claim_while_the_vault_is_down_is_answered_and_the_words_come_back_by_themselves(
    stage: Stage, who: Counsellor
) -> None:
    """It stood, and was answered 503: the counsellor did not learn of the child they held."""
    youth = stage.youth(report=REPORT)
    words = stage.canaries.text("before the claim", "je suis {}")
    assert youth.ask("messages", {"n": 1, "text": words}).status == 200
    stage.refresh()  # no process has the session's key any more
    with stage.wire.failing(refuses):
        held = stage.claim(who, youth.path.removeprefix("/s/"))
        assert (held["mine"], held["unreadable"], held["messages"]) == (True, True, [])
        assert held["counters"]["youth"] == 1 and "report" not in held
        seen = who.ask(f"sessions/{held['id']}").json
        assert (seen["mine"], seen["unreadable"], seen["epoch"]) == (True, True, held["epoch"])
        assert who.act(held, "renew").status == 200
        check_again(who.act(held, "messages", n=1, text="bonjour"))
        check_helps(stage.browse(youth.path, youth.cookie))
        assert youth.ask("state?youth=1&counsellor=0").status == 200, "what the page has need not be opened"
        check_again(youth.ask("messages", {"n": 2, "text": "là ?"}))
    assert youth.ask("messages", {"n": 2, "text": "là ?"}).status == 200
    assert who.act(held, "messages", n=1, text="bonjour").status == 200
    seen = who.ask(f"sessions/{held['id']}").json
    assert [said["text"] for said in seen["messages"]] == [words, "là ?", "bonjour"]
    assert (seen["unreadable"], seen["report"]["category"]) == (False, "harassment")
    assert who.act(held, "close", reason="helped").status == 200


@pytest.mark.parametrize("verb", ["release", "close"])
def test_a_session_is_given_back_or_ended_though_its_words_cannot_be_opened(
    stage: Stage, who: Counsellor, verb: str
) -> None:
    youth = stage.youth()
    assert youth.ask("messages", {"n": 1, "text": "je reste"}).status == 200
    held = stage.claim(who, youth.path.removeprefix("/s/"))
    stage.refresh()
    with stage.wire.failing(refuses):
        assert who.act(held, verb, **({"reason": "helped"} if verb == "close" else {})).status == 200
    if verb == "release":
        again = stage.claim(who, held["id"])
        assert (again["epoch"], [said["text"] for said in again["messages"]]) == (held["epoch"] + 1, ["je reste"])
        assert who.act(again, "close", reason="helped").status == 200


def test_the_quick_exit_erases_while_the_vault_is_down(stage: Stage) -> None:
    youth = stage.youth()
    assert youth.ask("messages", {"n": 1, "text": "rien"}).status == 200
    with stage.wire.failing(refuses):
        left = stage.send(youth, "leave", "")
        assert left.status == 200 and b"3018" not in left.body
    assert stage.row(youth.path.removeprefix("/s/"))["erased"] == {"BOOL": True}
