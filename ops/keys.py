"""Partner keys: what may be registered, and the public JWK that is kept. Pure but for cryptography."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from typing import Any

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import load_pem_public_key
from jwt import InvalidKeyError, PyJWK, PyJWTError

__all__ = ["KID", "KeyRefused", "PublicKey", "check", "public_jwk", "thumbprint"]

PublicKey = ec.EllipticCurvePublicKey | rsa.RSAPublicKey | ed25519.Ed25519PublicKey
KID = re.compile(r"[A-Za-z0-9._-]{1,64}")
PRIVATE_MEMBERS = frozenset({"d", "p", "q", "dp", "dq", "qi", "oth", "k"})
SMALLEST_RSA = 2048
LARGEST_RSA = 4096


class KeyRefused(Exception):
    """The key may not be registered; the text says why and never carries the key."""


def check(text: str) -> tuple[str, dict[str, str]]:
    """The algorithm and the public JWK of a PEM or JWK text. Raises KeyRefused.

    One algorithm per key: ES256 for P-256, RS256 for RSA of 2048 to 4096 bits, EdDSA for Ed25519.
    """
    key = _from_jwk(text) if text.lstrip().startswith("{") else _from_pem(text)
    return _algorithm(key), public_jwk(key)


def _from_pem(text: str) -> PublicKey:
    if "PRIVATE KEY" in text:
        raise KeyRefused("this is a private key; the partner keeps it, register its public half only")
    try:
        key = load_pem_public_key(text.encode())
    except (ValueError, UnsupportedAlgorithm) as error:
        raise KeyRefused("this is neither a PEM public key nor a JWK") from error
    return _supported(key)


def _from_jwk(text: str) -> PublicKey:
    try:
        members = json.loads(text, object_pairs_hook=_no_duplicates)
    except (ValueError, RecursionError) as error:
        raise KeyRefused("the JWK is not a JSON object without duplicates") from error
    if "keys" in members:
        raise KeyRefused("this is a key set; register its keys one by one")
    if members.get("kty") == "oct" or "k" in members:
        raise KeyRefused("symmetric keys (oct) are refused: both sides could sign")
    if PRIVATE_MEMBERS & members.keys():
        raise KeyRefused("the JWK has private members; register its public half only")
    if members.get("use", "sig") != "sig":
        raise KeyRefused("the JWK is not for signatures (use)")
    if "verify" not in members.get("key_ops", ["verify"]):
        raise KeyRefused("the JWK is not for checking signatures (key_ops)")
    declared = members.pop("alg", None)
    try:
        key = _supported(PyJWK({**members, "alg": declared} if declared else members).key)
    except (PyJWTError, InvalidKeyError, ValueError, TypeError, KeyError) as error:
        raise KeyRefused("the JWK cannot be read as a public key") from error
    if declared not in (None, _algorithm(key)):
        raise KeyRefused(f"the JWK declares another algorithm than {_algorithm(key)}")
    return key


def _no_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("duplicate member")
    return found


def _supported(key: object) -> PublicKey:
    if isinstance(key, (ec.EllipticCurvePublicKey, rsa.RSAPublicKey, ed25519.Ed25519PublicKey)):
        _algorithm(key)
        return key
    raise KeyRefused("only ES256 (P-256), RS256 (RSA) and EdDSA (Ed25519) public keys are accepted")


def _algorithm(key: PublicKey) -> str:
    if isinstance(key, ed25519.Ed25519PublicKey):
        return "EdDSA"
    if isinstance(key, rsa.RSAPublicKey):
        if not SMALLEST_RSA <= key.key_size <= LARGEST_RSA:
            raise KeyRefused(f"RSA keys need {SMALLEST_RSA} to {LARGEST_RSA} bits")
        return "RS256"
    if not isinstance(key.curve, ec.SECP256R1):
        raise KeyRefused("elliptic keys must be on P-256 (ES256)")
    return "ES256"


def _base64url(number: int | bytes, length: int | None = None) -> str:
    if isinstance(number, int):
        number = number.to_bytes(length or (number.bit_length() + 7) // 8, "big")
    return base64.urlsafe_b64encode(number).rstrip(b"=").decode()


def public_jwk(key: PublicKey) -> dict[str, str]:
    """The required public members alone, so that nothing a caller put beside them is kept."""
    if isinstance(key, ed25519.Ed25519PublicKey):
        return {"crv": "Ed25519", "kty": "OKP", "x": _base64url(key.public_bytes_raw())}
    if isinstance(key, rsa.RSAPublicKey):
        numbers = key.public_numbers()
        return {"e": _base64url(numbers.e), "kty": "RSA", "n": _base64url(numbers.n)}
    point = key.public_numbers()
    return {"crv": "P-256", "kty": "EC", "x": _base64url(point.x, 32), "y": _base64url(point.y, 32)}


def thumbprint(jwk: dict[str, str]) -> str:
    """RFC 7638 SHA-256 thumbprint of a JWK that has its required members only; base64url."""
    canonical = json.dumps(jwk, sort_keys=True, separators=(",", ":"))
    return _base64url(hashlib.sha256(canonical.encode()).digest())
