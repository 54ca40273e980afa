"""Standard Webhooks 1.0.0, the signing side with a shared secret. Standard library only."""

from __future__ import annotations

import base64
import hashlib
import hmac

__all__ = ["SecretRefused", "secret_key", "signature"]

PREFIX = "whsec_"


class SecretRefused(Exception):
    """The secret cannot sign; the text says what to do."""


def secret_key(secret: str) -> bytes:
    """The key bytes of a `whsec_…` secret (24 to 64 of them)."""
    try:
        key = base64.b64decode(secret.removeprefix(PREFIX), validate=True)
    except ValueError:
        key = b""
    if not secret.startswith(PREFIX) or not 24 <= len(key) <= 64:
        raise SecretRefused("--secret must be whsec_ and the base64 of 24 to 64 bytes")
    return key


def signature(key: bytes, id: str, at: int, body: bytes) -> str:
    """One signature of the list: `v1,<base64 HMAC-SHA256 of id.timestamp.body>`."""
    signed = hmac.digest(key, f"{id}.{at}.".encode() + body, hashlib.sha256)
    return f"v1,{base64.b64encode(signed).decode()}"
