"""A request → the partner who signed it, by PyJWT; every rule of the token recipe, one refusal."""

from __future__ import annotations

import base64
import hashlib
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import jwt

from bench.peers import store
from bench.peers.refusals import Refused

__all__ = ["Caller", "proven"]

_AUDIENCE = os.environ["BASE_URL"]
_LONGEST_LIFE = 300
_LARGEST = 65536
_JTI = re.compile(r"[A-Za-z0-9_-]{16,128}", re.ASCII)
_RULES: Any = {"require": ["iss", "aud", "iat", "exp", "jti", "scope", "htm", "htu"], "strict_aud": True}


class Headers(Protocol):
    """Header fields by their names in small letters."""

    def get(self, name: str, /) -> str | None:
        """The value of a field."""


@dataclass(frozen=True)
class Caller:
    """A proven partner, and the idempotency key of its request."""

    partner: store.Partner
    jti: str


def proven(headers: Headers, body: bytes) -> Caller:
    """Who signed this handoff. Raises Refused."""
    try:
        caller = _check(headers.get("authorization") or "", body)
    except (jwt.PyJWTError, KeyError, TypeError, ValueError, AttributeError):
        raise Refused("unauthorised") from None
    kind = (headers.get("content-type") or "").split(";")[0].strip().lower()
    if kind != "application/json":
        raise Refused("wrong_content_type", [("", "content_type")])
    if len(body) > _LARGEST:
        raise Refused("too_large", [("", "too_large")])
    if headers.get("idempotency-key") not in (None, caller.jti):
        raise Refused("bad_request", [("", "idempotency_key")])
    return caller


def _check(authorization: str, body: bytes) -> Caller:
    scheme, _, token = authorization.partition(" ")
    if scheme.lower() != "bearer":
        raise ValueError("no token")
    # Whose key it is stands in the token: what is read here is believed only once that key has proven it.
    seen = jwt.decode_complete(token, options={"verify_signature": False})
    partner = store.partner(seen["payload"]["iss"])
    if partner is None or partner.suspended or seen["header"]["typ"] != "handoff+jwt":
        raise ValueError("no such partner, or no token for this")
    key = partner.keys[seen["header"]["kid"]]
    claims = jwt.decode(
        token, key, algorithms=[key.algorithm_name], audience=_AUDIENCE, leeway=60, options=_RULES
    )  # fmt: skip
    _check_purpose(claims, body)
    return Caller(partner, claims["jti"])


def _check_purpose(claims: Mapping[str, Any], body: bytes) -> None:
    digest = f"sha-256=:{base64.b64encode(hashlib.sha256(body).digest()).decode()}:"
    fits = (
        0 < claims["exp"] - claims["iat"] <= _LONGEST_LIFE
        and "handoff:create" in claims["scope"].split(" ")
        and claims["htm"] == "POST"
        and claims["htu"] == "/v1/handoffs"
        and claims.get("content_digest") == digest
        and _JTI.fullmatch(claims["jti"]) is not None
    )
    if not fits:
        raise ValueError("signed for something else")
