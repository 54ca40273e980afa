"""The deployment package: what `chalice package` makes of the sources, and their libraries; made when they changed."""

from __future__ import annotations

import argparse
import compileall
import fcntl
import hashlib
import json
import os
import platform
import py_compile
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from local.template import merged

__all__ = ["LOCAL_ONLY", "SHARED", "Package", "PackagingFailed", "build", "digest"]

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
SHARED = ROOT / ".build" / "libraries"
SOURCES = ("app.py", "requirements.txt", "chalicelib", "schemas", "conformance", "infra", ".chalice/config.json")
LINKED = ("schemas", "conformance")
"""What Chalice packages by its links in ``vendor``."""
POLICIES = ".chalice/policy-*.json"
STAGE = "hub"
LOCAL_ONLY = "LOCAL_WEBHOOK_TARGETS"
"""Names the hosts that webhooks may reach by plain http. A template that knows it is not packaged."""
LEFT_OUT = ("bin/", "cffi/", "pycparser/")
"""Of the libraries: commands; and what *makes* bindings to C, of which cryptography runs with the backend alone."""
UNREAD = (".pyi", ".pxd", ".h", ".c", "/RECORD", "/py.typed")
# What Lambda's machines run: Amazon Linux 2 (glibc 2.26) up to Python 3.11, Amazon Linux 2023 (2.34) from 3.12.
OLDER = ("manylinux2014_x86_64", "manylinux_2_17_x86_64", "manylinux_2_26_x86_64")
PLATFORMS = OLDER if sys.version_info < (3, 12) else (*OLDER, "manylinux_2_28_x86_64", "manylinux_2_34_x86_64")
EPOCH = (1980, 1, 1, 0, 0, 0)


class PackagingFailed(Exception):
    """`chalice package` or pip failed; the text says what they printed."""


@dataclass(frozen=True)
class Package:
    """A template and the zip it deploys; ``digest`` changes when a source changes.

    A local zip has no libraries: they lie in ``libraries``, since the engine unpacks the zip for each worker.
    """

    template: Path
    archive: Path
    libraries: Path
    digest: str
    fresh: bool


def _files(root: Path) -> Iterator[Path]:
    roots = [root / name for name in SOURCES]
    for place in [*roots, *sorted(root.glob(POLICIES))]:
        if place.is_file():
            yield place
        else:
            yield from sorted(p for p in place.rglob("*") if p.is_file() and not _ignored(p))


def _ignored(path: Path) -> bool:
    return "__pycache__" in path.parts or path.suffix == ".pyc" or path.name == ".DS_Store"


def native() -> bool:
    """Whether the wheels that Chalice fetches for Lambda (Linux, x86-64, glibc) run on this machine."""
    return sys.platform == "linux" and platform.machine() == "x86_64" and platform.libc_ver()[0] == "glibc"


def digest(root: Path = ROOT, *, local: bool = False) -> str:
    """SHA-256 in hex over every source, the Python version and, for a local package, this machine's kind."""
    how = [path.read_bytes() for path in (HERE / "package.py", HERE / "template.py")]
    total = hashlib.sha256(repr((sys.version_info[:2], local, native(), how)).encode())
    for path in _files(root):
        content = path.read_bytes()
        total.update(f"{path.relative_to(root).as_posix()}\0{len(content)}\0".encode())
        total.update(content)
    return total.hexdigest()


def build(out: Path, root: Path = ROOT, *, local: bool = False) -> Package:
    """Write ``sam.json`` and ``deployment.zip`` to ``out`` unless they are there for the same sources.

    ``local``: a zip without libraries, and the libraries for this machine, shared by all hubs of a checkout; else all
    in one, for Lambda. Raises PackagingFailed.
    """
    wanted = digest(root, local=local)
    stamp = out / "digest"
    libraries = SHARED if local else out / "libraries"
    package = Package(out / "sam.json", out / "deployment.zip", libraries, wanted, fresh=False)
    package.libraries.parent.mkdir(parents=True, exist_ok=True)
    with package.libraries.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # another hub of this checkout may be starting, too
        _libraries(root / "requirements.txt", package.libraries, local=local)
    if _reads(stamp, wanted) and package.template.is_file() and package.archive.is_file():
        return package
    out.mkdir(parents=True, exist_ok=True)
    stamp.unlink(missing_ok=True)
    with tempfile.TemporaryDirectory(prefix="hub3018-") as scratch:
        project, made = Path(scratch) / "project", Path(scratch) / "made"
        _copy(root, project)
        _chalice(project, made)
        text = (made / "sam.json").read_text()
        if LOCAL_ONLY in text:
            raise PackagingFailed(f"the template knows {LOCAL_ONLY}, which only `make run` may set")
        package.template.write_text(text)
        app = Path(scratch) / "app"
        with zipfile.ZipFile(made / "deployment.zip") as archive:
            archive.extractall(app)
        _compile(app)
        _join([app] if local else [app, package.libraries], package.archive)
    stamp.write_text(wanted)
    return replace(package, fresh=True)


