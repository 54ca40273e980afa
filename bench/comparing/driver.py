"""One measured process: imports a handler, answers events, tells what that took. Standard library only.

``python -s -S -P driver.py <module.attribute>``; each line on standard input is a JSON list of events, each line on
standard output what came of them. What the handler prints goes nowhere, as fast for all.
"""

from __future__ import annotations

import importlib
import json
import os
import resource
import sys
import time
from typing import Any


class Context:
    """What a handler may know of its invocation."""

    function_name = os.environ["AWS_LAMBDA_FUNCTION_NAME"]
    function_version = "$LATEST"
    invoked_function_arn = f"arn:aws:lambda:{os.environ['AWS_REGION']}:000000000000:function:{function_name}"
    memory_limit_in_mb = 1024
    aws_request_id = "00000000-0000-4000-8000-000000000000"
    log_group_name = f"/aws/lambda/{function_name}"
    log_stream_name = "bench"
    identity = None
    client_context = None

    @staticmethod
    def get_remaining_time_in_millis() -> int:
        """As much as the function's time-out."""
        return 25_000


def peak() -> int:
    """The most memory this process had (KiB). What getrusage says would count the parent's, too."""
    with open("/proc/self/status") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmHWM:"))


def main() -> None:
    """Answer lines until there are no more."""
    reports = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    line = sys.stdin.readline()
    module, _, name = sys.argv[1].rpartition(".")
    handler: Any = getattr(importlib.import_module(module), name)
    while line:
        cpu, wall, answers = [], [], []
        for event in json.loads(line):
            began, spent = time.perf_counter(), time.process_time()
            answer = handler(event, Context)
            encoded = json.dumps(answer)  # as the runtime does with every answer
            cpu.append((time.process_time() - spent) * 1000)
            wall.append((time.perf_counter() - began) * 1000)
            answers.append(encoded)
        now, used = time.monotonic(), resource.getrusage(resource.RUSAGE_SELF)
        total = (used.ru_utime + used.ru_stime) * 1000
        told = {"at": now, "total": total, "peak": peak(), "cpu": cpu, "wall": wall}
        reports.write(json.dumps({**told, "answers": [json.loads(answer) for answer in answers]}) + "\n")
        line = sys.stdin.readline()


if __name__ == "__main__":
    main()
