"""A partner's webhook endpoint on 127.0.0.1, for tests and bench; the standardwebhooks library judges each delivery.

What fails is decided by a plan of the delivery's name and its attempt, so that two runs meet the same faults. A
delivery counts as received when a 2xx was begun, whatever became of its body.
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self

from standardwebhooks import Webhook, WebhookVerificationError

from tests.misbehaviour import LONGEST, RECEIVED, Scripted, act, always, answer, listener

__all__ = ["Arrival", "Receiver"]

LARGEST = 64 * 1024
PLAIN = always("ok")


@dataclass(frozen=True)
class Arrival:
    """One attempt as it came, ``at`` by the monotonic clock (s), and how it was answered."""

    at: float
    webhook_id: str
    attempt: int
    session: str
    status: str
    sequence: int
    answered: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""

    @property
    def received(self) -> bool:
        """Whether a 2xx was begun."""
        return self.answered in RECEIVED or self.answered.startswith("2")


@dataclass(frozen=True)
class _Asked:
    """One request as it was read."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes


class Receiver:
    """Runs in a thread of its own, from its making to ``stop``, also as a context.

    ``secrets`` are all tried: a delivery is genuine if the library accepts it with one of them. The name that the plan
    is asked by is the session's id, unless ``names`` has a better one. ``forged`` says why a request was refused,
    ``strayed`` what came where a redirect pointed (nothing may), ``taken`` the most bytes of a huge body that left.
    """

    PATH = "/hooks"

    def __init__(self, secrets: Sequence[str], plan: Scripted = PLAIN) -> None:
        self.secrets, self.plan = list(secrets), plan
        self.names: dict[str, str] = {}
        self.forged: list[str] = []
        self.strayed: list[str] = []
        self.taken = 0
        self._arrivals: list[Arrival] = []
        self._attempts: dict[str, int] = {}
        self._changed = threading.Condition()
        self._home, self._away = listener(), listener()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, name="receiver", daemon=True)
        self._ready = threading.Event()
        self._thread.start()
        self._ready.wait()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.stop()

    @property
    def url(self) -> str:
        """Where deliveries are to be sent."""
        return f"http://127.0.0.1:{self._home.getsockname()[1]}{self.PATH}"

    @property
    def arrivals(self) -> list[Arrival]:
        """Every genuine attempt so far, in order."""
        with self._changed:
            return list(self._arrivals)

    def of(self, session: str) -> list[Arrival]:
        """The attempts for one session, in order."""
        return [one for one in self.arrivals if one.session == session]

    def received(self, session: str) -> list[Arrival]:
        """What the partner knows of one session, in order."""
        return [one for one in self.of(session) if one.received]

    def told(self, session: str) -> list[tuple[int, str]]:
        """Sequence and status of what the partner knows of one session, in order."""
        return [(one.sequence, one.status) for one in self.received(session)]

    def wait(self, until: Callable[[], bool], seconds: float) -> bool:
        """Wait until it is so, asked at each arrival and now and then; False if it is not in time."""
        ends = time.monotonic() + seconds
        while not until():
            left = ends - time.monotonic()
            if left <= 0:
                return False
            with self._changed:
                self._changed.wait(min(left, 0.2))
        return True

    def stop(self) -> None:
        """Stop, and let go of every connection."""
        if self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join(timeout=10)

    def _run(self) -> None:
        loop = self._loop
        servers = [
            loop.run_until_complete(asyncio.start_server(serve, sock=port, limit=LARGEST))
            for serve, port in ((self._serve, self._home), (self._stray, self._away))
        ]
        self._ready.set()
        try:
            loop.run_forever()
        finally:
            for server in servers:
                server.close()
            for task in asyncio.all_tasks(loop):
                task.cancel()
            loop.run_until_complete(asyncio.sleep(0.05))
            loop.close()

    async def _stray(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError, EOFError, ValueError, asyncio.CancelledError):
            asked = await _read(reader)
            self.strayed.append(f"away: {asked.method} {asked.path}")
            await answer(writer, 200, {})
        writer.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError, EOFError, ValueError, asyncio.CancelledError):
            asked = await _read(reader)
            if asked.path == self.PATH:
                away = f"http://127.0.0.1:{self._away.getsockname()[1]}{self.PATH}"
                self.taken = max(self.taken, await act(self._judge(asked), away, reader, writer))
            else:
                self.strayed.append(f"home: {asked.method} {asked.path}")
                await answer(writer, 200, {})
        writer.close()

    def _judge(self, asked: _Asked) -> str:
        """What is to be answered; a genuine delivery is noted with it."""
        at = time.monotonic()
        try:
            told = self._verified(asked)
            id, status, sequence = (told["data"][name] for name in ("id", "status", "sequence"))
        except (WebhookVerificationError, ValueError, KeyError, TypeError) as error:
            self.forged.append(f"{type(error).__name__}: {error}")
            return "401"
        webhook_id = asked.headers["webhook-id"]
        with self._changed:
            attempt = self._attempts[webhook_id] = self._attempts.get(webhook_id, 0) + 1
            said = self.plan(self.names.get(id, id), sequence, attempt)
            self._arrivals.append(
                Arrival(at, webhook_id, attempt, id, status, sequence, said, asked.headers, asked.body)
            )
            self._changed.notify_all()
        return said

    def _verified(self, asked: _Asked) -> Any:
        if (asked.method, asked.headers.get("content-type")) != ("POST", "application/json"):
            raise ValueError("not a POST of application/json")
        refusal = WebhookVerificationError("no secret to verify with")
        for secret in self.secrets:
            try:
                return Webhook(secret).verify(asked.body, dict(asked.headers))
            except WebhookVerificationError as error:
                refusal = error
        raise refusal


async def _read(reader: asyncio.StreamReader) -> _Asked:
    """One request; ValueError if it is none."""
    head = (await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), LONGEST)).decode("latin-1")
    line, *rest = head.removesuffix("\r\n\r\n").split("\r\n")
    method, path, _ = line.split(" ")
    headers = {name.strip().lower(): value.strip() for name, _, value in (one.partition(":") for one in rest)}
    body = await asyncio.wait_for(reader.readexactly(int(headers.get("content-length", "0"))), LONGEST)
    return _Asked(method, path, headers, body)
