"""The few figures that the README shows first, put together from what each measurement kept.

``python -m bench.headline`` puts them into the README; `make bench` ends with it. What was not measured stays empty.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bench.page import kept, put

__all__ = ["KEPT_BY", "headline"]

KEPT_BY = ("cold", "warm", "package", "lives", "claims", "traffic", "scale")
"""The names under which measurements keep their figures."""
CONTENDERS = {"hub": "the hub", "bare": "bare handler", "powertools": "Powertools", "fastapi": "FastAPI"}
CHAT = "chat, 20 messages of each side, helped"

Figures = Mapping[str, Mapping[str, Any]]


def headline(found: Figures) -> str:
    """Tables in Markdown: the hub beside its peers, then what only the hub has."""
    head = [f"| `POST /v1/handoffs` | {' | '.join(CONTENDERS.values())} |", "|---" * (len(CONTENDERS) + 1) + "|"]
    rows = [
        _row("cold start to the first answer, CPU", found, ("cold",), ("plain", "cpu_ms"), "{:.0f} ms"),
        _row("the same with the tracer", found, ("cold",), ("traced", "cpu_ms"), "{:.0f} ms"),
        _row("warm, CPU", found, ("warm",), ("cpu_ms",), "{:.2f} ms"),
        _row("warm, trips to DynamoDB", found, ("warm",), ("trips",), "{:g}"),
        _row("warm, write units", found, ("warm",), ("wcu",), "{:g}"),
    ]
    return "\n".join([*head, *rows, "", *_own(found)])


def _row(name: str, found: Figures, where: tuple[str], what: tuple[str, ...], form: str) -> str:
    cells = [_cell(_at(found, (*where, contender, *what)), form) for contender in CONTENDERS]
    return f"| {name} | {' | '.join(cells)} |"


def _own(found: Figures) -> list[str]:
    life = ("lives", CHAT)
    lines = [
        ("the package for AWS, zipped", _scaled(_at(found, ("package", "bytes")), 1e6), "{:.1f} MB"),
        ("writes for each claim, 50 counsellors at once", _at(found, ("claims", "writes_per_claim_at_50")), "{:.2f}"),
        ("a whole chat, 20 messages of each side: write units", _at(found, (*life, "writes")), "{:g}"),
        ("its read units, both pages looking each second", _at(found, (*life, "reads")), "{:,.0f}"),
        ("deliveries a second by one deliverer", _at(found, ("traffic", "deliveries_per_s", "0")), "{:.0f}"),
    ]
    return ["| the hub | |", "|---|---|", *(f"| {name} | {_cell(value, form)} |" for name, value, form in lines)]


def _at(found: Figures, path: tuple[str, ...]) -> float | None:
    """The figure at the end of a path; None where somebody did not measure it."""
    here: Any = found
    for name in path:
        here = here.get(name) if isinstance(here, Mapping) else None
    return float(here) if isinstance(here, int | float) else None


def _scaled(value: float | None, by: float) -> float | None:
    return None if value is None else value / by


def _cell(value: float | None, form: str) -> str:
    return "" if value is None else form.format(value)


def collected() -> dict[str, dict[str, Any]]:
    """What was kept; what was not measured here is missing."""
    found: dict[str, dict[str, Any]] = {}
    for name in KEPT_BY:
        try:
            found[name] = kept(name)
        except FileNotFoundError:
            continue
    return found


if __name__ == "__main__":
    put("headline", headline(collected()))
