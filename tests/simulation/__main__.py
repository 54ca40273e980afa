"""``make simulate`` and ``make mutants``: many seeds on every core, what they reached, and what they broke."""

from __future__ import annotations

import argparse
import sys

from tests.simulation import report
from tests.simulation.runs import run

LAST_LINES = 150


def main(arguments: list[str]) -> int:
    """The exit status: 0 when every promise was kept, and every mutant caught."""
    parser = argparse.ArgumentParser(prog="python -m tests.simulation", description=__doc__)
    parser.add_argument("--seeds", type=int, default=1000, help="how many seeds")
    parser.add_argument("--first", type=int, default=1, help="the first seed")
    parser.add_argument("--steps", type=int, default=1000, help="outside calls of the storm of each seed")
    parser.add_argument("--seed", type=int, help="this one alone, with its history")
    parser.add_argument("--mutants", action="store_true", help="break one rule after the other")
    asked = parser.parse_args(arguments)
    if asked.seed is not None:
        return _replay(asked.seed, asked.steps)
    if asked.mutants:
        return report.mutants(asked.first, asked.seeds, asked.steps)
    return report.simulate(asked.first, asked.seeds, asked.steps)


def _replay(seed: int, steps: int) -> int:
    result = run(seed, steps, trace=True)
    print("\n".join(result.lines[-LAST_LINES:]))
    print(f"seed {seed}: {result.steps} steps, {result.sessions} sessions, {result.hours:.1f} simulated hours")
    print(f"{result.rule}: {result.what}" if result.rule else "every promise was kept")
    return 1 if result.rule else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
