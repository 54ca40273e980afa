"""The reads of the DynamoDB in memory: one item, many, a partition, everything."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from threading import RLock
from typing import Any

from tests.simulation.changes import projection
from tests.simulation.conditions import condition
from tests.simulation.keyed import key_condition
from tests.simulation.reading import Page, Row, query_rows, scan_place, scan_rows, turn_page
from tests.simulation.refusals import invalid, refuse
from tests.simulation.requests import Paginator, Words, projected
from tests.simulation.store import LARGEST, LARGEST_KEYS, Store
from tests.simulation.values import Item, sortable

__all__ = ["Reader"]

MOST_KEYS = 100
READS = frozenset({"TableName", "ProjectionExpression", "ExpressionAttributeNames", "ConsistentRead"})
ROWS = frozenset({
    "TableName", "IndexName", "ConsistentRead", "FilterExpression", "ExpressionAttributeNames",
    "ExpressionAttributeValues", "Limit", "ExclusiveStartKey", "ProjectionExpression",
})  # fmt: skip


class Reader:
    """Tables and how they are read. ``answers`` says how many of so many keys a batch answers."""

    def __init__(self, stores: Mapping[str, Store], answers: Callable[[int], int]) -> None:
        self._stores, self._answers = stores, answers
        self._lock = RLock()

    def get_item(self, **request: Any) -> dict[str, Any]:
        """Read one item."""
        words = Words(request, READS | {"Key"})
        store, shown = self._store(request), words.read(projection, "ProjectionExpression")
        words.check()
        primary = store.primary(request["Key"])
        with self._lock:
            item = store.read(primary, strong=request.get("ConsistentRead", False))
        return {} if item is None else {"Item": projected(item, shown, words)}

    def batch_get_item(self, **request: Any) -> dict[str, Any]:
        """Read up to a hundred items, answered in no order that was asked for."""
        Words(request, {"RequestItems"})
        asked = request["RequestItems"]
        count = sum(len(one["Keys"]) for one in asked.values())
        if not 0 < count <= MOST_KEYS:
            raise invalid("Too many items requested for the BatchGetItem call")
        left = self._answers(count)
        found: dict[str, list[Item]] = {}
        unprocessed: dict[str, Any] = {}
        for table, one in asked.items():
            answered, rest = one["Keys"][:left], one["Keys"][left:]
            left -= len(answered)
            found[table] = self._batch({**one, "TableName": table}, one["Keys"], len(answered))
            if rest:
                unprocessed[table] = {**one, "Keys": rest}
        return {"Responses": found, "UnprocessedKeys": unprocessed}

    def _batch(self, request: dict[str, Any], keys: list[Any], answered: int) -> list[Item]:
        words = Words(request, READS | {"Keys"})
        store, shown = self._store(request), words.read(projection, "ProjectionExpression")
        words.check()
        primaries = [store.primary(key) for key in keys]
        if len(set(primaries)) != len(primaries):
            raise invalid("Provided list of item keys contains duplicates")
        with self._lock:
            items = [store.read(one, strong=request.get("ConsistentRead", False)) for one in primaries[:answered]]
        return [projected(item, shown, words) for item in reversed(items) if item is not None]

    def query(self, **request: Any) -> Page:
        """Read the rows of one partition of a table or an index."""
        words = Words(request, ROWS | {"KeyConditionExpression", "ScanIndexForward"})
        store, index, strong = self._reading(request)
        keyed, kept = words.read(key_condition, "KeyConditionExpression"), Kept(words)
        words.check()
        if keyed is None:
            raise invalid("Either the KeyConditions or KeyConditionExpression parameter must be specified")
        key = store.table.key if index is None else store.table.indexes[index]
        start = request.get("ExclusiveStartKey")
        after = None
        if start is not None:
            after = (sortable(start[key.range]) if key.range else "", store.primary_of(start))
        with self._lock:
            rows = query_rows(store, index, keyed, words.names, words.values, strong=strong)
            return _page(request, store, index, rows, after, kept)

    def scan(self, **request: Any) -> Page:
        """Read every row of a table or an index, or of one segment of it."""
        words = Words(request, ROWS | {"Segment", "TotalSegments"})
        store, index, strong = self._reading(request)
        kept = Kept(words)
        words.check()
        segment, segments = request.get("Segment", 0), request.get("TotalSegments", 1)
        if ("Segment" in request) != ("TotalSegments" in request) or not 0 <= segment < segments:
            raise invalid("The Segment parameter is zero-based and must be less than parameter TotalSegments")
        start = request.get("ExclusiveStartKey")
        primary = None if start is None else store.primary_of(start)
        after = None if primary is None else (scan_place(primary), primary)
        with self._lock:
            rows = scan_rows(store, index, segment, segments, strong=strong)
            return _page(request, store, index, rows, after, kept)

    def get_paginator(self, verb: str) -> Paginator:
        """Pages of ``query`` or ``scan``, one after the other."""
        return Paginator({"query": self.query, "scan": self.scan}[verb])

    def _store(self, request: Mapping[str, Any]) -> Store:
        store = self._stores.get(request["TableName"])
        if store is None:
            raise refuse("ResourceNotFoundException", "Requested resource not found", "Request")
        return store

    def _reading(self, request: Mapping[str, Any]) -> tuple[Store, str | None, bool]:
        store, index = self._store(request), request.get("IndexName")
        strong = request.get("ConsistentRead", False)
        if index is not None and index not in store.table.indexes:
            raise invalid(f"The table does not have the specified index: {index}")
        if index is not None and strong:
            raise invalid("Consistent reads are not supported on global secondary indexes")
        if request.get("Limit", 1) < 1:
            raise invalid("Limit must be greater than or equal to 1")
        return store, index, strong


class Kept:
    """What a query or a scan keeps of the rows it looks at, and shows of those."""

    def __init__(self, words: Words) -> None:
        self._words = words
        self._keep = words.read(condition, "FilterExpression")
        self._shown = words.read(projection, "ProjectionExpression")

    def of(self, items: list[Item]) -> list[Item]:
        """Copies of the items that pass, or of their parts."""
        keep, words = self._keep, self._words
        passed = items if keep is None else [item for item in items if keep(item, words.names, words.values)]
        return [projected(item, self._shown, words) for item in passed]


def _page(
    request: Mapping[str, Any], store: Store, index: str | None, rows: list[Row], after: Any, kept: Kept
) -> Page:  # fmt: skip
    forwards = request.get("ScanIndexForward", True)
    if after is not None:
        rows = [row for row in rows if (row[:2] > after if forwards else row[:2] < after)]
    largest = LARGEST if index is None else LARGEST_KEYS
    items, last = turn_page(rows if forwards else rows[::-1], request.get("Limit"), largest)
    found = kept.of(items)
    page: Page = {"Items": found, "Count": len(found), "ScannedCount": len(items)}
    if last is not None:
        key = store.table.key if index is None else store.table.indexes[index]
        page["LastEvaluatedKey"] = {name: last[name] for name in dict.fromkeys((*store.table.key.names, *key.names))}
    return page
