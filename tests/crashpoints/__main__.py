"""The table: each use case, how many outside calls it makes, how often it was tried there, and whether it survived."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from tests.crashpoints.all import CASES
from tests.crashpoints.sweep import Row, go_through

PAGE = Path(__file__).parents[2] / "docs" / "crashpoints.md"
BEGINS, ENDS = "<!-- crashpoints -->\n", "<!-- /crashpoints -->\n"


def main() -> int:
    options = argparse.ArgumentParser(prog="make crashpoints", description=__doc__)
    options.add_argument("words", nargs="*", help="only use cases whose names have all of these")
    options.add_argument("--write", action="store_true", help=f"put the table into {PAGE.name}")
    asked = options.parse_args()
    rows = []
    for one in CASES:
        if all(word in one.name for word in asked.words):
            rows.append(go_through(one))
            print(line(rows[-1]), *rows[-1].faults, sep="\n    ", flush=True)
    print(total(rows))
    if asked.write:
        before, _, rest = PAGE.read_text().partition(BEGINS)
        _, _, after = rest.partition(ENDS)
        PAGE.write_text(before + BEGINS + "".join(table(rows)) + ENDS + after)
    return 1 if any(row.faults for row in rows) else 0


def line(row: Row) -> str:
    return f"{row.name}: {len(row.calls)} calls, {row.tried} trials, {row.survived} survived"


def total(rows: Sequence[Row]) -> str:
    calls, tried, survived = sums(rows)
    return f"{len(rows)} use cases: {calls} calls, {tried} trials, {survived} survived"


def sums(rows: Sequence[Row]) -> tuple[int, int, int]:
    return sum(len(row.calls) for row in rows), sum(row.tried for row in rows), sum(row.survived for row in rows)


def table(rows: Sequence[Row]) -> Iterator[str]:
    yield "| use case | outside calls | trials | survived |\n|---|---:|---:|---:|\n"
    for row in rows:
        yield f"| {row.name} | {len(row.calls)} | {row.tried} | {row.survived} |\n"
    calls, tried, survived = sums(rows)
    yield f"| **{len(rows)} use cases** | **{calls}** | **{tried}** | **{survived}** |\n"


if __name__ == "__main__":
    sys.exit(main())
