"""Servers on 127.0.0.1 that answer as badly as they are told to, byte by byte."""

from __future__ import annotations

import socket
import ssl
import struct
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

Behaviour = Callable[[socket.socket], None]
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


@dataclass
class Server:
    """A server; ``requests`` are what it read, ``met`` how many connections it had."""

    port: int
    requests: list[bytes] = field(default_factory=list)
    names: list[str | None] = field(default_factory=list)
    met: int = 0


def read_request(talk: socket.socket) -> bytes:
    """One request with its body."""
    got = b""
    while b"\r\n\r\n" not in got:
        more = talk.recv(4096)
        if not more:
            return got
        got += more
    head, _, body = got.partition(b"\r\n\r\n")
    length = next((int(line[15:]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:")), 0)
    while len(body) < length:
        body += talk.recv(4096)
    return head + b"\r\n\r\n" + body


def says(said: bytes) -> Behaviour:
    """Say this and close."""
    return lambda talk: talk.sendall(said)


def then(start: bytes, end: Behaviour) -> Behaviour:
    """Say something, then go on otherwise."""

    def behave(talk: socket.socket) -> None:
        talk.sendall(start)
        end(talk)

    return behave


def resets(talk: socket.socket) -> None:
    """Break the connection off with RST."""
    talk.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def hangs(talk: socket.socket) -> None:
    """Say nothing until the other side gives up."""
    while talk.recv(4096):
        pass


def drips(start: bytes, drop: bytes) -> Behaviour:
    """Say something short again and again, for ever."""

    def behave(talk: socket.socket) -> None:
        talk.sendall(start)
        while True:
            talk.sendall(drop)
            time.sleep(0.05)

    return behave


def floods(start: bytes) -> Behaviour:
    """Say a lot, for ever."""

    def behave(talk: socket.socket) -> None:
        talk.sendall(start)
        while True:
            talk.sendall(b"x" * 65_536)

    return behave


@contextmanager
def serving(behave: Behaviour, context: ssl.SSLContext | None = None, *, listen: bool = True) -> Iterator[Server]:
    """A server for a while; without ``listen`` it behaves before anything was read."""
    with socket.create_server(("127.0.0.1", 0)) as door:
        server = Server(door.getsockname()[1])
        if context is not None:
            context.sni_callback = lambda _talk, name, _context: server.names.append(name)

        def meet(talk: socket.socket) -> None:
            with suppress(OSError), talk:
                talk.settimeout(20)
                if context is not None:
                    talk = context.wrap_socket(talk, server_side=True)
                with talk:
                    if listen:
                        server.requests.append(read_request(talk))
                    behave(talk)

        def work() -> None:
            with suppress(OSError):
                while True:
                    talk, _ = door.accept()
                    server.met += 1
                    threading.Thread(target=meet, args=(talk,), daemon=True).start()

        threading.Thread(target=work, daemon=True).start()
        yield server
        with suppress(OSError):
            door.shutdown(socket.SHUT_RDWR)
