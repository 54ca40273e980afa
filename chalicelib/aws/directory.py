"""Partners and the line in short: read in one trip, kept in the process for at most 60 s."""

from __future__ import annotations

from typing import Any

from chalicelib.aws.batch import read_batch
from chalicelib.aws.clients import Clients, translated
from chalicelib.aws.codec import Item, attribute, key, plain
from chalicelib.aws.partner_rows import LISTED, partner_key, partner_of
from chalicelib.model.line import Line
from chalicelib.model.partner import Partner
from chalicelib.model.session import LANES
from chalicelib.ports import Clock

__all__ = ["TableDirectory"]

KEPT = 60_000
FRESH = 5_000
MOST_PARTNERS = 100
LINE = key("line", "line")


class TableDirectory:
    """The port ``Directory`` over the session table."""

    def __init__(self, clients: Clients, table: str, clock: Clock) -> None:
        self._clients, self._table, self._clock = clients, table, clock
        self._partners: dict[str, tuple[int, Partner | None]] = {}
        self._listed: tuple[int, list[str]] | None = None
        self._line: tuple[int, Line] | None = None

    def partner(self, id: str, *, fresh: bool = False) -> Partner | None:
        """The partner; a suspension holds within 60 s, or at once where it is read ``fresh``."""
        now = self._clock()
        known = self._partners.get(id)
        if known is None or fresh or now - known[0] >= KEPT:
            row, self._line = self._read(id, now)
            if row is None:
                now -= KEPT - FRESH  # who is registered after a first try should not wait for a minute
            if len(self._partners) >= MOST_PARTNERS:  # names of strangers must not fill the memory
                self._partners.clear()
            known = self._partners[id] = (now, partner_of(row) if row else None)
        return known[1]

    def partners(self) -> list[str]:
        """Ids of every partner, in order; a new one is found within 60 s."""
        now = self._clock()
        if self._listed is None or now - self._listed[0] >= KEPT:
            self._listed = (now, self._list())
        return list(self._listed[1])

    def line(self, *, fresh: bool = False) -> Line:
        """The line in short."""
        now = self._clock()
        if self._line is None or now - self._line[0] >= (FRESH if fresh else KEPT):
            with translated():
                item = self._clients("dynamodb").get_item(TableName=self._table, Key=LINE).get("Item")
            self._line = (now, _line(item))
        return self._line[1]

    def save_line(self, line: Line) -> None:
        """Publish the line in short."""
        item = {**LINE, "recent": attribute(line.recent), "counsellor_seen": attribute(line.counsellor_seen)}
        item["saved"] = attribute(line.saved)
        item |= {f"oldest_{lane}": attribute(due) for lane, due in line.oldest if due is not None}
        with translated():
            self._clients("dynamodb").put_item(TableName=self._table, Item=item)
        self._line = (self._clock(), line)

    def _list(self) -> list[str]:
        asked: dict[str, Any] = {
            "TableName": self._table, "IndexName": "lane", "KeyConditionExpression": "lane_pk = :listed",
            "ExpressionAttributeValues": {":listed": attribute(LISTED)},
        }  # fmt: skip
        found: list[str] = []
        while True:
            with translated():
                answer = self._clients("dynamodb").query(**asked)
            found += [plain(item["lane_sk"]) for item in answer["Items"]]
            if "LastEvaluatedKey" not in answer:
                return found
            asked["ExclusiveStartKey"] = answer["LastEvaluatedKey"]

    def _read(self, id: str, now: int) -> tuple[Item | None, tuple[int, Line]]:
        items = read_batch(self._clients("dynamodb"), self._table, [partner_key(id), LINE])
        found = {item["sk"]["S"]: item for item in items}
        return found.get("partner"), (now, _line(found.get("line")))


def _line(item: Item | None) -> Line:
    if item is None:
        return Line()
    oldest = tuple((lane, plain(item[f"oldest_{lane}"]) if f"oldest_{lane}" in item else None) for lane in LANES)
    saved = plain(item["saved"]) if "saved" in item else 0  # a row written before this was kept has none
    return Line(oldest, tuple(plain(item["recent"])), plain(item["counsellor_seen"]), saved)
