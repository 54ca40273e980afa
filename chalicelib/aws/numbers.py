"""What is known of callback numbers: one item per keyed hash, in the table of keys, which has no stream, no backups.

In the session table a restored copy would keep the hash of a number that is erased, and who has the stage's secret
could try all numbers against it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from chalicelib.aws.change import write
from chalicelib.aws.clients import Clients, translated
from chalicelib.aws.codec import Item, attribute, plain
from chalicelib.model.number import Number
from chalicelib.ports import Outrun

__all__ = ["TableNumbers"]


class TableNumbers:
    """The port ``Numbers`` over the table of keys; each change is one conditional write of one unit."""

    def __init__(self, clients: Clients, table: str, tokens: Callable[[], bytes]) -> None:
        self._clients, self._table, self._tokens = clients, table, tokens

    def get(self, name: bytes) -> Number | None:
        """The number's item."""
        with translated():
            item = self._db.get_item(TableName=self._table, Key=_key(name), ConsistentRead=True).get("Item")
        return _number(item) if item else None

    def replace(self, name: bytes, before: Number | None, after: Number | None) -> None:
        """Put or delete the item, if it still has the ``write_id`` of ``before``; a lost reply was a success."""
        write_id = self._tokens().hex()
        condition: dict[str, Any] = {"ConditionExpression": "attribute_not_exists(pk)"}
        if before is not None:
            condition = {
                "ConditionExpression": "write_id = :seen",
                "ExpressionAttributeValues": {":seen": attribute(before.write_id)},
            }
        request = {"TableName": self._table, **condition}
        if after is None:
            winner = write(self._db, "delete_item", Key=_key(name), **request)
        else:
            winner = write(self._db, "put_item", Item={**_key(name), **_item(after, write_id)}, **request)
        mine = winner is None or (after is None and not winner) or winner.get("write_id") == attribute(write_id)
        if not mine:
            raise Outrun(_number(winner) if winner else None)

    @property
    def _db(self) -> Any:
        return self._clients("dynamodb")


def _key(name: bytes) -> Item:
    return {"pk": {"S": f"number#{name.hex()}"}}


def _item(number: Number, write_id: str) -> Item:
    holders: Item = {"holders": {"SS": sorted(number.holders)}} if number.holders else {}
    return {
        **holders, "calls": attribute(number.calls), "unsafe": attribute(number.unsafe),
        "last": attribute(number.last), "until": attribute(number.until), "write_id": attribute(write_id),
        "expires_at": attribute(number.until // 1000),
    }  # fmt: skip


def _number(item: Item) -> Number:
    return Number(
        holders=frozenset(item["holders"]["SS"]) if "holders" in item else frozenset(),
        calls=tuple(plain(item["calls"])),
        last=plain(item["last"]) if "last" in item else "",
        unsafe=plain(item["unsafe"]),
        until=plain(item["until"]),
        write_id=plain(item["write_id"]),
    )
