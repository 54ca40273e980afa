"""`python -m tests.fuzz.guided json --minutes 15`: fuzz one target, report, and keep what it has grown."""

from __future__ import annotations

import argparse
import secrets
import sys
import tempfile
from pathlib import Path

from tests.fuzz.guided.grown import keep
from tests.fuzz.guided.run import MISSING, available, fuzz, minimise
from tests.fuzz.guided.targets import TARGETS

SLOW = 1.0
"""Seconds of the processor that no input may need."""


def main() -> int:
    """1 when a promise was broken or an input took too long; the input is shown."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz.guided", description=__doc__)
    parser.add_argument("target", choices=list(TARGETS))
    parser.add_argument("--minutes", type=float, default=15, help="of the processor's time")
    parser.add_argument("--seed", type=int, default=None, help="of the run that is to be seen again")
    options = parser.parse_args()
    if not available():
        print(MISSING)
        return 1
    seed = secrets.randbelow(2**31) + 1 if options.seed is None else options.seed
    print(f"{options.target}, seed {seed}, {options.minutes:g} minutes of the processor …", flush=True)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        report = fuzz(options.target, folder, seed=seed, seconds=options.minutes * 60)
        if report.found:
            print(report.output[-6000:])
            for path in [*folder.glob("crash-*"), *folder.glob("timeout-*")]:
                print(f"{path.name}: {path.read_bytes()!r}")
            return 1
        print(report)
        if report.slowest > SLOW:
            print(f"too slow: {report.slow_input}")
            return 1
        print(f"kept: {keep(options.target, minimise(options.target, folder))} inputs in tests/corpus/grown")
    return 0


if __name__ == "__main__":
    sys.exit(main())
