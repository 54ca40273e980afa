"""The machine that measured, in one line: no date, so that the same machine says the same."""

from __future__ import annotations

import os
import platform
import re
from importlib.metadata import version
from pathlib import Path

__all__ = ["machine"]

ROOT = Path(__file__).parents[1]
NAMED = ("boto3", "chalice")
CPU = Path("/proc/cpuinfo")
MEMORY = Path("/proc/meminfo")


def machine() -> str:
    """CPU, cores, memory, system, and the versions that matter."""
    engine = re.search(r"^ministack==(\S+)", (ROOT / "requirements-engine.txt").read_text(), re.MULTILINE)
    libraries = ", ".join(f"{name} {version(name)}" for name in NAMED)
    return (
        f"Measured on {_cpu()}, {os.cpu_count()} cores{_memory()}, {platform.system()};"
        f" Python {platform.python_version()}, {libraries}; engine: ministack {engine[1] if engine else 'unknown'}."
    )


def _cpu() -> str:
    found = re.search(r"^model name\s*: (.+)$", CPU.read_text(), re.MULTILINE) if CPU.exists() else None
    return found[1] if found else platform.processor() or platform.machine()


def _memory() -> str:
    found = re.search(r"^MemTotal: +([0-9]+) kB", MEMORY.read_text(), re.MULTILINE) if MEMORY.exists() else None
    return f", {int(found[1]) / 2**20:.0f} GiB" if found else ""
