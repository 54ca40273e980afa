"""One clock and who goes on next: tasks are greenlets that pause, wait for one another, and are killed.

Nothing here is random but the order of what happens in the same millisecond, and that comes from the seed.
"""

from __future__ import annotations

from collections.abc import Callable
from heapq import heappop, heappush
from random import Random

from greenlet import getcurrent, greenlet

__all__ = ["Killed", "Scheduler", "Task"]


class Killed(BaseException):
    """Raised inside a task that must not do anything any more."""


class Task(greenlet):
    """One line of doing. ``turn`` counts its resumptions, so that an outdated alarm wakes nobody."""

    def __init__(self, run: Callable[[], object], parent: greenlet) -> None:
        super().__init__(run, parent)
        self.turn = 0
        self.doomed = self.finished = False
        self.result: object = None
        self.waiter: Task | None = None


class Scheduler:
    """Simulated time in ms and the tasks that wait for it. Every wait is a multiple of ``grain`` ms.

    A coarse grain makes different moments the same: what is right but for the very last millisecond shows there.
    """

    def __init__(self, rng: Random, start: int, grain: int = 1) -> None:
        self.now, self.grain = start, grain
        self._rng, self._hub = rng, getcurrent()
        self._alarms: list[tuple[int, float, int, Task]] = []
        self._all: set[Task] = set()

    def spawn(self, run: Callable[[], object], after: int = 0) -> Task:
        """A new task that starts ``after`` ms from now."""

        def whole() -> None:
            try:
                task.result = run()
            except Killed:
                task.doomed = True
            finally:
                task.finished = True
                self._all.discard(task)
                if task.waiter is not None:
                    self.wake(task.waiter)

        task = Task(whole, self._hub)
        self._all.add(task)
        self.wake(task, after)
        return task

    def wake(self, task: Task, after: int = 0) -> None:
        """Let a task go on ``after`` ms from now, unless something else has woken it by then."""
        heappush(self._alarms, (self.now + self.grained(after), self._rng.random(), task.turn, task))

    def grained(self, ms: int) -> int:
        """A wait in the grain of this world: most short ones take no time at all, a few a whole grain."""
        if self.grain == 1:
            return ms
        whole, rest = divmod(ms, self.grain)
        return (whole + (self._rng.random() * self.grain < rest)) * self.grain

    def pause(self, ms: int) -> None:
        """Let ``ms`` pass for the task that calls this."""
        task, ms = self.current(), self.grained(ms)
        if task.doomed:
            raise Killed
        if not (self._alarms and self._alarms[0][0] <= self.now + ms):
            self.now += ms  # nobody else would go on before
            return
        self.wake(task, ms)
        self.rest(task)

    def rest(self, task: Task) -> None:
        """Until somebody wakes the calling task."""
        self._hub.switch()
        if task.doomed:
            raise Killed

    def current(self) -> Task:
        """The task that calls this."""
        task = getcurrent()
        if not isinstance(task, Task):
            raise TypeError("only a task can wait")
        return task

    def join(self, other: Task, within: int) -> bool:
        """Wait until ``other`` has ended, at most ``within`` ms; whether it has."""
        task = self.current()
        if not other.finished:
            other.waiter = task
            self.wake(task, within)
            self.rest(task)
            other.waiter = None
        return other.finished

    def doom(self, task: Task) -> None:
        """Kill a task the next time it would go on, which is now."""
        if not task.finished:
            task.doomed = True
            self.wake(task)

    def go(self, until: Callable[[], bool]) -> None:
        """Let tasks go on in the order of their alarms, until ``until`` says so or nobody is left."""
        alarms = self._alarms
        while alarms and not until():
            when, _, turn, task = heappop(alarms)
            if task.finished or turn != task.turn:
                continue
            if when > self.now:
                self.now = when
            task.turn += 1
            task.switch()

    def go_until(self, moment: int, *, unless: Callable[[], bool] = lambda: False) -> None:
        """Let tasks go on until then, or until ``unless`` says that it is enough."""
        self.go(lambda: self.now >= moment or unless())

    def end(self) -> None:
        """Kill whoever is left."""
        while self._all:
            task = self._all.pop()
            task.doomed = True
            if task:  # has started: let it unwind
                task.switch()
        self._alarms.clear()
