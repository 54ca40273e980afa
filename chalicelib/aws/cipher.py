"""Personal data under AES-256-GCM, one data key per session, wrapped by KMS and kept in a table of its own.

Deleting the key's row makes every copy of what it sealed unreadable, wherever that copy is (DESIGN: erase by key).
The library is ``cryptography``; why, and what it costs, stands in docs/decisions/0004-encryption.md.
"""

from __future__ import annotations

import os
from collections import OrderedDict
from typing import Any

from chalicelib.aws.clients import Clients, refused, translated
from chalicelib.aws.codec import attribute, plain
from chalicelib.ports import Clock, Gone
from chalicelib.problems import Problem

__all__ = ["KmsCipher"]

KEPT = 60_000
MOST = 256
NONCE = 12
ROW_LASTS = 33 * 24 * 3600


class KmsCipher:
    """The port ``Cipher``: data keys by KMS, rows in ``table``, plain keys in the process for at most 60 s."""

    def __init__(self, clients: Clients, table: str, kms_key: str, clock: Clock) -> None:
        self._clients, self._table, self._kms_key, self._clock = clients, table, kms_key, clock
        self._keys: OrderedDict[str, tuple[int, bytes]] = OrderedDict()

    def seal(self, id: str, field: str, plain: bytes) -> bytes:
        """The nonce, ciphertext and tag, bound to id and field."""
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        key = self._key(id, make=True)
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

    def forget(self, id: str) -> None:
        """Delete the key."""
        self._keys.pop(id, None)
        with translated():
            self._clients("dynamodb").delete_item(TableName=self._table, Key={"pk": {"S": id}})

    def _key(self, id: str, *, make: bool) -> bytes:
        now = self._clock()
        known = self._keys.get(id)
        if known is not None and now - known[0] < KEPT:
            return known[1]
        try:
            key = self._fetch(id, make=make)
        except Problem as problem:
            raise Gone(passing=True) from problem
        self._keys[id] = (now, key)
        self._keys.move_to_end(id)
        while len(self._keys) > MOST:
            self._keys.popitem(last=False)
        return key

    def _fetch(self, id: str, *, make: bool) -> bytes:
        with translated():
            row = self._clients("dynamodb").get_item(
                TableName=self._table, Key={"pk": {"S": id}}, ConsistentRead=True
            ).get("Item")  # fmt: skip
        if row is not None:
            return self._unwrap(id, bytes(plain(row["wrapped"])))
        if not make:
            raise Gone
        return self._make(id)

    def _unwrap(self, id: str, wrapped: bytes) -> bytes:
        with translated():
            answer = self._clients("kms").decrypt(
                CiphertextBlob=wrapped, KeyId=self._kms_key, EncryptionContext={"session": id}
            )
        return bytes(answer["Plaintext"])

    def _make(self, id: str) -> bytes:
        with translated():
            made = self._clients("kms").generate_data_key(
                KeyId=self._kms_key, KeySpec="AES_256", EncryptionContext={"session": id}
            )
        item: dict[str, Any] = {
            "pk": {"S": id}, "wrapped": attribute(made["CiphertextBlob"]),
            "expires_at": attribute(self._clock() // 1000 + ROW_LASTS),
        }  # fmt: skip
        winner = self._put(item)
        return bytes(made["Plaintext"]) if winner is None else self._unwrap(id, winner)

    def _put(self, item: dict[str, Any]) -> bytes | None:
        """Keep the wrapped key unless another process was first; then that one's."""
        from botocore.exceptions import ClientError

        with translated():
            try:
                self._clients("dynamodb").put_item(
                    TableName=self._table, Item=item, ConditionExpression="attribute_not_exists(pk)",
                    ReturnValuesOnConditionCheckFailure="ALL_OLD",
                )  # fmt: skip
            except ClientError as error:
                there = refused(error)
                if not there:
                    raise
                return bytes(plain(there["wrapped"]))
        return None
