"""Who used the processor meanwhile: the stack, this process, or something else that runs here. Linux alone tells."""

from __future__ import annotations

import os
import time
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

__all__ = ["Spent", "Watch"]

PROC = Path("/proc")


@dataclass(frozen=True)
class Spent:
    """Cores in use on average: by the stack, by this process, and by everything else; None where nobody tells."""

    stack: float | None
    here: float
    elsewhere: float | None


class Watch:
    """Started now; ``root`` is the process the stack descends from."""

    def __init__(self, root: int) -> None:
        self._root = root
        self._began, self._here, self._stack, self._all = self._now()

    def stop(self) -> Spent:
        """What was spent since then."""
        now, here, stack, everything = self._now()
        wall, mine = now - self._began, here - self._here
        if stack is None or everything is None or self._stack is None or self._all is None:
            return Spent(None, mine / wall, None)
        theirs = stack - self._stack
        return Spent(theirs / wall, mine / wall, max(0.0, everything - self._all - theirs - mine) / wall)

    def _now(self) -> tuple[float, float, float | None, float | None]:
        tick = os.sysconf("SC_CLK_TCK")
        try:
            busy = sum(int(one) for n, one in enumerate((PROC / "stat").read_text().split()[1:9]) if n not in (3, 4))
            stack = _spent_below(self._root)
        except OSError:
            return time.monotonic(), time.process_time(), None, None
        return time.monotonic(), time.process_time(), stack / tick, busy / tick


def _spent_below(root: int) -> int:
    """Ticks of the process and all that descends from it, ended children included."""
    children, spent = defaultdict[int, list[int]](list), dict[int, int]()
    for entry in PROC.iterdir():
        if not entry.name.isdigit():
            continue
        try:
            fields = (entry / "stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue  # it has just ended
        children[int(fields[1])].append(int(entry.name))
        spent[int(entry.name)] = sum(map(int, fields[11:15]))
    found, total = [root], 0
    while found:
        pid = found.pop()
        total += spent.get(pid, 0)
        found += children[pid]
    return total
