"""The folders that measured processes run from, as Lambda lays them out: the task of each contender, and the runtime.

Made below ``.build/bench`` when something changed: the hub's is its real deployment zip, unpacked; a peer's is what it
needs of ``requirements-peers.txt`` with its own sources beside; the runtime is boto3 with what that needs. All from
wheels for Lambda's machines, all with bytecode made in advance in the same way.
"""

from __future__ import annotations

import compileall
import fcntl
import hashlib
import io
import json
import py_compile
import re
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from local.package import PLATFORMS, ROOT, build, native

__all__ = ["HUB", "PEERS", "TITLES", "Task", "TasksFailed", "pins", "tasks"]

PLACE = ROOT / ".build" / "bench"
HUB = "hub"
TITLES = {HUB: "the hub", "bare": "bare handler", "powertools": "Powertools", "fastapi": "FastAPI"}
_SIGNED = ("PyJWT", "cryptography", "cffi", "pycparser", "typing_extensions")
_TRACED = ("aws-xray-sdk", "wrapt")
_POWERTOOLS = (
    *_SIGNED, *_TRACED, "aws-lambda-powertools", "jmespath", "pydantic", "pydantic_core", "annotated-types",
    "typing-inspection",
)  # fmt: skip
PEERS: Mapping[str, Sequence[str]] = {
    "bare": (*_SIGNED, *_TRACED, "jsonschema", "jsonschema-specifications", "referencing", "rpds-py", "attrs"),
    "powertools": _POWERTOOLS,
    "fastapi": (
        *_POWERTOOLS, "fastapi", "mangum", "starlette", "anyio", "idna", "annotated-doc", "opentelemetry-api"
    ),
}  # fmt: skip
"""What each peer needs, by name."""
_MODULES = {"bare": "bare", "powertools": "powertools_peer", "fastapi": "fastapi_peer"}
_RUNTIME = ("boto3", "botocore", "s3transfer", "jmespath", "python-dateutil", "six", "urllib3")
_FILES = ("requirements-peers.txt", "requirements.txt", "requirements-dev.txt")
_PIN = re.compile(r"([A-Za-z0-9._-]+)(?:\[[a-z0-9,-]+\])?==([A-Za-z0-9.!+]+)(?=\s|$)")


class TasksFailed(Exception):
    """A folder could not be made; the text says why."""


@dataclass(frozen=True)
class Task:
    """What a process runs: its folder, the runtime's after it on the path, its handler, and its size zipped (bytes)."""

    name: str
    folder: Path
    runtime: Path
    handler: str
    zipped: int


def pins(*files: str) -> dict[str, str]:
    """Version by name of what the files pin; the first file that names it wins."""
    found: dict[str, str] = {}
    for file in files:
        for line in (ROOT / file).read_text().splitlines():
            pin = _PIN.match(line)
            if pin is not None:
                found.setdefault(pin[1], pin[2])
    return found


def tasks() -> dict[str, Task]:
    """Every contender's task by its name, the hub's first. Raises TasksFailed or PackagingFailed."""
    if not native():
        raise TasksFailed("wheels for Lambda run on Linux with glibc on x86-64 alone; so does this comparison")
    PLACE.mkdir(parents=True, exist_ok=True)
    with (PLACE / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # a test may make them at the same time
        runtime = PLACE / "runtime"
        _install(runtime, _RUNTIME)
        return {HUB: _hub(runtime), **{name: _peer(name, needs, runtime) for name, needs in PEERS.items()}}


def _hub(runtime: Path) -> Task:
    package = build(PLACE / "package")
    folder, stamp = PLACE / HUB, PLACE / f"{HUB}.digest"
    if not _made(stamp, package.digest):
        shutil.rmtree(folder, ignore_errors=True)
        with zipfile.ZipFile(package.archive) as archive:
            archive.extractall(folder)
        stamp.write_text(package.digest)
    resources = json.loads(package.template.read_text())["Resources"]
    handler = resources["APIHandler"]["Properties"]["Handler"]
    return Task(HUB, folder, runtime, handler, package.archive.stat().st_size)


def _peer(name: str, needs: Sequence[str], runtime: Path) -> Task:
    folder, stamp = PLACE / name, PLACE / f"{name}.sources"
    fresh = _install(folder, needs)
    sources = {
        f"bench/peers/{path.name}": path.read_bytes() for path in sorted((ROOT / "bench" / "peers").glob("*.py"))
    }
    sources |= {
        "bench/__init__.py": b"",
        "schemas/handoff-request.json": (ROOT / "schemas" / "handoff-request.json").read_bytes(),
    }
    wanted = hashlib.sha256(repr(sorted(sources.items())).encode()).hexdigest()
    if fresh or not _made(stamp, wanted):
        for own in ("bench", "schemas"):
            shutil.rmtree(folder / own, ignore_errors=True)
        for file, content in sources.items():
            (folder / file).parent.mkdir(parents=True, exist_ok=True)
            (folder / file).write_bytes(content)
        _compile(folder / "bench", folder)
        stamp.write_text(wanted)
    return Task(name, folder, runtime, f"bench.peers.{_MODULES[name]}.handler", _zipped(folder))


def _install(folder: Path, needs: Sequence[str]) -> bool:
    """Put the packages there, as pinned and no others; whether anything had to be done."""
    known = pins(*_FILES)
    wanted = [f"{name}=={known[name]}" for name in needs]
    stamp = PLACE / f"{folder.name}.libraries"
    told = repr((wanted, sys.version_info[:2]))
    if _made(stamp, told) and folder.is_dir():
        return False
    stamp.unlink(missing_ok=True)
    shutil.rmtree(folder, ignore_errors=True)
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-compile"]
    command += ["--no-deps", "--only-binary=:all:", "--implementation", "cp", "--target", str(folder)]
    command += [part for name in PLATFORMS for part in ("--platform", name)]
    done = subprocess.run([*command, *wanted], capture_output=True, text=True, check=False)
    if done.returncode:
        raise TasksFailed("\n".join([" ".join([*command, *wanted]), done.stderr.strip()]))
    shutil.rmtree(folder / "bin", ignore_errors=True)
    _compile(folder, folder)
    stamp.write_text(told)
    return True


def _made(stamp: Path, wanted: str) -> bool:
    return stamp.is_file() and stamp.read_text() == wanted


def _compile(place: Path, root: Path) -> None:
    """Bytecode that is never checked, as in the hub's package: Lambda's disk is read-only."""
    mode = py_compile.PycInvalidationMode.UNCHECKED_HASH
    compileall.compile_dir(place, stripdir=str(root), quiet=2, force=True, invalidation_mode=mode)


def _zipped(folder: Path) -> int:
    """Bytes of the folder as a zip."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                archive.write(path, path.relative_to(folder))
    return made.tell()
