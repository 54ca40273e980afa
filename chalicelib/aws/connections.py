"""Connections to one AWS endpoint, kept open between requests. Standard library only."""

from __future__ import annotations

import http.client
import select
import socket
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from ssl import SSLContext

__all__ = ["Answer", "Connections", "Unreachable"]

CONNECT_WITHIN = 0.5
MOST_IDLE = 10


class Unreachable(OSError):
    """No connection could be made; ``__cause__`` says why."""


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    body: bytes


class Connections:
    """Posts to one endpoint, from any thread; seconds of patience for each answer."""

    def __init__(self, url: str, *, within: float) -> None:
        place = urlsplit(url)
        self.host = place.netloc
        self._secure, self._name, self._port, self._within = place.scheme == "https", place.hostname, place.port, within
        self._idle: deque[http.client.HTTPConnection] = deque(maxlen=MOST_IDLE)

    def post(self, body: bytes, headers: Mapping[str, str]) -> Answer:
        """The answer to one POST to ``/``. Raises OSError: Unreachable, TimeoutError, or what broke the connection."""
        connection = self._take()
        try:
            connection.request("POST", "/", body, dict(headers))
            answer = connection.getresponse()
            content = answer.read()
        except http.client.HTTPException as fault:
            connection.close()
            raise ConnectionError(type(fault).__name__) from fault
        except BaseException:
            connection.close()
            raise
        if not answer.will_close:
            self._idle.append(connection)
        return Answer(answer.status, content)

    def _take(self) -> http.client.HTTPConnection:
        """An open connection: the one used last, unless its other end is gone, which a frozen function learns late."""
        while self._idle:
            try:
                connection = self._idle.pop()
            except IndexError:  # another thread was faster
                break
            if _still_open(connection):
                return connection
            connection.close()
        return self._connect()

    def _connect(self) -> http.client.HTTPConnection:
        if self._secure:
            connection: http.client.HTTPConnection = http.client.HTTPSConnection(
                str(self._name), self._port, timeout=CONNECT_WITHIN, context=_trust()
            )
        else:
            connection = http.client.HTTPConnection(str(self._name), self._port, timeout=CONNECT_WITHIN)
        try:
            connection.connect()
        except OSError as fault:
            connection.close()
            raise Unreachable from fault
        connection.sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        connection.sock.settimeout(self._within)
        return connection


def _still_open(connection: http.client.HTTPConnection) -> bool:
    """Nothing is owed to us here, so whatever can be read is the end of the connection."""
    if connection.sock is None:
        return False
    ready = select.poll()
    ready.register(connection.sock, select.POLLIN)
    return not ready.poll(0)


@cache
def _trust() -> SSLContext:
    """Made once: reading the certificates of all authorities takes longer than the handshake."""
    import ssl

    return ssl.create_default_context()
