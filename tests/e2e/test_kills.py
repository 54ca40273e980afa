"""A sample of `make kills`: processes die while handoffs go through their whole life; nothing is lost or doubled."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench.killing.trial import Setting
from bench.kills import run

SAMPLE = Setting(handoffs=60, counsellors=8, at_once=12, every=2.5, failing=0.25, seed=3018)


@pytest.mark.timeout(900)
def test_processes_are_killed_at_random_and_nothing_is_lost_doubled_or_left_untold(tmp_path: Path) -> None:
    found = run(tmp_path, SAMPLE)
    assert {what: so for what, so in vars(found.verdict).items() if so} == {}
    assert len(found.books.sessions) == found.ledger.done["taps"] == SAMPLE.handoffs
    assert found.killed["api"] > 0, "nothing was killed"
