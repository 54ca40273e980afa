"""How people talk and how their pages keep up, without any network: who writes what when, the pages' pace. Pure."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from random import Random

__all__ = [
    "EVERY",
    "SIDES",
    "Chat",
    "Turn",
    "conversation",
    "percentile",
    "pings",
    "renew_pace",
    "unbroken",
    "youth_pace",
]

SIDES = ("youth", "counsellor")
EVERY = 10.0
"""Seconds from one message of a chat to the next."""
JITTER = 0.3
KEYS = 5.0
"""Letters a second of somebody who types with two thumbs."""
TYPING_EVERY = 5.0
WORDS = (
    "oui",
    "je",
    "ne sais pas",
    "il",
    "continue",
    "encore",
    "ce soir",
    "au lycée",
    "photo",
    "compte",
    "merci",
    "peur",
)


@dataclass(frozen=True)
class Turn:
    """One message: who, when the typing starts and the message goes (s from the start), and its words."""

    side: str
    starts: float
    at: float
    text: str


def conversation(random: Random, seconds: float, first: str = "youth") -> list[Turn]:
    """A chat's turns within ``seconds``: sides alternate, about every 10 s; no two chats are in step."""
    turns: list[Turn] = []
    side, at = SIDES.index(first), random.uniform(0, EVERY)
    while at < seconds:
        text = _text(random, len(turns))
        typed = min(len(text) / KEYS, EVERY * (1 - JITTER) - 1)
        turns.append(Turn(SIDES[side], max(0.0, at - typed), at, text))
        side, at = 1 - side, at + random.uniform(EVERY * (1 - JITTER), EVERY * (1 + JITTER))
    return turns


def _text(random: Random, n: int) -> str:
    return f"{n}. " + " ".join(random.choice(WORDS) for _ in range(random.randint(2, 14)))


def pings(turn: Turn) -> list[float]:
    """When a page tells that somebody types: with the first letter, and every 5 s until the message goes."""
    times = max(1, math.ceil((turn.at - turn.starts) / TYPING_EVERY)) if turn.at > turn.starts else 0
    return [turn.starts + n * TYPING_EVERY for n in range(times)]


def youth_pace(state: str, still: float) -> float:
    """Seconds until the youth's next look, as pages/static/youth.js has it for a page in sight."""
    if state == "connected":
        return 1.0 if still < 120 else 2.0
    return 2.0 if state == "waiting" and still < 300 else 5.0


def renew_pace(left: float) -> float:
    """Seconds until the console renews a lease that has ``left`` s, as pages/static/board.js has it."""
    return min(30.0, max(3.0, left / 3))


def unbroken(numbers: Iterable[int]) -> int:
    """How many of 1, 2, 3… are there without a gap."""
    there = set(numbers)
    return next(n for n in range(len(there) + 1) if n + 1 not in there)


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest value that at least ``share`` of all do not exceed (nearest rank); nan of nothing."""
    ranked = sorted(values)
    return ranked[max(1, math.ceil(share * len(ranked))) - 1] if ranked else math.nan


@dataclass
class Chat:
    """What was really said in one chat by each side, and what reached the other side, in the order it came."""

    id: str
    said: dict[str, list[str]] = field(default_factory=lambda: {side: [] for side in SIDES})
    reached: dict[str, list[str]] = field(default_factory=lambda: {side: [] for side in SIDES})
    began: dict[tuple[str, int], float] = field(default_factory=dict)
    delays: dict[str, list[float]] = field(default_factory=lambda: {side: [] for side in SIDES})

    def write(self, side: str, text: str) -> int:
        """The number of a new message."""
        self.said[side].append(text)
        return len(self.said[side])

    def send(self, side: str, n: int, now: float) -> None:
        """Its POST starts; from the first one on, the other side waits."""
        self.began.setdefault((side, n), now)

    def reach(self, side: str, n: int, text: str, now: float) -> None:
        """The other side has it."""
        self.reached[side].append(text)
        if (side, n) in self.began:
            self.delays[side].append(now - self.began.pop((side, n)))

    @property
    def settled(self) -> bool:
        """Whether everything reached the other side."""
        return all(len(self.reached[side]) >= len(self.said[side]) for side in SIDES)

    @property
    def faithful(self) -> bool:
        """Whether every message came once and in order."""
        return self.reached == self.said
