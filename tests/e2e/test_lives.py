"""The units of whole lives, from the tap until they are erased, stay within what is allowed for each."""

from __future__ import annotations

from pathlib import Path

from bench.lives import measure
from bench.living.stories import STORIES
from bench.living.table import over, table
from tests.conftest import Running


def test_no_life_consumes_more_than_is_allowed_for_it(tmp_path: Path) -> None:
    running = Running(tmp_path, LEASE_SECONDS="90")
    try:
        lives, empty = measure(running.hub, tmp_path)
    finally:
        running.stop()
    print("\n" + table(lives, empty))
    assert [life.name for life in lives] == [story.name for story in STORIES]
    assert over(lives) == []
    assert (empty.requests, empty.kms, empty.people) == (0, 0, 0)
    replay = next(life for life in lives if "replay" in life.name)
    assert (replay.whole.trips, replay.whole.writes, replay.whole.reads) == (1, 1, 0)
