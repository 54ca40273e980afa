"""`bench.traffic` works from its start to its tables; how fast anything was decides nothing here."""

from __future__ import annotations

import subprocess
import sys


def test_a_short_run_finds_every_message_and_every_delivery_where_it_should_be() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "bench.traffic", "--quick"], capture_output=True, text=True, check=False, timeout=400
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "| at once | 20 |" in done.stdout
    assert "| after 1 s | 5 |" in done.stdout
