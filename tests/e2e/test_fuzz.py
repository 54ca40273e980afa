"""A minute of made-up requests, all checks of schemathesis. `make fuzz` takes longer and makes up other ones."""

from __future__ import annotations

from pathlib import Path

from chalicelib.contract import openapi
from tests.conftest import Running
from tests.fuzz.report import fuzz

SECONDS = 60
SEED = 3018


def test_a_minute_of_made_up_requests_finds_nothing_and_reaches_every_operation(tmp_path: Path) -> None:
    running = Running(tmp_path / "fuzzed")  # of its own: what it leaves waiting would be in the way of other tests
    try:
        report = fuzz(running.folder / "hub.json", SECONDS, SEED)
    finally:
        running.stop()
    print(f"\n{report.table}\n\nnot counted as findings:\n{report.reasons}")
    assert not report.found, report.output
    paths = openapi(running.hub.base)["paths"].values()
    operations = {
        operation["operationId"] for item in paths for name, operation in item.items() if name != "parameters"
    }
    # The contract is what schemathesis reads first, to know the others.
    assert {operation for operation, _ in report.answers} == operations - {"readContract"}
    assert report.not_reached == []
