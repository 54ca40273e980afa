"""What is kept secret: personal data and keyed hashes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

__all__ = ["Cipher", "Gone", "Secrets"]


class Gone(Exception):
    """The key that sealed this is not there (erased), or cannot be had now (``passing``)."""

    def __init__(self, *, passing: bool = False) -> None:
        super().__init__("gone")
        self.passing = passing


class Cipher(Protocol):
    """Seals personal data under a key of the session's own. Raises Gone when the key is not to be had."""

    def seal(self, id: str, field: str, plain: bytes, *, number: bytes | None = None) -> bytes:
        """Seal under the session's key, which is made when first needed.

        ``number`` (a number's keyed hash) is kept beside the key from before this returns until the key is forgotten.
        """
        ...

    def open(self, id: str, field: str, sealed: bytes) -> bytes:
        """Open what was sealed for the same id and field."""
        ...

    def numbers(self, id: str) -> Sequence[bytes]:
        """Every number (its keyed hash) that the session may hold; none when the key is gone."""
        ...

    def forget(self, id: str) -> None:
        """Delete the session's key: every sealed copy anywhere is unreadable from then on."""
        ...


class Secrets(Protocol):
    """Keyed hashes under the stage's one secret; each ``purpose`` has a key of its own."""

    def mac(self, purpose: str, *parts: bytes) -> bytes:
        """HMAC-SHA256 (32 bytes) over the length-prefixed parts."""
        ...
