"""A warm process, side by side: CPU, wall time and units of a handoff by the hub and by its peers.

``python -m bench.warm`` prints a table; ``--write`` puts it into the page of performance. Exit 1 when the hub's handoff
takes more CPU than allowed beside a peer's, more than one trip, or more than two write units.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping, Sequence
from contextlib import ExitStack

from bench.comparing import work
from bench.comparing.contenders import contenders
from bench.comparing.spread import spread
from bench.comparing.tasks import HUB, TITLES
from bench.comparing.work import Plan, Work
from bench.page import PERFORMANCE, keep, put
from bench.plots import plot

__all__ = ["BOUNDS", "broken", "table"]

BOUNDS = {"bare": 1.5, "fastapi": 0.5}
"""The hub's CPU time by a peer's, at most."""
TRIPS, WRITES = 1, 2
PLAN = Plan(warm_up=30, blocks=6, block=50, metered=30)
QUICK = Plan(warm_up=3, blocks=2, block=4, metered=3)
VERBS = {
    "handoff": "handoff", "status": "status poll, 200", "unchanged": "status poll, 304", "claim": "claim"
}  # fmt: skip


def ratios(done: Mapping[str, Work]) -> dict[str, float]:
    """The hub's median CPU by that of each bounded peer."""
    return {peer: spread(done[HUB].cpu).median / spread(done[peer].cpu).median for peer in BOUNDS}


def broken(done: Mapping[str, Work], *, timed: bool = True) -> list[str]:
    """Which bound does not hold, a sentence for each; without ``timed`` only what is counted."""
    hub = done[HUB].usual
    found = [
        f"warm handoff: {ratio:.2f} × {TITLES[peer]} in CPU time, at most {BOUNDS[peer]} allowed"
        for peer, ratio in (ratios(done).items() if timed else ())
        if ratio > BOUNDS[peer]
    ]
    if hub.trips + hub.others > TRIPS or hub.wcu > WRITES:
        found.append(f"warm handoff: {hub.trips} trips, {hub.others} to others, {hub.wcu:g} WCU")
    return found


def table(done: Mapping[str, Work], verbs: Mapping[str, Work]) -> str:
    """The work in Markdown."""
    lines = [
        "| contender | what | CPU ms | wall ms | trips | WCU | RCU | memory MB: first answer, warm |",
        "|---|---|---|---|---|---|---|---|",
    ]
    rows = [(name, "handoff", one) for name, one in done.items()]
    rows += [(HUB, VERBS[verb], one) for verb, one in verbs.items()]
    for name, what, one in rows:
        usual = one.usual
        trips = f"{usual.trips}" + (f" + {usual.others} elsewhere" if usual.others else "")
        memory = f"{one.first_peak * 1024 / 1e6:.0f}, {one.peak * 1024 / 1e6:.0f}" if what == "handoff" else ""
        lines.append(
            f"| {TITLES[name]} | {what} | {spread(one.cpu).show(2)} | {spread(one.wall).show(1)} | {trips} "
            f"| {usual.wcu:g} | {usual.rcu:g} | {memory} |"
        )
    lines += ["", "| the hub's CPU by that of | handoff | allowed |", "|---|---|---|"]
    lines += [f"| {TITLES[peer]} | {ratio:.2f} | ≤ {BOUNDS[peer]} |" for peer, ratio in ratios(done).items()]
    return "\n".join(lines)


def told(plan: Plan, done: Mapping[str, Work]) -> str:
    """How it was measured, and what that does not show."""
    most = done[HUB].most
    return (
        f"{plan.blocks * plan.block} handoffs of each in one process per contender, in blocks of {plan.block} by turns,"
        f" after {plan.warm_up} that do not count; median (quartiles) of the single handoffs; CPU is the process's own."
        " Wall time is the engine's more than the handler's: it compares the contenders with each other, and says"
        f" nothing of DynamoDB's. Trips and units were counted on the wire for {plan.metered} further handoffs, one by"
        f" one: the table has the median; the most that one of the hub's took was {most.trips} trips, {most.wcu:g} WCU"
        f" and {most.rcu:g} RCU. Not in the median: once in 30 s or 500 requests the hub writes down what a partner"
        " asked for, and all read partner and line again after 60 s. A claim is the whole request, with the provider"
        " asked whether the counsellor may and the record in the audit trail. X-Ray was off."
    )


def draw(done: Mapping[str, Work]) -> None:
    """Bars with the quartiles."""
    with plot("warm", "A handoff in a warm process", "", "CPU time (ms)") as axes:
        axes.grid(visible=False, axis="x")
        found = [spread(one.cpu) for one in done.values()]
        reach = [[one.median - one.low for one in found], [one.high - one.median for one in found]]
        axes.bar(range(len(found)), [one.median for one in found], 0.6, yerr=reach, capsize=3)
        axes.set_xticks(range(len(found)), [TITLES[name] for name in done])


def main(given: Sequence[str] | None = None) -> None:
    """Measure, print, judge."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true", help="put the table and the plot into the page of performance")
    parser.add_argument("--quick", action="store_true", help="a few handoffs, CPU not judged: does it work at all?")
    options = parser.parse_args(given)
    plan = QUICK if options.quick else PLAN
    with contenders(HOURS="24/7", LIMIT="1000") as beside, ExitStack() as stack:
        processes = {name: stack.enter_context(beside.start(name)) for name in beside.tasks}
        verbs = work.verbs(beside, plan)
        done = work.handoffs(beside, processes, plan)
    text = f"{table(done, verbs)}\n\n{told(plan, done)}"
    print(text)
    if options.write:
        put("warm", f"![CPU time of a warm handoff, per contender](warm.svg)\n\n{text}", PERFORMANCE)
        draw(done)
        keep("warm", {name: one.figures for name, one in {**done, **verbs}.items()})
    faults = broken(done, timed=not options.quick)
    for fault in faults:
        print(fault, file=sys.stderr)
    sys.exit(bool(faults))


if __name__ == "__main__":
    main()
