"""What the people of a trial were answered: the only thing that promises can be held against."""

from __future__ import annotations

import threading
from collections import Counter, defaultdict
from dataclasses import dataclass, field

from bench.killing.lives import Life
from tests.hub import Answer

__all__ = ["Ledger", "Said"]

Said = tuple[str, int, str]
"""Side, number, text."""


@dataclass
class Ledger:
    """Written by many threads. ``wrong`` are answers that nobody may get; ``troubles`` what was met and asked again."""

    taps: dict[str, list[tuple[int, bytes]]] = field(default_factory=lambda: defaultdict(list))
    claims: dict[tuple[str, int], set[str]] = field(default_factory=lambda: defaultdict(set))
    closes: dict[str, set[tuple[int, str]]] = field(default_factory=lambda: defaultdict(set))
    said: dict[str, set[Said]] = field(default_factory=lambda: defaultdict(set))
    left: set[str] = field(default_factory=set)
    wrong: list[str] = field(default_factory=list)
    troubles: Counter[str] = field(default_factory=Counter)
    done: Counter[str] = field(default_factory=Counter)
    _lives: dict[str, Life] = field(default_factory=dict)
    _changed: threading.Condition = field(default_factory=threading.Condition)

    def tapped(self, life: Life, answer: Answer) -> None:
        """The partner was answered."""
        with self._changed:
            self.taps[life.jti].append((answer.status, answer.body))
            if answer.status in (200, 201) and not life.id:
                life.id, life.link = answer.json["id"], answer.json["links"]["youth"]
                self._lives[life.id] = life
            self._changed.notify_all()

    def life(self, id: str, seconds: float) -> Life | None:
        """The life of a session; its tap may be answered a little later than it is claimed."""
        with self._changed:
            self._changed.wait_for(lambda: id in self._lives, seconds)
            return self._lives.get(id)

    def claimed(self, id: str, epoch: int, who: str) -> None:
        """A counsellor was told that the session is theirs."""
        with self._changed:
            self.claims[id, epoch].add(who)

    def closed(self, life: Life, epoch: int, who: str) -> None:
        """A counsellor was told that the session is closed by them."""
        with self._changed:
            self.closes[life.id].add((epoch, who))
        life.over.set()

    def ended(self, life: Life) -> None:
        """The youth, or the partner, was told that it is over."""
        with self._changed:
            self.left.add(life.id)
        life.over.set()

    def acknowledged(self, id: str, said: Said) -> None:
        """Who wrote it was told that it is kept."""
        with self._changed:
            self.said[id].add(said)

    def known(self, id: str) -> frozenset[Said]:
        """What was acknowledged up to now."""
        with self._changed:
            return frozenset(self.said[id])

    def note(self, wrong: str) -> None:
        """Nobody may get such an answer."""
        with self._changed:
            self.wrong.append(wrong[:300])

    def count(self, what: str, n: int = 1) -> None:
        """Something was done."""
        with self._changed:
            self.done[what] += n

    @property
    def answered(self) -> int:
        """How many requests were answered, and not to be asked again."""
        return self.done["requests"] - self.troubles.total()

    def trouble(self, what: str) -> None:
        """Something had to be asked again."""
        with self._changed:
            self.troubles[what] += 1
