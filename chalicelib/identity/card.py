"""The hub's own signature on what platforms keep of it: a compact JWS (RFC 7515) with Ed25519 (RFC 8037).

Written by hand, on purpose: Ed25519 gives the same bytes for the same words, and so must the parts around it, whatever
the version of a library. Whoever checks it needs no more than a JOSE library and the public key.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping
from typing import Any

__all__ = ["CARD_TYPE", "content_key", "sign_content"]

CARD_TYPE = "fallback-card+jws"


def content_key(seed: bytes) -> dict[str, str]:
    """The public key of a 32-byte ``seed`` as a JWK; its ``kid`` is the thumbprint (RFC 7638)."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    public = Ed25519PrivateKey.from_private_bytes(seed).public_key().public_bytes_raw()
    needed = {"crv": "Ed25519", "kty": "OKP", "x": _base64url(public)}
    thumbprint = _base64url(hashlib.sha256(_compact(needed)).digest())
    return {**needed, "use": "sig", "alg": "EdDSA", "kid": thumbprint}


def sign_content(seed: bytes, payload: Mapping[str, Any], typ: str) -> str:
    """``payload`` signed under ``seed``: the same words give the same text."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    header = {"alg": "EdDSA", "kid": content_key(seed)["kid"], "typ": typ}
    signed = f"{_base64url(_compact(header))}.{_base64url(_compact(payload))}"
    return f"{signed}.{_base64url(Ed25519PrivateKey.from_private_bytes(seed).sign(signed.encode()))}"


def _compact(members: Mapping[str, Any]) -> bytes:
    return json.dumps(members, ensure_ascii=False, separators=(",", ":")).encode()


def _base64url(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
