"""Partners and the line in short: read in one trip, kept in the process for at most 60 s."""

from __future__ import annotations

from typing import Any

from chalicelib.aws.clients import Clients, translated
from chalicelib.aws.codec import Item, attribute, key, plain
from chalicelib.model.line import Line
from chalicelib.model.partner import Partner, PartnerKey
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
        self._line: tuple[int, Line] | None = None

    def partner(self, id: str) -> Partner | None:
        """The partner; a suspension holds within 60 s."""
        now = self._clock()
        known = self._partners.get(id)
        if known is None or now - known[0] >= KEPT:
            row, self._line = self._read(id, now)
            if len(self._partners) >= MOST_PARTNERS:  # names of strangers must not fill the memory
                self._partners.clear()
            known = self._partners[id] = (now, _partner(row) if row else None)
        return known[1]

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
        item |= {f"oldest_{lane}": attribute(due) for lane, due in line.oldest if due is not None}
        with translated():
            self._clients("dynamodb").put_item(TableName=self._table, Item=item)
        self._line = (self._clock(), line)

    def _read(self, id: str, now: int) -> tuple[Item | None, tuple[int, Line]]:
        wanted: dict[str, Any] = {self._table: {"Keys": [key(f"partner#{id}", "partner"), LINE]}}
        found: dict[str, Item] = {}
        while wanted:
            with translated():
                answer = self._clients("dynamodb").batch_get_item(RequestItems=wanted)
            found |= {item["sk"]["S"]: item for item in answer["Responses"].get(self._table, ())}
            wanted = answer.get("UnprocessedKeys") or {}
        return found.get("partner"), (now, _line(found.get("line")))


def _line(item: Item | None) -> Line:
    if item is None:
        return Line()
    oldest = tuple((lane, plain(item[f"oldest_{lane}"]) if f"oldest_{lane}" in item else None) for lane in LANES)
    return Line(oldest, tuple(plain(item["recent"])), plain(item["counsellor_seen"]))


def _partner(item: dict[str, Any]) -> Partner:
    keys = {
        kid: PartnerKey(alg=one["M"]["alg"]["S"], jwk=one["M"]["jwk"]["S"]) for kid, one in item["keys"]["M"].items()
    }
    return Partner(
        id=item["id"]["S"],
        platforms=frozenset(item["platforms"]["SS"]),
        keys=keys,
        return_prefixes=tuple(one["S"] for one in item.get("return_prefixes", {"L": []})["L"]),
        suspended=bool(item.get("suspended", {}).get("BOOL", False)),
        sandbox=bool(item.get("sandbox", {}).get("BOOL", False)),
    )
