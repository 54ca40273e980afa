"""A line of waiting chats, written into the table by batches, as long and as dense as a measurement wants it."""

from __future__ import annotations

import itertools
import json
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from typing import Any

from bench.capacity import CHAT
from chalicelib.aws.codec import Item, attribute, encode, key
from chalicelib.contract import read_handoff
from chalicelib.desk.base import Desk
from chalicelib.desk.partners import receive
from chalicelib.model.line import partition, place
from chalicelib.model.partner import Partner
from chalicelib.model.session import MINUTE, Session

__all__ = ["DENSE", "SPARSE", "Line", "sample"]

DENSE = 10
"""Milliseconds from one to the next in a rush: a hundred taps a second."""
SPARSE = 10_000
"""In a line that grew slowly."""
SEEN_FOR = 360 * MINUTE
BATCH, WRITERS = 25, 4
_LETTERS = str.maketrans("0123456789", "abcdefghij")
_NUMBERS = itertools.count(time.time_ns())


def sample(desk: Desk) -> Session:
    """A chat that waits, as a handoff made it; what a line is made of."""
    raw = json.dumps(CHAT).encode()
    partner = Partner("tiktok", frozenset({"tiktok"}), {})
    return receive(desk, partner, f"claims-{next(_NUMBERS):020d}", raw, read_handoff(raw)).session


@dataclass
class Line:
    """One lane of a table. ``deadlines`` are those of every session that this line ever had, by id."""

    db: Any
    table: str
    like: Session
    deadlines: dict[str, int] = field(default_factory=dict)

    def copies(self, count: int, apart: int) -> Iterator[Item]:
        """Items of ``count`` more sessions, all due, ``apart`` ms from one to the next, the last one due a second ago.

        Their youths count as seen for hours, so that nobody is set aside while a long line is written.
        """
        now = time.time_ns() // 1_000_000
        target = (self.like.deadline or 0) - (self.like.due or 0)
        shared = encode(replace(self.like, youth_seen=now + SEEN_FOR), 1)
        for n in range(count):
            due = now - 1_000 - apart * (count - n)
            id = "ho_" + f"{next(_NUMBERS):026d}".translate(_LETTERS)
            self.deadlines[id] = due + target
            own = {"due": due, "deadline": due + target, "lane_sk": self._key(id, due, due + target)}
            yield {**shared, **key(id, "session"), **{name: attribute(value) for name, value in own.items()}}

    def _key(self, id: str, due: int, deadline: int) -> str:
        """The sample's place in the line with other words: a million of them are made faster so than by the model."""
        like = self.like
        key = place(like).sk.replace(f"{like.deadline}#{like.due}", f"{deadline}#{due}")
        return key.replace(like.id, id)

    def write(self, count: int, apart: int) -> list[str]:
        """Write ``count`` more sessions; their ids in the order of their deadlines."""
        known = len(self.deadlines)
        self._batches({"PutRequest": {"Item": item}} for item in self.copies(count, apart))
        return list(self.deadlines)[known:]

    def waiting(self) -> list[str]:
        """The ids of what waits now, earliest deadline first."""
        pages = self.db.get_paginator("query").paginate(
            TableName=self.table, IndexName="lane", KeyConditionExpression="lane_pk = :p",
            ExpressionAttributeValues={":p": {"S": partition("chat", 0)}},
        )  # fmt: skip
        return [item["pk"]["S"] for page in pages for item in page["Items"]]

    def clear(self, ids: Iterable[str]) -> None:
        """Delete these sessions."""
        self._batches({"DeleteRequest": {"Key": key(id, "session")}} for id in ids)
        for id in ids:
            self.deadlines.pop(id, None)

    def _batches(self, requests: Iterable[Mapping[str, Any]]) -> None:
        left = iter(requests)
        batches = iter(lambda: list(itertools.islice(left, BATCH)), [])
        with ThreadPoolExecutor(WRITERS) as writers:
            for _ in writers.map(self._batch, batches):
                pass

    def _batch(self, batch: Sequence[Mapping[str, Any]]) -> None:
        wanted: dict[str, Any] = {self.table: batch}
        while wanted:
            wanted = self.db.batch_write_item(RequestItems=wanted).get("UnprocessedItems") or {}
