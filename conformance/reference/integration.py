"""Hands one youth over to 3018. Reads the handoff from stdin; prints what to show. Needs PyJWT[crypto] only."""

import base64
import hashlib
import http.client
import json
import os
import secrets
import sys
import time
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import jwt

PATH = "/v1/handoffs"
LONGEST = 15.0  # s: a youth waits in front of the screen


def token(body: bytes, jti: str) -> str:
    """A token for this very body, good for two minutes."""
    now = int(time.time())
    digest = base64.b64encode(hashlib.sha256(body).digest()).decode()
    claims = {
        "iss": os.environ["PARTNER_ID"], "aud": os.environ["HUB_AUDIENCE"], "iat": now, "exp": now + 120, "jti": jti,
        "scope": "handoff:create", "htm": "POST", "htu": PATH, "content_digest": f"sha-256=:{digest}:",
    }  # fmt: skip
    key = Path(os.environ["KEY_FILE"]).read_text()  # of P-256; RSA signs with RS256, Ed25519 with EdDSA
    return jwt.encode(claims, key, "ES256", {"typ": "handoff+jwt", "kid": os.environ["KID"]})


def send(body: bytes, jti: str, timeout: float) -> tuple[int, float, dict[str, Any]]:
    """One try: status, Retry-After in seconds, and the answer's members if it is JSON."""
    hub = urlsplit(os.environ["HUB_URL"])
    kind = http.client.HTTPSConnection if hub.scheme == "https" else http.client.HTTPConnection
    connection = kind(hub.hostname or "", hub.port, timeout=timeout)
    try:
        headers = {"Authorization": f"Bearer {token(body, jti)}", "Content-Type": "application/json"}
        connection.request("POST", hub.path.rstrip("/") + PATH, body, headers)
        answer = connection.getresponse()
        raw, pause = answer.read(), answer.getheader("Retry-After") or "0"
    finally:
        connection.close()
    try:
        return answer.status, float(pause), json.loads(raw)
    except ValueError:  # a gateway's own page
        return answer.status, 0.0, {}


def hand_over(body: bytes) -> dict[str, Any]:
    """Try until the hub has taken or refused it, or it is time to show the fallback."""
    jti = secrets.token_urlsafe(24)  # once per tap: every retry is the same handoff
    end, backoff = time.monotonic() + LONGEST, 0.5
    while (left := end - time.monotonic()) > 0:
        pause = 0.0
        try:
            status, pause, answer = send(body, jti, min(6.0, left))
            if status in (200, 201):
                return {"outcome": "taken", "youth": answer["links"]["youth"], "id": answer["id"]}
            if status < 500 and status != 429:
                return {"outcome": "refused", "code": answer.get("code", str(status))}
        except (OSError, http.client.HTTPException):
            pass  # it may have arrived or not; with the same jti that does not matter
        time.sleep(max(0.0, min(max(pause, backoff), end - time.monotonic())))
        backoff *= 2
    return {"outcome": "fallback"}


if __name__ == "__main__":
    print(json.dumps(hand_over(sys.stdin.buffer.read()), ensure_ascii=False))
