"""One request to one server: the address that was checked, the name that TLS proves, one deadline for all of it.

It is http.client's reader and writer over a socket of our own: urllib3 looks the name up again, and its time-outs begin
anew with every byte that drips in. No proxy, no redirect, no kept connection.
"""

from __future__ import annotations

import io
import queue
import socket
import ssl
import threading
import time
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager, suppress
from http.client import HTTPConnection, HTTPException, HTTPResponse
from ipaddress import IPv4Address, IPv6Address

from chalicelib.outside.address import AddressRefused, Resolver, Target, addresses_of, check_url, resolve

__all__ = ["MOST_BYTES", "Connect", "Failed", "Pipe", "Wire", "connect"]

MOST_BYTES = 65_536
MOST_ADDRESSES = 4
Address = IPv4Address | IPv6Address
Connect = Callable[[Address, int, float], socket.socket]


class Failed(Exception):
    """The exchange failed. ``word``: bad_address, dns, refused, tls, timeout, reset or bad_answer."""

    def __init__(self, word: str) -> None:
        super().__init__(word)
        self.word = word


def connect(address: Address, port: int, seconds: float) -> socket.socket:
    """A connection to exactly this address: no name is looked up here."""
    made = socket.socket(socket.AF_INET if address.version == 4 else socket.AF_INET6, socket.SOCK_STREAM)
    try:
        made.settimeout(seconds)
        made.connect((str(address), port))
    except BaseException:
        made.close()
        raise
    return made


class Pipe(io.RawIOBase):
    """A socket for http.client: every wait ends at ``deadline`` (monotonic, s), reading ends after ``most`` bytes."""

    def __init__(self, over: socket.socket, deadline: float, most: int) -> None:
        super().__init__()
        self._over, self.deadline, self._left = over, deadline, most

    def sendall(self, data: bytes) -> None:
        """Send everything before the deadline; OSError."""
        rest = memoryview(data)
        while rest:
            self._over.settimeout(_remaining(self.deadline))
            rest = rest[self._over.send(rest) :]

    def makefile(self, _mode: str) -> io.BufferedReader:
        """What http.client reads from."""
        return io.BufferedReader(self)

    def close(self) -> None:
        """Nothing: http.client closes what it was given before the body was read; the socket is closed by its maker."""

    def readable(self) -> bool:
        """Yes."""
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        """The next bytes; TimeoutError after the deadline, HTTPException when there were too many."""
        if self._left <= 0:
            raise HTTPException("too much")
        self._over.settimeout(_remaining(self.deadline))
        got = self._over.recv_into(buffer[: self._left])
        self._left -= got
        return got


def _remaining(deadline: float) -> float:
    left = deadline - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left


class Wire:
    """Requests within ``within`` seconds each; ``targets`` are hosts of the local stage that may be reached by http.

    Several threads may use one Wire. ``resolver``, ``context`` and ``connect`` stand for the internet in tests.
    """

    def __init__(
        self, targets: Collection[str], within: float, resolver: Resolver | None, context: ssl.SSLContext | None,
        connect: Connect,
    ) -> None:  # fmt: skip
        self._targets, self._within = frozenset(targets), within
        self._resolver, self._context, self._connect = resolver or addresses_of, context, connect

    @contextmanager
    def ask(
        self, method: str, url: str, headers: Mapping[str, str], body: bytes | None, most: int
    ) -> Iterator[tuple[HTTPResponse, Pipe]]:
        """Send; the answer with its headers read and its body unread, ``most`` bytes in all. Raises Failed."""
        deadline = time.monotonic() + self._within
        with _told(), self._open(check_url(url, self._targets), deadline) as (over, target):
            pipe = Pipe(over, deadline, most)
            talk = HTTPConnection(target.host, target.port)
            talk.auto_open = 0  # it must never connect by itself
            talk.default_port = 443 if target.scheme == "https" else 80
            talk.sock = pipe
            talk.request(method, target.path, body, {**headers, "Connection": "close"})
            with talk.getresponse() as answer:
                yield answer, pipe

    @contextmanager
    def _open(self, target: Target, deadline: float) -> Iterator[tuple[socket.socket, Target]]:
        plain = self._reach(target, self._look_up(target, deadline), deadline)
        try:
            if target.scheme == "https":
                if self._context is None:
                    self._context = ssl.create_default_context()
                plain.settimeout(_remaining(deadline))
                plain = self._context.wrap_socket(plain, server_hostname=target.host)
            yield plain, target
        finally:
            plain.close()

    def _reach(self, target: Target, addresses: list[Address], deadline: float) -> socket.socket:
        """The first of the addresses that answers; each may take its share of the time that is left."""
        *first, last = addresses[:MOST_ADDRESSES]
        for tried, address in enumerate(first):
            with suppress(OSError):
                return self._connect(address, target.port, _remaining(deadline) / (len(first) + 1 - tried))
        return self._connect(last, target.port, _remaining(deadline))

    def _look_up(self, target: Target, deadline: float) -> list[Address]:
        """Resolve within the deadline: the system's resolver has none, so it is left behind when it takes too long."""
        answer: queue.SimpleQueue[list[Address] | Exception] = queue.SimpleQueue()

        def work() -> None:
            try:
                answer.put(resolve(target, self._resolver))
            except (AddressRefused, OSError, ValueError) as error:
                answer.put(error)

        try:
            threading.Thread(target=work, daemon=True).start()
            found = answer.get(timeout=_remaining(deadline))
        except (queue.Empty, RuntimeError):  # too late, or this process may have no more threads
            raise Failed("dns") from None
        if isinstance(found, AddressRefused):
            raise Failed("dns" if found.word == "no_address" else "bad_address") from None
        if isinstance(found, Exception):
            raise Failed("dns") from None
        return found


@contextmanager
def _told() -> Iterator[None]:
    """Tell what went wrong by its word alone: the errors of the libraries name hosts and quote answers."""
    try:
        yield
    except AddressRefused:
        raise Failed("bad_address") from None
    except TimeoutError:
        raise Failed("timeout") from None
    except ConnectionRefusedError:
        raise Failed("refused") from None
    except (ConnectionError, ssl.SSLEOFError, ssl.SSLZeroReturnError):
        raise Failed("reset") from None
    except ssl.SSLError:
        raise Failed("tls") from None
    except OSError:
        raise Failed("refused") from None
    except (HTTPException, ValueError):
        raise Failed("bad_answer") from None
