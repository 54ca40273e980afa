"""The partners' servers that receive statuses: well, flaky, busy, dead, or gone; what they got, and what they said."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Mapping
from random import Random
from typing import Any

from chalicelib.outside.signature import sign
from chalicelib.ports import Sent
from tests.simulation.invariants.broken import Broken

__all__ = ["Endpoint"]

MOODS = ("well", "well", "well", "flaky", "flaky", "busy", "dead", "gone")


class Endpoint:
    """One partner's server."""

    def __init__(self, partner: str, secret: str, rng: Random) -> None:
        self.partner, self._secret, self._rng = partner, secret, rng
        self.mood = "well"
        self.answered: dict[str, set[int]] = defaultdict(set)
        self.posts: Counter[tuple[str, int]] = Counter()
        self.statuses: dict[tuple[str, int], str] = {}
        self.said_gone = False
        self._ids: dict[str, tuple[str, int, bytes]] = {}
        self._names: dict[tuple[str, int], str] = {}

    def change(self) -> None:
        """Another mood."""
        self.mood = self._rng.choice(MOODS)

    def take(self, headers: Mapping[str, str], body: bytes) -> Sent:
        """One POST."""
        data = self._read(headers, body)
        self.posts[data["id"], data["sequence"]] += 1
        sent = self._answer()
        if sent.status == 200:
            self.answered[data["id"]].add(data["sequence"])
        self.said_gone |= sent.status == 410
        return sent

    def _answer(self) -> Sent:
        match self.mood:
            case "well":
                return Sent(200)
            case "flaky" if self._rng.random() < 0.5:
                return Sent(200)
            case "busy":
                return Sent(429, 1000 * self._rng.randrange(1, 600)) if self._rng.random() < 0.7 else Sent(200)
            case "gone":
                return Sent(410)
        return Sent(self._rng.choice((500, 502, 503, None)))

    def _read(self, headers: Mapping[str, str], body: bytes) -> Any:
        """Ids are constant over attempts, each of one status of one session, and the bytes never change."""
        name, at = headers["webhook-id"], int(headers["webhook-timestamp"])
        if headers["webhook-signature"] != sign([self._secret], name, at, body):
            raise Broken("deliveries are signed", f"{name} to {self.partner}")
        data: Any = json.loads(body)["data"]
        what = (data["id"], data["sequence"], body)
        if self._ids.setdefault(name, what) != what:
            raise Broken("a delivery's id and bytes are constant", f"{name}: {self._ids[name]} then {what}")
        if self._names.setdefault(what[:2], name) != name:
            raise Broken("a delivery's id and bytes are constant", f"{what[:2]} as {name}")
        self.statuses[what[:2]] = data["status"]
        return data
