"""What the contract offers partners, as a list that needs no script; the viewer shows the rest."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

__all__ = ["SHOWN", "operations"]

SHOWN = ("partners", "public")
"""The contract's tags that concern platforms."""


def operations(contract: Mapping[str, Any]) -> list[dict[str, str]]:
    """Method, path and summary of each; deliveries to the partner last, under the method ``webhook``."""
    return [*_asked(contract), *_sent(contract)]


def _asked(contract: Mapping[str, Any]) -> Iterator[dict[str, str]]:
    for path, item in contract["paths"].items():
        for method, operation in item.items():
            if method != "parameters" and not set(SHOWN).isdisjoint(operation.get("tags", ())):
                yield {"method": method.upper(), "path": path, "summary": operation["summary"]}


def _sent(contract: Mapping[str, Any]) -> Iterator[dict[str, str]]:
    for name, item in contract.get("webhooks", {}).items():
        yield {"method": "webhook", "path": name, "summary": item["post"]["summary"]}
