"""What an index shows: rows in order by partition, each change of which may become visible late."""

from __future__ import annotations

import heapq
from bisect import bisect_left, insort
from collections.abc import Callable
from typing import Any

from tests.simulation.values import Item

__all__ = ["Entry", "Shown"]

Entry = tuple[Any, Any, Item]
"""What a row sorts by, the primary key of its item as sortable values, and what the index answers of it."""


class Shown:
    """Rows by partition, sorted. A removal and an addition show after ``lag`` ms each; one row's in their order."""

    def __init__(self, clock: Callable[[], int], lag: Callable[[], int]) -> None:
        self._clock, self._lag = clock, lag
        self._parts: dict[Any, list[Entry]] = {}
        self._coming: list[tuple[int, int, bool, Any, Entry]] = []
        self._last: dict[Any, int] = {}
        self._written = 0

    def add(self, partition: Any, entry: Entry) -> None:
        """A row stands here from now on."""
        self._write(True, partition, entry)

    def remove(self, partition: Any, entry: Entry) -> None:
        """The row stands here no more."""
        self._write(False, partition, entry)

    def _write(self, adds: bool, partition: Any, entry: Entry) -> None:
        lag = self._lag()
        if not lag and not self._coming:
            self._apply(adds, partition, entry)
            return
        row = (partition, *entry[:2])
        at = max(self._clock() + lag, self._last.get(row, 0))
        self._last[row] = at
        self._written += 1
        heapq.heappush(self._coming, (at, self._written, adds, partition, entry))

    def _apply(self, adds: bool, partition: Any, entry: Entry) -> None:
        rows = self._parts.setdefault(partition, [])
        if adds:
            insort(rows, entry, key=lambda row: row[:2])
            return
        at = bisect_left(rows, entry[:2], key=lambda row: row[:2])
        del rows[at]
        if not rows:
            del self._parts[partition]

    def rows(self, partition: Any) -> list[Entry]:
        """What is visible of a partition now, in order; not to be changed."""
        self._settle()
        return self._parts.get(partition, [])

    def everything(self) -> list[Entry]:
        """What is visible in every partition."""
        self._settle()
        return [entry for rows in self._parts.values() for entry in rows]

    def _settle(self) -> None:
        now = self._clock()
        while self._coming and self._coming[0][0] <= now:
            at, _, adds, partition, entry = heapq.heappop(self._coming)
            self._apply(adds, partition, entry)
            row = (partition, *entry[:2])
            if self._last.get(row) == at:
                del self._last[row]
