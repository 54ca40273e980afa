"""From a cold start to the first answer, side by side: whole processes of the hub and of its peers, in turn.

``python -m bench.cold`` prints a table and what the imports cost; ``--write`` puts it into the page of performance.
Exit 1 when the hub needs more CPU than allowed beside the bare handler or beside FastAPI.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from random import Random

from bench.comparing import imports
from bench.comparing.contenders import Contenders, contenders
from bench.comparing.daemon import Daemon
from bench.comparing.gateway import handoff
from bench.comparing.spread import Spread, spread
from bench.comparing.tasks import TITLES
from bench.page import PERFORMANCE, keep, put
from bench.plots import plot

__all__ = ["BOUNDS", "MODES", "Start", "broken", "measure", "table"]

MODES = ("plain", "traced")
BOUNDS = {"bare": 1.15, "fastapi": 0.65}
"""The hub's CPU time by a peer's, at most."""
ROUNDS, WARM_UP = 24, 2
QUICK = (1, 0)


class Untraced(Exception):
    """A traced run told the daemon nothing: what it measured is no tracing."""


@dataclass(frozen=True)
class Start:
    """One start: CPU and wall time (ms) from the interpreter's start to the first answer, and the memory (KiB)."""

    cpu: float
    wall: float
    peak: int


Starts = Mapping[tuple[str, str], Sequence[Start]]
"""By contender and mode."""


def measure(beside: Contenders, rounds: int, warm_up: int = WARM_UP, *, seed: int = 3018) -> Starts:
    """Start every contender in both modes ``rounds`` times, in another order each round, after some that do not count.

    Each run answers 201 with a session that lies in its table, or the measurement fails.
    """
    found: dict[tuple[str, str], list[Start]] = {(name, mode): [] for name in beside.tasks for mode in MODES}
    order, dice = list(found), Random(seed)
    with Daemon() as daemon:
        for n in range(warm_up + rounds):
            dice.shuffle(order)
            for name, mode in order:
                start = _start(beside, name, daemon if mode == "traced" else None)
                if n >= warm_up:
                    found[name, mode].append(start)
    return found


def _start(beside: Contenders, name: str, daemon: Daemon | None) -> Start:
    event = handoff(beside.hub)
    with beside.start(name, daemon=daemon.address if daemon else None) as process:
        report = process.ask([event], 201)
    id = json.loads(report.answers[0]["body"])["id"]
    if not beside.has(name, id):
        raise LookupError(f"{name} answered 201 and kept nothing")
    if daemon is not None and not daemon.heard():
        raise Untraced(name)
    return Start(report.total, report.since, report.peak)


def _cpu(starts: Starts, name: str, mode: str) -> Spread:
    return spread([one.cpu for one in starts[name, mode]])


def ratios(starts: Starts) -> dict[tuple[str, str], float]:
    """The hub's median CPU by that of each bounded peer, by peer and mode."""
    return {
        (peer, mode): _cpu(starts, "hub", mode).median / _cpu(starts, peer, mode).median
        for peer in BOUNDS
        for mode in MODES
    }


def broken(starts: Starts) -> list[str]:
    """Which bound does not hold, a sentence for each."""
    return [
        f"cold start, {mode}: {found:.2f} × {TITLES[peer]} in CPU time, at most {BOUNDS[peer]} allowed"
        for (peer, mode), found in ratios(starts).items()
        if found > BOUNDS[peer]
    ]


def table(starts: Starts, sizes: Mapping[str, int]) -> str:
    """The starts in Markdown."""
    lines = [
        "| contender | X-Ray | CPU ms | least | wall ms | memory MB | zipped MB |", "|---|---|---|---|---|---|---|"
    ]  # fmt: skip
    for mode in MODES:
        for name in sizes:
            runs = starts[name, mode]
            cpu, wall = _cpu(starts, name, mode), spread([one.wall for one in runs])
            memory = spread([one.peak * 1024 / 1e6 for one in runs]).median
            lines.append(
                f"| {TITLES[name]} | {'on' if mode == 'traced' else 'off'} | {cpu.show()} | {cpu.least:.0f} "
                f"| {wall.show()} | {memory:.0f} | {sizes[name] / 1e6:.1f} |"
            )
    lines += ["", "| the hub's CPU by that of | X-Ray off | X-Ray on | allowed | least by least: off, on |"]
    lines += ["|---|---|---|---|---|"]
    found = ratios(starts)
    for peer, bound in BOUNDS.items():
        off, on = (_cpu(starts, "hub", mode).least / _cpu(starts, peer, mode).least for mode in MODES)
        lines.append(
            f"| {TITLES[peer]} | {found[peer, 'plain']:.2f} | {found[peer, 'traced']:.2f} | ≤ {bound} "
            f"| {off:.2f}, {on:.2f} |"
        )
    return "\n".join(lines)


