"""kill -9 for the deliverer's processes, and for nothing else of the hub. Linux alone tells which they are."""

from __future__ import annotations

import contextlib
import os
import signal
import threading
from collections.abc import Callable
from pathlib import Path

from tests.hub import Hub

__all__ = ["Killer", "workers"]

PROC = Path("/proc")


def workers(engine: int, function: str) -> list[int]:
    """The engine's processes that run the function, by what they were started with."""
    found = []
    for entry in PROC.iterdir():
        if not entry.name.isdigit():
            continue
        try:
            parent = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
            started_with = (entry / "environ").read_bytes().split(b"\0") if parent == engine else []
        except OSError:
            continue  # it has just ended
        if f"AWS_LAMBDA_FUNCTION_NAME={function}".encode() in started_with:
            found.append(int(entry.name))
    return sorted(found)


class Killer:
    """Kills every process of the deliverer whenever ``progress`` has grown by ``step`` since the last time.

    So each death comes while it works. It goes on until ``stop``, or was done ``times``; ``killed`` are their ids.
    """

    def __init__(self, hub: Hub, progress: Callable[[], int], step: int, times: int = 1000) -> None:
        self.killed: list[int] = []
        self.times = 0
        self._engine, self._function = hub.facts["engine"]["pid"], hub.facts["engine"]["deliver_function"]
        self._progress, self._step, self._most = progress, step, times
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="killer", daemon=True)
        self._thread.start()

    def _run(self) -> None:
        seen = self._progress()
        while self.times < self._most and not self._stopped.wait(0.05):
            now = self._progress()
            if now >= seen + self._step:
                seen = now
                self.times += 1
                for pid in workers(self._engine, self._function):
                    with contextlib.suppress(ProcessLookupError):  # it has just ended
                        os.kill(pid, signal.SIGKILL)
                        self.killed.append(pid)

    def stop(self) -> None:
        """Let live."""
        self._stopped.set()
        self._thread.join()
