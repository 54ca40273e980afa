"""Seals over the audit trail's chains: what has grown is looked for in the last minutes, not in the whole day."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from chalicelib.aws.audit_rows import SEALS, day_partition, read_record, read_seal, seal_item
from chalicelib.aws.change import write
from chalicelib.aws.clients import Clients, translated
from chalicelib.aws.codec import Item, attribute, plain
from chalicelib.model.audit import RECENT, Record, Seal, day_of, days_between, fresh_heads, seal_link
from chalicelib.model.session import DAY
from chalicelib.ports import Recent, Secrets

__all__ = ["TableSeals"]

MOST_HEADS = 1000
END = "~"  # after every digit


class TableSeals:
    """The part of the port ``Audit`` that seals. One process goes on from its last look; a new one from the last seal.

    The seal it wrote last is remembered in any case: should the table have lost it, the next one shows the gap.
    """

    def __init__(self, clients: Clients, table: str, secrets: Secrets) -> None:
        self._clients, self._table, self._secrets = clients, table, secrets
        self._looked = 0
        self._last: Seal | None = None
        self._sealed: dict[tuple[str, str], int] = {}

    def recent(self, at: int) -> Recent:
        """Every record since a little before the last look; at a process's first look, before the last seal."""
        since = (min(self._looked, at) if self._looked else self._recall(at)) - RECENT
        days = days_between(day_of(since), day_of(at))
        return Recent(since, [record for day in days for record in self._records(day, since)])

    def seal(self, found: Recent, at: int) -> int:
        """Write what is new, each write following the one before; another sweep's seal in the way ends it for now."""
        self._looked, written = 0, 0  # until all is written: after any failure the next look goes by the table alone
        heads = fresh_heads(found.records, self._sealed)
        for start in range(0, len(heads), MOST_HEADS):
            last = self._last
            number, after, previous = (last.number, last.at, last.link) if last else (0, 0, b"")
            seal = Seal(number + 1, at, after, previous, tuple(heads[start : start + MOST_HEADS]))
            seal = replace(seal, link=seal_link(self._secrets.mac, seal))
            if not self._put(seal_item(seal)):
                return written
            self._last, written = seal, seal.number
            self._sealed.update({(head.day, head.chain): head.number for head in seal.heads})
        self._looked = at
        return written

    def _recall(self, at: int) -> int:
        """Read what is sealed of the days that may still grow; when (ms) the last seal was made, else a day ago."""
        self._sealed, newest = {}, None
        for seal in self._seals():
            if newest is None:
                newest = seal
            if seal.at < newest.at - 2 * DAY:  # a chain lasts a day at most
                break
            for head in seal.heads:
                self._sealed.setdefault((head.day, head.chain), head.number)
        if newest is not None and (self._last is None or newest.number > self._last.number):
            self._last = newest
        return at - DAY if newest is None else min(newest.at, at)

    def _seals(self) -> Iterator[Seal]:
        """The seals, the newest first."""
        items = self._query("pk = :p", {":p": attribute(SEALS)}, ScanIndexForward=False)
        return (seal for seal in map(read_seal, items) if seal is not None)

    def _records(self, day: str, since: int) -> Iterator[Record]:
        values = {":p": attribute(day_partition(day)), ":b": attribute(f"{since:013d}"), ":e": attribute(END)}
        items = self._query("pk = :p AND sk BETWEEN :b AND :e", values)
        return (record for record in map(read_record, items) if record is not None)

    def _query(self, condition: str, values: Item, **more: Any) -> Iterator[Item]:
        while True:
            with translated():
                answer = self._clients("dynamodb").query(
                    TableName=self._table, KeyConditionExpression=condition, ExpressionAttributeValues=values,
                    ConsistentRead=True, **more,
                )  # fmt: skip
            yield from answer["Items"]
            if "LastEvaluatedKey" not in answer:
                return
            more["ExclusiveStartKey"] = answer["LastEvaluatedKey"]

    def _put(self, item: Item) -> bool:
        """Add a row; True also when it is there already: the reply was lost, or another process said the same."""
        there = write(
            self._clients("dynamodb"), "put_item", TableName=self._table, Item=item,
            ConditionExpression="attribute_not_exists(pk)",
        )  # fmt: skip
        return there is None or ("link" in there and bytes(plain(there["link"])) == bytes(plain(item["link"])))
