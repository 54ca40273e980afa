"""What a request with a partner token is made of, so that one thing in it can be changed and signed again."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

__all__ = ["GONE", "PrivateKey", "Recipe", "Tap", "b64", "digest", "json_bytes", "sign", "sign_text", "word"]

PrivateKey = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey | ed25519.Ed25519PrivateKey
GONE: Any = object()
"""In a change of header or claims: leave the member out."""


@dataclass(frozen=True)
class Tap:
    """One request: ``authorization`` None means no such header; ``reason`` is what the operator should read."""

    name: str
    authorization: str | None
    method: str
    path: str
    body: bytes
    reason: str = ""


@dataclass(frozen=True)
class Recipe:
    """What a good token for a create is made of: an ES256 key of a registered partner, and a stranger beside it.

    ``now`` in seconds. ``other_key`` belongs to another registered partner, under ``other_kid``.
    """

    key: ec.EllipticCurvePrivateKey
    kid: str
    partner: str
    other_key: ec.EllipticCurvePrivateKey
    other_kid: str
    other_partner: str
    audience: str
    now: int
    body: bytes = b'{"platform":"tiktok","kind":"call","locale":"fr"}'
    method: str = "POST"
    path: str = "/v1/handoffs"
    jti: str = "corpus-0123456789abcdef"

    def header(self, **changes: Any) -> dict[str, Any]:
        """The header, changed."""
        return _change({"typ": "handoff+jwt", "alg": "ES256", "kid": self.kid}, changes)

    def claims(self, **changes: Any) -> dict[str, Any]:
        """The claims, changed."""
        claims = {
            "iss": self.partner,
            "aud": self.audience,
            "iat": self.now,
            "exp": self.now + 120,
            "jti": self.jti,
            "scope": "handoff:create handoff:read",
            "htm": self.method,
            "htu": self.path,
            "content_digest": digest(self.body),
        }
        return _change(claims, changes)

    def tap(self, name: str, token: str | None, reason: str = "", *, scheme: str = "Bearer ", **over: Any) -> Tap:
        """The request with this token."""
        parts = {"method": self.method, "path": self.path, "body": self.body, **over}
        return Tap(name, None if token is None else scheme + token, reason=reason, **parts)

    def signed(self, header: Any = None, claims: Any = None, key: PrivateKey | None = None) -> str:
        """A token; bytes stand for themselves, anything else is written as JSON."""
        return sign(
            self.header() if header is None else header,
            self.claims() if claims is None else claims,
            key or self.key,
        )


def digest(body: bytes) -> str:
    """The content_digest claim, made here again so that the hub's own helper is not its own witness."""
    return "sha-256=:" + base64.b64encode(hashlib.sha256(body).digest()).decode() + ":"


def b64(raw: bytes) -> str:
    """Base64url without padding."""
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def sign(header: Any, claims: Any, key: PrivateKey) -> str:
    """A compact JWS by the key's own algorithm, whatever the header says."""
    text = f"{b64(json_bytes(header))}.{b64(json_bytes(claims))}"
    return f"{text}.{b64(_signature(text.encode(), key))}"


def json_bytes(value: Any) -> bytes:
    """Bytes as they are, anything else as JSON."""
    return value if isinstance(value, bytes) else json.dumps(value).encode()


def _signature(text: bytes, key: PrivateKey) -> bytes:
    if isinstance(key, ec.EllipticCurvePrivateKey):
        size = (key.curve.key_size + 7) // 8
        r, s = decode_dss_signature(key.sign(text, ec.ECDSA(hashes.SHA256())))
        return r.to_bytes(size, "big") + s.to_bytes(size, "big")
    if isinstance(key, rsa.RSAPrivateKey):
        return key.sign(text, padding.PKCS1v15(), hashes.SHA256())
    return key.sign(text)


def _change(members: dict[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in {**members, **changes}.items() if value is not GONE}


def sign_text(text: str, key: PrivateKey) -> str:
    """A token whose first two parts are given as text."""
    return f"{text}.{b64(_signature(text.encode(), key))}"


def word(value: Any) -> str:
    """A value as part of a case's name."""
    return "missing" if value is GONE else json.dumps(value)
