"""The one origin of a local hub: hands each request to the simulator, the provider's pages or API Gateway.

It stands where the custom domain stands on AWS. It keeps paths, queries and bodies as they were sent and logs nothing
of them: of a fault its type alone.
"""

from __future__ import annotations

import json
import logging
import secrets
from collections.abc import Iterable
from pathlib import Path

import aiohttp
from aiohttp import web
from multidict import CIMultiDict
from yarl import URL

__all__ = ["Front", "application", "backward", "forward", "reporter", "target"]

# Also the width of the engine: each request that runs at once is a process there, and its start costs a second of
# processor time. What comes on top waits here for its turn, without a limit: on AWS it would get a function of its own.
PARALLEL = 12
# API Gateway ends a request after 29 s and takes 10 MB.
TIMEOUT = aiohttp.ClientTimeout(total=None, sock_connect=5, sock_read=35)
LARGEST = 10 * 1024 * 1024
COMPRESSED_FROM = 1024
PROVIDER = ("/oauth2/", "/login", "/logout")
HOP_BY_HOP = frozenset(
    {
        "connection",
        "keep-alive",
        "proxy-authenticate",
        "proxy-authorization",
        "proxy-connection",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
    }
)
# Set by the front itself, or meaningful on one connection only.
OWN = frozenset({"host", "content-length", "expect", "forwarded", "server", "date"})
APOLOGY = (Path(__file__).parent / "static" / "down.html").read_text()


def _kept(headers: Iterable[tuple[str, str]], drop: frozenset[str]) -> CIMultiDict[str]:
    pairs = list(headers)
    named = {name.strip().lower() for key, value in pairs if key.lower() == "connection" for name in value.split(",")}
    gone = HOP_BY_HOP | OWN | named | drop
    return CIMultiDict((key, value) for key, value in pairs if key.lower() not in gone)


def forward(headers: Iterable[tuple[str, str]], scheme: str, host: str, peer: str) -> CIMultiDict[str]:
    """A request's headers as API Gateway gets them: end-to-end ones, with the forwarded facts made here."""
    made = frozenset({"x-forwarded-proto", "x-forwarded-host", "x-forwarded-port", "x-forwarded-for"})
    kept = _kept(headers, made)
    kept["X-Forwarded-Proto"] = scheme
    kept["X-Forwarded-Host"] = host
    kept["X-Forwarded-For"] = peer
    return kept


def backward(headers: Iterable[tuple[str, str]]) -> CIMultiDict[str]:
    """An answer's headers as the caller gets them: end-to-end ones, each Set-Cookie kept."""
    return _kept(headers, frozenset())


def target(raw: str, gateway: str, engine: str) -> str | None:
    """Where a raw request target goes, or None if it is not a path; nothing in it is decoded or normalised."""
    if not raw.startswith("/"):
        return None
    path = raw.split("?", 1)[0]
    if path in PROVIDER or path.startswith("/oauth2/"):
        return engine + raw
    return gateway + raw


def died(status: int, kind: str) -> bool:
    """Whether a function died at work: the engine tells so in words of its own, AWS in those of the template."""
    return status >= 500 and kind not in ("application/problem+json", "text/html")


class Front:
    """Serves one hub. ``gateway`` and ``engine`` are addresses without a trailing slash."""

    def __init__(self, gateway: str, engine: str) -> None:
        self._gateway = gateway
        self._engine = engine
        self._session: aiohttp.ClientSession | None = None

    async def open(self, _: web.Application) -> None:
        """Make the pool of connections to the engine; ``close`` ends it. Add the catch-all route last."""
        connector = aiohttp.TCPConnector(limit=PARALLEL, keepalive_timeout=30)
        self._session = aiohttp.ClientSession(
            connector=connector,
            timeout=TIMEOUT,
            auto_decompress=False,
            cookie_jar=aiohttp.DummyCookieJar(),
            skip_auto_headers=("User-Agent", "Accept", "Accept-Encoding", "Content-Type"),
        )

    async def close(self, _: web.Application) -> None:
        """Close the pool."""
        if self._session is not None:
            await self._session.close()

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Pass one request on and its answer back; a problem if the engine does not answer."""
        if self._session is None:
            raise RuntimeError("the front is not open")
        address = target(request.raw_path, self._gateway, self._engine)
        if address is None:
            return problem(request, 400, "bad_request", "The request target is not a path")
        try:
            body = await request.read()
        except web.HTTPRequestEntityTooLarge:
            return problem(request, 413, "too_large", "The body is too large")
        except web.RequestPayloadError:
            return problem(request, 400, "bad_request", "The body is not what its headers say")
        try:
            passed = await self._pass_on(request, self._session, address, body)
        except TimeoutError:
            passed = None
        except aiohttp.ClientError:
            return problem(request, 502, "unavailable", "The hub cannot answer now")
        return passed or problem(request, 503, "unavailable", "The hub cannot answer now")

    async def _pass_on(
        self, request: web.Request, session: aiohttp.ClientSession, address: str, body: bytes
    ) -> web.Response | None:
        """The answer of who is asked; None when it died over it."""
        headers = forward(request.headers.items(), request.scheme, request.host, request.remote or "")
        async with session.request(
            request.method,
            URL(address, encoded=True),
            headers=headers,
            data=body or None,
            allow_redirects=False,
        ) as answer:
            content = await answer.read()
            if died(answer.status, answer.content_type):
                return None
            passed = web.Response(status=answer.status, headers=backward(answer.headers.items()), body=content)
            if len(content) >= COMPRESSED_FROM and "Content-Encoding" not in answer.headers:
                passed.enable_compression()  # as API Gateway does (MinimumCompressionSize), if the caller asks
            return passed


def problem(request: web.Request, status: int, code: str, title: str) -> web.Response:
    """A refusal of the front itself: a page that still helps for a browser, problem+json for all others."""
    headers = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
    if status >= 500:
        headers["Retry-After"] = "2"
        if "text/html" in request.headers.get("Accept", ""):
            return web.Response(status=status, text=APOLOGY, content_type="text/html", headers=headers)
    place = f"{request.scheme}://{request.host}/docs/problems#{code}"
    content = {"type": place, "title": title, "status": status, "code": code, "request_id": secrets.token_hex(16)}
    return web.Response(
        status=status, text=json.dumps(content), content_type="application/problem+json", headers=headers
    )


async def name_server(_: web.Request, response: web.StreamResponse) -> None:
    """Say who serves, instead of the library and its version."""
    response.headers["Server"] = "hub3018"


def application(front: Front) -> web.Application:
    """An application with the front's life cycle and no route yet."""
    app = web.Application(client_max_size=LARGEST)
    app.on_startup.append(front.open)
    app.on_cleanup.append(front.close)
    app.on_response_prepare.append(name_server)
    return app


class _TypeAlone(logging.Filter):
    """What aiohttp says of a fault repeats what was sent, down to the request line."""

    def filter(self, record: logging.LogRecord) -> bool:
        error = record.exc_info[1] if record.exc_info else None
        record.msg, record.args = f"the front could not answer a request: {type(error).__name__}", ()
        record.exc_info = record.exc_text = record.stack_info = None
        return True


def reporter() -> logging.Logger:
    """The logger for the front's server."""
    made = logging.getLogger("local.front")
    if not made.filters:
        made.addFilter(_TypeAlone())
    return made
