"""What a run of the fuzzer was: started here as a process of its own, and what it left read back."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from tests.fuzz.excuses import EXCUSES

__all__ = ["Report", "fuzz"]

ROOT = Path(__file__).parents[2]
GRACE = 120
"""Seconds a run may take beyond its time: the last request is waited for."""


@dataclass(frozen=True)
class Report:
    """``found`` is whether schemathesis found anything; ``answers`` counts (operation, status), ``excused`` reasons."""

    found: bool
    output: str
    answers: Counter[tuple[str, int]]
    excused: Counter[str]

    @property
    def requests(self) -> int:
        """How many made-up requests were answered."""
        return self.answers.total()

    @property
    def not_reached(self) -> list[str]:
        """Operations that never did what they are there for."""
        done = {operation for operation, status in self.answers if status < 400}
        return sorted({operation for operation, _ in self.answers} - done)

    @property
    def table(self) -> str:
        """How often each operation gave which answer."""
        statuses = sorted({status for _, status in self.answers})
        lines = [f"{'operation':<20}" + "".join(f"{status:>7}" for status in statuses)]
        for operation in sorted({operation for operation, _ in self.answers}):
            counts = (self.answers[operation, status] for status in statuses)
            lines.append(f"{operation:<20}" + "".join(f"{count or '':>7}" for count in counts))
        return "\n".join(lines)

    @property
    def reasons(self) -> str:
        """What was no finding, how often, and why."""
        return "\n".join(f"{self.excused[one.why]:>7}  {one.failure} {one.status}: {one.why}" for one in EXCUSES)


def fuzz(hub: Path, seconds: int, seed: int) -> Report:
    """Ask the hub of a hub.json made-up things for so long. The same seed makes up the same things."""
    base = json.loads(hub.read_text())["base_url"]
    with tempfile.TemporaryDirectory() as folder:
        tally = Path(folder) / "tally.json"
        command = [
            sys.executable, "-m", "schemathesis.cli", "--no-color", "--config-file", "tests/fuzz/schemathesis.toml",
            "run", f"{base}/v1/openapi.json", "--max-time", str(seconds), "--seed", str(seed),
        ]  # fmt: skip
        told = {
            "SCHEMATHESIS_HOOKS": "tests.fuzz.hooks", "FUZZ_HUB": str(hub), "FUZZ_TALLY": str(tally),
            "FUZZ_SEED": str(seed), "PYTHONPATH": str(ROOT),
        }  # fmt: skip
        done = subprocess.run(
            command, cwd=ROOT, env={**os.environ, **told}, capture_output=True, text=True, check=False,
            timeout=seconds + GRACE,
        )  # fmt: skip
        left = json.loads(tally.read_text()) if tally.exists() else {"answers": [], "excused": {}}
    answers: Counter[tuple[str, int]] = Counter()
    for operation, status, count in left["answers"]:
        answers[operation, status] += count
    return Report(done.returncode != 0, done.stdout + done.stderr, answers, Counter(left["excused"]))
