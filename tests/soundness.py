"""What the reconciler would find in a table: after any test, nothing."""

from __future__ import annotations

from collections.abc import Iterable

from chalicelib.aws.codec import Item
from chalicelib.aws.inventory import found
from chalicelib.desk.reconcile import judge

__all__ = ["unsound"]


def unsound(items: Iterable[Item], now: int, shards: int = 1) -> dict[str, list[str]]:
    """Sessions among raw items of which something is to be repaired: what, by id."""
    wrong: dict[str, list[str]] = {}
    for item in items:
        if item["sk"]["S"] == "session":
            _, kinds = judge(found(item), now, 90_000, shards)
            if kinds:
                wrong[item["pk"]["S"]] = sorted(kinds)
    return wrong
