"""Personal data under AES-256-GCM, one data key per session, wrapped by KMS and kept in a table of its own.

Deleting the key's row makes every copy of what it sealed unreadable, wherever that copy is (DESIGN: erase by key).
The library is ``cryptography``; why, and what it costs, stands in docs/decisions/0004-encryption.md.
"""

from __future__ import annotations

import os
from collections import OrderedDict
from collections.abc import Sequence
from typing import Any

from chalicelib.aws.change import write
from chalicelib.aws.clients import Clients, refused, translated
from chalicelib.aws.codec import Item, attribute, plain
from chalicelib.model.retention import KEY_LASTS
from chalicelib.ports import Clock, Gone
from chalicelib.problems import Problem

__all__ = ["KmsCipher"]

KEPT = 60_000
MOST = 256
NONCE = 12


class KmsCipher:
    """The port ``Cipher``: data keys by KMS, rows in ``table``, plain keys in the process for at most 60 s."""

    def __init__(self, clients: Clients, table: str, kms_key: str, clock: Clock) -> None:
        self._clients, self._table, self._kms_key, self._clock = clients, table, kms_key, clock
        self._keys: OrderedDict[str, tuple[int, bytes]] = OrderedDict()

    def seal(self, id: str, field: str, plain: bytes, *, number: bytes | None = None) -> bytes:
        """The nonce, ciphertext and tag, bound to id and field."""
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        key = self._key(id, make=True, number=number)
        nonce = os.urandom(NONCE)
        return nonce + AESGCM(key).encrypt(nonce, plain, f"{id}|{field}".encode())

    def open(self, id: str, field: str, sealed: bytes) -> bytes:
        """The plain text; Gone when the key was deleted or the text was not sealed for this id and field."""
        from cryptography.exceptions import InvalidTag
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        key = self._key(id, make=False)
        try:
            return AESGCM(key).decrypt(sealed[:NONCE], sealed[NONCE:], f"{id}|{field}".encode())
        except InvalidTag:
            raise Gone from None

    def numbers(self, id: str) -> Sequence[bytes]:
        """The hashes in the key's row, in one order everywhere: a simulated history must be the same in any process.

        The key service is not asked, so the sweep needs no right to open anything.
        """
        return sorted(_numbers(self._row(id)))

    def forget(self, id: str) -> None:
        """Delete the key."""
        self._keys.pop(id, None)
        with translated():
            self._db.delete_item(TableName=self._table, Key={"pk": {"S": id}})

    @property
    def _db(self) -> Any:
        return self._clients("dynamodb")

    def _key(self, id: str, *, make: bool, number: bytes | None = None) -> bytes:
        now = self._clock()
        known = self._keys.get(id)
        if number is None and known is not None and now - known[0] < KEPT:
            return known[1]
        try:
            key = self._fetch(id, make=make, number=number)
        except Problem as problem:
            raise Gone(passing=True) from problem
        self._keys[id] = (now, key)
        self._keys.move_to_end(id)
        while len(self._keys) > MOST:
            self._keys.popitem(last=False)
        return key

    def _fetch(self, id: str, *, make: bool, number: bytes | None) -> bytes:
        row = self._row(id)
        if row is None and not make:
            raise Gone
        if row is None:
            key, row = self._make(id, number)
            if row is None:
                return key
        if number is not None and number not in _numbers(row):
            self._note(id, number)
        return self._unwrap(id, bytes(plain(row["wrapped"])))

    def _row(self, id: str) -> Item | None:
        with translated():
            found: Item | None = self._db.get_item(
                TableName=self._table, Key={"pk": {"S": id}}, ConsistentRead=True
            ).get("Item")  # fmt: skip
        return found

    def _unwrap(self, id: str, wrapped: bytes) -> bytes:
        with translated():
            answer = self._clients("kms").decrypt(
                CiphertextBlob=wrapped, KeyId=self._kms_key, EncryptionContext={"session": id}
            )
        return bytes(answer["Plaintext"])

    def _make(self, id: str, number: bytes | None) -> tuple[bytes, Item | None]:
        """A new key; with the row that stands there instead, when another process was first."""
        with translated():
            made = self._clients("kms").generate_data_key(
                KeyId=self._kms_key, KeySpec="AES_256", EncryptionContext={"session": id}
            )
        item: Item = {
            "pk": {"S": id}, "wrapped": attribute(made["CiphertextBlob"]),
            "expires_at": attribute((self._clock() + KEY_LASTS) // 1000),
        }  # fmt: skip
        if number is not None:
            item["numbers"] = {"BS": [number]}
        return bytes(made["Plaintext"]), self._put(item)

    def _put(self, item: Item) -> Item | None:
        """Keep the wrapped key unless another process was first; then that one's row."""
        from botocore.exceptions import ClientError

        with translated():
            try:
                self._db.put_item(
                    TableName=self._table, Item=item, ConditionExpression="attribute_not_exists(pk)",
                    ReturnValuesOnConditionCheckFailure="ALL_OLD",
                )  # fmt: skip
            except ClientError as error:
                there = refused(error)
                if not there:
                    raise
                return there
        return None

    def _note(self, id: str, number: bytes) -> None:
        """Add a number to the row; the key that was forgotten meanwhile is not needed any more."""
        there = write(
            self._db, "update_item", TableName=self._table, Key={"pk": {"S": id}},
            UpdateExpression="ADD numbers :number", ConditionExpression="attribute_exists(pk)",
            ExpressionAttributeValues={":number": {"BS": [number]}},
        )  # fmt: skip
        if there is not None:
            raise Gone(passing=True)


def _numbers(row: Item | None) -> frozenset[bytes]:
    if row is None or "numbers" not in row:
        return frozenset()
    return frozenset(bytes(one) for one in row["numbers"]["BS"])
