"""A Chromium for the browser tests: an installed one, else Debian's package, else Playwright's own."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

__all__ = ["ensure", "find"]

NAMES = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome", "chrome")
MACOS = (
    Path("/Applications/Chromium.app/Contents/MacOS/Chromium"),
    Path("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"),
)


def find() -> str | None:
    """The path of a Chromium on this machine (CHROMIUM= names one), or None."""
    named = os.environ.get("CHROMIUM")
    if named:
        return named
    for name in NAMES:
        path = shutil.which(name)
        if path:
            return path
    for place in MACOS:
        if place.exists():
            return str(place)
    return _playwrights()


def _playwrights() -> str | None:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        path = playwright.chromium.executable_path
    return path if Path(path).exists() else None


def ensure() -> str | None:
    """Install one if there is none; its path, or None if this machine does not let us."""
    for install in (None, _from_debian, _from_playwright):
        if install is not None:
            install()
        found = find()
        if found:
            return found
    return None


def _from_debian() -> None:
    release = Path("/etc/os-release")
    # Ubuntu's package of this name only installs a snap, which test machines seldom allow.
    if not release.exists() or "ID=debian" not in release.read_text().splitlines():
        return
    if os.geteuid() == 0:
        root: list[str] = []
    elif shutil.which("sudo"):
        root = ["sudo", "--non-interactive"]
    else:
        return
    print("no Chromium here: installing Debian's package", file=sys.stderr)
    apt = [*root, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-qq"]
    if _run([*apt, "update"]):
        _run([*apt, "install", "--yes", "--no-install-recommends", "chromium", "fonts-dejavu-core"])


def _from_playwright() -> None:
    print("no Chromium here: installing Playwright's", file=sys.stderr)
    _run([sys.executable, "-m", "playwright", "install", "chromium"])


def _run(command: Sequence[str]) -> bool:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        print(f"{' '.join(command)} failed: {done.stderr.strip()[-500:]}", file=sys.stderr)
    return done.returncode == 0


def main() -> int:
    """`python -m local.chromium`: make sure that there is one. In CI a missing browser is a failure."""
    if ensure():
        return 0
    print("no Chromium: the browser tests cannot run. Install one, or name it with CHROMIUM=", file=sys.stderr)
    return 1 if os.environ.get("CI") else 0


if __name__ == "__main__":
    sys.exit(main())
