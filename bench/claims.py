"""What a claim costs beside others who press at once, and behind many who wait.

``python -m bench.claims`` starts a hub and a dynalite of its own; ``--write`` puts tables and plots into the page of
performance. Exit 1 when a bound does not hold.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.claiming.behind import in_memory, on_engine, patience
from bench.claiming.crew import Crew, Trial
from bench.claiming.flat import flat
from bench.claiming.line import DENSE, SPARSE, Line, sample
from bench.claiming.table import JUDGED, KINDS, Contest, broken, draw, table, worst_writes
from bench.meter import at_engine
from bench.page import PERFORMANCE, keep, put
from chalicelib.desk.base import Desk
from chalicelib.desk.turns import WIDEST
from tests.conftest import Running
from tests.hub import Hub

__all__ = ["QUICK", "WHOLE", "Plan", "contest", "run"]

MANY = 50
"""Above so many counsellors there is one trial of each kind, as short as can be: the engine serves some twenty claims
a second."""


@dataclass(frozen=True)
class Plan:
    """Team sizes and trials of each; lengths of line on the engine, in memory and on dynalite, and claims behind each.

    ``each``: sessions that every counsellor of a trial without a pause gets on average.
    """

    teams: Sequence[int]
    bursts: int
    each: int
    engine: Sequence[int]
    memory: Sequence[int]
    timed: Sequence[int]
    rounds: int


WHOLE = Plan(
    (1, 5, 20, JUDGED, 200), 3, 4, (10, 100, 1_000, 10_000, 100_000), (10, 10_000, 1_000_000),
    (10, 100, 1_000, 10_000, 100_000), 60,
)  # fmt: skip
QUICK = Plan((1, 6), 1, 2, (10, 100), (10, 1_000), (10, 100), 5)


def contest(hub: Hub, plan: Plan) -> Contest:
    """Every kind of trial with every team."""
    trials: dict[str, list[Trial]] = {kind: [] for kind in KINDS}
    with patience(), at_engine(hub) as settings:

        def line(desk: Desk) -> Line:
            found = Line(hub.aws("dynamodb"), settings.table, sample(desk))
            found.clear(found.waiting())
            return found

        crew = Crew(settings, max(plan.teams), line)
        for team in plan.teams:
            each, bursts = (plan.each, plan.bursts) if team <= MANY else (1, 1)
            for apart, (once, on) in ((DENSE, KINDS[:2]), (SPARSE, KINDS[2:])):
                trials[once] += [crew.burst(team, team + WIDEST, apart) for _ in range(bursts)]
                trials[on].append(crew.steady(team, (each + 1) * team + WIDEST, apart, each))
                print(f"{team} counsellors, {apart} ms apart: done", file=sys.stderr)
    return Contest(trials)


def run(plan: Plan, folder: Path, *, write: bool = False, quick: bool = False) -> list[str]:
    """Measure and print; the sentences of the bounds that do not hold."""
    running = Running(folder, LEASE_SECONDS="90")
    try:
        crowd = contest(running.hub, plan)
        engine = on_engine(running.hub, plan.engine, 3)
    finally:
        running.stop()
    print("units on the engine: done", file=sys.stderr)
    memory = in_memory(plan.memory, 3)
    print("units in memory: done", file=sys.stderr)
    timed = flat(plan.timed, plan.rounds)
    told = table(crowd, engine, memory, timed)
    print(told)
    if write:
        told += "\n\n![Writes per claim by counsellors at once](claims.svg)\n\n![A claim behind a line](behind.svg)"
        put("claims", told, PERFORMANCE)
        draw(crowd, engine, memory, timed)
        keep("claims", {"writes_per_claim_at_50": worst_writes(crowd, JUDGED)})
    return list(broken(crowd, engine, memory, timed, quick=quick))


def main() -> None:
    """Measure, print, and exit 1 when a bound does not hold."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true", help="put tables and plots into docs/performance")
    parser.add_argument("--quick", action="store_true", help="a tiny run that proves only that it works")
    given = parser.parse_args()
    if given.write and given.quick:
        parser.error("a quick run is not for the page")
    with tempfile.TemporaryDirectory() as folder:
        wrong = run(QUICK if given.quick else WHOLE, Path(folder), write=given.write, quick=given.quick)
    sys.exit("\n".join(wrong) if wrong else 0)


if __name__ == "__main__":
    main()
