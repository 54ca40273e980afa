"""`python -m tests.fuzz --minutes 10`: a hub of its own, made-up requests for so long, and what was answered."""

from __future__ import annotations

import argparse
import secrets
import sys
import tempfile
from pathlib import Path

from tests.conftest import Running
from tests.fuzz.report import fuzz


def main() -> int:
    """Run; 1 when something was found or an operation was never reached."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--seed", type=int, default=None, help="of the run that is to be seen again")
    options = parser.parse_args()
    seed = secrets.randbelow(2**32) if options.seed is None else options.seed
    with tempfile.TemporaryDirectory() as folder:
        running = Running(Path(folder))
        try:
            print(f"{running.hub.base}, seed {seed}, {options.minutes:g} minutes …", flush=True)
            report = fuzz(running.folder / "hub.json", round(options.minutes * 60), seed)
        finally:
            running.stop()
    print(report.output if report.found else "\n".join(report.output.splitlines()[-20:]))
    print(f"{report.table}\n\nnot counted as findings:\n{report.reasons}\n")
    print(f"{report.requests} requests, seed {seed}: {'something' if report.found else 'nothing'} found")
    if report.not_reached:
        print(f"never reached: {', '.join(report.not_reached)}")
    return int(report.found or bool(report.not_reached))


if __name__ == "__main__":
    sys.exit(main())
