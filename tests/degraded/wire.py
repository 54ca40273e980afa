"""The wire between the functions and AWS, which can fail: a proxy on 127.0.0.1 in front of the engine. For tests alone.

The functions reach AWS where their environment says (``AWS_ENDPOINT_URL``, as any SDK understands it), so nothing that
is deployed knows of this.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import aiohttp
from aiohttp import web
from yarl import URL

__all__ = ["Asked", "Fault", "Plan", "Wire"]

SERVICES = {
    "DynamoDB_20120810": "dynamodb", "TrentService": "kms", "secretsmanager": "secretsmanager",
    "AWSCognitoIdentityProviderService": "provider", "Logs_20140328": "logs",
}  # fmt: skip
PLAIN = {"/.well-known/jwks.json": "Keys", "/oauth2/token": "Token"}
"""What the provider serves beside its API."""
LONGEST = 60.0
OWN = frozenset({"content-length", "transfer-encoding", "connection", "content-encoding"})

Fault = str
"""``pass``; ``throttle`` and ``fail``: refused unread; ``cut``: no answer; ``hang``: none until let go; ``lose``: done,
and the answer lost; ``hold``: done, and answered when let go."""
WRITES = frozenset({"PutItem", "UpdateItem", "DeleteItem", "BatchWriteItem"})
FAULTS = ("pass", "throttle", "fail", "cut", "hang", "lose", "hold")


@dataclass(frozen=True)
class Asked:
    """One request of a function: service, operation, and the text of its body."""

    service: str
    operation: str
    body: str

    @property
    def writes(self) -> bool:
        """Whether it changes a table."""
        return self.service == "dynamodb" and self.operation in WRITES

    def names(self, word: str) -> bool:
        """Whether the word stands in the request: a table, an index, an item's key."""
        return word in self.body


Plan = Callable[[Asked], Fault]


class Wire:
    """Serves until ``stop``; ``seen`` counts (service, operation, fault)."""

    def __init__(self, engine: str) -> None:
        self.seen: Counter[tuple[str, str, Fault]] = Counter()
        self._engine = engine
        self._plan: Plan = _pass_on
        self._held = 0
        self._changed = threading.Condition()
        self._loop = asyncio.new_event_loop()
        self._let_go = asyncio.Event()
        self._runner: web.AppRunner | None = None
        self._session: aiohttp.ClientSession | None = None
        self._port = 0
        self._thread = threading.Thread(target=self._loop.run_forever, name="wire", daemon=True)
        self._thread.start()
        asyncio.run_coroutine_threadsafe(self._open(), self._loop).result(30)

    @property
    def url(self) -> str:
        """Where the functions find AWS."""
        return f"http://127.0.0.1:{self._port}"

    @contextlib.contextmanager
    def failing(self, plan: Plan) -> Iterator[Wire]:
        """Fail as planned; afterwards what hangs or is held is let go, and all is well."""
        self.seen.clear()
        self._plan = plan
        try:
            yield self
        finally:
            self._plan = _pass_on
            self.let_go()

    def let_go(self) -> None:
        """Let go of whatever hangs or is held."""
        self._loop.call_soon_threadsafe(self._release)

    def wait_held(self, seconds: float = 30) -> bool:
        """Wait until some request hangs or is held."""
        with self._changed:
            return self._changed.wait_for(lambda: self._held > 0, seconds)

    @property
    def failed(self) -> int:
        """How many requests met a fault."""
        return sum(n for (_, _, met), n in self.seen.items() if met != "pass")

    def stop(self) -> None:
        """Let go of everything and stop."""
        self._plan = _pass_on
        self.let_go()
        asyncio.run_coroutine_threadsafe(self._close(), self._loop).result(30)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(timeout=10)

    async def _open(self) -> None:
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=0), timeout=aiohttp.ClientTimeout(total=LONGEST),
            cookie_jar=aiohttp.DummyCookieJar(), skip_auto_headers=("User-Agent", "Accept", "Accept-Encoding"),
        )  # fmt: skip
        app = web.Application(client_max_size=16 * 1024 * 1024)
        app.router.add_route("*", "/{path:.*}", self._serve)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        self._port = self._runner.addresses[0][1]

    async def _close(self) -> None:
        if self._runner is not None:
            await self._runner.cleanup()
        if self._session is not None:
            await self._session.close()

    def _release(self) -> None:
        self._let_go.set()
        self._let_go = asyncio.Event()

    async def _serve(self, request: web.Request) -> web.StreamResponse:
        body = await request.read()
        asked = _read(request, body)
        fault = self._plan(asked)
        self.seen[asked.service, asked.operation, fault] += 1
        if fault == "throttle":
            return _refusal(400, _throttled(asked))
        if fault == "fail":
            return _refusal(500, "InternalServerError")
        if fault == "hang":
            await self._hold()
        if fault in ("cut", "hang"):
            return _cut(request)
        answer = await self._forward(request, body)
        if fault == "hold":
            await self._hold()
        return _cut(request) if fault == "lose" else answer

    async def _hold(self) -> None:
        released = self._let_go
        self._count(1)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(released.wait(), LONGEST)
        self._count(-1)

    def _count(self, more: int) -> None:
        with self._changed:
            self._held += more
            self._changed.notify_all()

    async def _forward(self, request: web.Request, body: bytes) -> web.Response:
        if self._session is None:
            raise RuntimeError("the wire is not open")
        headers = {name: value for name, value in request.headers.items() if name.lower() not in OWN}
        address = URL(self._engine + request.raw_path, encoded=True)
        async with self._session.request(request.method, address, headers=headers, data=body or None) as answer:
            content = await answer.read()
            kept = {name: value for name, value in answer.headers.items() if name.lower() not in OWN}
            return web.Response(status=answer.status, headers=kept, body=content)


def _pass_on(_asked: Asked) -> Fault:
    return "pass"


def _read(request: web.Request, body: bytes) -> Asked:
    prefix, _, operation = request.headers.get("X-Amz-Target", "").partition(".")
    if operation:
        return Asked(SERVICES.get(prefix, prefix), operation, body.decode(errors="replace"))
    for path, name in PLAIN.items():
        if request.path.endswith(path):
            return Asked("provider", name, "")
    return Asked("lambda" if "/functions/" in request.path else "other", request.method, "")


def _throttled(asked: Asked) -> str:
    return "ProvisionedThroughputExceededException" if asked.service == "dynamodb" else "ThrottlingException"


def _refusal(status: int, code: str) -> web.Response:
    kind = f"com.amazonaws.{code}#{code}"
    return web.Response(
        status=status, body=json.dumps({"__type": kind, "message": "not now"}).encode(),
        content_type="application/x-amz-json-1.0",
    )  # fmt: skip


def _cut(request: web.Request) -> web.Response:
    if request.transport is not None:
        request.transport.abort()
    return web.Response()
