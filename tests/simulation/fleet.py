"""The hub's processes: each has a desk, a memory and a clock of its own, serves one request at a time, and may die.

One *step* is one outside call of a process: to a table, the vault, the secrets, a function, or a partner's endpoint.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from random import Random
from typing import Any, Generic, TypeVar

from botocore.exceptions import ClientError, ConnectTimeoutError, ReadTimeoutError

from chalicelib.desk.base import Desk
from chalicelib.problems import Problem
from tests.simulation.faults import Fate, Weather
from tests.simulation.invariants.broken import require
from tests.simulation.refusals import refuse
from tests.simulation.scheduler import Killed, Scheduler, Task
from tests.simulation.trace import Trace
from tests.simulation.values import Item

__all__ = ["LIMITS", "Answer", "Fleet", "Process", "Request", "Write"]

T = TypeVar("T")
SECOND = 1000
LIMITS = {
    "api": 25 * SECOND, "sweep": 25 * SECOND, "reconcile": 25 * SECOND, "wake": 25 * SECOND, "deliver": 60 * SECOND,
}  # fmt: skip
"""After so long an invocation is ended, as `.chalice/config.json` says."""
MOST = {"api": 8, "sweep": 1, "reconcile": 1, "wake": 2, "deliver": 8}
WRITES = frozenset({"put_item", "update_item", "delete_item"})
THROTTLED = {"dynamodb": "ProvisionedThroughputExceededException", "kms": "ThrottlingException"}


@dataclass(eq=False)
class Request:
    """Somebody asks for something: who, which use case, and what the invariants must know of it.

    ``wrote`` is the last write of a session that was applied for it: the session's id and the write's.
    """

    who: str
    verb: str
    facts: Mapping[str, Any] = field(default_factory=dict)
    began: int = 0
    wrote: tuple[str, str] | None = None


@dataclass(frozen=True)
class Answer(Generic[T]):
    """What came back: a value, or the code of a problem; ``lost``: nobody knows what became of it."""

    value: T | None
    problem: str = ""

    @property
    def ok(self) -> bool:
        """Whether the hub said that it was done."""
        return not self.problem

    @property
    def unsure(self) -> bool:
        """Whether it may have been done all the same."""
        return self.problem in ("lost", "unavailable")


@dataclass(frozen=True)
class Write:
    """One item before and after a write, by whom; the key is (pk, sk), sk empty in the table of keys."""

    request: Request
    process: Process
    table: str
    key: tuple[str, str]
    old: Item | None
    new: Item | None


class Process:
    """One process. ``request`` is what it works at."""

    def __init__(self, fleet: Fleet, kind: str, name: str) -> None:
        self.fleet, self.kind, self.name = fleet, kind, name
        self.skew = fleet.weather.skew()
        self.request: Request | None = None
        self.tasks: set[Task] = set()
        self.dead = False
        self.ends = 0
        self.desk: Desk = fleet.assemble(self)

    def clock(self) -> int:
        """This machine's time."""
        return self.fleet.scheduler.now + self.skew

    def around(self, service: str, verb: str, request: Mapping[str, Any], do: Callable[[], Any]) -> Any:
        """Every outside call of the process."""
        return self.fleet.call(self, service, verb, request, do)

    def check(self) -> None:
        """Nothing more happens in a process that has died or was at it for too long."""
        if self.dead or self.fleet.scheduler.now > self.ends:
            self.die()

    def die(self) -> None:
        """The process is gone with all that it had in memory; what it had sent is on its way."""
        if not self.dead:
            self.dead = True
            self.fleet.lose(self)
        for task in self.tasks:
            if task is not self.fleet.scheduler.current():
                self.fleet.scheduler.doom(task)
        raise Killed


