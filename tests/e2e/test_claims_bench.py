"""`make bench`: the measurement of claims works, and what it counts rather than times holds even in a tiny run."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench.claims import QUICK, run


def test_a_quick_run_prints_both_tables_loses_nothing_and_claims_nothing_twice(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(QUICK, tmp_path / "hub", quick=True) == []
    told = capsys.readouterr().out
    for title in ("| counsellors at once |", "| waiting | trips | WCU | RCU |"):
        assert title in told
    assert "0 lost, 0 got twice" in " ".join(told.split())
