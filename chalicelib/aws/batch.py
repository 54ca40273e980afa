"""Several items in one trip. What a throttled table leaves out is asked for again, a little later and not for ever."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

from chalicelib.aws.clients import translated
from chalicelib.aws.codec import Item
from chalicelib.problems import Problem

__all__ = ["delete_batch", "read_batch"]

MOST, MOST_DELETED = 100, 25
WAITS = (0.05, 0.1, 0.2)
"""Seconds between the rounds; the SDK repeats a refusal, but not what an answer leaves out."""


def read_batch(db: Any, table: str, keys: Sequence[Item], *, strong: bool = False) -> list[Item]:
    """Those of the items that exist, in any order; problem ``unavailable`` when some are left out again and again."""
    found: list[Item] = []
    for start in range(0, len(keys), MOST):
        wanted: dict[str, Any] = {table: {"Keys": list(keys[start : start + MOST]), "ConsistentRead": strong}}
        for wait in (*WAITS, None):
            with translated():
                answer = db.batch_get_item(RequestItems=wanted)
            found += answer["Responses"].get(table, ())
            wanted = answer.get("UnprocessedKeys") or {}
            if not wanted:
                break
            if wait is None:
                raise Problem("unavailable", retry_after=1, reason="UnprocessedKeys")
            time.sleep(wait)
    return found


def delete_batch(db: Any, table: str, keys: Sequence[Item]) -> None:
    """Delete the items; problem ``unavailable`` when some are left out again and again. Done again, it does no harm."""
    for start in range(0, len(keys), MOST_DELETED):
        asked = [{"DeleteRequest": {"Key": key}} for key in keys[start : start + MOST_DELETED]]
        left: dict[str, Any] = {table: asked}
        for wait in (*WAITS, None):
            with translated():
                left = db.batch_write_item(RequestItems=left).get("UnprocessedItems") or {}
            if not left:
                break
            if wait is None:
                raise Problem("unavailable", retry_after=1, reason="UnprocessedItems")
            time.sleep(wait)
