"""Write units of each operation on the engine, and the same claim behind 10 and behind 10,000 waiting sessions."""

from __future__ import annotations

from pathlib import Path

from bench.capacity import limit, measure, table
from tests.conftest import Running


def test_no_operation_costs_more_than_the_design_allows_and_a_claim_costs_the_same_behind_any_line(
    tmp_path: Path,
) -> None:
    running = Running(tmp_path / "capacity")
    try:
        rows = measure(running.hub, (10, 10_000))
    finally:
        running.stop()
    print("\n" + table(rows))
    for row in rows:
        allowed = limit(row)
        assert allowed is None or row.writes <= allowed, row
    short, long = (row for row in rows if "behind" in row.name)
    assert (short.trips, short.writes, short.reads) == (long.trips, long.writes, long.reads)
    create = next(row for row in rows if row.name == "create")
    assert (create.trips, create.reads) == (1, 0)
    status = next(row for row in rows if row.name == "status")
    assert (status.trips, status.reads) == (1, 0.5)
