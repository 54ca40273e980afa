"""A partner's key is revoked while its requests are in the air: nothing more is taken, nothing that was taken is lost.

The partner taps beside the other modes, from the beginning of this folder's tests on.
"""

from __future__ import annotations

import time

import pytest

from tests.degraded.revoking import HOLDS_WITHIN, Revoked
from tests.degraded.stage import Stage
from tests.hub import FICTION, Counsellor

ARRIVES = 90.0


@pytest.mark.timeout(180)
def test_a_revoked_key_is_refused_within_a_minute_and_what_it_handed_over_goes_on(
    stage: Stage, who: Counsellor, revoked: Revoked
) -> None:
    youth, id = revoked.youth, revoked.youth.path.removeprefix("/s/")
    revoked.thread.join(timeout=HOLDS_WITHIN * 2)
    late = [answer for began, answer in revoked.answers if began > revoked.told + HOLDS_WITHIN]
    early = [answer for began, answer in revoked.answers if began < revoked.told]
    assert late and {answer.status for answer in late} == {401}
    assert 201 in {answer.status for answer in early}
    assert {answer.status for _, answer in revoked.answers} <= {201, 401, 503}
    bodies = {answer.body.replace(answer.json["request_id"].encode(), b"") for answer in late}
    assert len(bodies) == 1, "one answer for every bad token"
    assert youth.ask("choose", {"session": "callback", "number": FICTION}).json["callback"]["has_number"] is True
    held = stage.claim(who, id)
    assert who.act(held, "reveal").json["number"] == FICTION
    assert youth.ask().json["state"] == "connected"
    assert who.act(held, "close", reason="helped").status == 200

    def known() -> bool:
        stage.hub.sweep()
        return "closed" in {status for _, status in revoked.receiver.told(id)}

    assert revoked.receiver.wait(known, ARRIVES)


def test_the_partners_next_key_is_taken_at_once_after_that_minute(stage: Stage, revoked: Revoked) -> None:
    time.sleep(max(0.0, revoked.told + HOLDS_WITHIN - time.monotonic()))
    revoked.sign_with_the_next()
    assert stage.hub.hand_over(revoked.partner.platform, session="callback", kind="call").status == 201
    known = [row for row in stage.hub.rows() if row.get("partner") == {"S": revoked.partner.id}]
    assert len(known) >= sum(answer.status == 201 for _, answer in revoked.answers) + 1
