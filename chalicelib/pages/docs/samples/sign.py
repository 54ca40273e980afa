"""sign.py: a token for one request to the 3018 hub. Needs: pip install "pyjwt[crypto]"."""

import base64
import hashlib
import os
import secrets
import time
from pathlib import Path

import jwt

HUB = os.environ.get("HUB", "https://hub.example")
PARTNER = os.environ.get("PARTNER", "my-app")
KID = os.environ.get("KID", "key-1")
KEY = Path(os.environ.get("KEY", "private.pem")).read_text()


def new_jti() -> str:
    """A name for one request; a retry of the request keeps it."""
    return secrets.token_urlsafe(18)


def token(method: str, path: str, scope: str, jti: str, body: bytes = b"") -> str:
    """A token for this request alone: this method, this path, these bytes, for two minutes."""
    now = int(time.time())
    claims = {
        "iss": PARTNER,
        "aud": HUB,
        "iat": now,
        "exp": now + 120,
        "jti": jti,
        "scope": scope,
        "htm": method,
        "htu": path,
    }
    if body:
        digest = base64.b64encode(hashlib.sha256(body).digest()).decode()
        claims["content_digest"] = f"sha-256=:{digest}:"
    return jwt.encode(
        claims, KEY, algorithm="ES256", headers={"typ": "handoff+jwt", "kid": KID}
    )
