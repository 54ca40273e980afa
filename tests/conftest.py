"""A hub of the tests' own: started by the very command that people use, on free ports, in a folder of its own."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from local.package import build
from tests.hub import Hub

ROOT = Path(__file__).parents[1]
START_SECONDS = 300


def free_port() -> int:
    """A port nobody uses now."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


class Running:
    """A hub process and the folder of its state."""

    def __init__(self, folder: Path, **environment: str) -> None:
        self.folder, self.port = folder, free_port()
        self.output = folder / "output.txt"
        self._environment = {"LEASE_SECONDS": "20", "CALLBACK_RETRY": "3", **environment}
        self.lease = int(self._environment["LEASE_SECONDS"])
        folder.mkdir(parents=True, exist_ok=True)
        self.hub = self.start()

    def start(self) -> Hub:
        """Start, and wait until it says that it is ready."""
        environment = {**os.environ, "HUB_LOCAL": str(self.folder), "PORT": str(self.port), **self._environment}
        with self.output.open("ab") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "local.run"], cwd=ROOT, env=environment, stdin=subprocess.DEVNULL,
                stdout=output, stderr=subprocess.STDOUT, start_new_session=True,
            )  # fmt: skip
        ready = self.folder / "hub.json"
        for _ in range(START_SECONDS * 5):
            if ready.exists():
                return Hub(ready)
            if self.process.poll() is not None:
                break
            time.sleep(0.2)
        self.process.terminate()
        raise RuntimeError(f"the hub did not start:\n{self.output.read_text()[-3000:]}")

    def stop(self) -> int:
        """Stop it the way a person does, and wait until its state is saved."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(timeout=120)


@pytest.fixture(scope="session")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """One hub for all tests that need one; opening hours round the clock, short lease and retry."""
    started = Running(tmp_path_factory.mktemp("hub"))
    yield started
    started.stop()


@pytest.fixture(scope="session")
def hub(running: Running) -> Hub:
    """The hub over HTTP."""
    return running.hub


@pytest.fixture(scope="session")
def packaged(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The template that is deployed, packaged once."""
    found: dict[str, Any] = json.loads(build(tmp_path_factory.mktemp("packaged"), local=True).template.read_text())
    return found
