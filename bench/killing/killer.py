"""kill -9 at random moments for the processes of the functions and for the front; never for the engine."""

from __future__ import annotations

import contextlib
import os
import signal
import threading
from collections import Counter
from collections.abc import Callable
from random import Random

from bench.delivering.killer import workers
from bench.killing.gate import Gate
from tests.hub import Hub

__all__ = ["Killer"]

TARGETS = {
    "api_function": 6,
    "deliver_function": 3,
    "wake_function": 2,
    "sweep_function": 1,
    "reconcile_function": 1,
    "front": 2,
}
"""How often each is chosen; where nobody of that kind lives just now, somebody of the API dies."""


BETWEEN = 20
"""Answers between two kills: on a slow machine nothing would come to life any more before it is killed again."""


class Killer:
    """Kills one process about every ``every`` seconds, which and when by ``seed``; ``killed`` counts them.

    ``answered`` tells how many requests were answered up to now.
    """

    def __init__(self, hub: Hub, gate: Gate, seed: int, every: float, answered: Callable[[], int]) -> None:
        self._answered = answered
        self.killed: Counter[str] = Counter()
        self._facts, self._gate, self._every = hub.facts["engine"], gate, every
        self._chance = Random(f"{seed}/kills")
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="killer", daemon=True)
        self._thread.start()

    def _run(self) -> None:
        before = 0
        while not self._stopped.wait(min(3 * self._every, self._chance.expovariate(1 / self._every))):
            while self._answered() - before < BETWEEN:
                if self._stopped.wait(0.1):
                    return
            before = self._answered()
            target = self._chance.choices(list(TARGETS), list(TARGETS.values()))[0]
            if target == "front":
                self._gate.kill()
                self.killed[target] += 1
            else:
                self._kill_one(target)

    def _kill_one(self, function: str) -> None:
        for name in (function, "api_function"):
            living = workers(self._facts["pid"], self._facts[name])
            if living:
                with contextlib.suppress(ProcessLookupError):  # it has just ended
                    os.kill(self._chance.choice(living), signal.SIGKILL)
                    self.killed[name.removesuffix("_function")] += 1
                return

    def stop(self) -> None:
        """Let live."""
        self._stopped.set()
        self._thread.join()
