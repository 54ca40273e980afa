"""The AWS engine (ministack) as a child process with its state on disk, and boto3 clients for it."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import socket
import sys
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config

__all__ = ["REGION", "Engine", "EngineFailed", "client", "free_port"]

REGION = "eu-west-3"
HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
# Seconds. Loading a large state takes a while; so does waiting for the last engine to save.
START_WITHIN = 90.0
SAVE_WITHIN = 90.0


class EngineFailed(Exception):
    """The engine did not start or stopped by itself; the text says where its log is."""


def free_port() -> int:
    """A TCP port on 127.0.0.1 that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


# Typed by each caller: the overloads of boto3's stubs want literal service names.
def client(service: str, url: str) -> Any:
    """A boto3 client of the engine at ``url``; credentials mean nothing there."""
    config = Config(connect_timeout=2, read_timeout=60, retries={"max_attempts": 3, "mode": "standard"})
    return boto3.session.Session().client(  # type: ignore[call-overload]
        service,
        endpoint_url=url,
        region_name=REGION,
        aws_access_key_id="test",
        aws_secret_access_key="test",
        config=config,
    )


def _python() -> Path:
    return Path(os.environ.get("HUB_ENGINE_PYTHON") or ROOT / ".venv-engine" / "bin" / "python")


@dataclass
class Engine:
    """One engine with its state under ``home``. Start it once; ``url`` is known before it runs.

    The functions it runs import from ``libraries`` what their zips do not bring.
    """

    home: Path
    libraries: Path
    port: int = field(default_factory=free_port)
    _process: asyncio.subprocess.Process | None = None

    @property
    def url(self) -> str:
        """Where it answers."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def log(self) -> Path:
        """What it printed: warnings and errors only, never requests."""
        return self.home / "engine.log"

    def client(self, service: str) -> Any:
        """A boto3 client of this engine."""
        return client(service, self.url)

    def _environment(self) -> dict[str, str]:
        scratch = self.home / "tmp"
        kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "LC_ALL") if name in os.environ}
        return {
            **kept,
            "TZ": "UTC",
            "TMPDIR": str(scratch),
            "PYTHONDONTWRITEBYTECODE": "1",
            "GATEWAY_PORT": str(self.port),
            "BIND_HOST": "127.0.0.1",
            "MINISTACK_HOST": "127.0.0.1",
            "MINISTACK_REGION": REGION,
            "IOT_MTLS_ENABLED": "0",
            "SFTP_ENABLED": "0",
            "PERSIST_STATE": "1",
            "STATE_DIR": str(self.home / "state"),
            "S3_PERSIST": "1",
            "S3_DATA_DIR": str(self.home / "state" / "s3"),
            "LOG_LEVEL": "WARNING",
            # A worker that was idle stays: starting one again costs more than keeping it.
            "LAMBDA_WARM_TTL_SECONDS": "86400",
            "HUB_LIBRARIES": str(self.libraries),
        }

    async def start(self) -> None:
        """Start it and wait until it answers. Raises EngineFailed."""
        python = _python()
        if not python.exists():
            raise EngineFailed(f"{python} is missing; `make run` makes it from requirements-engine.txt")
        scratch = self.home / "tmp"
        shutil.rmtree(scratch, ignore_errors=True)
        scratch.mkdir(parents=True)
        with self.log.open("wb") as log:
            self._process = await asyncio.create_subprocess_exec(
                str(python),
                str(HERE / "enginehost.py"),
                stdin=asyncio.subprocess.PIPE,
                stdout=log,
                stderr=log,
                env=self._environment(),
                # Ctrl-C goes to the runner alone, which stops the front first.
                start_new_session=True,
            )
        try:
            async with asyncio.timeout(START_WITHIN):
                while not await asyncio.to_thread(self._answers):
                    if self._process.returncode is not None:
                        raise EngineFailed(f"the engine stopped at its start; see {self.log}")
                    await asyncio.sleep(0.05)
        except TimeoutError:
            raise EngineFailed(f"the engine did not answer within {START_WITHIN:.0f} s; see {self.log}") from None

    def _answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.url}/_ministack/ready", timeout=2) as answer:
                return bool(answer.status == 200)
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            return False

    @property
    def pid(self) -> int | None:
        """Its process, once started."""
        return None if self._process is None else self._process.pid

    @property
    def running(self) -> bool:
        """Whether it was started and has not ended."""
        return self._process is not None and self._process.returncode is None

    async def ended(self) -> int:
        """Wait until it ends, whoever ended it; its exit status."""
        if self._process is None:
            raise EngineFailed("the engine was never started")
        return await self._process.wait()

    async def stop(self) -> bool:
        """Ask it to save its state and wait for it. False if it had to be killed."""
        if self._process is None or self._process.returncode is not None:
            return True
        self._process.send_signal(signal.SIGTERM)
        try:
            async with asyncio.timeout(SAVE_WITHIN):
                await self._process.wait()
        except TimeoutError:
            print(f"the engine did not stop within {SAVE_WITHIN:.0f} s and is killed", file=sys.stderr)
            self._process.kill()
            await self._process.wait()
            return False
        shutil.rmtree(self.home / "tmp", ignore_errors=True)
        return True
