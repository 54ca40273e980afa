"""What became of one run's deliveries: delays of the final status, and every promise that was not kept. Pure."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from bench.chatting.conversation import percentile
from bench.delivering.lives import Life
from tests.receiver import Arrival

__all__ = ["ALLOWED_MORE", "ALLOWED_TIMES", "Run", "broken", "delays", "missing", "within"]

FINAL = "closed"
ALLOWED_TIMES, ALLOWED_MORE = 1.2, 0.2
"""A partner's p99 beside a dead one may be so many times that of a run without, and so much more (s)."""


@dataclass(frozen=True)
class Run:
    """One run: what each partner's endpoint saw, and how long its final statuses took (s).

    ``seconds`` it took to play, and ``tail`` until the last final status had arrived; ``dead_tries`` failed at the dead
    endpoints; ``killed`` processes of the deliverer died at ``deaths`` moments.
    """

    dead: bool
    delays: Mapping[str, Sequence[float]]
    answered: Mapping[str, Counter[str]]
    broken: Sequence[str]
    seconds: float
    tail: float
    requests: int
    dead_tries: int = 0
    killed: int = 0
    deaths: int = 0

    def p(self, partner: str, share: float) -> float:
        """A percentile of one partner's delays."""
        return percentile(self.delays[partner], share)


def _first_final(arrivals: Sequence[Arrival]) -> dict[str, float]:
    first: dict[str, float] = {}
    for one in arrivals:
        if one.received and one.status == FINAL:
            first.setdefault(one.session, one.at)
    return first


def missing(lives: Sequence[Life], arrivals: Sequence[Arrival]) -> list[str]:
    """Names of handoffs whose final status did not arrive."""
    found = _first_final(arrivals)
    return [life.name for life in lives if life.id not in found]


def delays(lives: Sequence[Life], arrivals: Sequence[Arrival]) -> list[float]:
    """Seconds from the answer that closed a handoff until its partner knew; what never arrived is not among them."""
    found = _first_final(arrivals)
    return [found[life.id] - life.closed for life in lives if life.closed is not None and life.id in found]


def broken(lives: Sequence[Life], arrivals: Sequence[Arrival]) -> list[str]:
    """Every promise not kept towards one partner, in words."""
    told = [f"{name}: the final status did not arrive" for name in missing(lives, arrivals)]
    mine = {life.id: life.name for life in lives}
    ids, meant = defaultdict[tuple[str, int], set[str]](set), defaultdict[str, set[tuple[str, int, str]]](set)
    last: Counter[str] = Counter()
    for one in arrivals:
        ids[one.session, one.sequence].add(one.webhook_id)
        meant[one.webhook_id].add((one.session, one.sequence, one.status))
        if one.session not in mine:
            told.append("a delivery of a handoff that is not this partner's")
        if one.sequence < last[one.session]:
            told.append(f"{mine.get(one.session)}: an older status came after a newer one")
        last[one.session] = max(last[one.session], one.sequence)
    told += [f"{mine.get(id)}: sequence {n} has {len(found)} ids" for (id, n), found in ids.items() if len(found) > 1]
    return told + [f"one id for {len(found)} statuses" for found in meant.values() if len(found) > 1]


def within(runs: Sequence[Run], partner: str) -> tuple[float, float, bool]:
    """Median p99 without the dead one, beside it, and whether that is allowed."""
    alone, beside = (median(run.p(partner, 0.99) for run in runs if run.dead is dead) for dead in (False, True))
    return alone, beside, beside <= ALLOWED_TIMES * alone + ALLOWED_MORE
