"""Public keys: read strictly at registration, made ready once per process for checking signatures."""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from chalicelib.model.partner import PartnerKey
from chalicelib.strictjson import Malformed, read_object

if TYPE_CHECKING:
    from jwt.algorithms import Algorithm

__all__ = ["ALGORITHMS", "KID", "KeyRefused", "decode_base64url", "is_secret", "read_key", "verify"]

ALGORITHMS = ("ES256", "RS256", "EdDSA")
# Key ids are opaque; Cognito writes them in padded base64.
KID = re.compile(r"[A-Za-z0-9._+/=-]{1,64}", re.ASCII)

# Public members per key type and the only algorithm we pair with it (RFC 7518, RFC 8037).
_PUBLIC = {"EC": ("crv", "kty", "x", "y"), "RSA": ("e", "kty", "n"), "OKP": ("crv", "kty", "x")}
_PAIRED = {("EC", "P-256"): "ES256", ("RSA", None): "RS256", ("OKP", "Ed25519"): "EdDSA"}
_PRIVATE = {"d", "p", "q", "dp", "dq", "qi", "oth", "k"}
_BASE64URL = re.compile(r"[A-Za-z0-9_-]+", re.ASCII)
_PEM = re.compile(r"\s*-----BEGIN PUBLIC KEY-----[A-Za-z0-9+/=\s]+-----END PUBLIC KEY-----\s*", re.ASCII)


class KeyRefused(ValueError):
    """The text is not a public key we register; the message says why and never quotes it."""


def decode_base64url(text: str) -> bytes | None:
    """Bytes of unpadded canonical base64url (RFC 7515 section 2), or None when it is anything else."""
    if not _BASE64URL.fullmatch(text) or len(text) % 4 == 1:
        return None
    raw = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    return raw if base64.urlsafe_b64encode(raw).rstrip(b"=") == text.encode("ascii") else None


def read_key(text: str, *, alg: str | None = None) -> PartnerKey:
    """Read one public key, a JWK or a PEM ``PUBLIC KEY``, and pair it with its algorithm. Raises KeyRefused.

    ES256 with P-256, RS256 with RSA of 2048 to 8192 bits, EdDSA with Ed25519; ``alg``, if given, must be that. The
    JWK has its required members alone, in the canonical form that RFC 7638 hashes.
    """
    if alg is not None and alg not in ALGORITHMS:
        raise KeyRefused(f"The algorithm must be one of {', '.join(ALGORITHMS)}.")
    if len(text) > 16384:
        raise KeyRefused("The key is too long.")
    if "PRIVATE KEY" in text:
        raise KeyRefused("This is a private key; register the public key only.")
    members = _read_pem(text) if "-----BEGIN" in text else _read_jwk(text)
    paired = _pair(members)
    for wish in (alg, members.get("alg")):
        if wish not in (None, paired):
            raise KeyRefused(f"This kind of key is registered for {paired} alone.")
    public = {name: members[name] for name in _PUBLIC[members["kty"]]}
    jwk = json.dumps(public, sort_keys=True, separators=(",", ":"))
    _prepare(paired, jwk)
    return PartnerKey(alg=paired, jwk=jwk)


def is_secret(members: Mapping[str, Any]) -> bool:
    """Whether a JWK could sign: it is a shared secret (oct) or has private members."""
    return members.get("kty") == "oct" or bool(members.keys() & _PRIVATE)


def verify(key: PartnerKey, signed: bytes, signature: bytes) -> bool:
    """Whether the key made ``signature`` over ``signed``, by the key's own algorithm. Raises KeyRefused."""
    if key.alg not in ALGORITHMS:
        raise KeyRefused("The key is registered for an unknown algorithm.")
    return _algorithm(key.alg).verify(signed, _prepare(key.alg, key.jwk), signature)


def _read_jwk(text: str) -> dict[str, Any]:
    try:
        members = read_object(text.encode("utf-8", "replace"))
    except Malformed:
        raise KeyRefused("This is neither a JWK nor a PEM public key.") from None
    if "keys" in members:
        raise KeyRefused("This is a key set; register one of its keys, or its address.")
    if members.get("kty") == "oct":
        raise KeyRefused("A shared secret (oct) cannot be registered.")
    if is_secret(members):
        raise KeyRefused("The JWK has private members; register the public key only.")
    if members.get("use", "sig") != "sig":
        raise KeyRefused("The JWK is not for signatures (use).")
    operations = members.get("key_ops", ["verify"])
    if not isinstance(operations, list) or "verify" not in operations:
        raise KeyRefused("The JWK is not for checking signatures (key_ops).")
    return members


def _read_pem(text: str) -> dict[str, Any]:
    if not _PEM.fullmatch(text):
        raise KeyRefused("The PEM must be one block of the type PUBLIC KEY.")
    import jwt
    from cryptography.exceptions import UnsupportedAlgorithm

    for name in ALGORITHMS:
        algorithm = _algorithm(name)
        try:
            return dict(algorithm.to_jwk(algorithm.prepare_key(text), as_dict=True))
        except (jwt.PyJWTError, UnsupportedAlgorithm, ValueError, TypeError):
            continue
    raise KeyRefused("The PEM is not a P-256, RSA or Ed25519 public key.")


def _pair(members: dict[str, Any]) -> str:
    kty, crv = members.get("kty"), members.get("crv")
    if not isinstance(kty, str) or not (crv is None or isinstance(crv, str)):
        raise KeyRefused("kty or crv is not a string.")
    paired = _PAIRED.get((kty, crv))
    if paired is None:
        raise KeyRefused("The key must be EC P-256, RSA or OKP Ed25519.")
    numbers = {name: members.get(name) for name in _PUBLIC[kty] if name not in ("kty", "crv")}
    decoded = {name: decode_base64url(text) for name, text in numbers.items() if isinstance(text, str)}
    if len(decoded) != len(numbers) or None in decoded.values():
        raise KeyRefused("A number of the key is missing or not canonical base64url.")
    if kty == "RSA":
        _check_rsa(int.from_bytes(decoded["n"] or b"", "big"), int.from_bytes(decoded["e"] or b"", "big"))
    return paired


def _check_rsa(modulus: int, exponent: int) -> None:
    if not 2048 <= modulus.bit_length() <= 8192:
        raise KeyRefused("An RSA key needs 2048 to 8192 bits.")
    if not 65537 <= exponent < 2**32 or exponent % 2 == 0 or modulus % 2 == 0:
        raise KeyRefused("The RSA exponent must be odd, from 65537 up to 32 bits.")


@lru_cache(maxsize=8)
def _algorithm(name: str) -> Algorithm:
    import jwt

    return jwt.get_algorithm_by_name(name)


@lru_cache(maxsize=64)
def _prepare(alg: str, jwk: str) -> Any:
    """The key as PyJWT wants it; a point off the curve and anything private is refused here too."""
    import jwt

    try:
        key = _algorithm(alg).from_jwk(jwk)
    except (jwt.PyJWTError, binascii.Error, ValueError, TypeError, KeyError, AttributeError):
        raise KeyRefused("The numbers of the key do not make a public key.") from None
    if hasattr(key, "sign"):
        raise KeyRefused("The key is private.")
    return key
