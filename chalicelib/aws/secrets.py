"""Keyed hashes under the stage's one secret (Secrets Manager), fetched once per process."""

from __future__ import annotations

import hashlib
import hmac

from chalicelib.aws.clients import Clients, translated

__all__ = ["StageSecrets"]


class StageSecrets:
    """The port ``Secrets``. Knowing a hash opens nothing; the secret is never rotated, since ids are made from it."""

    def __init__(self, clients: Clients, arn: str) -> None:
        self._clients, self._arn = clients, arn
        self._root: bytes | None = None

    def mac(self, purpose: str, *parts: bytes) -> bytes:
        """HMAC-SHA256 over the length-prefixed parts, under a key that is made for ``purpose`` alone."""
        key = hmac.digest(self._secret(), purpose.encode(), hashlib.sha256)
        return hmac.digest(key, b"".join(len(part).to_bytes(4, "big") + part for part in parts), hashlib.sha256)

    def _secret(self) -> bytes:
        if self._root is None:
            with translated():
                answer = self._clients("secretsmanager").get_secret_value(SecretId=self._arn)
            self._root = answer["SecretString"].encode()
        return self._root
