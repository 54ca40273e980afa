"""Every kind of partition key that the hub writes or reads, and what spreads it. What nothing spreads has a ceiling.

``tests/unit/test_scale_model.py`` lets the hub live a while and asserts that the store saw no other key.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

__all__ = ["KINDS", "Kind", "kind_of"]

Spread = Literal["session", "shard", "partner", "partner and shard", "counsellor", "youth", "nothing"]


@dataclass(frozen=True)
class Kind:
    """Keys alike: of which table (``sessions`` or ``keys``) or index, how they look, and how many there are of them.

    ``spread`` says what makes another key: a key per session is no ceiling, one that nothing spreads is.
    """

    name: str
    table: str
    index: str
    pattern: str
    spread: Spread


KINDS = (
    Kind("session", "sessions", "", r"ho_[a-z2-7]{26}", "session"),
    Kind("resume code", "sessions", "", r"resume#[0-9a-f]{64}", "session"),
    Kind("partner", "sessions", "", r"partner#[a-z0-9-]+", "partner"),
    Kind("usage", "sessions", "", r"usage#[a-z0-9-]+", "partner"),
    Kind("presence", "sessions", "", r"presence", "nothing"),
    Kind("line in short", "sessions", "", r"line", "nothing"),
    Kind("audit day", "sessions", "", r"audit#[0-9-]{10}", "nothing"),
    Kind("audit seals", "sessions", "", r"audit#seals", "nothing"),
    Kind("chat", "sessions", "lane", r"chat#[0-9]+", "shard"),
    Kind("callback", "sessions", "lane", r"callback#[0-9]+", "shard"),
    Kind("held", "sessions", "lane", r"held#[0-9]+", "shard"),
    Kind("open", "sessions", "lane", r"open#[0-9]+", "shard"),
    Kind("erase", "sessions", "lane", r"erase#[0-9]+", "shard"),
    Kind("closed", "sessions", "lane", r"closed#[0-9]+(#[0-9]+)?", "shard"),
    Kind("partners listed", "sessions", "lane", r"partner#0", "nothing"),
    Kind("due", "sessions", "due", r"due#[a-z0-9-]+#[0-9]+", "partner and shard"),
    Kind("parked", "sessions", "due", r"parked#[a-z0-9-]+#0", "partner"),
    Kind("subject", "sessions", "subject", r"", "youth"),
    Kind("data key", "keys", "", r"ho_[a-z2-7]{26}", "session"),
    Kind("number", "keys", "", r"number#[0-9a-f]{32}", "youth"),
)


def kind_of(table: str, index: str, key: object) -> Kind | None:
    """The kind of a partition; None for a key of no known kind. Keys of bytes are a youth's."""
    text = "" if isinstance(key, bytes) else str(key)
    for kind in KINDS:
        if (kind.table, kind.index) == (table, index) and re.fullmatch(kind.pattern, text):
            return kind
    return None
