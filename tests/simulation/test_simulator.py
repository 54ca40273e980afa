"""A sample of the simulation: the seeds are fixed, so is what they do. `make simulate` runs many more."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.simulation.report import hunt
from tests.simulation.runs import run
from tests.simulation.scheduler import Scheduler

ROOT = Path(__file__).parents[2]
STEPS = 1000
SAMPLE = range(1, 31)
QUICKEST = ("create without its condition", "claim without the place it saw", "word kept before it is counted")


@pytest.mark.parametrize("seed", SAMPLE)
def test_no_promise_is_broken_in_a_sample_of_seeds(seed: int) -> None:
    result = run(seed, STEPS)
    assert not result.rule, f"make simulate SEED={seed}: {result.rule}: {result.what}"
    assert result.stormy >= STEPS
    assert result.sessions > 0


@pytest.mark.parametrize("mutant", QUICKEST)
def test_a_hub_without_one_of_its_rules_is_caught(mutant: str) -> None:
    assert hunt(mutant, 1, 10, STEPS).rule


def fingerprint(hash_seed: str) -> str:
    """Of the whole history of three seeds, in a process of its own."""
    program = (
        "from tests.simulation.runs import run; print([run(seed, 400, trace=True).fingerprint for seed in (2, 3, 5)])"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, env={**os.environ, "PYTHONHASHSEED": hash_seed}, check=True,
        capture_output=True, text=True,
    )  # fmt: skip
    return done.stdout


def test_the_same_seed_is_the_same_history_in_any_process() -> None:
    first = fingerprint("1")
    assert len(set(eval(first))) == 3
    assert fingerprint("2") == first


def test_a_history_is_the_same_whether_it_is_kept_or_not() -> None:
    kept, not_kept = run(4, 400, trace=True), run(4, 400)
    assert kept.lines
    assert (kept.steps, kept.hours, kept.uses) == (not_kept.steps, not_kept.hours, not_kept.uses)


def test_tasks_go_on_in_the_order_of_their_time_and_a_killed_one_goes_on_no_more() -> None:
    from random import Random

    scheduler = Scheduler(Random(1), 0)
    heard: list[tuple[int, str]] = []

    def life(name: str, pause: int) -> None:
        for _ in range(3):
            scheduler.pause(pause)
            heard.append((scheduler.now, name))

    scheduler.spawn(lambda: life("slow", 10))
    quick = scheduler.spawn(lambda: life("quick", 4))
    scheduler.spawn(lambda: scheduler.doom(quick), 9)
    scheduler.go(lambda: False)
    assert heard == [(4, "quick"), (8, "quick"), (10, "slow"), (20, "slow"), (30, "slow")]


def test_a_broken_promise_names_the_command_that_repeats_it(capsys: pytest.CaptureFixture[str]) -> None:
    from tests.simulation import report
    from tests.simulation.mutants import mutated

    with mutated("create without its condition"), pytest.MonkeyPatch.context() as patch:
        patch.setattr(report, "_results", lambda seeds, steps: (run(seed, steps) for seed in seeds))
        assert report.simulate(1, 3, 300) == 1
        named = re.search(r"make simulate SEED=(\d) STEPS=300", capsys.readouterr().out)
        assert named is not None and run(int(named[1]), 300).rule
