"""A small HTTP proxy on 127.0.0.1 in front of the hub that misbehaves as planned and remembers what it was sent."""

from __future__ import annotations

import select
import socket
import struct
import threading
import time
from collections.abc import Callable
from http.client import HTTPException
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from conformance.integration.faults import Fault, Seen, pass_on
from conformance.wire import Answer, Wire

__all__ = ["Proxy"]

CREATE = ("POST", "/v1/handoffs")
OWN = frozenset(
    {"host", "connection", "content-length", "transfer-encoding", "keep-alive", "accept-encoding", "expect"}
)
RESET = struct.pack("ii", 1, 0)
LOOK_EVERY = 0.1

Plan = Callable[[int], Fault]


class Proxy(ThreadingHTTPServer):
    """Serves until ``close``. ``plan`` gives the fault of the nth handoff (from 1); other requests pass, unless
    ``dead``: then everything is cut.
    """  # noqa: D205 - one sentence

    daemon_threads = True
    block_on_close = False

    def __init__(self, hub: Wire, plan: Plan, *, dead: bool = False) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.hub, self.plan, self.dead = hub, plan, dead
        self.seen: list[Seen] = []
        self.closed = threading.Event()
        self._lock = threading.Lock()
        threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()

    @property
    def url(self) -> str:
        """Where the program finds the hub."""
        return f"http://127.0.0.1:{self.server_address[1]}"

    def note(self, seen: Seen) -> Fault:
        """Remember a request; the fault it meets."""
        if (seen.method, seen.path) != CREATE:
            return _cut if self.dead else pass_on
        with self._lock:
            self.seen.append(seen)
            return self.plan(len(self.seen))

    def close(self) -> None:
        """Stop, and let go of whoever still hangs."""
        self.closed.set()
        self.shutdown()
        self.server_close()

    def shutdown_request(self, request: Any) -> None:
        """Close without the polite FIN before it, so that a reset is a reset."""
        self.close_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Callers that left are part of the play."""


def _cut(exchange: Any) -> None:
    exchange.cut()


class _Handler(BaseHTTPRequestHandler):
    """One connection of the program: an Exchange per request."""

    server: Proxy
    protocol_version = "HTTP/1.1"
    seen: Seen

    def _serve(self) -> None:
        body = self._body()
        headers = {name.lower(): value for name, value in self.headers.items()}
        self.seen = Seen(time.monotonic(), self.command, self.path, headers, body)
        self.server.note(self.seen)(self)

    do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = _serve  # noqa: N815 - named by http.server

    def _body(self) -> bytes:
        if self.headers.get("transfer-encoding", "").lower() != "chunked":
            return self.rfile.read(int(self.headers.get("content-length") or 0))
        parts = []
        while size := int(self.rfile.readline().split(b";")[0], 16):
            parts.append(self.rfile.read(size))
            self.rfile.readline()
        while self.rfile.readline().strip():
            pass
        return b"".join(parts)

    def forward(self) -> Answer:
        """Ask the hub; a hub that fails itself is a gateway's 502."""
        headers = {name: value for name, value in self.seen.headers.items() if name not in OWN}
        body = self.seen.body if self.seen.method != "GET" else None
        try:
            answer = self.server.hub.send(self.seen.method, self.seen.path, headers, body)
        except (OSError, HTTPException):
            answer = Answer(502, {"content-type": "text/plain"}, b"the hub did not answer the kit")
        self.seen.answer = answer
        return answer

    def reply(self, answer: Answer) -> None:
        """Answer the program."""
        self.send_response(answer.status)
        for name, value in answer.headers.items():
            if name not in OWN and name not in ("date", "server", "content-encoding"):
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(answer.body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(answer.body)

    def cut(self) -> None:
        """Reset the connection."""
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
        self.close_connection = True

    def hang(self) -> None:
        """Say nothing until the program closes its side, or the play is over."""
        while not self.server.closed.is_set():
            readable, _, _ = select.select([self.connection], [], [], LOOK_EVERY)
            if readable and not self._still_there():
                self.seen.left = time.monotonic()
                break
        self.close_connection = True

    def _still_there(self) -> bool:
        try:
            if self.connection.recv(1, socket.MSG_PEEK):
                time.sleep(LOOK_EVERY)
                return True
        except OSError:
            return False
        return False

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing: the report says what there is to say."""
