"""Receives status webhooks: `python receiver.py 8020 whsec_…`. Standard library only."""

import base64
import hashlib
import hmac
import json
import re
import sys
import time
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

LATEST: dict[str, tuple[int, str]] = {}  # id of the handoff: (sequence, status); a database in real life


def verified(headers: Message, body: bytes, key: bytes) -> bool:
    """Whether one signature of the list fits these bytes, signed within five minutes of now (Standard Webhooks)."""
    id, at = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
    if not id or not re.fullmatch("[0-9]{1,12}", at) or abs(time.time() - int(at)) > 300:
        return False
    wanted = hmac.digest(key, f"{id}.{at}.".encode() + body, hashlib.sha256)
    for one in headers.get("webhook-signature", "").split(" "):
        version, _, text = one.partition(",")
        try:
            if version == "v1" and hmac.compare_digest(base64.b64decode(text), wanted):
                return True
        except ValueError:  # no base64
            continue
    return False


def keep(event: dict[str, Any]) -> None:
    """The newest status of each handoff; what comes twice or late changes nothing, and new types are passed over."""
    if event["type"] == "handoff.status":
        data = event["data"]
        LATEST[data["id"]] = max(LATEST.get(data["id"], (0, "")), (data["sequence"], data["status"]))


class Receiver(BaseHTTPRequestHandler):
    """Checks, keeps the newest status, and answers at once."""

    key = b""

    def do_POST(self) -> None:
        """204, or 400 for what is not from the hub."""
        body = self.rfile.read(int(self.headers.get("content-length") or 0))
        good = verified(self.headers, body, self.key)
        if good:
            keep(json.loads(body))
        self.send_response(204 if good else 400)
        self.end_headers()


if __name__ == "__main__":
    Receiver.key = base64.b64decode(sys.argv[2].removeprefix("whsec_"))
    ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Receiver).serve_forever()
