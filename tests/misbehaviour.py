"""How an endpoint misbehaves: which fault befalls which attempt, and each fault on the wire. For tests/receiver.py."""

from __future__ import annotations

import asyncio
import contextlib
import random
import socket
import struct
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

__all__ = [
    "FAULTS",
    "HUGE",
    "LONGEST",
    "RECEIVED",
    "DeadPort",
    "Plan",
    "Scripted",
    "act",
    "always",
    "answer",
    "listener",
]

FAULTS = (
    "hang", "error", "busy_seconds", "busy_date", "reset", "slow_headers", "slow_body", "redirect_home",
    "redirect_away", "huge_body",
)  # fmt: skip
"""The ways in which an endpoint fails; the bodies of a 200 may be slow or huge, and then the delivery was received."""

RECEIVED = frozenset({"ok", "slow_body", "huge_body"})
RETRY_AFTER = 1
"""Seconds that a busy endpoint asks for, in seconds or, rounded up, as a date."""
HUGE = 48 * 1024 * 1024
PIECE = bytes(64 * 1024)
LONGEST = 60.0
"""Seconds after which a fault lets go of the connection by itself."""
DRIP = 0.05

Scripted = Callable[[str, int, int], str]
"""What happens to (name of the session, sequence, attempt 1, 2, …): "ok", a fault, or a status, perhaps with a
Retry-After: "410", "503:20"."""


@dataclass(frozen=True)
class Plan:
    """Answers "ok" but for ``share`` of the attempts, which get one of ``faults``; the same for the same seed."""

    seed: int
    share: float = 0.3
    faults: Sequence[str] = FAULTS

    def __call__(self, name: str, sequence: int, attempt: int) -> str:
        """What happens to this attempt."""
        chance = random.Random(f"{self.seed}/{name}/{sequence}/{attempt}")
        return chance.choice(self.faults) if chance.random() < self.share else "ok"


def always(answer: str) -> Scripted:
    """A plan that knows one answer."""
    return lambda _name, _sequence, _attempt: answer


async def act(what: str, away: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> int:
    """Answer that way; ``away`` is where a redirect points. How many bytes of a huge body were taken."""
    if what == "reset":
        _reset(writer)
    elif what == "hang":
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(reader.read(), LONGEST)
    elif what == "slow_headers":
        await _drip(writer, b"HTTP/1.1 200 OK\r\nx-drip: ", b"a")
    elif what == "slow_body":
        await _drip(writer, b"HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\ncontent-length: 100000\r\n\r\n", b"b")
    elif what == "huge_body":
        return await _flood(writer)
    else:
        status, headers = _said(what, away)
        await answer(writer, status, headers)
    return 0


def _said(what: str, away: str) -> tuple[int, dict[str, str]]:
    late = datetime.now(UTC) + timedelta(seconds=RETRY_AFTER + 1)
    known: dict[str, tuple[int, dict[str, str]]] = {
        "ok": (204, {}),
        "error": (500, {}),
        "busy_seconds": (429, {"retry-after": str(RETRY_AFTER)}),
        "busy_date": (429, {"retry-after": format_datetime(late, usegmt=True)}),
        "redirect_home": (307, {"location": "/moved"}),
        "redirect_away": (308, {"location": away}),
    }
    status, _, wait = what.partition(":")
    return known[what] if what in known else (int(status), {"retry-after": wait} if wait else {})


async def answer(writer: asyncio.StreamWriter, status: int, headers: dict[str, str]) -> None:
    """A plain answer without a body; the connection ends with it."""
    lines = [f"HTTP/1.1 {status} Told", "content-length: 0", "connection: close"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    writer.write("\r\n".join([*lines, "", ""]).encode())
    await writer.drain()


def _reset(writer: asyncio.StreamWriter) -> None:
    # Lingering for no time: closing sends RST instead of FIN.
    taken = writer.get_extra_info("socket")
    taken.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


async def _drip(writer: asyncio.StreamWriter, head: bytes, drop: bytes) -> None:
    """The head, then a byte at a time, as long as somebody listens."""
    ends = time.monotonic() + LONGEST
    writer.write(head)
    while time.monotonic() < ends and not writer.transport.is_closing():
        await writer.drain()
        await asyncio.sleep(DRIP)
        writer.write(drop)


async def _flood(writer: asyncio.StreamWriter) -> int:
    writer.write(f"HTTP/1.1 200 OK\r\ncontent-length: {HUGE}\r\n\r\n".encode())
    sent = 0
    with contextlib.suppress(OSError):
        while sent < HUGE:
            writer.write(PIECE)
            await asyncio.wait_for(writer.drain(), LONGEST)
            sent += len(PIECE)
    return sent


def listener() -> socket.socket:
    """A socket that listens on a free port of 127.0.0.1."""
    made = socket.socket()
    made.bind(("127.0.0.1", 0))
    made.listen(512)
    return made


class DeadPort:
    """An endpoint that nobody serves: it ``accepts`` connections and never answers, or refuses them."""

    def __init__(self, *, accepts: bool) -> None:
        self.opened = 0
        self._socket = socket.socket()
        self._socket.bind(("127.0.0.1", 0))  # held, so that nobody else serves it meanwhile
        self._held: list[socket.socket] = []
        self._thread: threading.Thread | None = None
        if accepts:
            self._socket.listen(512)
            self._thread = threading.Thread(target=self._run, name="dead-port", daemon=True)
            self._thread.start()

    @property
    def url(self) -> str:
        """Where nobody answers."""
        return f"http://127.0.0.1:{self._socket.getsockname()[1]}/hooks"

    def _run(self) -> None:
        while True:
            try:
                taken, _ = self._socket.accept()
            except OSError:
                return
            self.opened += 1
            self._held.append(taken)

    def stop(self) -> None:
        """Close the port and what it holds."""
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        if self._thread is not None:
            self._thread.join(timeout=5)
        for taken in self._held:
            taken.close()
