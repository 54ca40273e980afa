"""Messages and reports: items of their own beside the session, each kept exactly once, all sealed."""

from __future__ import annotations

from typing import Any

from chalicelib.aws.clients import Clients, refused, translated
from chalicelib.aws.codec import Item, attribute, key, plain
from chalicelib.ports import Message

__all__ = ["TableWords"]


class TableWords:
    """The part of the port ``Sessions`` that keeps words."""

    def __init__(self, clients: Clients, table: str) -> None:
        self._clients, self._table = clients, table

    @property
    def _db(self) -> Any:
        return self._clients("dynamodb")

    def _write(self, verb: str, **request: Any) -> Item | None:
        """A conditional write; None when it was done, else the item that stood in the way ({} when none does)."""
        from botocore.exceptions import ClientError

        with translated():
            try:
                getattr(self._db, verb)(TableName=self._table, ReturnValuesOnConditionCheckFailure="ALL_OLD", **request)
            except ClientError as error:
                winner = refused(error)
                if winner is None:
                    raise
                return winner
        return None

    def save_report(self, id: str, fingerprint: bytes, sealed: bytes, expires_at: int) -> bool:
        """Keep the report; the same body's retry finds it kept, another body's is refused."""
        item = {
            **key(id, "report"), "fingerprint": attribute(fingerprint), "sealed": attribute(sealed),
            "expires_at": attribute(expires_at),
        }  # fmt: skip
        there = self._write("put_item", Item=item, ConditionExpression="attribute_not_exists(pk)")
        return there is None or bytes(plain(there["fingerprint"])) == fingerprint

    def report(self, id: str) -> bytes | None:
        """The sealed report."""
        with translated():
            item = self._db.get_item(TableName=self._table, Key=key(id, "report")).get("Item")
        return bytes(plain(item["sealed"])) if item else None

    def save_message(self, id: str, message: Message) -> Message:
        """Keep the message; under one number the first one stays."""
        item = {
            **key(id, f"message#{message.side}#{message.n:06d}"), "at": attribute(message.at),
            "sealed": attribute(message.sealed),
        }  # fmt: skip
        there = self._write("put_item", Item=item, ConditionExpression="attribute_not_exists(pk)")
        return _message(there) if there else message

    def messages(self, id: str) -> list[Message]:
        """Every message, strongly read: a counter already promised them."""
        return [_message(item) for item in self._beside(id, "message#", strong=True)]

    def erase(self, id: str) -> None:
        """Delete the report and every message."""
        for prefix in ("message#", "report"):
            for item in self._beside(id, prefix, strong=True):
                with translated():
                    self._db.delete_item(TableName=self._table, Key={"pk": item["pk"], "sk": item["sk"]})

    def _beside(self, id: str, prefix: str, *, strong: bool) -> list[Item]:
        items: list[Item] = []
        more: dict[str, Any] = {}
        while True:
            with translated():
                answer = self._db.query(
                    TableName=self._table, KeyConditionExpression="pk = :p AND begins_with(sk, :b)",
                    ExpressionAttributeValues={":p": attribute(id), ":b": attribute(prefix)},
                    ConsistentRead=strong, **more,
                )  # fmt: skip
            items += answer["Items"]
            if "LastEvaluatedKey" not in answer:
                return items
            more = {"ExclusiveStartKey": answer["LastEvaluatedKey"]}


def _message(item: Item) -> Message:
    _, side, n = item["sk"]["S"].split("#")
    return Message(side, int(n), plain(item["at"]), plain(item["sealed"]))
