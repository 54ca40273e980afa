"""The store with AWS's bill and AWS's limits: what each key's partition consumes, and what is refused above its limit.

Units follow the documented rules of size. A partition is one value of a partition key, of a table or of an index: AWS
puts many into one physical partition and splits those that are hot, but never gives one value more than this. Nothing
is saved up for a burst. A write is refused when any index that it moves cannot keep up, as on AWS; so is what finds the
bucket empty, and what was taken last may leave it in debt, or a read of many rows could never be taken at all.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from tests.simulation.conditions import Condition
from tests.simulation.dynamo import Dynamo
from tests.simulation.reading import Page
from tests.simulation.refusals import refuse
from tests.simulation.requests import Words
from tests.simulation.store import Primary, Store
from tests.simulation.tables import Table
from tests.simulation.values import Item, size, sortable

__all__ = ["RCU", "WCU", "Limits", "Partition", "Throttling", "Units", "read_units", "write_units"]

WCU, RCU = 1000.0, 3000.0
"""What one partition takes in a second."""
THROTTLED = "ProvisionedThroughputExceededException"
SECOND = 1000
NOTHING = 0.5
"""A read that finds nothing."""


@dataclass(frozen=True, slots=True)
class Partition:
    """One value of a partition key; ``index`` is empty for the table itself."""

    table: str
    index: str
    key: Any


@dataclass
class Units:
    """What a partition has consumed, and how many requests it refused."""

    writes: float = 0.0
    reads: float = 0.0
    refused: int = 0


@dataclass(frozen=True)
class Limits:
    """Units a second of one partition; ``scale`` makes the world smaller, limits and rates alike."""

    writes: float = WCU
    reads: float = RCU
    scale: float = 1.0


class _Bucket:
    """Units that are left: full again after a second."""

    def __init__(self, rate: float, now: int) -> None:
        self._rate, self._left, self._at = rate, rate, now

    def left(self, now: int) -> float:
        self._left = min(self._rate, self._left + self._rate * (now - self._at) / SECOND)
        self._at = now
        return self._left

    def take(self, units: float) -> None:
        self._left -= units


def write_units(*sizes: int) -> float:
    """Of one write: a unit for each KB begun of the larger of the item before and after (bytes)."""
    return max(1, -(-max(sizes, default=0) // 1024))


def read_units(weight: int, *, strong: bool) -> float:
    """Of one read: a unit for each 4 KB begun (bytes), half of that where it may be stale."""
    return max(1, -(-weight // 4096)) * (1.0 if strong else 0.5)


class Throttling(Dynamo):
    """The DynamoDB in memory that counts and, once ``limits`` are given, refuses."""

    def __init__(self, tables: Mapping[str, Table], *, clock: Callable[[], int], limits: Limits | None = None) -> None:
        super().__init__(tables, clock=clock)
        self.limits, self.used = limits, dict[Partition, Units]()
        self.calls: Counter[str] = Counter()
        self._buckets: dict[tuple[Partition, str], _Bucket] = {}
        self._free = False
        for name, store in self._stores.items():
            store.write = self._charging(name, store, store.write)  # type: ignore[method-assign, assignment]

    @contextmanager
    def free(self) -> Iterator[None]:
        """What is done meanwhile costs nothing: what a test prepares."""
        self._free, before = True, self._free
        yield
        self._free = before

    def forget(self) -> None:
        """Count from here on."""
        self.used.clear()
        self.calls.clear()

    def _charging(
        self, table: str, store: Store, write: Callable[[Primary, Item | None], None]
    ) -> Callable[[Primary, Item | None], None]:  # fmt: skip
        def charged(primary: Primary, after: Item | None) -> None:
            before = store.items.get(primary)
            bill = {Partition(table, "", primary[0]): write_units(*(size(one) for one in (before, after) if one))}
            for index, old, new in _moved(store, before, after):
                for place in (old, new):  # a row that moves is deleted there and put here: two writes of the index
                    if place is not None:
                        at = Partition(table, index, place)
                        bill[at] = bill.get(at, 0) + 1
            self._charge("writes", bill, "Write")
            write(primary, after)

        return charged

    def _guarded(self, store: Store, primary: Primary, guard: Condition | None, words: Words, verb: str) -> Item | None:
        try:
            return super()._guarded(store, primary, guard, words, verb)
        except self.exceptions.ConditionalCheckFailedException:
            there = store.items.get(primary)
            units = write_units(size(there)) if there else 1.0
            self._charge("writes", {Partition(store.table.name, "", primary[0]): units}, verb)
            raise

    def put_item(self, **request: Any) -> dict[str, Any]:
        """As in memory, charged."""
        self.calls["put_item"] += 1
        return super().put_item(**request)

    def update_item(self, **request: Any) -> dict[str, Any]:
        """As in memory, charged."""
        self.calls["update_item"] += 1
        return super().update_item(**request)

    def delete_item(self, **request: Any) -> dict[str, Any]:
        """As in memory, charged."""
        self.calls["delete_item"] += 1
        return super().delete_item(**request)

    def expire(self, table: str, keys: Iterable[Item]) -> int:
        """What the store deletes by itself costs nothing."""
        with self.free():
            return super().expire(table, keys)

    def get_item(self, **request: Any) -> dict[str, Any]:
        """As in memory, charged."""
        self.calls["get_item"] += 1
        self._read_items(request["TableName"], [request["Key"]], strong=request.get("ConsistentRead", False))
        return super().get_item(**request)

    def batch_get_item(self, **request: Any) -> dict[str, Any]:
        """As in memory, charged; none of it is answered when one of its partitions refuses."""
        self.calls["batch_get_item"] += 1
        for table, one in request["RequestItems"].items():
            self._read_items(table, one["Keys"], strong=one.get("ConsistentRead", False))
        return super().batch_get_item(**request)

    def batch_write_item(self, **request: Any) -> dict[str, Any]:
        """As in memory, charged; what a partition refuses comes back, or all is refused where nothing was done."""
        self.calls["batch_write_item"] += 1
        left: dict[str, list[Any]] = {}
        fault, done = None, 0
        for table, ones in request["RequestItems"].items():
            for one in ones:
                try:
                    super().batch_write_item(RequestItems={table: [one]})
                    done += 1
                except ClientError as error:
                    if error.response["Error"]["Code"] != THROTTLED:
                        raise
                    fault = error
                    left.setdefault(table, []).append(one)
        if fault is not None and not done:
            raise fault
        return {"UnprocessedItems": left}

    def _read_items(self, table: str, keys: Iterable[Item], *, strong: bool) -> None:
        store, bill = self._stores[table], dict[Partition, float]()
        for key in keys:
            primary = store.primary(key)
            item = store.read(primary, strong=strong)
            at = Partition(table, "", primary[0])
            bill[at] = bill.get(at, 0) + (read_units(size(item), strong=strong) if item else NOTHING * (1 + strong))
        self._charge("reads", bill, "Read")

    def query(self, **request: Any) -> Page:
        """As in memory, charged by all that was looked at."""
        self.calls["query"] += 1
        page = super().query(**request)
        if "FilterExpression" in request:
            raise NotImplementedError("a filtered query")
        looked = request if "ProjectionExpression" not in request else _without(request, "ProjectionExpression")
        items = page["Items"] if looked is request else super().query(**looked)["Items"]
        store, index = self._stores[request["TableName"]], request.get("IndexName", "")
        (value,) = (  # the hub's conditions name the partition key first
            sortable(request["ExpressionAttributeValues"][word])
            for word in [request["KeyConditionExpression"].split()[2]]
        )
        strong = request.get("ConsistentRead", False)
        units = read_units(sum(map(size, items)), strong=strong)
        self._charge("reads", {Partition(store.table.name, index, value): units}, "Query")
        return page

    def scan(self, **request: Any) -> Page:
        """As in memory, charged by all that was looked at, spread over the partitions that it met."""
        self.calls["scan"] += 1
        page = super().scan(**request)
        looked = _without(request, "FilterExpression", "ExpressionAttributeValues", "ExpressionAttributeNames")
        store, weights = self._stores[request["TableName"]], Counter[Any]()
        for item in super().scan(**looked)["Items"]:
            weights[sortable(item[store.table.key.hash])] += size(item)
        share = 1.0 if request.get("ConsistentRead", False) else 0.5
        bill = {Partition(store.table.name, "", pk): weight / 4096 * share for pk, weight in weights.items()}
        self._charge("reads", bill, "Scan")
        return page

    def _charge(self, kind: str, bill: Mapping[Partition, float], verb: str) -> None:
        """Take it from every partition, or from none and refuse."""
        if self._free:
            return
        full = [at for at in bill if self._left(at, kind) <= 0]
        for at in full:
            self._of(at).refused += 1
        if full:
            raise refuse(
                THROTTLED,
                "The level of configured provisioned throughput for one or more global secondary indexes of the table "
                "was exceeded" if any(at.index for at in full) else "Rate exceeded", verb,
            )  # fmt: skip
        for at, units in bill.items():
            used = self._of(at)
            setattr(used, kind, getattr(used, kind) + units)
            if self.limits is not None:
                self._buckets[at, kind].take(units)

    def _of(self, at: Partition) -> Units:
        return self.used.setdefault(at, Units())

    def _left(self, at: Partition, kind: str) -> float:
        if self.limits is None:
            return 1.0
        now = self._clock()
        if (at, kind) not in self._buckets:
            rate = (self.limits.writes if kind == "writes" else self.limits.reads) * self.limits.scale
            self._buckets[at, kind] = _Bucket(rate, now)
        return self._buckets[at, kind].left(now)


def _moved(store: Store, before: Item | None, after: Item | None) -> Iterator[tuple[str, Any, Any]]:
    """For each index whose row changes: the partition where it stood and the one where it will, None where in none."""
    for index, key in store.table.indexes.items():
        rows = [
            tuple(sortable(item[name]) for name in key.names)
            if item is not None and all(n in item for n in key.names)
            else None
            for item in (before, after)
        ]
        if rows[0] != rows[1]:
            old, new = rows
            yield index, old and old[0], new and new[0]


def _without(request: Mapping[str, Any], *names: str) -> dict[str, Any]:
    return {name: value for name, value in request.items() if name not in names}
