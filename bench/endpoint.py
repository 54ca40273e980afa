"""A partner's endpoint in a process of its own, so that what it costs is not the deliverer's. It believes anything."""

from __future__ import annotations

import asyncio
import multiprocessing
import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from multiprocessing.connection import Connection

__all__ = ["endpoint"]

LENGTH = re.compile(rb"content-length: *([0-9]+)", re.IGNORECASE)
ANSWER = b"HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n"
STARTS_WITHIN = 30.0


@contextmanager
def endpoint(pause: float = 0.0) -> Iterator[str]:
    """The URL of one that answers 204 to each request, ``pause`` s after it has come."""
    spawn = multiprocessing.get_context("spawn")  # a fork would take the caller's threads' locks along
    ours, theirs = spawn.Pipe()
    server = spawn.Process(target=_run, args=(theirs, pause), daemon=True)
    server.start()
    try:
        if not ours.poll(STARTS_WITHIN):
            raise RuntimeError("the endpoint did not start")
        yield f"http://127.0.0.1:{ours.recv()}/hooks"
    finally:
        server.terminate()
        server.join(10)


def _run(told: Connection, pause: float) -> None:
    asyncio.run(_serve(told, pause))


async def _serve(told: Connection, pause: float) -> None:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError, EOFError, asyncio.LimitOverrunError):
            head = await reader.readuntil(b"\r\n\r\n")
            length = LENGTH.search(head)
            await reader.readexactly(int(length[1]) if length else 0)
            await asyncio.sleep(pause)
            writer.write(ANSWER)
            await writer.drain()
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0, backlog=256)
    told.send(server.sockets[0].getsockname()[1])
    async with server:
        await server.serve_forever()
