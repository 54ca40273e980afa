"""receive.py: take the hub's webhooks and believe only what is signed.

Needs: pip install standardwebhooks
"""

import os
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from standardwebhooks.webhooks import Webhook, WebhookVerificationError

HOOK = Webhook(os.environ["WEBHOOK_SECRET"])  # whsec_…, from the operator
PORT = int(os.environ.get("PORT", "9000"))
latest: dict[str, int] = {}  # keep this in your database


class Receiver(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        try:
            event = HOOK.verify(body, dict(self.headers))
        except (WebhookVerificationError, ValueError):  # ValueError: malformed headers
            self.answer(401)
            return
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


ThreadingHTTPServer(("127.0.0.1", PORT), Receiver).serve_forever()
