"""One use case, gone through once for each outside call and each way to fail at it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from chalicelib.desk.base import Desk
from chalicelib.model.session import Session
from chalicelib.ports import Message, Note
from chalicelib.problems import Problem
from tests.crashpoints.case import Act, Case
from tests.crashpoints.deaths import Death, Watch, Way
from tests.crashpoints.facts import Facts, facts, shown
from tests.crashpoints.rules import broken, repaired
from tests.crashpoints.world import World

__all__ = ["Row", "go_through"]

READS = frozenset({
    "dynamodb.get_item", "dynamodb.query", "dynamodb.batch_get_item", "kms.decrypt", "secretsmanager.get_secret_value",
})  # fmt: skip
LATER = (300, 660, 960, 1260)
"""Seconds between the minutes that are lived through at the end: every lease, grace and undo is over then."""


@dataclass
class Row:
    """A line of the table."""

    name: str
    calls: list[str] = field(default_factory=list)
    tried: int = 0
    faults: list[str] = field(default_factory=list)

    @property
    def survived(self) -> int:
        """How many of the trials left nothing broken."""
        return self.tried - len({fault.split(":")[0] for fault in self.faults})


@dataclass
class Lived:
    """How a run ended: what the caller was told at last, what stood soon after, and what stood when all was over."""

    answer: Any
    asked_again: bool
    soon: Facts
    late: Facts
    faults: list[str]


def go_through(case: Case, *, everything: bool = True) -> Row:
    """The undisturbed run, then every other one compared with it.

    Not ``everything``: without what follows a read that was answered. It leaves what a death before the read leaves.
    """
    watch = Watch()
    calm = _live(case, watch, again=False)
    row = Row(case.name, watch.calls)
    row.faults += [f"undisturbed: {fault}" for fault in calm.faults]
    if isinstance(calm.answer, Refused):
        row.faults.append(f"undisturbed: refused with {calm.answer}")
    for at, call in enumerate(row.calls, 1):
        for way, again in _trials(case):
            if call in READS and way in (Way.AFTER, Way.RESENT) and not everything:
                continue
            row.tried += 1
            where = f"call {at} ({call}) {way}{'' if again else ', nobody tries again'}"
            row.faults += [f"{where}: {fault}" for fault in _compare(case, calm, Watch(at, way), again)]
    return row


def _trials(case: Case) -> Iterator[tuple[Way, bool]]:
    for way in Way:
        yield way, True
        if way.kills and not (case.again or case.insists):
            yield way, False


def _compare(case: Case, calm: Lived, watch: Watch, again: bool) -> Iterator[str]:
    """What is broken, and what differs from the calm run."""
    lived = _live(case, watch, again=again)
    yield from lived.faults
    if not again:
        return
    refused = lived.asked_again and isinstance(lived.answer, Refused) and lived.answer in case.told
    if not case.same or (case.degrades and watch.way is Way.TOLD):
        return
    if not (case.again or refused or lived.answer == calm.answer):
        yield f"answered {lived.answer}, not {calm.answer}"
    for when, one, other in (("soon", calm.soon, lived.soon), ("in the end", calm.late, lived.late)):
        yield from (f"{when} {difference}" for difference in _differences(one, other))


def _differences(one: Facts, other: Facts) -> Iterator[str]:
    for name in sorted({*one, *other}):
        expected, found = one.get(name), other.get(name)
        if isinstance(expected, dict) and isinstance(found, dict):
            yield from (f"{name}: {inner}" for inner in _differences(expected, found))
        elif expected != found:
            yield f"{name} is {found}, not {expected}"


def _live(case: Case, watch: Watch, *, again: bool) -> Lived:
    world = World()
    act = case.prepare(world)
    faults = []
    answer = _ask(act, world.process(watch))
    unsure = answer is GONE or (isinstance(answer, Refused) and watch.way is Way.TOLD)
    asked_again = case.again or (again and unsure)
    if asked_again:
        world.clock.pass_seconds(60 if case.again else 0)
        answer = _ask(act, world.process())
    world.events()
    faults += _broken(case, world)
    world.minute()
    soon = {} if case.again else facts(world)
    for seconds in LATER:
        world.minute(seconds)
    faults += _broken(case, world) + repaired(world)
    return Lived(answer, asked_again, soon, facts(world), faults)


def _broken(case: Case, world: World) -> list[str]:
    return broken(world) + ([] if case.check is None else case.check(world))


class Refused(str):
    """The code of a problem."""

    __slots__ = ()


GONE = object()


def _ask(act: Act, desk: Desk) -> Any:
    """What the caller is told: an answer, a problem's code, or nothing because the process is gone."""
    try:
        return _told(act(desk))
    except Death:
        return GONE
    except Problem as problem:
        return Refused(problem.code)


def _told(answer: Any) -> Any:
    match answer:
        case Session():
            return shown(answer)
        case Message():
            return (answer.side, answer.n)
        case Note():
            return (answer.n, answer.kind, answer.code)
        case _:
            return answer