def told(starts: Starts, warm_up: int) -> str:
    """How it was measured, and what that does not show."""
    rounds = len(starts["hub", "plain"])
    return (
        f"{rounds} starts of each, after {warm_up} that do not count, in another order each round; median (quartiles)."
        f" Python {platform.python_version()} on {os.cpu_count()} processors, beside one engine (ministack)."
        " CPU is the whole process's, user and system, from the interpreter's start to the end of the first answer;"
        " wall runs from before the process was started. Each answer is a 201 whose session lies in the table. All run"
        " from a folder as Lambda lays it out, bytecode made in advance, boto3 as the runtime brings it; the hub's is"
        " its deployment zip. What this does not show: Lambda's own share (the download of the package, the start of"
        " its machine), TLS to AWS, and a disk that has not read the files before."
        " What the peers leave out, to their advantage: other routes, number and report are checked but not sealed,"
        " limits, metrics, security headers, and a strict JSON reader; their opening hours know 24/7 and the same hours"
        " each day. With Powertools' idempotency a crash between its writes opens a second session on the retry."
    )


def draw(starts: Starts, names: Sequence[str]) -> None:
    """Bars with the quartiles."""
    with plot("cold", "From a cold start to the first answer", "", "CPU time (ms)") as axes:
        axes.grid(visible=False, axis="x")
        for n, mode in enumerate(MODES):
            found = [_cpu(starts, name, mode) for name in names]
            at = [place + (n - 0.5) * 0.38 for place in range(len(names))]
            reach = [[one.median - one.low for one in found], [one.high - one.median for one in found]]
            label = "X-Ray on" if mode == "traced" else "X-Ray off"
            axes.bar(at, [one.median for one in found], 0.36, yerr=reach, capsize=3, label=label)
        axes.set_xticks(range(len(names)), [TITLES[name] for name in names])
        axes.legend()


def main(given: Sequence[str] | None = None) -> None:
    """Measure, print, judge."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true", help="put the table and the plot into the page of performance")
    parser.add_argument("--quick", action="store_true", help="one start each, not judged: does it work at all?")
    options = parser.parse_args(given)
    rounds, warm_up = QUICK if options.quick else (ROUNDS, WARM_UP)
    with contenders(HOURS="24/7") as beside:
        starts = measure(beside, rounds, warm_up)
        budget = imports.measure(beside, 1 if options.quick else imports.RUNS)
        sizes = {name: task.zipped for name, task in beside.tasks.items()}
    text = "\n\n".join((table(starts, sizes), told(starts, warm_up), imports.table(budget), imports.TOLD))
    print(text)
    if options.write:
        put(
            "cold", f"![CPU time from a cold start to the first answer, per contender](cold.svg)\n\n{text}", PERFORMANCE
        )
        draw(starts, list(sizes))
        keep("cold", {name: {mode: _figures(starts[name, mode]) for mode in MODES} for name in sizes})
        keep("package", {"bytes": sizes["hub"]})
    faults = [] if options.quick else broken(starts)
    for fault in faults:
        print(fault, file=sys.stderr)
    sys.exit(bool(faults))


def _figures(starts: Sequence[Start]) -> dict[str, float]:
    cpu, wall = (spread([getattr(one, what) for one in starts]) for what in ("cpu", "wall"))
    return {"cpu_ms": round(cpu.median, 1), "wall_ms": round(wall.median, 1)}


if __name__ == "__main__":
    main()
