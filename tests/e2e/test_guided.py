"""A sample of the coverage-guided fuzzing, the same each time. `make fuzz-json` and `make fuzz-token` take minutes."""

from __future__ import annotations

import warnings
from pathlib import Path

import pytest

from tests.fuzz.guided.run import MISSING, available, fuzz

SEED = 3018
RUNS = {"json": 10_000, "token": 3_000}


@pytest.mark.parametrize("name", RUNS)
def test_a_sample_of_guided_fuzzing_breaks_no_promise(name: str, tmp_path: Path) -> None:
    if not available():
        warnings.warn(MISSING, stacklevel=1)  # pytest shows warnings at its end, reasons of skips it does not
        pytest.skip(MISSING)
    report = fuzz(name, tmp_path, seed=SEED, runs=RUNS[name])
    print(report)
    assert not report.found, report.output[-4000:]
    assert report.runs >= RUNS[name]
    assert report.after[0] >= report.before[0] > 100  # it saw where it went
