"""DynamoDB in memory, at the level of boto3's client: what the adapters call, answered as the documentation says.

What it does not know it refuses with NotImplementedError: it never guesses.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from tests.simulation.changes import change
from tests.simulation.conditions import Condition, condition
from tests.simulation.reader import Reader
from tests.simulation.refusals import Exceptions, invalid, refuse
from tests.simulation.requests import Words, returned
from tests.simulation.store import Primary, Store
from tests.simulation.tables import Table
from tests.simulation.values import Item, normal_item

__all__ = ["Dynamo"]

MOST_WRITTEN = 25
FIVE_YEARS = 5 * 365 * 24 * 3600
WRITES = frozenset({
    "TableName", "ConditionExpression", "ExpressionAttributeNames", "ExpressionAttributeValues", "ReturnValues",
    "ReturnValuesOnConditionCheckFailure",
})  # fmt: skip


class Dynamo(Reader):
    """Tables in memory. ``clock`` in ms; ``lag`` (ms) is asked for each write, and each row of an index that it moves.

    Reads of an index show a write ``lag`` ms later, reads of a table without ConsistentRead ``late`` ms later (as
    late as an index where it is not given). ``answers`` says how many of so many keys a batch answers; the rest comes
    back as unprocessed.
    """

    exceptions = Exceptions

    def __init__(
        self, tables: Mapping[str, Table], *, clock: Callable[[], int], lag: Callable[[], int] = lambda: 0,
        answers: Callable[[int], int] = lambda asked: asked, late: Callable[[], int] | None = None,
    ) -> None:  # fmt: skip
        super().__init__({name: Store(table, clock, lag, late or lag) for name, table in tables.items()}, answers)
        self._clock = clock

    def __getattr__(self, verb: str) -> Any:
        raise NotImplementedError(f"the verb {verb}")

    def put_item(self, **request: Any) -> dict[str, Any]:
        """Put one item, in place of whatever has its key."""
        words = Words(request, WRITES | {"Item"})
        store, guard = self._store(request), words.read(condition, "ConditionExpression")
        words.check()
        item = normal_item(request["Item"])
        primary = store.primary_of(item)
        with self._lock:
            before = self._guarded(store, primary, guard, words, "PutItem")
            store.write(primary, item)
        return returned(request, ("NONE", "ALL_OLD"), before, item)

    def update_item(self, **request: Any) -> dict[str, Any]:
        """Change one item, or make it."""
        words = Words(request, WRITES | {"Key", "UpdateExpression"})
        store, guard = self._store(request), words.read(condition, "ConditionExpression")
        changing = words.read(change, "UpdateExpression")
        words.check()
        primary = store.primary(request["Key"])
        with self._lock:
            before = self._guarded(store, primary, guard, words, "UpdateItem")
            start = before if before is not None else normal_item(request["Key"])
            after = start if changing is None else changing(start, words.names, words.values)
            if any(after.get(name) != start[name] for name in store.table.key.names):
                raise invalid("Cannot update attribute. This attribute is part of the key")
            store.write(primary, after)
        return returned(request, ("NONE", "ALL_OLD", "ALL_NEW"), before, after)

    def delete_item(self, **request: Any) -> dict[str, Any]:
        """Delete one item, if it is there."""
        words = Words(request, WRITES | {"Key"})
        store, guard = self._store(request), words.read(condition, "ConditionExpression")
        words.check()
        primary = store.primary(request["Key"])
        with self._lock:
            before = self._guarded(store, primary, guard, words, "DeleteItem")
            store.write(primary, None)
        return returned(request, ("NONE", "ALL_OLD"), before, None)

    def batch_write_item(self, **request: Any) -> dict[str, Any]:
        """Delete up to 25 items, each by itself; what is not answered comes back."""
        Words(request, {"RequestItems"})
        asked = [(table, one) for table, ones in request["RequestItems"].items() for one in ones]
        if any(one.keys() != {"DeleteRequest"} for _, one in asked):
            raise NotImplementedError("a batch that puts")
        wanted = [(self._store({"TableName": table}), one["DeleteRequest"]["Key"]) for table, one in asked]
        primaries = [(store.table.name, store.primary(key)) for store, key in wanted]
        if not 0 < len(asked) <= MOST_WRITTEN or len(set(primaries)) != len(primaries):
            raise invalid("Too many items requested for the BatchWriteItem call, or one of them twice")
        answered = self._answers(len(asked))
        with self._lock:
            for store, key in wanted[:answered]:
                store.write(store.primary(key), None)
        left: dict[str, list[Any]] = {}
        for table, one in asked[answered:]:
            left.setdefault(table, []).append(one)
        return {"UnprocessedItems": left}

    def items(self, table: str) -> list[Item]:
        """Every item as it stands, for those who judge; not to be changed."""
        return list(self._stores[table].items.values())

    def item(self, table: str, primary: Primary) -> Item | None:
        """One item as it stands; not to be changed."""
        return self._stores[table].items.get(primary)

    def changes(self, table: str) -> list[dict[str, Any]]:
        """The stream's records since this was last asked: keys only."""
        store = self._stores[table]
        with self._lock:
            found, store.changes = store.changes, []
        return found

    def expired(self, table: str) -> list[Item]:
        """Keys of the items whose time has come: what the store may delete from now on, or days later."""
        store, now = self._stores[table], self._clock() // 1000
        return [store.keys(item) for item in store.items.values() if _over(item, store.table.expiry, now)]

    def expire(self, table: str, keys: Iterable[Item]) -> int:
        """Delete those of the items whose time has come, as the store itself does; how many."""
        store, now, done = self._stores[table], self._clock() // 1000, 0
        with self._lock:
            for primary in [store.primary(key) for key in keys]:
                item = store.items.get(primary)
                if item is not None and _over(item, store.table.expiry, now):
                    store.write(primary, None)
                    done += 1
        return done

    def _guarded(self, store: Store, primary: Primary, guard: Condition | None, words: Words, verb: str) -> Item | None:
        """The item before a write whose condition holds."""
        before = store.items.get(primary)
        if guard is None or guard(before or {}, words.names, words.values):
            return before
        shown = words.on_failure == "ALL_OLD" and before is not None
        more = {"Item": dict(before)} if shown and before is not None else {}
        raise refuse("ConditionalCheckFailedException", "The conditional request failed", verb, **more)


def _over(item: Item, expiry: str | None, now: int) -> bool:
    """Whether the time in the item's attribute is over; what lies more than five years back is taken for a mistake."""
    at = item.get(expiry or "", {}).get("N")
    return at is not None and now - FIVE_YEARS < int(at) < now
