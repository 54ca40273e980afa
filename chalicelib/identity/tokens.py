"""A signed token taken apart: compact JWS (RFC 7515), read far more strictly than libraries do.

Everything here works on what a stranger sent; each fault is a ``Refused`` with a word of ``reasons``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from chalicelib.identity.keys import ALGORITHMS, KID, KeyRefused, decode_base64url, verify
from chalicelib.model.partner import PartnerKey
from chalicelib.strictjson import Malformed, read_object

__all__ = [
    "LEEWAY",
    "Refused",
    "Token",
    "check_signature",
    "check_times",
    "read_bearer",
    "read_token",
    "text_claim",
    "time_claim",
]

LEEWAY = 60
"""How far two clocks may be apart (s)."""

_LONGEST = 8192
# A key or a rule that a token brings along is never used (RFC 8725 section 3.10); b64 changes what is signed.
_REFUSED = {"jku", "jwk", "x5u", "x5c", "crit", "b64"}


class Refused(Exception):
    """A token fault; ``reason`` is a word of ``reasons``."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True)
class Token:
    """A token as it was sent; nothing in it is true before its signature was checked."""

    header: Mapping[str, Any]
    claims: Mapping[str, Any]
    signed: bytes
    signature: bytes
    alg: str
    kid: str


def read_bearer(authorization: str | None) -> str:
    """The token of an ``Authorization`` header; the scheme in any case, one space (RFC 6750)."""
    if not authorization:
        raise Refused("no_token")
    if len(authorization) > _LONGEST:
        raise Refused("too_long")
    if not (authorization.isascii() and authorization.isprintable()):
        raise Refused("not_ascii")
    scheme, space, token = authorization.partition(" ")
    if scheme.lower() != "bearer" or not space or not token:
        raise Refused("no_token")
    return token


def read_token(text: str) -> Token:
    """Take a compact token apart; its signature is not checked yet."""
    if len(text) > _LONGEST:
        raise Refused("too_long")
    parts = text.split(".")
    if len(parts) != 3:
        raise Refused("not_three_parts")
    header, claims, signature = (decode_base64url(part) for part in parts)
    if header is None or claims is None or signature is None:
        raise Refused("not_canonical")
    members = _read_json(header)
    if members.keys() & _REFUSED:
        raise Refused("header_refused")
    alg, kid = members.get("alg"), members.get("kid")
    if not isinstance(alg, str) or alg not in ALGORITHMS:
        raise Refused("bad_alg")
    if not isinstance(kid, str) or not KID.fullmatch(kid):
        raise Refused("bad_kid")
    signed = f"{parts[0]}.{parts[1]}".encode("ascii")
    return Token(members, _read_json(claims), signed, signature, alg, kid)


def check_signature(token: Token, key: PartnerKey) -> None:
    """Refuse a token that this key, by its own algorithm, did not sign."""
    if token.alg != key.alg:
        raise Refused("alg_mismatch")
    try:
        fits = verify(key, token.signed, token.signature)
    except KeyRefused:
        raise Refused("unusable_key") from None
    if not fits:
        raise Refused("bad_signature")


def check_times(claims: Mapping[str, Any], now: int, *, longest: int | None = None, grace: int = LEEWAY) -> int:
    """Check ``iat``, ``exp`` and ``nbf`` against now (ms) and answer exp in ms.

    ``longest`` bounds exp - iat, ``grace`` is added to exp (both in s).
    """
    issued, expires = _time(claims, "iat"), _time(claims, "exp")
    begins = _time(claims, "nbf") if "nbf" in claims else issued
    if expires <= issued or (longest is not None and expires - issued > longest * 1000):
        raise Refused("bad_lifetime")
    if expires + grace * 1000 <= now:
        raise Refused("expired")
    if max(issued, begins) > now + LEEWAY * 1000:
        raise Refused("not_yet")
    return int(expires)


def time_claim(claims: Mapping[str, Any], name: str) -> int:
    """A claim that is a moment, in ms."""
    return int(_time(claims, name))


def text_claim(claims: Mapping[str, Any], name: str, form: re.Pattern[str], reason: str) -> str:
    """A claim that is a string of the form, whole."""
    value = claims.get(name)
    if not isinstance(value, str) or not form.fullmatch(value):
        raise Refused(reason)
    return value


def _time(claims: Mapping[str, Any], name: str) -> int | float:
    value = claims.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise Refused("bad_time")
    return value * 1000


def _read_json(raw: bytes) -> dict[str, Any]:
    try:
        return read_object(raw)
    except Malformed as fault:
        raise Refused("duplicate_member" if fault.code == "duplicate_member" else "bad_json") from None
