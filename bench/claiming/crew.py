"""Counsellors who press at once: one desk each, as each function instance serves one request and has its own memory."""

from __future__ import annotations

import threading
import time
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from bench.claiming.line import Line
from chalicelib.aws.clients import Clients
from chalicelib.desk import claims, counsellors
from chalicelib.desk.base import Desk
from chalicelib.model.counsellor import Counsellor
from chalicelib.model.session import MINUTE, Reason, Session
from chalicelib.problems import Problem
from chalicelib.settings import Settings
from chalicelib.wiring import assemble

__all__ = ["Crew", "Tally", "Trial"]

GIVEN_UP = 3
"""So often in a row the line may be told empty, or busy, before a counsellor who goes on stops."""

LONGEST = 10 * MINUTE


@dataclass
class Tally:
    """What was asked of the ports, by everybody together."""

    counts: Counter[str] = field(default_factory=Counter)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def add(self, what: str) -> None:
        """Once more."""
        with self._lock:
            self.counts[what] += 1


class _Counted:
    """A port whose named verbs are counted, and else is as it was."""

    def __init__(self, port: Any, tally: Tally, *verbs: str) -> None:
        self._port, self._tally, self._verbs = port, tally, verbs

    def __getattr__(self, verb: str) -> Any:
        if verb in self._verbs:
            self._tally.add(verb)
        return getattr(self._port, verb)


@dataclass
class Trial:
    """What one trial showed. ``passed``: the most waiting sessions with an earlier deadline that a claim left behind.

    ``attempts``: conditional writes on sessions, won or lost. ``lost``: neither got by anybody nor waiting any more.
    """

    team: int
    claims: int
    attempts: int
    records: int
    heads: int
    seconds: float
    passed: int
    double: int
    lost: int
    refused: int
    slowest: float

    @property
    def writes(self) -> float:
        """Conditional writes on sessions per session got."""
        return self.attempts / self.claims if self.claims else float("inf")

    @property
    def rate(self) -> float:
        """Sessions got a second."""
        return self.claims / self.seconds


@dataclass(frozen=True)
class _Got:
    session: Session
    seconds: float


class Crew:
    """``size`` counsellors over the tables of one stage, each with clients of their own, connected before any trial."""

    def __init__(self, settings: Settings, size: int, line: Callable[[Desk], Line]) -> None:
        self._settings = replace(settings, counsellor_limit=100)
        self._clients = [Clients() for _ in range(size)]
        self.people = [Counsellor(f"crew-{n}", f"sub-crew-{n:03d}", frozenset(), 0) for n in range(size)]
        self.line = line(self._desk(0))
        for clients in self._clients:
            clients("dynamodb").describe_table(TableName=settings.table)

    def _desk(self, n: int) -> Desk:
        """The desk of a process that has just started, but for its connections and the stage's secret."""
        desk = assemble(self._settings, clients=self._clients[n])
        desk.secrets.mac("bench")
        return desk

    def burst(self, team: int, waiting: int, apart: int) -> Trial:
        """All press once, at the same moment, each in a process that knows nothing yet."""
        return self._try(team, waiting, apart, 1, once=True)

    def steady(self, team: int, waiting: int, apart: int, each: int) -> Trial:
        """All claim and close without a pause, until ``each`` times as many as they are have been got."""
        return self._try(team, waiting, apart, each, once=False)

    def _try(self, team: int, waiting: int, apart: int, each: int, *, once: bool) -> Trial:
        line, tally = self.line, Tally()
        desks = [self._desk(n) for n in range(team)]
        until = desks[0].clock() + LONGEST
        for who in self.people:
            # As the console's own looks leave it, only once for the whole trial: these are there, the others are not.
            desks[0].presence.mark(who, until if who in self.people[:team] else 0)
        ids = line.write(waiting, apart)
        got: list[_Got] = []
        refusals: list[Problem] = []
        start = threading.Barrier(team + 1)
        finish = 0.0

        def press(n: int) -> None:
            nonlocal finish
            desk: Any = replace(
                desks[n], sessions=_Counted(desks[n].sessions, tally, "claim", "head"),
                audit=_Counted(desks[n].audit, tally, "record"),
            )  # fmt: skip
            idle = 0
            start.wait()
            while idle < GIVEN_UP:
                began = time.perf_counter()
                session = None
                try:
                    session = claims.claim(desk, self.people[n], ("chat",))
                except Problem as problem:
                    refusals.append(problem)
                idle = 0 if session is not None else idle + 1
                if session is not None:
                    got.append(_Got(session, time.perf_counter() - began))
                    finish = max(finish, time.perf_counter())
                if once or len(got) >= each * team:
                    return
                if session is not None:
                    counsellors.close(desks[n], self.people[n], session.id, session.epoch, Reason.HELPED)

        threads = [threading.Thread(target=press, args=(n,)) for n in range(team)]
        for thread in threads:
            thread.start()
        start.wait()
        began = time.perf_counter()
        for thread in threads:
            thread.join()
        return self._judged(team, ids, got, tally, finish - began, len(refusals))

    def _judged(
        self, team: int, ids: Sequence[str], got: Sequence[_Got], tally: Tally, seconds: float, refused: int
    ) -> Trial:
        taken = Counter(one.session.id for one in got)
        left = set(self.line.waiting())
        trial = Trial(
            team, len(got), tally.counts["claim"], tally.counts["record"], tally.counts["head"], seconds,
            passed=_passed(self.line, ids, [one.session for one in got]),
            double=sum(n > 1 for n in taken.values()),
            lost=len(set(ids) - set(taken) - left) + len(set(taken) - set(ids)),
            refused=refused, slowest=max((one.seconds for one in got), default=0.0),
        )  # fmt: skip
        self.line.clear(ids)
        return trial


def _passed(line: Line, ids: Sequence[str], got: Sequence[Session]) -> int:
    """The most sessions with an earlier deadline that were still to be claimed at the moment of a claim."""
    free = [line.deadlines[id] for id in ids]
    worst = 0
    for session in sorted(got, key=lambda session: (session.claimed_at or 0, session.deadline or 0)):
        place = bisect_left(free, session.deadline or 0)
        worst = max(worst, place)
        del free[place]
    return worst
