"""A front of the trial's own: the hub's front in a process that can be killed while the engine goes on.

``python -m bench.killing.gate PORT GATEWAY ENGINE`` is that process; it ends with its standard input.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

from aiohttp import web

from local.engine import free_port
from local.front import Front, application, reporter
from tests.hub import Hub

__all__ = ["Gate"]

ROOT = Path(__file__).parents[2]
STARTS_WITHIN = 300.0


class Gate:
    """Runs until ``stop``; killed and started again at the same port."""

    def __init__(self, hub: Hub) -> None:
        engine, stage = hub.facts["engine_url"], hub.facts["engine"]
        gateway = f"{engine}/restapis/{stage['api_id']}/{stage['api_stage']}/_user_request_"
        self._port = free_port()
        self._command = [sys.executable, "-m", "bench.killing.gate", str(self._port), gateway, engine]
        self._lock = threading.Lock()
        self._process = self._start()

    @property
    def url(self) -> str:
        """Where the people find it."""
        return f"http://127.0.0.1:{self._port}"

    def kill(self) -> None:
        """End it by SIGKILL, whatever it does just now; then another one."""
        with self._lock:
            self._process.send_signal(signal.SIGKILL)
            self._process.wait()
            self._process = self._start()

    def stop(self) -> None:
        """Stop it for good."""
        with self._lock:
            self._process.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(timeout=10)
            self._process.kill()

    def _start(self) -> subprocess.Popen[bytes]:
        process = subprocess.Popen(self._command, cwd=ROOT, stdin=subprocess.PIPE)
        ends = time.monotonic() + STARTS_WITHIN
        while time.monotonic() < ends and process.poll() is None:
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self._port), timeout=1):
                return process
            time.sleep(0.05)
        process.kill()
        raise RuntimeError("the front did not start")


def _follow() -> None:
    """Whoever started this is gone: so is this."""
    sys.stdin.buffer.read()
    os._exit(0)


async def _serve(port: int, gateway: str, engine: str) -> None:
    front = Front(gateway, engine)
    app = application(front)
    app.router.add_route("*", "/{path:(?s:.*)}", front.handle)
    runner = web.AppRunner(app, access_log=None, logger=reporter(), keepalive_timeout=75, shutdown_timeout=1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port, backlog=512, reuse_address=True).start()
    await asyncio.Event().wait()


if __name__ == "__main__":
    threading.Thread(target=_follow, daemon=True).start()
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(_serve(int(sys.argv[1]), sys.argv[2], sys.argv[3]))
