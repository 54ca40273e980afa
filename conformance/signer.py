"""The partner's signature on one request, right or wrong in exactly one place. Uses PyJWT and its cryptography."""

from __future__ import annotations

import base64
import hashlib
import secrets
import time
from collections.abc import Mapping
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import load_pem_private_key

__all__ = ["ALL_SCOPES", "KeyRefused", "Signer", "content_digest", "new_jti"]

ALL_SCOPES = "handoff:create handoff:read handoff:cancel"
LIFETIME = 120
PrivateKey = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey | ed25519.Ed25519PrivateKey


class KeyRefused(Exception):
    """The key file cannot sign; the text says what to do."""


def content_digest(body: bytes) -> str:
    """RFC 9530 form: `sha-256=:<base64>:`."""
    return f"sha-256=:{base64.b64encode(hashlib.sha256(body).digest()).decode()}:"


def new_jti() -> str:
    """An idempotency key nobody else has."""
    return secrets.token_urlsafe(18)


class Signer:
    """Who signs: partner, key id, private key (PEM text) and the hub's address, which is the audience."""

    def __init__(self, partner: str, kid: str, pem: str, audience: str) -> None:
        self.partner, self.kid, self.audience = partner, kid, audience
        self.key, self.alg = _read(pem)

    def token(
        self, method: str, path: str, body: bytes | None = None, *, jti: str | None = None,
        claims: Mapping[str, Any] | None = None, header: Mapping[str, Any] | None = None, key: PrivateKey | None = None,
    ) -> str:  # fmt: skip
        """A token for one request; ``claims`` and ``header`` replace single members (None: leave out)."""
        now = int(time.time())
        members: dict[str, Any] = {
            "iss": self.partner, "aud": self.audience, "iat": now, "exp": now + LIFETIME, "jti": jti or new_jti(),
            "scope": ALL_SCOPES, "htm": method, "htu": path,
        }  # fmt: skip
        if body is not None:
            members["content_digest"] = content_digest(body)
        members.update(claims or {})
        members = {name: value for name, value in members.items() if value is not None}
        top = {"typ": "handoff+jwt", "kid": self.kid, **(header or {})}
        return jwt.encode(members, key or self.key, self.alg, top)

    def another_key(self) -> PrivateKey:
        """A key of the same kind that nobody registered."""
        if isinstance(self.key, ec.EllipticCurvePrivateKey):
            return ec.generate_private_key(ec.SECP256R1())
        if isinstance(self.key, rsa.RSAPrivateKey):
            return rsa.generate_private_key(65537, 2048)
        return ed25519.Ed25519PrivateKey.generate()


def _read(pem: str) -> tuple[PrivateKey, str]:
    try:
        key = load_pem_private_key(pem.encode(), password=None)
    except (ValueError, TypeError) as error:
        raise KeyRefused("--key is not a PEM private key without a password") from error
    if isinstance(key, ec.EllipticCurvePrivateKey) and isinstance(key.curve, ec.SECP256R1):
        return key, "ES256"
    if isinstance(key, rsa.RSAPrivateKey):
        return key, "RS256"
    if isinstance(key, ed25519.Ed25519PrivateKey):
        return key, "EdDSA"
    raise KeyRefused("--key must be of P-256 (ES256), RSA (RS256) or Ed25519 (EdDSA)")
