"""Bytes as decisions: what a fuzzer changes bit by bit, read as one choice after the other."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

__all__ = ["Draw"]

T = TypeVar("T")


class Draw:
    """The bytes, one decision after the other; zeros when they are used up."""

    def __init__(self, data: bytes) -> None:
        self._data, self._at = data, 0

    def number(self, size: int = 1) -> int:
        """A number of so many bytes."""
        taken = self._data[self._at : self._at + size]
        self._at += size
        return int.from_bytes(taken.ljust(size, b"\0"), "big")

    def one(self, choices: Sequence[T]) -> T:
        """One of them."""
        return choices[self.number() % len(choices)]

    def some(self) -> bytes:
        """A few bytes as they are."""
        size = self.number() % 32
        taken = self._data[self._at : self._at + size]
        self._at += size
        return taken

    def rest(self) -> bytes:
        """All that is left."""
        return self._data[self._at :]
