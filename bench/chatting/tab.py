"""One open page of a browser that is only played."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import aiohttp

from bench.chatting.tally import Reply, Tally
from bench.chatting.wires import Wire

__all__ = ["Tab"]


class Tab:
    """One open page: it asks over its wire, counts by kind, and stops when it is closed."""

    def __init__(self, wire: Wire, tally: Tally) -> None:
        self.wire, self.tally = wire, tally
        self._tasks: set[asyncio.Task[None]] = set()

    def move(self, wire: Wire, tally: Tally) -> None:
        """The same page over another wire."""
        self.wire, self.tally = wire, tally

    def soon(self, work: Callable[[], Awaitable[None]]) -> None:
        """Do it beside everything else, as a browser does; a fault of the bench itself is a fault, too."""

        async def guarded() -> None:
            try:
                await work()
            except Exception as error:  # noqa: BLE001 - told at the end, instead of ending one page in silence
                self.tally.faults.append(repr(error))

        task = asyncio.create_task(guarded())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def rest(self) -> None:
        """Wait until nothing is under way."""
        while self._tasks:
            await asyncio.wait(self._tasks)

    async def request(
        self, method: str, path: str, headers: Mapping[str, str], body: Mapping[str, Any] | None = None
    ) -> Reply | None:
        """The answer; None and a fault when there is none."""
        try:
            return await self.wire.ask(method, path, headers, body)
        except (OSError, aiohttp.ClientError, TimeoutError) as error:
            self.tally.faults.append(f"{method} unanswered: {type(error).__name__}")
            return None
