"""A proxy before the engine that counts: trips by service, and the units that DynamoDB says each trip consumed.

It counts what goes over the wire, whatever library sent it. The engine does not check who signed a request to DynamoDB,
so that the question for the units can be put into it on the way.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

__all__ = ["Counter", "Spent", "counted", "units"]

DYNAMO = "DynamoDB_20120810."
WRITES = frozenset({"PutItem", "UpdateItem", "DeleteItem", "BatchWriteItem", "TransactWriteItems"})
_HOPS = frozenset({"connection", "transfer-encoding", "content-length", "host", "expect"})


@dataclass(frozen=True)
class Spent:
    """Trips to DynamoDB, trips to other services, and units of DynamoDB."""

    trips: int = 0
    others: int = 0
    wcu: float = 0.0
    rcu: float = 0.0


class Counter:
    """The sums since they were last taken."""

    def __init__(self) -> None:
        self.url = ""
        self._lock = threading.Lock()
        self._spent = Spent()

    def add(self, operation: str, consumed: float) -> None:
        """One trip; ``operation`` is empty for another service than DynamoDB."""
        with self._lock:
            so_far = self._spent
            writes = operation in WRITES
            self._spent = Spent(
                so_far.trips + bool(operation), so_far.others + (not operation),
                so_far.wcu + (consumed if writes else 0), so_far.rcu + (0 if writes else consumed),
            )  # fmt: skip

    def take(self) -> Spent:
        """What was counted since the last time."""
        with self._lock:
            spent, self._spent = self._spent, Spent()
            return spent


def units(answer: Any) -> float:
    """The units that an answer of DynamoDB names. A failed condition costs one; its error does not carry it."""
    consumed = answer.get("ConsumedCapacity")
    if consumed is None:
        return 1.0 if str(answer.get("__type", "")).endswith("ConditionalCheckFailedException") else 0.0
    return float(sum(one["CapacityUnits"] for one in (consumed if isinstance(consumed, list) else [consumed])))


@contextmanager
def counted(engine: str) -> Iterator[Counter]:
    """A proxy on 127.0.0.1 before the engine at ``engine``; ``url`` of the counter is where it listens."""
    counter = Counter()

    class Handler(_Handler):
        to = urlsplit(engine).netloc
        counts = counter

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    counter.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield counter
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # an answer in two pieces must not wait for the other side's receipt
    to: str
    counts: Counter

    def handle_any(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        target = self.headers.get("X-Amz-Target") or ""
        operation = target.removeprefix(DYNAMO) if target.startswith(DYNAMO) else ""
        if operation:
            body = json.dumps({**json.loads(body), "ReturnConsumedCapacity": "TOTAL"}).encode()
        connection = HTTPConnection(self.to, timeout=30)
        try:
            sent = {name: value for name, value in self.headers.items() if name.lower() not in _HOPS}
            connection.request(self.command, self.path, body, sent)
            answer = connection.getresponse()
            content = answer.read()
        finally:
            connection.close()
        self.counts.add(operation, units(json.loads(content)) if operation else 0.0)
        self.send_response(answer.status)
        for name, value in answer.getheaders():
            # DynamoDB's checksum is of the answer as the engine made it, which is passed on as it is.
            if name.lower() not in (*_HOPS, "date", "server"):
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    do_GET = do_POST = do_PUT = handle_any  # noqa: N815 - names that the server looks for

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing is told."""
