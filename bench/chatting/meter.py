"""Read units by AWS's rules, where the engine's own are too simple."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from bench.meter import consumed

__all__ = ["by_size", "read_units", "size"]

BLOCK = 4096


def by_size(verb: str, request: Mapping[str, Any], answer: Mapping[str, Any]) -> float:
    """What the engine says of a write; reads by their size: the engine's are the same for any, and none for a batch."""
    if verb not in ("get_item", "batch_get_item", "query"):
        return consumed(verb, request, answer)
    asked = (request, *(request.get("RequestItems") or {}).values())
    return read_units(verb, answer, strong=any(one.get("ConsistentRead") for one in asked))


def read_units(verb: str, answer: Mapping[str, Any], *, strong: bool) -> float:
    """What AWS charges for this answer: a half unit for each started 4 KB, twice that for a strong read.

    The items of a batch are rounded up one by one, those of a query together.
    """
    if verb == "batch_get_item":
        blocks = sum(_blocks([item]) for items in answer["Responses"].values() for item in items)
    else:
        found = answer.get("Items", [answer["Item"]] if "Item" in answer else [])
        blocks = _blocks(found)
    return blocks * (1.0 if strong else 0.5)


def _blocks(items: list[Mapping[str, Any]]) -> int:
    return max(1, math.ceil(sum(map(size, items)) / BLOCK))


def size(item: Mapping[str, Any]) -> int:
    """An item's bytes as AWS counts them: names and values."""
    return sum(len(name.encode()) + _value(*next(iter(value.items()))) for name, value in item.items())


def _value(kind: str, value: Any) -> int:
    if kind in ("S", "B"):
        return len(value if kind == "B" else value.encode())
    if kind == "N":
        return 1 + math.ceil(len(value.lstrip("-")) / 2)
    if kind in ("SS", "NS", "BS"):
        return sum(_value(kind[0], one) for one in value)
    if kind == "L":
        return 3 + sum(1 + _value(*next(iter(one.items()))) for one in value)
    return 3 + len(value) + size(value) if kind == "M" else 1
