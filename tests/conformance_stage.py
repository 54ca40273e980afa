"""What the tests of the kit share: a key, a small hub that takes every handoff once, and the reference, broken."""

from __future__ import annotations

import json
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from conformance.checks import Check
from conformance.integration import Stage, checks
from conformance.integration.play import Limits
from conformance.signer import Signer
from conformance.wire import Wire

REFERENCE = Path(__file__).parents[1] / "conformance" / "reference"
HURRIED = (("LONGEST = 15.0", "LONGEST = 2.5"), ("min(6.0, left)", "min(0.7, left)"), ("LONGEST, 0.5", "LONGEST, 0.1"))
"""The reference's own patience is made for people; the tests have less."""
LIMITS = Limits(answer=4.0, fallback=9.0, whole=10.0)
"""A busy machine takes seconds to start a program."""


def pem() -> str:
    """A private key on P-256."""
    key = ec.generate_private_key(ec.SECP256R1())
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


class SmallHub(ThreadingHTTPServer):
    """Takes each jti once; says the same to each repeat. ``gone``: it stops listening at once."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Taker)
        self.taken: dict[str, bytes] = {}
        self.url = f"http://127.0.0.1:{self.server_address[1]}"
        threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()


class _Taker(BaseHTTPRequestHandler):
    server: SmallHub

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["content-length"]))
        token = self.headers["authorization"].removeprefix("Bearer ")
        jti = jwt.decode(token, options={"verify_signature": False})["jti"]
        known = jti in self.server.taken
        id = f"ho_{len(self.server.taken)}"
        made = {"id": id, "status": "waiting", "links": {"youth": f"{self.server.url}/y/{id}"}}
        body = self.server.taken.setdefault(jti, json.dumps(made).encode())
        self._say(200 if known else 201, body)

    def do_GET(self) -> None:
        """Health, and a hub that knows nobody in particular: its 401 has no reason."""
        if self.path == "/v1/health":
            return self._say(200, b'{"status":"ok"}')
        token = self.headers.get("authorization", "").removeprefix("Bearer ")
        right = jwt.decode(token, options={"verify_signature": False})["aud"] == self.server.url
        detail = "" if right else "Sign as the token recipe says; ask the operator with request_id."
        status, code = (404, "not_found") if right else (401, "unauthorised")
        problem = {"type": f"x#{code}", "title": "", "status": status, "detail": detail, "code": code, "errors": [],
                   "request_id": "1"}  # fmt: skip
        return self._say(status, json.dumps(problem).encode(), "application/problem+json")

    def _say(self, status: int, body: bytes, kind: str = "application/json") -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        pass


def broken(source: str, *changes: tuple[str, str]) -> str:
    """The text with each change made; a change that changes nothing is a fault of the test."""
    for old, new in changes:
        if old not in source:
            raise LookupError(old)
        source = source.replace(old, new)
    return source


class Theatre:
    """Plays scenarios with a changed reference integration."""

    def __init__(self, folder: Path, hub: SmallHub) -> None:
        self.folder, self.hub = folder, hub
        self.key = folder / "key.pem"
        self.key.write_text(pem())

    def stage(self, *changes: tuple[str, str]) -> Stage:
        """A stage with this program."""
        program = self.folder / "integration.py"
        program.write_text(broken((REFERENCE / "integration.py").read_text(), *HURRIED, *changes))
        return self.stage_of(f"{sys.executable} {program}")

    def stage_of(self, command: str) -> Stage:
        """A stage with any program."""
        signer = Signer("acme", "acme-1", self.key.read_text(), self.hub.url)
        return Stage(command, Wire(self.hub.url, 5), signer, self.key, "acme_app", LIMITS)


def named(stage: Stage) -> dict[str, Check]:
    """The checks by name."""
    return {check.name: check for check in checks(stage)}


def small_hub() -> Iterator[SmallHub]:
    """A small hub, for a fixture."""
    hub = SmallHub()
    yield hub
    hub.shutdown()
    hub.server_close()