class Fleet:
    """All processes, and every call that leaves them.

    ``wrote`` is told each write that changed an item, ``answered`` how each request ended for who asked.
    """

    def __init__(
        self, scheduler: Scheduler, weather: Weather, rng: Random, trace: Trace, assemble: Callable[[Process], Desk],
        items: Callable[[str, tuple[str, str]], Item | None], wrote: Callable[[Write], None],
        answered: Callable[[Request, str], None],
    ) -> None:  # fmt: skip
        self.scheduler, self.weather, self.rng, self.trace = scheduler, weather, rng, trace
        self.assemble, self._item, self._wrote, self._answered = assemble, items, wrote, answered
        self.steps = 0
        self.fates: Counter[tuple[str, str]] = Counter()
        self.uses: Counter[tuple[str, str]] = Counter()
        self._made: Counter[str] = Counter()
        self._free: dict[str, list[Process]] = {kind: [] for kind in LIMITS}
        self._count = dict.fromkeys(LIMITS, 0)
        self._working: dict[Request, Process] = {}
        self.start: Callable[[dict[str, Any]], None] = lambda _: None

    def ask(self, kind: str, request: Request, run: Callable[[Desk], T], within: int = 15 * SECOND) -> Answer[T]:
        """Send a request and wait for the answer, from inside an actor's task."""
        process = self._take(kind)
        request.began = self.scheduler.now
        answer: Answer[T] = Answer(None, "busy")
        if process is not None:
            self.scheduler.pause(self.rng.randrange(20))
            answer = self._answer(process, request, run, within)
        outcome = answer.problem or "done"
        self.uses[request.verb, outcome] += 1
        self.trace.answered(request, outcome, self.scheduler.now)
        self._answered(request, outcome)
        return answer

    def _answer(self, process: Process, request: Request, run: Callable[[Desk], T], within: int) -> Answer[T]:
        process.request, process.ends = request, self.scheduler.now + LIMITS[process.kind]
        self._working[request] = process
        told: list[Answer[T]] = []

        def serve() -> None:
            try:
                told.append(Answer(run(process.desk)))
            except Problem as problem:
                told.append(Answer(None, problem.code))
            self._rest(process)

        task = self.scheduler.spawn(serve)
        process.tasks = {task}
        in_time = self.scheduler.join(task, within)
        lost = not self.weather.over and self.rng.random() < self.weather.profile.lost_replies
        return told[0] if in_time and told and not lost else Answer(None, "lost")

    def _take(self, kind: str) -> Process | None:
        """A free process, or a new one."""
        free = self._free[kind]
        if free:
            process = free.pop(self.rng.randrange(len(free)))
            if self.rng.random() < 0.02:  # its clock is set right, or wrong
                process.skew = self.weather.skew()
            return process
        if self._count[kind] >= MOST[kind]:
            return None
        self._count[kind] += 1
        self._made[kind] += 1
        return Process(self, kind, f"{kind}{self._made[kind]}")

    @property
    def busy(self) -> bool:
        """Whether any process works at something."""
        return bool(self._working)

    def working(self, request: Request) -> Process:
        """The process that works at it."""
        return self._working[request]

    def _rest(self, process: Process) -> None:
        if process.request is not None:
            self._working.pop(process.request, None)
        process.request = None
        if not process.dead:
            self._free[process.kind].append(process)

    def lose(self, process: Process) -> None:
        """A process is no more."""
        if process.request is not None:
            self._working.pop(process.request, None)
        self._count[process.kind] -= 1

    def call(
        self, process: Process, service: str, verb: str, request: Mapping[str, Any], do: Callable[[], Any]
    ) -> Any:  # fmt: skip
        """One step: the call, and what becomes of it."""
        process.check()
        self.steps += 1
        fate = self.weather.fate(service, self.scheduler.now)
        working = process.request or Request("nobody", "nothing")
        self.fates[working.verb, fate] += 1
        if self.trace.on:
            self.trace.asked(self.steps, self.scheduler.now, process.name, working, service, verb, request, fate)
        doing = _Doing(self, process, working, service, verb, request, do)
        if fate is not Fate.FINE:
            return doing.meet(fate)
        self.scheduler.pause(self.rng.randrange(12))
        process.check()
        return doing.once()

    def apply(self, doing: _Doing) -> Any:
        """Do it, and tell what was written."""
        if doing.service == "lambda":
            self.start(json.loads(doing.request["Payload"]))
        if doing.service != "dynamodb":
            return self._understood(doing)
        before = [(table, key, self._item(table, key)) for table, key in _written(doing.verb, doing.request)]
        answer = self._understood(doing)
        for table, key, old in before:
            new = self._item(table, key)
            if new is not old:
                self._wrote(Write(doing.working, doing.process, table, key, old, new))
        return answer

    def _understood(self, doing: _Doing) -> Any:
        """Do it; a call that AWS would not understand is a fault of the hub, whatever it makes of the refusal."""
        try:
            return doing.do()
        except ClientError as error:
            code = error.response["Error"]["Code"]
            require("every call is understood", code != "ValidationException", f"{doing.verb}: {error}")
            raise


def _written(verb: str, request: Mapping[str, Any]) -> Iterator[tuple[str, tuple[str, str]]]:
    """Table and key of each item that a call may write."""
    if verb == "batch_write_item":
        asked = request["RequestItems"]
        named_items = [(table, one["DeleteRequest"]["Key"]) for table, ones in asked.items() for one in ones]
    elif verb in WRITES:
        named_items = [(request["TableName"], request.get("Key") or request["Item"])]
    else:
        named_items = []
    for table, named in named_items:
        yield table, (named["pk"]["S"], named["sk"]["S"] if "sk" in named else "")


@dataclass(frozen=True)
class _Doing:
    """One call on its way."""

    fleet: Fleet
    process: Process
    working: Request
    service: str
    verb: str
    request: Mapping[str, Any]
    do: Callable[[], Any]

    def once(self) -> Any:
        """Done, and answered."""
        return self.fleet.apply(self)

    def unseen(self) -> None:
        """Done, or refused, and nobody hears of it."""
        try:
            self.fleet.apply(self)
        except ClientError:
            return

    def wait(self, least: int, most: int) -> None:
        """Time passes for the process."""
        fleet = self.fleet
        fleet.scheduler.pause(fleet.rng.randint(least, most))
        self.process.check()

    def meet(self, fate: Fate) -> Any:
        """Anything but fine. The SDK tries three times; what it tells after that is a time-out or the throttling."""
        match fate:
            case Fate.SLOW:
                self.wait(200, 1900)
                answer = self.once()
                self.wait(0, 500)
                return answer
            case Fate.REPEATED:
                self.wait(0, 50)
                self.unseen()
                self.wait(500, 3000)
                return self.once()
            case Fate.THROTTLED:
                self.wait(100, 2000)
                raise refuse(THROTTLED.get(self.service, "ThrottlingException"), "Rate exceeded", self.verb)
            case Fate.LOST_BEFORE:
                self.wait(500, 4000)
                raise ConnectTimeoutError(endpoint_url=self.service)
            case Fate.LOST_AFTER | Fate.LATE:
                return self._without_answer(late=fate is Fate.LATE)
            case Fate.DIES_AFTER:
                self.wait(0, 50)
                self.unseen()
        return self.process.die()

    def _without_answer(self, *, late: bool) -> Any:
        """The request arrives up to three times, and no answer comes; ``late``: once more after all was given up."""
        self.wait(0, 50)
        for _ in range(self.fleet.rng.randint(0 if late else 1, 2)):
            self.unseen()
            self.wait(2000, 3000)
        if late:
            self.fleet.scheduler.spawn(self.unseen, self.fleet.rng.randrange(5000))
        raise ReadTimeoutError(endpoint_url=self.service)