def _reads(stamp: Path, wanted: str) -> bool:
    return stamp.is_file() and stamp.read_text() == wanted


def _libraries(requirements: Path, target: Path, *, local: bool) -> None:
    """Install the pinned requirements into ``target``, as wheels for Lambda or for this machine; once per change.

    Chalice would fetch them again at each change of the sources, and for Lambda's kind of machine alone.
    """
    here = local and not native()
    wanted = hashlib.sha256(
        repr((requirements.read_bytes(), Path(__file__).read_bytes(), sys.version_info[:2], here)).encode()
    ).hexdigest()
    stamp = target.with_suffix(".digest")
    if _reads(stamp, wanted) and target.is_dir():
        return
    stamp.unlink(missing_ok=True)
    shutil.rmtree(target, ignore_errors=True)
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-compile"]
    command += ["--no-deps", "--requirement", str(requirements), "--target", str(target)]
    if not here:
        command += ["--only-binary=:all:", "--implementation", "cp"]
        command += [part for name in PLATFORMS for part in ("--platform", name)]
    _run(command, requirements.parent, dict(os.environ))
    _compile(target)
    stamp.write_text(wanted)


def _compile(place: Path) -> None:
    """Bytecode beside each source, never checked: Lambda's disk is read-only, each cold start would compile anew."""
    mode = py_compile.PycInvalidationMode.UNCHECKED_HASH
    compileall.compile_dir(place, stripdir=str(place), quiet=2, force=True, invalidation_mode=mode)


def _copy(root: Path, project: Path) -> None:
    """Copy the sources only: Chalice packages every file of chalicelib, caches and editors' leavings too."""
    for path in _files(root):
        name = path.relative_to(root)
        target = project / ("vendor" / name if name.parts[0] in LINKED else name)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, target)
    (project / "requirements.txt").write_text("")


def _chalice(project: Path, made: Path) -> None:
    by_hand = project / "infra" / "merged.json"
    # As JSON: from YAML Chalice makes YAML with anchors, which not every reader of templates follows.
    by_hand.write_text(json.dumps(merged(project / "infra")))
    # Chalice has no __main__, and its script's place depends on how Python was installed.
    command = [sys.executable, "-c", "from chalice.cli import main; raise SystemExit(main())", "package"]
    command += ["--stage", STAGE, "--merge-template", str(by_hand), str(made)]
    # Packaging asks AWS nothing; the region only keeps botocore from refusing to start.
    env = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    _run(command, project, {**env, "AWS_DEFAULT_REGION": "eu-west-3", "AWS_EC2_METADATA_DISABLED": "true"})


def _run(command: list[str], cwd: Path, env: dict[str, str]) -> None:
    done = subprocess.run(command, cwd=cwd, env=env, capture_output=True, text=True, check=False)
    if done.returncode:
        raise PackagingFailed("\n".join([" ".join(command), done.stdout.strip(), done.stderr.strip()]))


def _join(places: Sequence[Path], archive: Path) -> None:
    """One zip of all the places, the first one wins; names sorted, times fixed: same sources, same bytes.

    The first place is ours and keeps its sources. Of libraries the bytecode is packed alone, where Python looks for it
    when there is no source: a seventh of the zip less to fetch at a cold start.
    """
    ours, *others = places
    contents = dict(_files_of(ours))
    for place in others:
        for name, path in _files_of(place):
            packed = _packed_as(name)
            if packed is not None:
                contents.setdefault(packed, path)
    partial = archive.with_suffix(".partial")
    with zipfile.ZipFile(partial, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as target:
        for name in sorted(contents):
            info = zipfile.ZipInfo(name, EPOCH)
            info.external_attr = 0o644 << 16
            info.compress_type = zipfile.ZIP_DEFLATED
            target.writestr(info, contents[name].read_bytes(), compresslevel=9)
    partial.replace(archive)


def _files_of(place: Path) -> Iterator[tuple[str, Path]]:
    for path in place.rglob("*"):
        if path.is_file():
            yield path.relative_to(place).as_posix(), path


def _packed_as(name: str) -> str | None:
    """The name in the zip of a library's file; None: left out."""
    if name.startswith(LEFT_OUT) or name.endswith((".py", *UNREAD)):
        return None
    if not name.endswith(".pyc"):
        return name
    folder, _, file = name.rpartition("/")
    return f"{folder.removesuffix('__pycache__')}{file.removesuffix(f'.{sys.implementation.cache_tag}.pyc')}.pyc"


def main() -> int:
    """`python -m local.package [--out DIR]`: the package for Lambda."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--out", type=Path, default=ROOT / ".build" / "package")
    arguments = parser.parse_args()
    try:
        package = build(arguments.out)
    except PackagingFailed as failure:
        print(failure, file=sys.stderr)
        return 1
    size = package.archive.stat().st_size / 1e6
    print(f"{package.template} and {package.archive.name} ({size:.1f} MB){'' if package.fresh else ', unchanged'}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
