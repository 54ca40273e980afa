"""One table in memory: its items, what its indexes show of them, what late readers see, and what its stream says."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from tests.simulation.refusals import invalid
from tests.simulation.shown import Entry, Shown
from tests.simulation.tables import Key, Table
from tests.simulation.values import Item, Value, normal, size, sortable

__all__ = ["LARGEST", "LARGEST_KEYS", "Primary", "Store"]

Primary = tuple[Any, Any]
"""A primary key as sortable values; the second is empty where the table has no sort key."""

LARGEST = 400 * 1024
LONGEST = {0: 2048, 1: 1024}
LARGEST_KEYS = 7 * 1024
"""What a row of keys alone may weigh: a table's and an index's, with their names."""


class Store:
    """A table. What is written is visible to strong reads at once, in indexes after ``lag`` ms, else after ``late``."""

    def __init__(
        self, table: Table, clock: Callable[[], int], lag: Callable[[], int], late: Callable[[], int]
    ) -> None:  # fmt: skip
        self.table, self._clock, self._late_by = table, clock, late
        self.items: dict[Primary, Item] = {}
        self.indexes = {name: Shown(clock, lag) for name in table.indexes}
        self.changes: list[dict[str, Any]] = []
        self._rows = Shown(clock, lambda: 0)
        self._late: dict[Primary, list[tuple[int, Item | None]]] = {}

    def primary(self, key: Mapping[str, Any]) -> Primary:
        """The primary key of a request."""
        if len(key) != len(self.table.key.names):
            raise invalid("The provided key element does not match the schema")
        return self.primary_of({name: normal(value) for name, value in key.items()})

    def primary_of(self, item: Mapping[str, Value]) -> Primary:
        """The primary key of an item."""
        found: list[Any] = []
        for place, name in enumerate(self.table.key.names):
            value = item.get(name)
            if value is None:
                raise invalid(f"One of the required keys was not given a value: {name}")
            self._check_key(name, value, place)
            found.append(sortable(value))
        return (found[0], found[1] if len(found) > 1 else "")

    def _check_key(self, name: str, value: Value, place: int) -> None:
        kind = self.table.types[name]
        if kind not in value:
            raise invalid(f"Type mismatch for key {name} expected: {kind}")
        if kind == "N":
            return
        if not value[kind]:
            raise invalid(f"The AttributeValue for a key attribute cannot contain an empty value. Key: {name}")
        if size({"": value}) > LONGEST[place]:
            raise invalid(f"The key {name} is too long")

    def read(self, primary: Primary, *, strong: bool) -> Item | None:
        """An item as it stands, or as a late reader sees it."""
        late = self._late.get(primary)
        if late is not None and not strong:
            now = self._clock()
            for until, before in late:
                if until > now:
                    return before
        return self.items.get(primary)

    def write(self, primary: Primary, after: Item | None) -> None:
        """Put the item there, or (None) delete it."""
        before = self.items.get(primary)
        if after == before:
            return
        if after is not None and size(after) > LARGEST:
            raise invalid("Item size has exceeded the maximum allowed size")
        moves = self._moves(primary, before, after)
        self._keep_late(primary, before)
        if after is None:
            del self.items[primary]
        else:
            self.items[primary] = after
        if before is None or after is None:
            entry: Entry = (primary[1], primary, {})
            (self._rows.add if before is None else self._rows.remove)(primary[0], entry)
        for index, (old, new) in moves.items():
            if old is not None:
                self.indexes[index].remove(*old)
            if new is not None:
                self.indexes[index].add(*new)
        self._tell(primary, before, after)

    def _moves(
        self, primary: Primary, before: Item | None, after: Item | None
    ) -> dict[str, tuple[tuple[Any, Entry] | None, tuple[Any, Entry] | None]]:
        """For each index whose row changes: where it stood and where it will."""
        found = {}
        for index, key in self.table.indexes.items():
            if before is not None and after is not None and all(before.get(n) == after.get(n) for n in key.names):
                continue
            old, new = self._place(primary, before, key), self._place(primary, after, key)
            if old is not None or new is not None:
                found[index] = (old, new)
        return found

    def _place(self, primary: Primary, item: Item | None, key: Key) -> tuple[Any, Entry] | None:
        if item is None:
            return None
        there = [name for name in key.names if name in item]
        for name in there:
            self._check_key(name, item[name], int(name == key.range))
        if len(there) < len(key.names):
            return None
        shown = {name: item[name] for name in dict.fromkeys((*self.table.key.names, *key.names))}
        by = sortable(item[key.range]) if key.range else ""
        return sortable(item[key.hash]), (by, primary, shown)

    def _keep_late(self, primary: Primary, before: Item | None) -> None:
        lag = self._late_by()
        if not lag and primary not in self._late:
            return
        now = self._clock()
        late = [one for one in self._late.pop(primary, ()) if one[0] > now]
        until = max(now + lag, late[-1][0] if late else 0)
        if until > now:
            self._late[primary] = [*late, (until, before)]

    def _tell(self, primary: Primary, before: Item | None, after: Item | None) -> None:
        if self.table.streams:
            event = "INSERT" if before is None else "REMOVE" if after is None else "MODIFY"
            self.changes.append({"eventName": event, "dynamodb": {"Keys": self.keys(before or after or {})}})

    def keys(self, item: Item) -> Item:
        """The primary key of an item, as an answer has it."""
        return {name: item[name] for name in self.table.key.names}

    def partition(self, value: Any, *, strong: bool) -> list[Entry]:
        """Items of one partition in order: what sorts them, their primary key, themselves."""
        rows = self._rows.rows(value)
        if strong or not self._late:
            return [(by, primary, self.items[primary]) for by, primary, _ in rows]
        primaries = {row[1] for row in rows} | {primary for primary in self._late if primary[0] == value}
        read = ((primary, self.read(primary, strong=False)) for primary in sorted(primaries))
        return [(primary[1], primary, item) for primary, item in read if item is not None]

    def everything(self, *, strong: bool) -> Iterator[tuple[Primary, Item]]:
        """Every item, in no order."""
        for primary in {*self.items, *(() if strong else self._late)}:
            item = self.read(primary, strong=strong)
            if item is not None:
                yield primary, item
