"""Query and scan: which rows, in which order, and where a page ends."""

from __future__ import annotations

import zlib
from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from typing import Any

from tests.simulation.keyed import KeyCondition, Part
from tests.simulation.refusals import invalid
from tests.simulation.store import Primary, Store
from tests.simulation.tables import Key
from tests.simulation.values import Item, Value, size, sortable

__all__ = ["Page", "Row", "query_rows", "scan_place", "scan_rows", "turn_page"]

MOST_BYTES = 1024 * 1024
Page = dict[str, Any]
Row = tuple[Any, Any, Item]
"""What it sorts by, the primary key, the item or what an index shows of it."""


def query_rows(
    store: Store, index: str | None, parts: KeyCondition, names: Mapping[str, str], values: Mapping[str, Value], *,
    strong: bool,
) -> list[Row]:  # fmt: skip
    """The rows that a key condition names, in order."""
    key = store.table.key if index is None else store.table.indexes[index]
    hashed, ranged = _by_key(parts, key, names)
    for part in (hashed, ranged):
        for name in part.values if part else ():
            _check_type(store, names.get(part.name, part.name) if part else "", values[name])
    partition = sortable(values[hashed.values[0]])
    if index is None:
        rows: Sequence[Row] = store.partition(partition, strong=strong)
    else:
        rows = store.indexes[index].rows(partition)
    if ranged is None:
        return list(rows)
    first, last = _bounds(rows, ranged, [sortable(values[name]) for name in ranged.values])
    return list(rows[first:last])


def _check_type(store: Store, name: str, value: Value) -> None:
    kind = store.table.types[name]
    if kind not in value:
        raise invalid("One or more parameter values were invalid: Condition parameter type does not match schema type")
    if kind != "N" and not value[kind]:
        raise invalid("One or more parameter values are not valid: a key value may not be empty")


def _by_key(parts: KeyCondition, key: Key, names: Mapping[str, str]) -> tuple[Part, Part | None]:
    found = {names.get(part.name, part.name): part for part in parts}
    hashed = found.pop(key.hash, None)
    if hashed is None or hashed.sign != "=" or len(found) != len(parts) - 1:
        raise invalid(f"Query condition missed key schema element: {key.hash}")
    ranged = found.pop(key.range, None) if key.range else None
    if found:
        raise invalid("Query key condition not supported")
    return hashed, ranged


def _bounds(rows: Sequence[Row], part: Part, given: list[Any]) -> tuple[int, int]:
    """Where in the rows those begin and end that a condition on the sort key names."""
    first, last = 0, len(rows)

    def lower(value: Any) -> int:
        return bisect_left(rows, value, key=lambda row: row[0])

    def upper(value: Any) -> int:
        return bisect_right(rows, value, key=lambda row: row[0])

    match part.sign:
        case "=":
            return lower(given[0]), upper(given[0])
        case "<":
            last = lower(given[0])
        case "<=":
            last = upper(given[0])
        case ">":
            first = upper(given[0])
        case ">=":
            first = lower(given[0])
        case "BETWEEN":
            if given[0] > given[1]:
                raise invalid("The BETWEEN operator requires upper bound to be greater than or equal to lower bound")
            return lower(given[0]), upper(given[1])
        case _:
            return _beginning(rows, given[0], lower(given[0]))
    return first, last


def _beginning(rows: Sequence[Row], start: Any, first: int) -> tuple[int, int]:
    if isinstance(start, str | bytes):
        last = first
        while last < len(rows) and rows[last][0].startswith(start):
            last += 1
        return first, last
    raise invalid("begins_with is for strings and binary")


def scan_place(primary: Primary) -> Any:
    """Where an item stands in a scan: by a hash of its partition key."""
    return (zlib.crc32(repr(primary[0]).encode()), *primary)


def scan_rows(store: Store, index: str | None, segment: int, segments: int, *, strong: bool) -> list[Row]:
    """Every row of one segment, in a scan's order."""
    if index is None:
        rows = [(scan_place(primary), primary, item) for primary, item in store.everything(strong=strong)]
    else:
        rows = [(scan_place(primary), primary, item) for _, primary, item in store.indexes[index].everything()]
    return sorted((row for row in rows if row[0][0] % segments == segment), key=lambda row: row[:2])


def turn_page(rows: Sequence[Row], limit: int | None, largest: int) -> tuple[list[Item], Item | None]:
    """The first page of these rows, none of which weighs more than ``largest``, and its last one if more may follow.

    A page ends with its limit, also where nothing follows, or before 1 MB is exceeded, as documented.
    """
    items = [item for _, _, item in rows[:limit]]
    if len(items) * largest >= MOST_BYTES:  # else weighing them could change nothing
        weight = 0
        for n, item in enumerate(items):
            weight += size(item)
            if n and weight > MOST_BYTES:
                return items[:n], items[n - 1]
    return items, items[-1] if len(items) == limit else None
