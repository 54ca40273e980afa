"""Deliveries that fail, a partner that is dead, a deliverer that is killed: what arrives, and how late.

``python -m bench.deliveries`` starts a hub of its own for each run, where waits pass faster than in life; ``--write``
puts the table into the README. Exit 1 when a final status was lost, came under two ids or out of order, or a dead
endpoint delayed another partner by more than allowed.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
from pathlib import Path

from bench.delivering.judge import Run, within
from bench.delivering.table import TITLES, Setting, table
from bench.delivering.trial import trial
from bench.page import put
from tests.conftest import Running

ROUNDS = 5
KILLED_ROUNDS = 1


class House:
    """A folder in which one hub after another runs, each with nothing of the one before but its package."""

    def __init__(self, folder: Path, pace: int) -> None:
        self._folder, self._pace = folder, pace

    def run(self, setting: Setting, *, dead: bool, kill: bool = False) -> Run:
        """One run on a fresh hub."""
        for name in ("state", "keys"):
            shutil.rmtree(self._folder / name, ignore_errors=True)
        running = Running(self._folder, LEASE_SECONDS="90", LIMIT="1000", WEBHOOK_PACE=str(self._pace))
        try:
            return trial(running.hub, self._folder, setting, dead=dead, kill=kill)
        finally:
            running.stop()


def tell(run: Run) -> str:
    """One line for one run."""
    delays = " · ".join(
        f"{name} p50 {run.p(name, 0.5):.2f} p99 {run.p(name, 0.99):.2f} max {run.p(name, 1):.2f}" for name in TITLES
    )
    what = "beside a dead one" if run.dead else "without"
    killed = f" · {run.killed} killed" if run.killed else ""
    return (
        f"{what}: {delays} · {run.seconds:.0f} s + {run.tail:.0f} s · {run.requests / run.seconds:.0f} requests/s"
        f" · asked {run.answered['flaky'].total()}{killed} · broken {len(run.broken)}"
    )


def judge(runs: list[Run], killed: list[Run]) -> list[str]:
    """What must not be."""
    told = [one for run in [*runs, *killed] for one in run.broken]
    for partner in TITLES:
        alone, beside, fine = within(runs, partner)
        told += [] if fine else [f"{partner}: p99 {beside:.2f} s beside a dead one, {alone:.2f} s without"]
    return told + ([] if all(run.killed for run in killed) else ["nothing was killed"])


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=ROUNDS, help="runs with and runs without a dead endpoint")
    parser.add_argument("--killed", type=int, default=KILLED_ROUNDS, help="runs in which the deliverer is killed")
    parser.add_argument("--flaky", type=int, default=500)
    parser.add_argument("--healthy", type=int, default=150)
    parser.add_argument("--dead", type=int, default=60)
    parser.add_argument("--rate", type=float, default=6.0, help="handoffs a second")
    parser.add_argument("--pace", type=int, default=3600, help="how much faster than in life deliveries wait")
    parser.add_argument("--seed", type=int, default=3018)
    parser.add_argument("--write", action="store_true", help="put the table into the README, if nothing failed")
    given = parser.parse_args()
    shares = {"flaky": given.flaky, "healthy": given.healthy, "dead": given.dead}
    setting = Setting(shares, given.rate, given.pace, given.seed)
    runs, killed = list[Run](), list[Run]()
    with tempfile.TemporaryDirectory() as folder:
        house = House(Path(folder), given.pace)
        for n in range(2 * given.rounds):
            # In turn, and the first of each pair in turn: what else the machine does meets both alike.
            runs.append(house.run(setting, dead=n % 4 in (1, 2)))
            print(tell(runs[-1]), flush=True)
        for _ in range(given.killed):
            killed.append(house.run(setting, dead=True, kill=True))
            print(tell(killed[-1]), flush=True)
    faults = judge(runs, killed) if runs else [one for run in killed for one in run.broken]
    if runs:
        found = table(setting, runs, killed)
        print(f"\n{found}")
        if given.write and not faults:
            put("deliveries", found)
    for fault in faults[:20]:
        print(fault, file=sys.stderr)
    sys.exit(bool(faults))


if __name__ == "__main__":
    main()
