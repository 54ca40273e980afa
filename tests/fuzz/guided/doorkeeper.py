"""A second opinion on a partner's token, straight from the rules (DESIGN §5), with nothing of the hub's own code."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from tests.corpus.recipe import Tap, digest
from tests.fuzz.guided.reading import Unreadable, read

__all__ = ["Kept", "Known", "admits"]

ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
BROUGHT = ("jku", "jwk", "x5u", "x5c", "crit", "b64")
LONGEST, LIFE, LEEWAY = 8192, 300, 60
NEAR = 0.001
"""A broken number of seconds so close to a limit is rounded: either answer is right."""


@dataclass(frozen=True)
class Kept:
    """A registered public key, and until when (s) it counts."""

    key: ec.EllipticCurvePublicKey | rsa.RSAPublicKey | ed25519.Ed25519PublicKey
    until: float = float("inf")


@dataclass(frozen=True)
class Known:
    """A registered partner."""

    keys: Mapping[str, Kept]
    suspended: bool = False


def admits(tap: Tap, scope: str, partners: Mapping[str, Known], audience: str, now: int) -> bool | None:
    """Whether the request is its partner's; None when a time is within rounding of its limit. ``now`` in s."""
    parts = _parts(tap.authorization)
    if parts is None:
        return False
    raws = [_decoded(part) for part in parts]
    if any(raw is None for raw in raws):
        return False
    head, body, signature = (raw or b"" for raw in raws)
    try:
        header, claims = read(head), read(body)
    except Unreadable:
        return False
    signed = f"{parts[0]}.{parts[1]}".encode()
    proven = _signed_by_partner(header, claims, signed, signature, partners, now)
    return proven and _for_this(tap, claims, scope, audience) and _in_time(claims, now)


def _parts(authorization: str | None) -> list[str] | None:
    if authorization is None or len(authorization) > LONGEST or any(not " " <= sign <= "~" for sign in authorization):
        return None
    scheme, _, token = authorization.partition(" ")
    parts = token.split(".")
    return parts if scheme.lower() == "bearer" and len(parts) == 3 else None


def _decoded(text: str) -> bytes | None:
    """Base64url by hand: letters to bits, whole bytes out of them, and no bit left that is set."""
    if not text or any(sign not in ALPHABET for sign in text):
        return None
    size = 6 * len(text)
    bits = int("".join(f"{ALPHABET.index(sign):06b}" for sign in text), 2)
    spare = size % 8
    if spare == 6 or bits & ((1 << spare) - 1):
        return None
    return (bits >> spare).to_bytes(size // 8, "big")


def _signed_by_partner(
    header: Mapping[str, Any], claims: Mapping[str, Any], signed: bytes, signature: bytes,
    partners: Mapping[str, Known], now: int,
) -> bool:  # fmt: skip
    if header.get("typ") != "handoff+jwt" or any(name in header for name in BROUGHT):
        return False
    iss, kid = claims.get("iss"), header.get("kid")
    if not isinstance(iss, str) or not isinstance(kid, str) or iss not in partners:
        return False
    partner = partners[iss]
    if partner.suspended or kid not in partner.keys or partner.keys[kid].until <= now:
        return False
    return _fits(partner.keys[kid].key, header.get("alg"), signed, signature)


def _fits(key: Any, alg: object, signed: bytes, signature: bytes) -> bool:
    try:
        if alg == "ES256" and isinstance(key, ec.EllipticCurvePublicKey) and len(signature) == 64:
            r, s = int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:], "big")
            key.verify(encode_dss_signature(r, s), signed, ec.ECDSA(hashes.SHA256()))
        elif alg == "RS256" and isinstance(key, rsa.RSAPublicKey):
            key.verify(signature, signed, padding.PKCS1v15(), hashes.SHA256())
        elif alg == "EdDSA" and isinstance(key, ed25519.Ed25519PublicKey):
            key.verify(signature, signed)
        else:
            return False
    except InvalidSignature:
        return False
    return True


def _for_this(tap: Tap, claims: Mapping[str, Any], scope: str, audience: str) -> bool:
    jti, scopes = claims.get("jti"), claims.get("scope")
    if not (isinstance(jti, str) and re.fullmatch("[A-Za-z0-9_-]{16,128}", jti)):
        return False
    if not isinstance(scopes, str) or any(
        not word or not all("!" <= s <= "~" for s in word) for word in scopes.split(" ")
    ):
        return False
    fits = claims.get("aud") == audience and claims.get("htm") == tap.method and claims.get("htu") == tap.path
    told = claims.get("content_digest", digest(b"") if not tap.body else None)
    return fits and scope in scopes.split(" ") and told == digest(tap.body)


def _in_time(claims: Mapping[str, Any], now: int) -> bool | None:
    times = [claims.get("iat"), claims.get("exp"), claims.get("nbf", claims.get("iat"))]
    if any(isinstance(time, bool) or not isinstance(time, int | float) for time in times):
        return False
    iat, exp, nbf = (Fraction(time or 0) for time in times)
    far = [LIFE - (exp - iat), now + LEEWAY - iat, now + LEEWAY - nbf]
    if any(isinstance(time, float) for time in times) and min(map(abs, (*far, exp - iat, exp + LEEWAY - now))) < NEAR:
        return None
    return min(far) >= 0 and exp > iat and exp + LEEWAY > now
