"""`make audit-dependencies`: known weaknesses of everything that is pinned, asked of the package index by pip-audit.

Where the index does not tell weaknesses, that is said in so many words: a package nobody could look up is no safe one.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

__all__ = ["FILES", "AuditFailed", "Verdict", "main", "verdict"]

ROOT = Path(__file__).resolve().parent.parent
FILES = ("requirements-dev.txt", "requirements-engine.txt", "requirements-peers.txt")
"""The first names what is deployed, too; the last is what `make bench` measures the hub against."""
WITHIN = 240


class AuditFailed(Exception):
    """Nothing could be learnt of a file's packages; the text says why."""


@dataclass(frozen=True)
class Verdict:
    """``weak`` are lines to read, ``unknown`` the packages that could not be looked up, ``known`` how many could."""

    weak: Sequence[str]
    unknown: Sequence[str]
    known: int

    @property
    def sentence(self) -> str:
        """The whole of it in one line."""
        if self.weak:
            return f"{len(self.weak)} known weaknesses in {self.known} packages:"
        if not self.known:
            return "NOT CHECKED: the package index does not tell of weaknesses here; nothing is known of any package."
        if self.unknown:
            return f"no known weakness in {self.known} packages; NOT CHECKED: {', '.join(self.unknown)}"
        return f"no known weakness in {self.known} packages"


def verdict(dependencies: Sequence[Mapping[str, Any]]) -> Verdict:
    """What pip-audit's JSON says of each package."""
    known = [one for one in dependencies if "skip_reason" not in one]
    weak = [
        f"{one['name']} {one['version']}: {fault['id']}, mended in {', '.join(fault['fix_versions']) or 'none yet'}"
        for one in known for fault in one["vulns"]
    ]  # fmt: skip
    return Verdict(weak, sorted(one["name"] for one in dependencies if "skip_reason" in one), len(known))


def _ask(file: str) -> Sequence[Mapping[str, Any]]:
    """What is known of the packages of one file, by pip-audit. Raises AuditFailed with its last word."""
    command = [sys.executable, "-m", "pip_audit", "--no-deps", "--disable-pip", "--progress-spinner=off", "-r", file]
    try:
        done = subprocess.run(
            [*command, "--format=json"], cwd=ROOT, capture_output=True, text=True, check=False, timeout=WITHIN
        )
        found: Sequence[Mapping[str, Any]] = json.loads(done.stdout)["dependencies"]
    except subprocess.TimeoutExpired:
        raise AuditFailed(f"the package index did not answer in {WITHIN} s") from None
    except (ValueError, KeyError):
        raise AuditFailed((done.stderr.strip().splitlines() or ["no answer"])[-1]) from None
    return found


def main() -> int:
    """1 when a weakness is known."""
    weak = False
    for file in FILES:
        try:
            said = verdict(_ask(file))
        except AuditFailed as failure:
            print(f"{file}: NOT CHECKED: {failure}")
            continue
        print(f"{file}: {said.sentence}")
        for line in said.weak:
            print(f"  {line}")
        weak = weak or bool(said.weak)
    return int(weak)


if __name__ == "__main__":
    sys.exit(main())
