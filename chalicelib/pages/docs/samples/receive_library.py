"""receive_library.py: the same with the library. Needs: pip install standardwebhooks."""

import json
import os
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from standardwebhooks.webhooks import Webhook, WebhookVerificationError

HOOK = Webhook(os.environ["WEBHOOK_SECRET"])  # whsec_…, from the operator


class Receiver(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        try:
            HOOK.verify(body, {name.lower(): value for name, value in self.headers.items()})
        except (
            WebhookVerificationError,
            ValueError,
        ):  # ValueError: headers that are no headers
            self.send_response(401)
        else:
            handoff = json.loads(body)["data"]
            print(handoff["id"], handoff["sequence"], handoff["status"], sep="  ", flush=True)
            self.send_response(204)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Nothing about a youth belongs into an access log."""


ThreadingHTTPServer(
    ("127.0.0.1", int(os.environ.get("PORT", "9000"))), Receiver
).serve_forever()
