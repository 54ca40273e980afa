"""The platform simulator: three phones with a safe button, and what the platforms get to know. Never deployed.

It stands where the platforms stand: it knows the hub by its address and the partners' private keys alone.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
from aiohttp import web

from local.phones import PHONES, handoff
from ops.signer import Partner, Signed, compact, sign

__all__ = ["Simulator", "Tap"]

STATIC = Path(__file__).parent / "static"
FILES = {"simulator.css": "text/css", "simulator.js": "text/javascript"}
MOST_TAPS = 12
# Seconds.
EVERY = 1.0
ASKED_WITHIN = 5.0
# Closed is the last status there is.
LAST = "closed"
Answer = tuple[int, Mapping[str, str], bytes]


@dataclass
class Tap:
    """One handoff as its platform knows it. Times in ms."""

    phone: str
    id: str
    path: str
    youth: str
    status: str
    sequence: int
    asked: str
    etag: str = ""
    reads: int = 0
    unchanged: int = 0
    changes: list[dict[str, Any]] = field(default_factory=list)

    def learn(self, status: str, sequence: int) -> None:
        """Note a status; what is known already changes nothing."""
        if not self.changes or self.changes[-1]["sequence"] != sequence:
            self.changes.append({"status": status, "sequence": sequence, "at": time.time_ns() // 1_000_000})
        self.status, self.sequence = status, sequence

    def shown(self) -> dict[str, Any]:
        """What the page shows."""
        return {
            "phone": self.phone,
            "id": self.id,
            "asked": self.asked,
            "status": self.status,
            "sequence": self.sequence,
            "reads": self.reads,
            "unchanged": self.unchanged,
            "changes": self.changes,
        }


class Simulator:
    """Taps and polls one hub, over HTTP, as two partners."""

    def __init__(self, hub: Mapping[str, Any]) -> None:
        self._hub = hub
        self._base: str = hub["base_url"]
        self._partners = {name: Partner.read(hub, phone.platform) for name, phone in PHONES.items()}
        self._taps: list[Tap] = []
        self._session: aiohttp.ClientSession | None = None
        self._asked = 0.0
        self._watching: asyncio.Task[None] | None = None

    def join(self, app: web.Application) -> None:
        """Add the routes and the life cycle to the front's application."""
        app.on_startup.append(self._open)
        app.on_cleanup.append(self._close)
        app.router.add_get("/simulator", self._page)
        app.router.add_get("/simulator/static/{name}", self._file)
        app.router.add_post("/simulator/tap", self._tap)
        app.router.add_get("/simulator/handoffs", self._handoffs)

    async def _open(self, _: web.Application) -> None:
        self._session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=35))
        self._watching = asyncio.create_task(self._watch())

    async def _close(self, _: web.Application) -> None:
        if self._watching is not None:
            self._watching.cancel()
        if self._session is not None:
            await self._session.close()

    async def _page(self, _: web.Request) -> web.StreamResponse:
        return _file("simulator.html", "text/html")

    async def _file(self, request: web.Request) -> web.StreamResponse:
        name = request.match_info["name"]
        if name not in FILES:
            return _refusal(404, "not_found", "Nothing is here")
        return _file(name, FILES[name])

    async def _tap(self, request: web.Request) -> web.StreamResponse:
        """Sign and send one handoff; where the youth's page is. Refuses other sites: a tap costs a session."""
        if request.headers.get("Sec-Fetch-Site", "same-origin") != "same-origin":
            return _refusal(403, "cross_site", "Taps come from the simulator's own page")
        try:
            asked = await request.json()
            phone = PHONES[asked["phone"]]
            session = asked.get("session") or phone.session
            members = handoff(phone, session)
        except (ValueError, LookupError, TypeError, AttributeError):  # LookupError: also a charset nobody knows
            return _refusal(400, "bad_request", "phone and session are needed")
        partner = self._partners[asked["phone"]]
        signed = sign(partner, "POST", "/v1/handoffs", "handoff:create", compact(members))
        try:
            status, headers, body = await self._send(signed)
        except (aiohttp.ClientError, TimeoutError):
            return _refusal(502, "unavailable", "The hub does not answer")
        if status not in (200, 201):
            return web.Response(status=502, body=body, content_type="application/problem+json")
        answer = json.loads(body)
        tap = Tap(
            phone=asked["phone"],
            id=answer["id"],
            path=answer["links"]["self"].removeprefix(self._base),
            youth=answer["links"]["youth"],
            status=answer["status"],
            sequence=answer["sequence"],
            asked=session,
            etag=headers.get("ETag", ""),
        )
        tap.learn(answer["status"], answer["sequence"])
        self._taps = [tap, *self._taps][:MOST_TAPS]
        return web.json_response({"youth": tap.youth, "handoff": tap.shown()}, status=201)

    async def _watch(self) -> None:
        """Read each open handoff once a second while a page asks; all pages share one round."""
        while True:
            if time.monotonic() - self._asked < ASKED_WITHIN:
                await asyncio.gather(*(self._read(tap) for tap in self._taps if tap.status != LAST))
            await asyncio.sleep(EVERY)

    async def _handoffs(self, _: web.Request) -> web.StreamResponse:
        """What the platforms know now, at once: a slow read must not hold the page up."""
        self._asked = time.monotonic()
        shown = [tap.shown() for tap in self._taps]
        return web.json_response({"handoffs": shown}, headers={"Cache-Control": "no-store"})

    async def _read(self, tap: Tap) -> None:
        signed = sign(self._partners[tap.phone], "GET", tap.path, "handoff:read")
        try:
            status, headers, body = await self._send(signed, {"If-None-Match": tap.etag} if tap.etag else None)
        except (aiohttp.ClientError, TimeoutError):
            return
        tap.reads += 1
        if status == 304:
            tap.unchanged += 1
        elif status == 200:
            answer = json.loads(body)
            tap.etag = headers.get("ETag", "")
            tap.learn(answer["status"], answer["sequence"])
        elif status == 404:
            # Erased some time after its end, or the state directory was emptied.
            tap.learn(LAST, tap.sequence)

    async def _send(self, signed: Signed, more: Mapping[str, str] | None = None) -> Answer:
        if self._session is None:
            raise RuntimeError("the simulator is not open")
        async with self._session.request(
            signed.method, self._base + signed.path, headers={**signed.headers, **(more or {})}, data=signed.body
        ) as answer:
            return answer.status, answer.headers, await answer.read()


def _file(name: str, kind: str) -> web.Response:
    headers = {"Cache-Control": "no-cache", "X-Content-Type-Options": "nosniff"}
    return web.Response(body=(STATIC / name).read_bytes(), content_type=kind, charset="utf-8", headers=headers)


def _refusal(status: int, code: str, title: str) -> web.Response:
    content = json.dumps({"title": title, "status": status, "code": code})
    return web.Response(status=status, text=content, content_type="application/problem+json")
