"""Read units by AWS's rules, where the engine's own are too simple."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bench.capacity import Meter

__all__ = ["SizedMeter", "read_units", "size"]

BLOCK = 4096


@dataclass
class SizedMeter(Meter):
    """A meter that counts read units by AWS's rules: the engine's are the same for any size, and none for a batch."""

    def watch(self, client: Any) -> None:
        """Also remember whether a read is a strong one."""
        super().watch(client)
        if client.meta.service_model.service_name == "dynamodb":
            client.meta.events.register("provide-client-params.dynamodb", self._remember)

    @staticmethod
    def _remember(params: dict[str, Any], context: dict[str, Any], **_: Any) -> None:
        batch = params.get("RequestItems") or {}
        context["strong"] = any(one.get("ConsistentRead") for one in (params, *batch.values()))

    def _count(self, model: Any, parsed: dict[str, Any], **rest: Any) -> None:
        before = self.reads
        super()._count(model, parsed, **rest)
        if model.name in ("GetItem", "BatchGetItem", "Query") and "Error" not in parsed:
            self.reads = before + read_units(model.name, parsed, strong=rest["context"]["strong"])


def read_units(operation: str, answer: Mapping[str, Any], *, strong: bool) -> float:
    """What AWS charges for this answer: a half unit for each started 4 KB, twice that for a strong read.

    The items of a batch are rounded up one by one, those of a query together.
    """
    if operation == "BatchGetItem":
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
