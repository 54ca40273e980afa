"""The process that atheris runs: one target over and over, with what it reached told to libFuzzer.

`python -m tests.fuzz.guided.loop json SECONDS SCRIPT <libFuzzer's arguments>`; SECONDS of the processor, 0 without end;
SCRIPT starts the same again with other arguments, which libFuzzer does to merge. Only what is imported first is
watched; C code (the scanner of the standard library, cryptography) cannot be seen, but the second readings can.
"""

from __future__ import annotations

import base64
import os
import signal
import sys
import time
from importlib import import_module

import atheris

WATCHED = (
    "chalicelib.strictjson", "chalicelib.identity", "tests.fuzz.guided.reading", "tests.fuzz.guided.doorkeeper",
)  # fmt: skip
with atheris.instrument_imports(include=["chalicelib", "tests"]):
    for name in WATCHED:
        import_module(name)


def main() -> None:
    """Never returns: libFuzzer ends the process."""
    from tests.fuzz.guided.targets import TARGETS

    target = TARGETS[sys.argv[1]]()
    ends = float(sys.argv[2]) or float("inf")
    slowest = 0.05

    def once(data: bytes) -> None:
        nonlocal slowest
        began = time.thread_time()
        target(data)
        took = time.thread_time() - began
        if took > slowest:
            slowest = took
            print(f"SLOWEST {took:.3f} s {base64.b64encode(data).decode()}", file=sys.stderr, flush=True)
        if time.process_time() > ends:
            os.kill(os.getpid(), signal.SIGUSR1)  # libFuzzer then ends well: its own limit is by the clock on the wall

    atheris.Setup(sys.argv[3:], once)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
