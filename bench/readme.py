"""Tables that a command measured, put into the README between marks that name the command."""

from __future__ import annotations

from pathlib import Path

__all__ = ["put"]

README = Path(__file__).parents[1] / "README.md"


def put(name: str, table: str) -> None:
    """Replace what stands between ``<!-- name -->`` and ``<!-- /name -->``; ValueError when there is no such place."""
    start, end = f"<!-- {name} -->", f"<!-- /{name} -->"
    before, found, rest = README.read_text().partition(start)
    if not found or end not in rest:
        raise ValueError(f"README.md has no place for {name}")
    README.write_text(f"{before}{start}\n{table}\n{end}{rest.partition(end)[2]}")
