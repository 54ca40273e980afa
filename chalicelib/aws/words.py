"""Messages, notes and reports: items of their own beside the session, each kept exactly once, their words sealed."""

from __future__ import annotations

from typing import Any

from chalicelib.aws.batch import delete_batch
from chalicelib.aws.change import write
from chalicelib.aws.clients import Clients, translated
from chalicelib.aws.codec import Item, attribute, key, plain
from chalicelib.model.retention import WORDS_LAST
from chalicelib.ports import Message, Note

__all__ = ["TableWords"]

LAST = 999_999
SESSION = "session"


class TableWords:
    """The part of the port ``Sessions`` that keeps words."""

    def __init__(self, clients: Clients, table: str) -> None:
        self._clients, self._table = clients, table

    @property
    def _db(self) -> Any:
        return self._clients("dynamodb")

    def _write(self, verb: str, **request: Any) -> Item | None:
        return write(self._db, verb, TableName=self._table, **request)

    def save_report(self, id: str, fingerprint: bytes, sealed: bytes, expires_at: int) -> bool:
        """Keep the report; the same body's retry finds it kept, another body's is refused."""
        item = {
            **key(id, "report"), "fingerprint": attribute(fingerprint), "sealed": attribute(sealed),
            "expires_at": attribute(expires_at),
        }  # fmt: skip
        there = self._write("put_item", Item=item, ConditionExpression="attribute_not_exists(pk)")
        return there is None or bytes(plain(there["fingerprint"])) == fingerprint

    def drop_report(self, id: str, fingerprint: bytes) -> None:
        """Delete the report of this body, if that is the one that was kept."""
        self._write(
            "delete_item", Key=key(id, "report"), ConditionExpression="fingerprint = :f",
            ExpressionAttributeValues={":f": attribute(fingerprint)},
        )  # fmt: skip

    def report(self, id: str) -> bytes | None:
        """The sealed report."""
        with translated():
            item = self._db.get_item(TableName=self._table, Key=key(id, "report")).get("Item")
        return bytes(plain(item["sealed"])) if item else None

    def first_time(self, id: str, expires_at: int) -> bool:
        """Whether nobody has asked so before for this id."""
        item = {**key(id, "tried"), "expires_at": attribute(expires_at)}
        return self._write("put_item", Item=item, ConditionExpression="attribute_not_exists(pk)") is None

    def save_message(self, id: str, message: Message) -> Message:
        """Keep the message; under one number the first one stays."""
        item = {
            **key(id, f"message#{message.side}#{message.n:06d}"), "at": attribute(message.at),
            "sealed": attribute(message.sealed), "expires_at": attribute((message.at + WORDS_LAST) // 1000),
        }  # fmt: skip
        there = self._write("put_item", Item=item, ConditionExpression="attribute_not_exists(pk)")
        return _message(there) if there else message

    def messages(self, id: str, side: str, after: int = 0) -> list[Message]:
        """One side's messages later than ``after``, strongly read: a counter already promised them."""
        return [_message(item) for item in self._beside(id, f"message#{side}#", after)]

    def save_note(self, id: str, note: Note) -> Note:
        """Keep a note once; under one number the first one stays."""
        item = {
            **key(id, f"note#{note.n:06d}"), "at": attribute(note.at), "kind": attribute(note.kind),
            "code": attribute(note.code), "by": attribute(note.by), "sealed": attribute(note.sealed),
            "expires_at": attribute((note.at + WORDS_LAST) // 1000),
        }  # fmt: skip
        there = self._write("put_item", Item=item, ConditionExpression="attribute_not_exists(pk)")
        return _note(there) if there else note

    def notes(self, id: str, after: int = 0) -> list[Note]:
        """Every note later than ``after``."""
        return [_note(item) for item in self._beside(id, "note#", after)]

    def erase(self, id: str) -> None:
        """Delete the report, every message and every note: whatever stands beside the session, one read for all."""
        delete_batch(self._db, self._table, [key(id, sk) for sk in self._names(id) if sk != SESSION])

    def save_resume(self, code: bytes, id: str, expires_at: int) -> None:
        """Remember which session a resume code (its keyed hash) leads to; ``expires_at`` in s since the epoch."""
        item = {**key(f"resume#{code.hex()}", "resume"), "id": attribute(id), "expires_at": attribute(expires_at)}
        with translated():
            self._db.put_item(TableName=self._table, Item=item)

    def resume(self, code: bytes) -> str | None:
        """The session a resume code (its keyed hash) leads to."""
        with translated():
            item = self._db.get_item(
                TableName=self._table, Key=key(f"resume#{code.hex()}", "resume"), ConsistentRead=True
            ).get("Item")  # fmt: skip
        return str(plain(item["id"])) if item else None

    def forget_resume(self, code: bytes) -> None:
        """Forget a resume code (its keyed hash)."""
        with translated():
            self._db.delete_item(TableName=self._table, Key=key(f"resume#{code.hex()}", "resume"))

    def _beside(self, id: str, prefix: str, after: int) -> list[Item]:
        """Numbered items of the session later than ``after``."""
        values = {":b": attribute(f"{prefix}{after + 1:06d}"), ":e": attribute(f"{prefix}{LAST:06d}")}
        return self._of(id, " AND sk BETWEEN :b AND :e", values)

    def _names(self, id: str) -> list[str]:
        """The sort keys of everything that has the session's id."""
        return [item["sk"]["S"] for item in self._of(id, "", {}, ProjectionExpression="sk")]

    def _of(self, id: str, condition: str, values: Item, **more: Any) -> list[Item]:
        """Items under the session's id, strongly read."""
        items: list[Item] = []
        while True:
            with translated():
                answer = self._db.query(
                    TableName=self._table, KeyConditionExpression=f"pk = :p{condition}", ConsistentRead=True,
                    ExpressionAttributeValues={":p": attribute(id), **values}, **more,
                )  # fmt: skip
            items += answer["Items"]
            if "LastEvaluatedKey" not in answer:
                return items
            more["ExclusiveStartKey"] = answer["LastEvaluatedKey"]


def _message(item: Item) -> Message:
    _, side, n = item["sk"]["S"].split("#")
    return Message(side, int(n), plain(item["at"]), plain(item["sealed"]))


def _note(item: Item) -> Note:
    words = {name: plain(item[name]) for name in ("at", "kind", "code", "by", "sealed")}
    return Note(n=int(item["sk"]["S"].split("#")[1]), **words)
