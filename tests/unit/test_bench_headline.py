"""The README's first figures: from what was kept, with nothing made up for what was not measured."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest

from bench import __main__ as everything
from bench import page
from bench.headline import CHAT, collected, headline
from bench.machine import machine

FOUND: dict[str, dict[str, Any]] = {
    "cold": {"hub": {"plain": {"cpu_ms": 312.4}, "traced": {"cpu_ms": 402}}, "fastapi": {"plain": {"cpu_ms": 900}}},
    "warm": {"hub": {"cpu_ms": 1.234, "trips": 1, "wcu": 2.0}, "bare": {"cpu_ms": 1, "trips": 2, "wcu": 2.5}},
    "package": {"bytes": 11_940_000},
    "lives": {CHAT: {"writes": 307.0, "reads": 1451.5}},
    "claims": {"writes_per_claim_at_50": 1.125},
}


def test_each_figure_stands_under_its_contender() -> None:
    told = headline(FOUND)
    assert "| cold start to the first answer, CPU | 312 ms |  |  | 900 ms |" in told
    assert "| warm, write units | 2 | 2.5 |  |  |" in told
    assert "| the package for AWS, zipped | 11.9 MB |" in told
    assert "| writes for each claim, 50 counsellors at once | 1.12 |" in told
    assert "| a whole chat, 20 messages of each side: write units | 307 |" in told


def test_what_was_not_measured_stays_empty() -> None:
    told = headline({})
    assert "| warm, CPU |  |  |  |  |" in told
    cells = [cell for line in told.splitlines() for cell in line.split("|")[2:]]
    assert not any(letter.isdigit() for cell in cells for letter in cell)


def test_every_table_has_its_place_on_its_page() -> None:
    for name in ("machine", "cold", "warm", "package", "units", "claims", "traffic", "scale"):
        assert page.PERFORMANCE.read_text().count(f"<!-- {name} -->") == 1
    assert page.README.read_text().count("<!-- headline -->") == 1


def test_only_what_was_kept_is_collected(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(page, "KEPT", tmp_path)
    assert collected() == {}
    page.keep("package", {"bytes": 5})
    assert collected() == {"package": {"bytes": 5}}


def test_the_machine_says_the_same_again_and_no_date() -> None:
    assert machine() == machine()
    assert f"Python {sys.version_info.major}.{sys.version_info.minor}" in machine()
    assert "unknown" not in machine()


def test_a_measurement_that_fails_does_not_keep_the_others_from_theirs(capfd: pytest.CaptureFixture[str]) -> None:
    failed = everything.measure(("nothing_of_that_name", "nor_this"))
    assert list(failed) == ["nothing_of_that_name", "nor_this"]
    assert "nor_this" in failed["nor_this"]
    assert "== nor_this: FAILED" in capfd.readouterr().out
