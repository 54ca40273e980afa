"""Handoffs through their whole life over HTTP: tapped at their moment, claimed, connected, closed by counsellors."""

from __future__ import annotations

import heapq
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from http.client import HTTPException
from itertools import count
from random import Random
from typing import Any, Literal

from tests.hub import Answer, Counsellor, Hub, Youth

__all__ = ["Life", "Play", "plan_lives"]

Kind = Literal["callback", "chat", "choose"]
KINDS: tuple[Kind, ...] = ("callback", "chat", "choose")
WEIGHTS = (5, 3, 2)
HANDS = 6
AGAIN = 0.15
"""Seconds until something that was not to be had is tried again."""
TALK = (0.5, 2.5)
"""Seconds from the first word to the end."""
STUCK = 90.0


@dataclass
class Life:
    """One handoff: ``name`` is the same in every run of a seed, ``at`` (s after the start) is when the youth taps.

    ``closed`` is when the answer came that closed it, by the monotonic clock (s).
    """

    name: str
    partner: str
    kind: Kind
    at: float
    talk: float
    id: str = ""
    closed: float | None = None
    written: threading.Event = field(default_factory=threading.Event)


def plan_lives(seed: int, shares: Mapping[str, int], rate: float) -> list[Life]:
    """So many handoffs for each partner, mixed evenly, at ``rate`` a second in all; the same for the same seed."""
    random = Random(f"{seed}/lives")
    partners = [partner for partner, n in shares.items() for _ in range(n)]
    random.shuffle(partners)
    numbers: dict[str, Any] = {partner: count() for partner in shares}
    at, lives = 0.0, []
    for partner in partners:
        at += random.expovariate(rate)
        kind = random.choices(KINDS, WEIGHTS)[0]
        name = f"{partner}/{next(numbers[partner])}"
        lives.append(Life(name, partner, kind, at, random.uniform(*TALK)))
    return lives


class Play:
    """Plays the lives with a few hands; each step of a life is put off to its moment.

    ``platforms`` maps a partner to the platform it signs for. ``born`` hears of each life once it has its id.
    """

    def __init__(
        self, hub: Hub, team: Sequence[Counsellor], lives: Sequence[Life], platforms: Mapping[str, str],
        born: Callable[[Life], None],
    ) -> None:  # fmt: skip
        self.hub, self.team, self.lives, self.platforms, self.born = hub, team, lives, platforms, born
        self.faults: list[str] = []
        self.requests = 0
        self._by_id: dict[str, Life] = {}
        self._heap: list[tuple[float, int, Callable[[], None]]] = []
        self._order = count()
        self._changed = threading.Condition()
        self._open = len(lives)
        self._moved = time.monotonic()

    def run(self) -> None:
        """Play all; what went wrong stands in ``faults``."""
        began = self._moved = time.monotonic()
        for n, life in enumerate(self.lives):
            self._at(began + life.at, lambda life=life, n=n: self._tap(life, n))  # type: ignore[misc]
        hands = [threading.Thread(target=self._work) for _ in range(HANDS)]
        for hand in hands:
            hand.start()
        for hand in hands:
            hand.join()

    def _at(self, moment: float, step: Callable[[], None]) -> None:
        with self._changed:
            heapq.heappush(self._heap, (moment, next(self._order), step))
            self._changed.notify()

    def _work(self) -> None:
        while (step := self._next()) is not None:
            try:
                step()
            except (OSError, HTTPException, AssertionError, KeyError) as error:
                self.faults.append(repr(error)[:300])
                self._end()

    def _next(self) -> Callable[[], None] | None:
        with self._changed:
            while self._open > 0:
                now = time.monotonic()
                if self._heap and self._heap[0][0] <= now:
                    return heapq.heappop(self._heap)[2]
                if now - self._moved > STUCK:
                    self.faults.append(f"{self._open} lives stand still")
                    self._open = 0
                    break
                self._changed.wait(min(0.5, self._heap[0][0] - now) if self._heap else 0.5)
            self._changed.notify_all()
            return None

    def _end(self) -> None:
        with self._changed:
            self._open -= 1
            self._moved = time.monotonic()
            self._changed.notify_all()

    def _expect(self, status: int, answer: Answer) -> Any:
        self.requests += 1
        if answer.status != status:
            raise AssertionError((status, answer.status, answer.body[:200]))
        return answer.json if answer.body else None

    def _tap(self, life: Life, n: int) -> None:
        # A number of its own in the block that is kept for fiction.
        wish: dict[str, Any] = {"session": None if life.kind == "choose" else life.kind}
        if life.kind == "callback":
            wish |= {"kind": "call", "callback": {"number": f"+3363998{n % 10_000:04d}"}}
        told = self._expect(201, self.hub.hand_over(self.platforms[life.partner], **wish))
        life.id = told["id"]
        self.born(life)
        with self._changed:
            self._by_id[life.id] = life
        now = time.monotonic()
        if life.kind == "callback":
            life.written.set()
            self._at(now, lambda: self._claim(n))
        else:
            self._at(now, lambda: self._write(life, told["links"]["youth"], n))

    def _write(self, life: Life, link: str, n: int) -> None:
        youth = Youth(self.hub, link)
        self.requests += 1
        if life.kind == "choose":
            self._expect(200, youth.ask("choose", {"session": "chat"}))
        self._expect(200, youth.ask("messages", {"n": 1, "text": "il y a quelqu'un ?"}))
        life.written.set()
        self._at(time.monotonic(), lambda: self._claim(n))

    def _claim(self, n: int) -> None:
        """The next one in the line, whichever it is: as many are claimed as have come."""
        who = self.team[n % len(self.team)]
        session = who.claim()
        self.requests += 1
        if session is None:
            self._at(time.monotonic() + AGAIN, lambda: self._claim(n))
        else:
            self._talk(who, session)

    def _talk(self, who: Counsellor, session: Mapping[str, Any]) -> None:
        life = self._by_id.get(session["id"])
        if life is None or not life.written.is_set():
            # Somebody was quicker than the youth's own next step.
            self._at(time.monotonic() + AGAIN, lambda: self._talk(who, session))
            return
        if life.kind == "callback":
            self._expect(200, who.act(session, "reveal"))
        else:
            self._expect(200, who.act(session, "messages", n=1, text="oui, je suis là"))
        self._at(time.monotonic() + life.talk, lambda: self._close(life, who, session))

    def _close(self, life: Life, who: Counsellor, session: Mapping[str, Any]) -> None:
        self._expect(200, who.act(session, "close", reason="helped"))
        life.closed = time.monotonic()
        self._end()
