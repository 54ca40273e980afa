"""Processes are killed at random while handoffs go through their whole life: what is lost, what is done twice.

``python -m bench.kills`` starts a hub of its own and prints a table. Exit 1 when anything was
lost, doubled, not delivered, or answered as nobody may be.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from pathlib import Path

from bench.killing.table import table
from bench.killing.trial import Run, Setting, trial
from local.hubfile import NAME
from tests.conftest import Running

__all__ = ["run"]

PACE = 3600
LEASE = 30


def run(folder: Path, setting: Setting, *, telling: bool = False) -> Run:
    """One run on a hub of its own in this folder."""
    running = Running(folder, LEASE_SECONDS=str(LEASE), LIMIT="1000", WEBHOOK_PACE=str(PACE))
    began = time.monotonic()
    try:
        return trial(
            folder / NAME, folder, setting,
            lambda words: print(f"{time.monotonic() - began:5.0f} s: {words}", flush=True) if telling else None,
        )  # fmt: skip
    finally:
        running.stop()


def main() -> None:
    """Run, print, judge."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--handoffs", type=int, default=2000)
    parser.add_argument("--counsellors", type=int, default=50)
    parser.add_argument("--at-once", type=int, default=64, help="youths whose lives go on at the same time")
    parser.add_argument("--every", type=float, default=4.0, help="seconds between two kills, on average")
    parser.add_argument("--failing", type=float, default=0.25, help="share of deliveries that fail")
    parser.add_argument("--seed", type=int, default=3018)
    given = parser.parse_args()
    setting = Setting(given.handoffs, given.counsellors, given.at_once, given.every, given.failing, given.seed)
    with tempfile.TemporaryDirectory() as folder:
        found = run(Path(folder), setting, telling=True)
    text = table(found)
    print(f"\n{text}")
    verdict = found.verdict
    for what, found_so in vars(verdict).items():
        for one in found_so[:20]:
            print(f"{what}: {one}", file=sys.stderr)
    sys.exit(not (verdict.fine and found.killed))


if __name__ == "__main__":
    main()
