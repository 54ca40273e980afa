"""Signatures of deliveries by Standard Webhooks 1.0.0: HMAC-SHA256 (``v1``) and Ed25519 (``v1a``).

The hub keeps ``whsec_`` and ``whsk_``; a partner gets ``whsec_``, or the ``whpk_`` of a ``whsk_``, which signs nothing.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import re
import secrets
from collections.abc import Sequence

__all__ = ["KeyUnfit", "check_key", "new_ed25519", "new_secret", "public_of", "sign"]

SHARED, PRIVATE, PUBLIC = "whsec_", "whsk_", "whpk_"
LEAST_BYTES, MOST_BYTES, SEED_BYTES = 24, 64, 32
ID = re.compile(r"[A-Za-z0-9_-]+")


class KeyUnfit(Exception):
    """The text is no signing key: ``whsec_`` with 24 to 64 bytes, or ``whsk_`` with 32, in padded base64."""

    def __init__(self) -> None:
        super().__init__("unfit key")


def new_secret() -> str:
    """A new shared secret of 32 bytes."""
    return SHARED + base64.b64encode(secrets.token_bytes(32)).decode()


def new_ed25519() -> str:
    """A new Ed25519 private key (its seed, RFC 8032)."""
    return PRIVATE + base64.b64encode(secrets.token_bytes(SEED_BYTES)).decode()


def check_key(key: str) -> None:
    """Raises KeyUnfit."""
    _bytes_of(key)


def public_of(key: str) -> str:
    """The ``whpk_`` of a ``whsk_``; KeyUnfit for any other key."""
    if not key.startswith(PRIVATE):
        raise KeyUnfit
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    public = Ed25519PrivateKey.from_private_bytes(_bytes_of(key)).public_key().public_bytes_raw()
    return PUBLIC + base64.b64encode(public).decode()


def sign(keys: Sequence[str], id: str, at: int, body: bytes) -> str:
    """The ``webhook-signature`` by each of the keys, in their order; ``at`` in s. Raises KeyUnfit.

    ValueError when ``id`` could be read in two ways: the parts that are signed are joined by dots.
    """
    if not ID.fullmatch(id):
        raise ValueError("unfit id")
    signed = b".".join((id.encode(), str(at).encode(), body))
    return " ".join(_signature(key, signed) for key in keys)


def _signature(key: str, signed: bytes) -> str:
    plain = _bytes_of(key)
    if key.startswith(SHARED):
        return "v1," + base64.b64encode(hmac.digest(plain, signed, hashlib.sha256)).decode()
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    return "v1a," + base64.b64encode(Ed25519PrivateKey.from_private_bytes(plain).sign(signed)).decode()


def _bytes_of(key: str) -> bytes:
    prefix, line, text = key.partition("_")
    try:
        plain = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise KeyUnfit from None
    fits = {SHARED: LEAST_BYTES <= len(plain) <= MOST_BYTES, PRIVATE: len(plain) == SEED_BYTES}
    # Another spelling of the same bytes would sign alike here and may be refused by a stricter receiver.
    if not fits.get(prefix + line) or base64.b64encode(plain).decode() != text:
        raise KeyUnfit
    return plain
