"""What came back from the hub, counted by the kind of request. Pure."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

__all__ = ["Reply", "Tally"]


@dataclass(frozen=True)
class Reply:
    """An answer, how long it took (s), and what it consumed where that is metered."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    took: float
    reads: float = 0.0
    writes: float = 0.0

    @property
    def json(self) -> Any:
        """The body as JSON."""
        return json.loads(self.body)


@dataclass
class Tally:
    """The requests made while ``on``, by kind, and every fault."""

    on: bool = True
    replies: dict[str, list[Reply]] = field(default_factory=lambda: defaultdict(list))
    faults: list[str] = field(default_factory=list)

    def add(self, kind: str, reply: Reply) -> None:
        """Count a request; one that the hub refused is a fault."""
        if reply.status not in (200, 204, 304):
            self.faults.append(f"{kind}: {reply.status} {reply.body[:200].decode(errors='replace')}")
        elif self.on:
            self.replies[kind].append(reply)

    @property
    def requests(self) -> int:
        """How many there were."""
        return sum(map(len, self.replies.values()))
