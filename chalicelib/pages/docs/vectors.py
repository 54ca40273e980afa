"""A token and a delivery to check one's own code with, each step computed here; they open nothing anywhere."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

__all__ = ["Delivered", "Signed", "delivery", "token"]

AT = 1_790_000_000
HOOK_KEY = bytes(range(32))


@dataclass(frozen=True)
class Signed:
    """A request's body and its digest; header and claims as they are written; what is signed, and its SHA-256."""

    body: str
    digest: str
    header: str
    claims: str
    signed: str
    sha256: str


@dataclass(frozen=True)
class Delivered:
    """One delivery, and the secret it was signed with."""

    secret: str
    id: str
    at: int
    body: str
    signature: str


def token() -> Signed:
    """Everything of a token up to its signature: that is another one each time with ES256."""
    body = _written({"platform": "my_app", "kind": "call", "locale": "fr"})
    digest = f"sha-256=:{base64.b64encode(hashlib.sha256(body.encode()).digest()).decode()}:"
    header = _written({"alg": "ES256", "typ": "handoff+jwt", "kid": "key-1"})
    claims = _written({
        "iss": "my-app", "aud": "https://3018.example", "iat": AT, "exp": AT + 120, "jti": "a2b3c4d5e6f7g8h9",
        "scope": "handoff:create", "htm": "POST", "htu": "/v1/handoffs", "content_digest": digest,
    })  # fmt: skip
    signed = f"{_base64url(header)}.{_base64url(claims)}"
    return Signed(body, digest, header, claims, signed, hashlib.sha256(signed.encode()).hexdigest())


def delivery() -> Delivered:
    """A status on its way, as Standard Webhooks 1.0.0 signs it with a shared secret."""
    data = {"id": "ho_a2b3c4d5e6f7ghijklmnopqrst", "status": "connected", "sequence": 2}
    body = _written({"type": "handoff.status", "timestamp": "2026-09-21T14:13:20.000Z", "data": data})
    id = "msg_5f3q7x2mabcdefghijklmnopqr"
    mac = hmac.digest(HOOK_KEY, f"{id}.{AT}.{body}".encode(), "sha256")
    secret = f"whsec_{base64.b64encode(HOOK_KEY).decode()}"
    return Delivered(secret, id, AT, body, f"v1,{base64.b64encode(mac).decode()}")


def _written(members: Mapping[str, Any]) -> str:
    return json.dumps(members, separators=(",", ":"))


def _base64url(text: str) -> str:
    return base64.urlsafe_b64encode(text.encode()).rstrip(b"=").decode()
