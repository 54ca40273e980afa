"""The same claim behind lines of growing length: its units on the engine, and in a store in memory by the rules.

The engine reads all of an index partition for one page of it: how long it takes there shows the engine, not the hub.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from typing import Any
from unittest.mock import patch

from botocore.exceptions import ClientError

from bench.capacity import Meter, measured_desk
from bench.claiming.line import SPARSE, Line, sample
from chalicelib.aws import clients
from chalicelib.desk import claims, counsellors
from chalicelib.desk.base import Desk
from chalicelib.model.counsellor import Counsellor
from chalicelib.model.session import Reason, Session
from chalicelib.wiring import assemble, now
from tests.hub import Hub
from tests.simulation.clients import FakeClients
from tests.simulation.dynamo import Dynamo
from tests.simulation.tables import read_tables
from tests.simulation.values import Item, size
from tests.stage import made_settings

__all__ = ["Cost", "in_memory", "next_one", "on_engine", "over", "patience"]

WHO = Counsellor("behind", "sub-behind", frozenset(), 0)
READ_KB, WRITE_KB = 4096, 1024
OFTEN = 10_000
"""Behind longer lines one claim is enough: the engine takes seconds for it, and units do not vary."""
WRITES = ("put_item", "update_item", "delete_item")


@dataclass(frozen=True)
class Cost:
    """One claim behind ``waiting`` others: trips, write and read units, milliseconds."""

    waiting: int
    trips: int
    writes: float
    reads: float
    ms: float

    @property
    def units(self) -> tuple[int, float, float]:
        """What must be equal for every length."""
        return self.trips, self.writes, self.reads


def patience() -> AbstractContextManager[object]:
    """Clients made meanwhile wait for an engine that takes seconds: for a long index, or for hundreds at once."""
    return patch.object(clients, "PATIENCE", (60.0, 1))


def next_one(desk: Desk) -> Session:
    """The claim that is measured."""
    session = claims.claim(desk, WHO, ("chat",))
    if session is None:
        raise RuntimeError("nothing to claim")
    return session


def over(desk: Desk, session: Session) -> None:
    """The session is done with."""
    counsellors.close(desk, WHO, session.id, session.epoch, Reason.HELPED)


def on_engine(hub: Hub, lengths: Sequence[int], rounds: int) -> list[Cost]:
    """Several claims behind each of the lengths, shortest first; whatever else waits is put away before."""
    meter = Meter()
    with patience(), measured_desk(hub, meter) as desk:
        line = Line(hub.aws("dynamodb"), hub.facts["table"], sample(desk))
        line.clear(line.waiting())
        return list(_growing(desk, line.write, lengths, rounds, meter))


def _growing(
    desk: Desk, write: Callable[[int, int], object], lengths: Sequence[int], rounds: int, meter: Meter | _Weighed
) -> Iterator[Cost]:
    there = 0
    over(desk, _first(desk, write))  # a process's first claim reads the stage's secret, too
    for length in lengths:
        write(length - there, SPARSE)
        there = length
        for _ in range(rounds if length <= OFTEN else 1):
            with meter.of(f"{length}"):
                began = time.perf_counter()
                session = next_one(desk)
                ms = (time.perf_counter() - began) * 1000
            row = meter.rows[-1]
            yield Cost(length, row.trips, row.writes, row.reads, ms)
            over(desk, session)
            write(1, SPARSE)


def _first(desk: Desk, write: Callable[[int, int], object]) -> Session:
    write(1, SPARSE)
    return next_one(desk)


@dataclass(frozen=True)
class _Row:
    trips: int
    writes: float
    reads: float


@dataclass
class _Weighed:
    """Units of what passes to a store in memory, by DynamoDB's documented rules: by size, and by rows of indexes."""

    db: Dynamo
    trips: int = 0
    writes: float = 0.0
    reads: float = 0.0
    rows: list[_Row] = field(default_factory=list)

    @contextmanager
    def of(self, _: str) -> Iterator[None]:
        """Count one operation."""
        self.trips, self.writes, self.reads = 0, 0.0, 0.0
        yield
        self.rows.append(_Row(self.trips, self.writes, self.reads))

    def around(self, service: str, verb: str, request: Mapping[str, Any], call: Callable[[], Any]) -> Any:
        """Stands around each call."""
        if service != "dynamodb":
            return call()
        self.trips += 1
        if verb in WRITES:
            return self._write(request, call)
        answer = call()
        items = answer.get("Items", [answer["Item"]] if "Item" in answer else [])
        blocks = max(1, math.ceil(sum(map(size, items)) / READ_KB))
        self.reads += blocks * (1.0 if request.get("ConsistentRead") else 0.5)
        return answer

    def _write(self, request: Mapping[str, Any], call: Callable[[], Any]) -> Any:
        table, named = request["TableName"], request.get("Key") or request["Item"]
        primary = tuple(named[name]["S"] if name in named else "" for name in ("pk", "sk"))
        before = self.db.item(table, (primary[0], primary[1]))
        try:
            return call()
        except ClientError:
            self.writes += _blocks(before)  # a failed condition costs what the item weighs
            raise
        finally:
            after = self.db.item(table, (primary[0], primary[1]))
            if after is not before:
                self.writes += max(_blocks(before), _blocks(after)) + _moved(table, before, after)


def _blocks(item: Item | None) -> int:
    return max(1, math.ceil(size(item) / WRITE_KB)) if item else 1


TABLES = read_tables(Sessions="sessions", Keys="keys")


def _moved(table: str, before: Item | None, after: Item | None) -> int:
    """Rows of indexes that go, plus rows that come."""
    changed = 0
    for key in TABLES[table].indexes.values():
        old, new = (_place(item, key.names) for item in (before, after))
        if old != new:
            changed += (old is not None) + (new is not None)
    return changed


def _place(item: Item | None, names: Sequence[str]) -> list[object] | None:
    if item is None or any(name not in item for name in names):
        return None
    return [item[name] for name in names]


class _Roomy(Dynamo):
    """Takes items as they are, so that what a million of them have in common is there once."""

    def fill(self, table: str, items: Iterable[Item]) -> None:
        """Put many items."""
        store = self._stores[table]
        for item in items:
            store.write(store.primary_of(item), item)
        store.changes.clear()


def in_memory(lengths: Sequence[int], rounds: int) -> list[Cost]:
    """The same in memory, as far as it reaches: a line of a million takes a minute to write."""
    db = _Roomy(TABLES, clock=now)
    settings = made_settings()
    weighed = _Weighed(db)
    desk = assemble(settings, clients=FakeClients(db, secrets={settings.secret_arn: "s" * 64}, around=weighed.around))
    like = sample(desk)
    line = Line(None, settings.table, like)
    db.delete_item(TableName=settings.table, Key={"pk": {"S": like.id}, "sk": {"S": "session"}})

    def write(count: int, apart: int) -> None:
        db.fill(settings.table, line.copies(count, apart))

    return list(_growing(desk, write, lengths, rounds, weighed))
