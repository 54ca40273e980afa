"""What warm processes do for `bench.warm`: handoffs in turn, and what only the hub can: polls and claims."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from bench.comparing.contenders import Contenders, Process, Report
from bench.comparing.gateway import claim, close, handoff, poll
from bench.comparing.proxy import Counter, Spent, counted
from bench.comparing.spread import spread
from bench.comparing.tasks import HUB
from tests.hub import Hub

__all__ = ["Plan", "Work", "handoffs", "verbs"]

UNCOUNTED = 2
"""Rounds or requests at the start of a process whose figures are thrown away: its first ones import and connect."""


@dataclass(frozen=True)
class Plan:
    """How often: not counted, blocks in turn, of how many each, and how many one by one with their units counted."""

    warm_up: int
    blocks: int
    block: int
    metered: int


@dataclass(frozen=True)
class Work:
    """One kind of work of one contender: ms of each, what each of the metered consumed, memory (KiB) at two moments."""

    cpu: Sequence[float]
    wall: Sequence[float]
    spent: Sequence[Spent]
    first_peak: int = 0
    peak: int = 0

    @property
    def usual(self) -> Spent:
        """The median of what one consumed."""
        trips, others = (int(median(getattr(one, what) for one in self.spent)) for what in ("trips", "others"))
        return Spent(trips, others, median(one.wcu for one in self.spent), median(one.rcu for one in self.spent))

    @property
    def most(self) -> Spent:
        """The most that one consumed, each figure for itself."""
        of = self.spent
        return Spent(
            max(one.trips for one in of), max(one.others for one in of), max(one.wcu for one in of),
            max(one.rcu for one in of),
        )  # fmt: skip

    @property
    def figures(self) -> dict[str, float]:
        """For the headline."""
        usual = self.usual
        return {
            "cpu_ms": round(spread(self.cpu).median, 3), "wall_ms": round(spread(self.wall).median, 2),
            "trips": usual.trips + usual.others, "wcu": usual.wcu, "rcu": usual.rcu,
        }  # fmt: skip


def handoffs(beside: Contenders, processes: Mapping[str, Process], plan: Plan) -> dict[str, Work]:
    """Handoffs by every contender's process, in blocks by turns; then some more through a counting proxy."""
    reports: dict[str, list[Report]] = {name: [] for name in processes}
    first = {name: process.ask([handoff(beside.hub)], 201).peak for name, process in processes.items()}
    for process in processes.values():
        process.ask([handoff(beside.hub) for _ in range(plan.warm_up)], 201)
    names = list(processes)
    for n in range(plan.blocks):
        for name in names[n % len(names) :] + names[: n % len(names)]:  # nobody is always the first
            # Signed just before, by this process: a token lives for two minutes.
            reports[name].append(processes[name].ask([handoff(beside.hub) for _ in range(plan.block)], 201))
    with counted(beside.hub.facts["engine_url"]) as counter:
        spent = {name: _metered(beside, name, counter, plan) for name in processes}
    return {
        name: Work(*_times(found), spent[name], first_peak=first[name], peak=found[-1].peak)
        for name, found in reports.items()
    }


def _metered(beside: Contenders, name: str, counter: Counter, plan: Plan) -> list[Spent]:
    with beside.start(name, engine=counter.url) as process:
        return _one_by_one(counter, plan, lambda: process.ask([handoff(beside.hub)], 201))


def _one_by_one(
    counter: Counter, plan: Plan, do: Callable[[], Report], after: Callable[[Report], object] = lambda _: None
) -> list[Spent]:
    """What each consumed, after a few that do not count; nor does what is done ``after`` each."""
    found = []
    for _ in range(UNCOUNTED + plan.metered):
        counter.take()
        report = do()
        found.append(counter.take())
        after(report)
    return found[UNCOUNTED:]


def _times(reports: Sequence[Report]) -> tuple[list[float], list[float]]:
    return [ms for one in reports for ms in one.cpu], [ms for one in reports for ms in one.wall]


class _Desk:
    """The hub's own process: it hands over, is polled, and lets a counsellor claim, who closes at once.

    So the line stays short, and so does what the counsellor holds, as in life.
    """

    def __init__(self, hub: Hub, process: Process) -> None:
        self._hub, self._process = hub, process
        self._token = hub.counsellor().token

    def hand_over(self, size: int) -> list[str]:
        """So many sessions; their ids."""
        taken = self._process.ask([handoff(self._hub) for _ in range(size)], 201)
        return [json.loads(answer["body"])["id"] for answer in taken.answers]

    def poll(self, id: str, known: int | None = None) -> Report:
        """One poll of the status."""
        return self._process.ask([poll(self._hub, id, known)], 200 if known is None else 304)

    def claim(self) -> Report:
        """One claim."""
        return self._process.ask([claim(self._token)], 200)

    def close(self, claimed: Report) -> Report:
        """The end of what was claimed."""
        return self._process.ask([close(self._token, json.loads(claimed.answers[0]["body"]))], 200)

    def claim_and_close(self) -> Report:
        """One claim, as it is reported; the close is not part of it."""
        claimed = self.claim()
        self.close(claimed)
        return claimed


def verbs(beside: Contenders, plan: Plan) -> dict[str, Work]:
    """Polls (200 and 304) and claims of the hub, by verb."""
    found: dict[str, list[Report]] = {}
    with beside.start(HUB) as process:
        desk = _Desk(beside.hub, process)
        for n in range(UNCOUNTED + plan.blocks):
            ids = desk.hand_over(max(2, plan.block // 3))
            did = {
                "status": [desk.poll(id) for id in ids],
                "unchanged": [desk.poll(id, known=1) for id in ids],
                "claim": [desk.claim_and_close() for _ in ids],
            }
            for verb, reports in did.items():
                found.setdefault(verb, []).extend(reports if n >= UNCOUNTED else [])
    spent = _verbs_metered(beside, plan)
    return {verb: Work(*_times(reports), spent[verb]) for verb, reports in found.items()}


def _verbs_metered(beside: Contenders, plan: Plan) -> dict[str, list[Spent]]:
    with counted(beside.hub.facts["engine_url"]) as counter, beside.start(HUB, engine=counter.url) as process:
        desk = _Desk(beside.hub, process)
        id, *_ = desk.hand_over(UNCOUNTED + plan.metered)
        return {
            "status": _one_by_one(counter, plan, lambda: desk.poll(id)),
            "unchanged": _one_by_one(counter, plan, lambda: desk.poll(id, known=1)),
            "claim": _one_by_one(counter, plan, desk.claim, desk.close),
        }
