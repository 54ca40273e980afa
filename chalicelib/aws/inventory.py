"""Every session in DynamoDB, strongly read in segments of the table itself, and put right one by one.

A segment costs one read unit per 4 KB of the table that lies in it, whatever lies there: filtering comes after reading.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from chalicelib.aws.change import Change, update
from chalicelib.aws.clients import Clients, translated
from chalicelib.aws.codec import Item, attribute, encode, key, readable
from chalicelib.model.line import Place
from chalicelib.model.places import DUE, LANE
from chalicelib.model.repairs import MENDED
from chalicelib.model.session import Session
from chalicelib.ports import Found, Mark

__all__ = ["TableInventory", "found"]

SK = "session"
PAGE = 1000


class TableInventory:
    """The port ``Inventory`` over the session table, which holds messages, partners and more beside the sessions."""

    def __init__(self, clients: Clients, table: str, tokens: Callable[[], bytes], shards: int = 1) -> None:
        self._clients, self._table, self._tokens, self._shards = clients, table, tokens, shards

    def page(self, segment: int, of: int, after: Mark | None = None) -> tuple[list[Found], Mark | None]:
        """One trip: up to a thousand items of the segment, or 1 MB, are read, and the sessions among them answered."""
        more = {} if after is None else {"ExclusiveStartKey": after}
        with translated():
            answer = self._clients("dynamodb").scan(
                TableName=self._table, Segment=segment, TotalSegments=of, ConsistentRead=True, Limit=PAGE,
                FilterExpression="sk = :s", ExpressionAttributeValues={":s": attribute(SK)}, **more,
            )  # fmt: skip
        return [found(item) for item in answer["Items"]], answer.get("LastEvaluatedKey")

    def repair(self, stored: Found, after: Session) -> bool:
        """One conditional write, guarded by every attribute that was compared, keys included."""
        old, new, mine = stored.raw, encode(after, self._shards), attribute(self._tokens().hex())
        change = Change()
        change.set("write_id", mine)
        for name in sorted(MENDED | LANE | DUE):
            change.guard(name, old.get(name))
            if old.get(name) != new.get(name):
                change.set(name, new.get(name))
        item, won = update(self._clients("dynamodb"), self._table, key(after.id, SK), change)
        return won or item.get("write_id") == mine  # a lost reply was a success


def found(item: Item) -> Found:
    """What an item says, and the places stored with it."""
    return Found(readable(item), _place(item, "lane"), _place(item, "due"), item)


def _place(item: Item, index: str) -> Place | None:
    pk, sk = (_text(item, f"{index}_{half}") for half in ("pk", "sk"))
    return None if pk is None and sk is None else Place(pk or "", sk or "")


def _text(item: Item, name: str) -> Any:
    return item[name]["S"] if name in item else None
