"""Every measurement of the page of performance, one after the other: ``python -m bench``, or `make bench`.

A measurement whose bound does not hold, or that fails, does not keep the others from theirs. Exit 1 when one did.
"""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Sequence

from bench.headline import KEPT_BY, collected, headline
from bench.machine import machine
from bench.page import KEPT, PERFORMANCE, put

LAST = 6
"""Lines of a failure that are told again at the end."""
MEASUREMENTS = ("cold", "warm", "packaged", "lives", "claims", "traffic", "scale")


def measure(names: Sequence[str]) -> dict[str, str]:
    """Run each by its own command; what those that failed said last, by their names."""
    failed: dict[str, str] = {}
    for name in names:
        began = time.monotonic()
        print(f"\n== {name}", flush=True)
        command = [sys.executable, "-m", f"bench.{name}", "--write"]
        done = subprocess.run(command, stderr=subprocess.PIPE, text=True, check=False)
        print(done.stderr, end="", file=sys.stderr, flush=True)
        print(f"== {name}: {'ok' if done.returncode == 0 else 'FAILED'}, {time.monotonic() - began:.0f} s", flush=True)
        if done.returncode:
            said = done.stderr.strip().splitlines()[-LAST:]
            failed[name] = "; ".join(said) or f"exit {done.returncode}"
    return failed


def main() -> None:
    """Measure everything, write the page and the README's headline, and say what did not hold."""
    began = time.monotonic()
    for name in KEPT_BY:  # a figure of an earlier run would look like one of this
        (KEPT / f"{name}.json").unlink(missing_ok=True)
    put("machine", machine(), PERFORMANCE)
    failed = measure(MEASUREMENTS)
    put("headline", f"{headline(collected())}\n\n{machine()}")
    print(f"\n{len(MEASUREMENTS) - len(failed)} of {len(MEASUREMENTS)} in {(time.monotonic() - began) / 60:.0f} min")
    sys.exit("\n".join(f"{name}: {said}" for name, said in failed.items()) or 0)


if __name__ == "__main__":
    main()
