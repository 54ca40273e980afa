"""Tables that a command measured, put into a page between marks that name them."""

from __future__ import annotations

from pathlib import Path

__all__ = ["PERFORMANCE", "README", "put"]

ROOT = Path(__file__).parents[1]
README = ROOT / "README.md"
PERFORMANCE = ROOT / "docs" / "performance" / "README.md"
"""The page of `make bench`; its plots lie beside it."""


def put(name: str, table: str, page: Path = README) -> None:
    """Replace what stands between ``<!-- name -->`` and ``<!-- /name -->``; ValueError when there is no such place."""
    start, end = f"<!-- {name} -->", f"<!-- /{name} -->"
    before, found, rest = page.read_text().partition(start)
    if not found or end not in rest:
        raise ValueError(f"{page.name} has no place for {name}")
    page.write_text(f"{before}{start}\n{table}\n{end}{rest.partition(end)[2]}")
