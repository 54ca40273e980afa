"""`hub.json`: what a running hub tells the tools and the tests. There while it runs, absent otherwise."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

__all__ = ["NAME", "remove", "write"]

NAME = "hub.json"


def write(home: Path, content: dict[str, Any]) -> None:
    """Write it in one step, for this user alone, so that a reader sees all of it or nothing."""
    partial = home / f".{NAME}.{os.getpid()}"
    handle = os.open(partial, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w") as file:
        json.dump(content, file, indent=2)
        file.write("\n")
    partial.replace(home / NAME)


def remove(home: Path) -> None:
    """Remove it, whether it is there or not."""
    (home / NAME).unlink(missing_ok=True)
