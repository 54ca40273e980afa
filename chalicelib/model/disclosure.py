"""What figures may leave the house: no count of fewer than ten, and none that a subtraction would give away. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from chalicelib.model.figures import Sum

__all__ = ["FEWEST", "Shown", "disclose"]

FEWEST = 10
PARTS = ("answered", "abandoned", "other")
COUNTS = ("ended", *PARTS)


@dataclass(frozen=True)
class Shown:
    """One row of a table that leaves the house: the names of the counts that may be read, and whether the waits may."""

    counts: frozenset[str]
    waits: bool


def disclose(table: Sequence[Sum]) -> list[Shown]:
    """What may be shown of each row of a table whose total may be known from elsewhere.

    A count below ten is hidden. A row's counts add up, and so does a column: where the hidden ones together are still
    fewer than ten, the smallest of the others is hidden with them.
    """
    cells = [{name: int(getattr(row, name)) for name in COUNTS} for row in table]
    hidden = [{name for name in COUNTS if row[name] < FEWEST} for row in cells]
    while any([*_hide_in_rows(cells, hidden), *_hide_in_columns(cells, hidden)]):
        pass
    return [
        Shown(frozenset(COUNTS) - names, waits=row.answered >= FEWEST) for row, names in zip(table, hidden, strict=True)
    ]


def _hide_in_rows(cells: list[dict[str, int]], hidden: list[set[str]]) -> list[bool]:
    return [_hide_in_row(row, names) for row, names in zip(cells, hidden, strict=True)]


def _hide_in_row(row: dict[str, int], hidden: set[str]) -> bool:
    shown = sorted(set(PARTS) - hidden, key=lambda name: (row[name], name))
    untold = sum(row[name] for name in PARTS if name in hidden)
    told_by_the_rest = len(shown) == len(PARTS) if "ended" in hidden else 0 < untold < FEWEST
    if not (told_by_the_rest and shown):
        return False
    hidden.add(shown[0])
    return True


def _hide_in_columns(cells: list[dict[str, int]], hidden: list[set[str]]) -> list[bool]:
    return [_hide_in_column(name, cells, hidden) for name in COUNTS]


def _hide_in_column(name: str, cells: list[dict[str, int]], hidden: list[set[str]]) -> bool:
    untold = sum(row[name] for row, names in zip(cells, hidden, strict=True) if name in names)
    shown = [n for n, names in enumerate(hidden) if name not in names]
    if not (0 < untold < FEWEST and shown):
        return False
    hidden[min(shown, key=lambda n: cells[n][name])].add(name)
    return True
