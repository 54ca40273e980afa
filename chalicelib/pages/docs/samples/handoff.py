"""handoff.py: hand one youth over, then follow the status until it is closed.

Needs sign.py beside it.
"""

import json
import os
import time
import urllib.error
import urllib.request
from typing import Any

from sign import HUB, new_jti, token

PLATFORM = os.environ.get("PLATFORM", "my_app")
PASSING = (429, 500, 502, 503, 504)


def request(method: str, path: str, scope: str, body: bytes = b"") -> Any:
    """Send one request, again while that may help: the jti stays, so nothing happens twice."""
    jti = new_jti()
    for pause in ("1", "2", "4", "8", "0"):
        headers = {"Authorization": f"Bearer {token(method, path, scope, jti, body)}"}
        if body:
            headers["Content-Type"] = "application/json"
        sent = urllib.request.Request(HUB + path, body or None, headers, method=method)
        try:
            with urllib.request.urlopen(sent, timeout=10) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as refusal:
            if refusal.code not in PASSING:
                raise SystemExit(refusal.read().decode()) from None
            time.sleep(int(refusal.headers.get("Retry-After", pause)))
        except OSError:  # no answer: it may have arrived, and sending it again is safe
            time.sleep(int(pause))
    raise SystemExit("The hub does not answer: show the fallback card.")


wish = {"platform": PLATFORM, "kind": "call", "session": "chat", "locale": "fr"}
wish["subject"] = "sandbox:walk"
taken = request("POST", "/v1/handoffs", "handoff:create", json.dumps(wish).encode())
print(taken["id"], " open this for the youth:", taken["links"]["youth"])

known = {"status": ""}
while known["status"] != "closed":
    seen = request("GET", f"/v1/handoffs/{taken['id']}", "handoff:read")
    if seen != known:
        known = seen
        print(seen["id"], seen["sequence"], seen["status"], sep="  ")
    time.sleep(2)
