"""receive_by_hand.py: receive.py without a package.

Python's standard library is enough.
"""

import base64
import hmac
import json
import os
import time
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

SECRET = os.environ["WEBHOOK_SECRET"]  # whsec_…, from the operator
PORT = int(os.environ.get("PORT", "9000"))
latest: dict[str, int] = {}  # keep this in your database


def verified(headers: Mapping[str, str], body: bytes) -> bool:
    """Whether the hub sent these very bytes within the last five minutes."""
    sent = headers.get("webhook-timestamp", "")
    if not (sent.isascii() and sent.isdigit()) or abs(time.time() - int(sent)) > 300:
        return False
    signed = f"{headers.get('webhook-id', '')}.{sent}.".encode() + body
    key = base64.b64decode(SECRET.removeprefix("whsec_"))
    expected = b"v1," + base64.b64encode(hmac.digest(key, signed, "sha256"))
    given = headers.get("webhook-signature", "").encode().split(b" ")
    return any(hmac.compare_digest(expected, one) for one in given)


class Receiver(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if not verified(self.headers, body):
            self.answer(401)
            return
        event = json.loads(body)
        handoff = event["data"]
        # Deliveries may come twice, late or out of order: only a higher sequence is news.
        if event["type"] == "handoff.status" and handoff["sequence"] > latest.get(
            handoff["id"], 0
        ):
            latest[handoff["id"]] = handoff["sequence"]
            print(handoff["id"], handoff["sequence"], handoff["status"], sep="  ", flush=True)
        self.answer(204)

    def answer(self, status: int) -> None:
        self.send_response(status)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Nothing about a youth belongs into an access log."""


if __name__ == "__main__":
    ThreadingHTTPServer(("127.0.0.1", PORT), Receiver).serve_forever()
