"""Ways to the hub for a browser that is only played: over HTTP, or in this process where each request is metered."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Protocol

import aiohttp
from multidict import CIMultiDict

from bench.chatting.meter import by_size
from bench.chatting.tally import Reply
from bench.meter import Meter
from bench.process import Gateway, process
from ops.signer import compact
from tests.hub import Hub

__all__ = ["DeskWire", "HttpWire", "Wire", "desk_wire"]

PATIENCE = aiohttp.ClientTimeout(total=12)
"""As long as the pages wait."""


class Wire(Protocol):
    """One request at a time, from any number of browsers."""

    async def ask(
        self, method: str, path: str, headers: Mapping[str, str], body: Mapping[str, Any] | None = None
    ) -> Reply:
        """The answer; raises OSError, aiohttp.ClientError or TimeoutError when there is none."""
        ...


class HttpWire:
    """Over HTTP, each connection kept open as browsers do."""

    def __init__(self, base: str, session: aiohttp.ClientSession) -> None:
        self._base, self._session = base, session

    async def ask(
        self, method: str, path: str, headers: Mapping[str, str], body: Mapping[str, Any] | None = None
    ) -> Reply:
        """One request."""
        began = time.monotonic()
        raw = None if body is None else compact(body)
        async with self._session.request(
            method, self._base + path, data=raw, headers=headers, timeout=PATIENCE
        ) as answer:
            content = await answer.read()
            return Reply(answer.status, answer.headers, content, time.monotonic() - began)


class DeskWire:
    """The deployed app in this process, over the tables of a running hub."""

    def __init__(self, gateway: Gateway, meter: Meter) -> None:
        self._gateway, self._meter = gateway, meter

    async def ask(
        self, method: str, path: str, headers: Mapping[str, str], body: Mapping[str, Any] | None = None
    ) -> Reply:
        """One request; nothing else runs meanwhile, so what the engine reports is of this one."""
        began = time.monotonic()
        meter = self._meter
        reads, writes = meter.reads, meter.writes
        answer = self._gateway(method, path, None if body is None else compact(body), headers)
        took = time.monotonic() - began
        known = CIMultiDict(answer.headers)
        return Reply(answer.status, known, answer.body, took, meter.reads - reads, meter.writes - writes)


@contextmanager
def desk_wire(hub: Hub) -> Iterator[DeskWire]:
    """The app with a metered desk, as one process of its function would have it."""
    meter = Meter(by_size)
    with process(hub, meter) as gateway:
        yield DeskWire(gateway, meter)
