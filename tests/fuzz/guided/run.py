"""One run of the fuzzer in a process of its own, and what its output says."""

from __future__ import annotations

import re
import resource
import shlex
import subprocess
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from tests.fuzz.guided.grown import grown
from tests.fuzz.guided.targets import TARGETS

__all__ = ["MISSING", "Report", "available", "fuzz", "minimise"]

ROOT = Path(__file__).parents[3]
LONGEST = 4096
"""Bytes of an input: enough for every rule, short enough to try many."""
WORDS = (
    "{", "}", "[", "]", ":", ",", '"', "\\\\", "\\\\u", "\\\\ud83d", "\\\\ude00", "true", "false", "null", "NaN",
    "Infinity", "-", "0", "1e999", "1.0", "9" * 20, '\\"a\\":', "\\xef\\xbb\\xbf", "\\xed\\xa0\\x80", "\\xc0\\xaf",
    "Bearer ", ".",
)  # fmt: skip
MISSING = "atheris has no wheel for this Python or machine, so nothing is fuzzed here (requirements-dev.txt)"
STATUS = re.compile(r"^#(\d+)\s+(\w+)\s+cov: (\d+) ft: (\d+) corp: (\d+)/(\S+)", re.MULTILINE)
RUNS = re.compile(r"^stat::number_of_executed_units:\s+(\d+)", re.MULTILINE)
SLOWEST = re.compile(r"^SLOWEST (\S+) s (\S+)$", re.MULTILINE)


@dataclass(frozen=True)
class Report:
    """What a run did: inputs tried, ``spent`` seconds of the processor; edges, features, inputs kept at begin and end.

    ``slowest`` in seconds of the processor, 0 when none was worth telling; ``slow_input`` in base64.
    """

    name: str
    output: str
    status: int
    runs: int
    spent: float
    before: tuple[int, int, int]
    after: tuple[int, int, int]
    slowest: float
    slow_input: str

    @property
    def found(self) -> bool:
        """Whether a promise was broken."""
        return self.status != 0

    def __str__(self) -> str:
        edges, features, inputs = (f"{a} → {b}" for a, b in zip(self.before, self.after, strict=True))
        return (
            f"{self.name}: {self.runs} inputs in {self.spent:.0f} s of the processor, "
            f"{self.runs / self.spent:.0f} a second; edges {edges}, features {features}, corpus {inputs}; "
            f"slowest input {self.slowest or '< 0.05'} s"
        )


def available() -> bool:
    """Whether this Python has the fuzzer."""
    return find_spec("atheris") is not None


def _fill(folder: Path, inputs: Iterable[bytes]) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for number, one in enumerate(inputs):
        if len(one) <= LONGEST:
            (folder / f"{number:05d}").write_bytes(one)
    return folder


def _loop(name: str, folder: Path, seconds: float, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    start = [sys.executable, "-m", "tests.fuzz.guided.loop", name]
    again = folder / "again"
    again.write_text(f'#!/bin/sh\nexec {shlex.join([*start, "0", str(again)])} "$@"\n')
    again.chmod(0o700)
    command = [*start, str(seconds), str(again), *map(str, arguments)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, errors="replace", check=False)


def fuzz(name: str, folder: Path, *, seed: int, runs: int = -1, seconds: float = 0) -> Report:
    """Try so many inputs, or for so long by the processor's time, from the seeds and what was grown before.

    What is new goes into ``folder``.
    """
    grow = folder / "new"
    grow.mkdir(parents=True, exist_ok=True)
    words = folder / "words"
    words.write_text("".join(f'"{word if word != chr(34) else chr(92) + chr(34)}"\n' for word in WORDS))
    began = _processor()
    done = _loop(
        name, folder, seconds, f"-runs={runs}", f"-seed={seed}", f"-max_len={LONGEST}", f"-dict={words}",
        "-timeout=60", "-print_final_stats=1", f"-artifact_prefix={folder}/", grow,
        _fill(folder / "seeds", TARGETS[name]().seeds()), _fill(folder / "grown", grown(name)),
    )  # fmt: skip
    return _report(name, done, _processor() - began)


def _processor() -> float:
    """Seconds of the processor that processes which have ended took."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _report(name: str, done: subprocess.CompletedProcess[str], spent: float) -> Report:
    states = [found for found in STATUS.finditer(done.stderr) if found[2] != "READ"]
    tried = RUNS.findall(done.stderr)
    if not states or not tried:
        return Report(name, done.stdout + done.stderr, done.returncode or 1, 0, spent, (0, 0, 0), (0, 0, 0), 0, "")
    first, last = ((int(one[3]), int(one[4]), int(one[5])) for one in (states[0], states[-1]))
    slow = SLOWEST.findall(done.stderr)
    slowest, slow_input = slow[-1] if slow else ("0", "")
    return Report(
        name, done.stdout + done.stderr, done.returncode, int(tried[-1]), spent, first, last, float(slowest), slow_input
    )  # fmt: skip


def minimise(name: str, folder: Path) -> list[bytes]:
    """The fewest of all that was grown that reach, beside the seeds, everything which they reach together."""
    seeds = list(TARGETS[name]().seeds())
    least = _fill(folder / "least", seeds)
    done = _loop(name, folder, 0, "-merge=1", f"-max_len={LONGEST}", least, folder / "new", folder / "grown")
    if done.returncode:
        raise RuntimeError(done.stderr[-2000:])
    return [one for path in sorted(least.iterdir()) if (one := path.read_bytes()) not in seeds]
