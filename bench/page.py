"""Tables that a command measured, put into a page between marks that name them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

__all__ = ["PERFORMANCE", "README", "keep", "kept", "put"]

ROOT = Path(__file__).parents[1]
README = ROOT / "README.md"
PERFORMANCE = ROOT / "docs" / "performance" / "README.md"
"""The page of `make bench`; its plots lie beside it."""
KEPT = ROOT / ".build" / "bench" / "results"


def put(name: str, table: str, page: Path = README) -> None:
    """Replace what stands between ``<!-- name -->`` and ``<!-- /name -->``; ValueError when there is no such place."""
    start, end = f"<!-- {name} -->", f"<!-- /{name} -->"
    before, found, rest = page.read_text().partition(start)
    if not found or end not in rest:
        raise ValueError(f"{page.name} has no place for {name}")
    page.write_text(f"{before}{start}\n{table}\n{end}{rest.partition(end)[2]}")


def keep(name: str, figures: Mapping[str, Any]) -> None:
    """Keep the figures of one measurement (JSON members) for the headline, until it is measured again."""
    KEPT.mkdir(parents=True, exist_ok=True)
    (KEPT / f"{name}.json").write_text(json.dumps(figures, indent=1))


def kept(name: str) -> dict[str, Any]:
    """The figures kept last under this name; FileNotFoundError when it was never measured here."""
    figures: dict[str, Any] = json.loads((KEPT / f"{name}.json").read_text())
    return figures
