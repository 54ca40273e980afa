"""After all that: every tap that was taken is there once, and nothing that anybody sent stands in a log."""

from __future__ import annotations

from tests.degraded.stage import PLATFORM, Stage
from tests.e2e.test_leaks import logs_of


def test_every_tap_that_was_taken_is_one_session_and_there_is_no_other(stage: Stage) -> None:
    there = [
        row["pk"]["S"] for row in stage.hub.rows() if row["sk"]["S"] == "session" and row["partner"]["S"] == PLATFORM
    ]
    assert stage.taken
    assert sorted(there) == sorted(stage.taken.values())


def test_no_mode_put_anything_that_was_sent_into_a_log(stage: Stage) -> None:
    youth = stage.youth()
    assert youth.ask("messages", {"n": 1, "text": stage.canaries.text("last words")}).status == 200
    assert stage.canaries.find(logs_of(stage.running)) == set()
