"""A partner's signature on one request, as a platform's engineer would write it. Imports PyJWT only.

The simulator, `make handoff` and the tests sign with this module; it shares no code with the hub, which checks.
"""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jwt

__all__ = ["Partner", "Signed", "compact", "digest", "sign"]

LIFETIME = 120


@dataclass(frozen=True)
class Partner:
    """Who signs: the partner's id, its key and the hub's address, which is the audience."""

    id: str
    kid: str
    alg: str
    private_key: str
    audience: str

    @classmethod
    def read(cls, hub: Mapping[str, Any], platform: str) -> Partner:
        """The partner that signs for ``platform``, from the runner's hub.json. Raises LookupError."""
        for partner in hub["partners"]:
            if platform in (partner["id"], *partner["platforms"]):
                key = Path(partner["private_key"]).read_text()
                return cls(partner["id"], partner["kid"], partner["alg"], key, hub["audience"])
        raise LookupError(f"no partner signs for {platform}")


@dataclass(frozen=True)
class Signed:
    """One request ready to be sent: method, path, headers and raw body (None = no body)."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes | None
    jti: str


def digest(body: bytes) -> str:
    """Content digest of RFC 9530: `sha-256=:<base64>:`."""
    return f"sha-256=:{base64.b64encode(hashlib.sha256(body).digest()).decode()}:"


def sign(
    partner: Partner,
    method: str,
    path: str,
    scope: str,
    body: bytes | None = None,
    *,
    jti: str | None = None,
    now: float | None = None,
) -> Signed:
    """Sign one request. A retry passes the first try's ``jti``; ``now`` is in seconds since the epoch."""
    issued = int(time.time() if now is None else now)
    jti = jti or secrets.token_urlsafe(18)
    claims: dict[str, Any] = {
        "iss": partner.id,
        "aud": partner.audience,
        "iat": issued,
        "exp": issued + LIFETIME,
        "jti": jti,
        "scope": scope,
        "htm": method,
        "htu": path,
    }
    headers = {"Accept": "application/json"}
    if body is not None:
        claims["content_digest"] = digest(body)
        headers["Content-Type"] = "application/json"
    token = jwt.encode(claims, partner.private_key, partner.alg, {"typ": "handoff+jwt", "kid": partner.kid})
    return Signed(method, path, {**headers, "Authorization": f"Bearer {token}"}, body, jti)


def compact(members: Mapping[str, Any]) -> bytes:
    """The JSON bytes that are digested and sent; they must be the same."""
    return json.dumps(members, ensure_ascii=False, separators=(",", ":")).encode()
