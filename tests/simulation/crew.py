"""The deliverer's crew as tasks of the simulation: what ``courier.Crew`` does with threads."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from types import TracebackType
from typing import Any

from tests.simulation.fleet import Process
from tests.simulation.scheduler import Task

__all__ = ["Crew"]


class Carried:
    """One delivery on its way; its result as a future has it."""

    def __init__(self, task: Task) -> None:
        self.task = task

    def result(self) -> Any:
        """What came of it."""
        return self.task.result


class Crew:
    """Works for one process, and dies with it."""

    def __init__(self, process: Process) -> None:
        self._process = process

    def __enter__(self) -> Crew:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:  # fmt: skip
        return None  # whoever flies has landed: the courier leaves when nothing is on its way

    def submit(self, work: Callable[..., Any], *given: Any) -> Carried:
        """Start."""
        task = self._process.fleet.scheduler.spawn(lambda: work(*given))
        self._process.tasks.add(task)
        return Carried(task)

    def first(self, flying: Iterable[Carried]) -> tuple[set[Carried], set[Carried]]:
        """Those that have ended, as soon as one has or half a second is over, and the others."""
        scheduler, waiting = self._process.fleet.scheduler, list(flying)
        if not any(one.task.finished for one in waiting):
            task = scheduler.current()
            for one in waiting:
                one.task.waiter = task
            scheduler.wake(task, 500)
            scheduler.rest(task)
            for one in waiting:
                one.task.waiter = None
        ended = {one for one in waiting if one.task.finished}
        return ended, set(waiting) - ended
