"""Starts the partner's program once, behind a proxy, and says how it went."""

from __future__ import annotations

import contextlib
import json
import os
import shlex
import signal
import subprocess
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from conformance.hub.kit import compact
from conformance.integration.faults import Seen
from conformance.integration.proxy import Plan, Proxy
from conformance.signer import Signer
from conformance.wire import Wire

__all__ = ["Limits", "Play", "Stage"]


@dataclass(frozen=True)
class Limits:
    """Seconds: the longest wait for one answer, until the fallback must be shown, and until the program is stopped."""

    answer: float = 30.0
    fallback: float = 60.0
    whole: float = 75.0


@dataclass(frozen=True)
class Play:
    """One run: what the program was given, what it sent, and what it said at the end.

    ``said`` is its last line as JSON, None when there is none; ``stopped``: it was still running at the limit.
    """

    handed: Mapping[str, Any]
    sent: Sequence[Seen]
    said: Mapping[str, Any] | None
    output: str
    errors: str
    seconds: float
    stopped: bool
    limits: Limits


class Stage:
    """What every scenario shares: the hub, the partner, the program, and all requests that it ever sent."""

    def __init__(
        self, command: str, hub: Wire, signer: Signer, key_file: Path, platform: str, limits: Limits | None = None
    ) -> None:
        self.command = shlex.split(command, posix=os.name != "nt")
        self.hub, self.signer, self.platform = hub, signer, platform
        self.limits = limits or Limits()
        self.plays: list[Play] = []
        self._key_file = key_file.absolute()

    def play(self, plan: Plan, *, dead: bool = False) -> Play:
        """Start the program once; it hands over one child of the sandbox. Raises OSError when it cannot be started."""
        handed = {
            "platform": self.platform, "kind": "report", "session": "chat", "locale": "fr-FR",
            "subject": "sandbox:fast", "report": {"contents": [{"url": "https://app.example/vidéo/1"}]},
        }  # fmt: skip
        proxy = Proxy(self.hub, plan, dead=dead)
        try:
            began = time.monotonic()
            output, errors, stopped = self._run(compact(handed), proxy.url)
            seconds = time.monotonic() - began
        finally:
            proxy.close()
        play = Play(handed, proxy.seen, _last_line(output), output, errors, seconds, stopped, self.limits)
        self.plays.append(play)
        return play

    def _run(self, body: bytes, url: str) -> tuple[str, str, bool]:
        environment = {
            **os.environ, "HUB_URL": url, "HUB_AUDIENCE": self.signer.audience, "PARTNER_ID": self.signer.partner,
            "KID": self.signer.kid, "KEY_FILE": str(self._key_file), "PLATFORM": self.platform,
        }  # fmt: skip
        with tempfile.TemporaryFile() as errors:
            program = subprocess.Popen(
                self.command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors,
                start_new_session=True,
            )  # fmt: skip
            try:
                output, _ = program.communicate(body, self.limits.whole)
                stopped = False
            except subprocess.TimeoutExpired:
                _end(program)
                output, _ = program.communicate()
                stopped = True
            errors.seek(0)
            return output.decode(errors="replace"), errors.read().decode(errors="replace"), stopped


def _end(program: subprocess.Popen[bytes]) -> None:
    """End it together with what it started: a shell's child would keep the pipe open."""
    with contextlib.suppress(ProcessLookupError):
        if hasattr(os, "killpg"):
            os.killpg(program.pid, signal.SIGKILL)
        else:
            program.kill()


def _last_line(output: str) -> Mapping[str, Any] | None:
    lines = [line for line in output.splitlines() if line.strip()]
    try:
        found = json.loads(lines[-1]) if lines else None
    except ValueError:
        return None
    return found if isinstance(found, dict) else None
