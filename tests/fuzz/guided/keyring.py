"""Who is registered while tokens are forged, and the keys of everybody who signs: made from a constant, but for RSA's.

Nothing outside these tests knows any of them. Signatures are repeatable, so that an input means the same every time.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

from chalicelib.identity import read_key
from chalicelib.model.partner import Partner
from tests.fuzz.guided.doorkeeper import Kept, Known

__all__ = ["AUDIENCE", "NOW", "SIGNERS", "Keyring", "sign"]

NOW = 1_790_000_000
AUDIENCE = "https://hub.example"
PrivateKey = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey | ed25519.Ed25519PrivateKey


def _seed(name: str) -> bytes:
    return hashlib.sha256(f"guided fuzzing, {name}".encode()).digest()


def _curve(name: str, curve: ec.EllipticCurve | None = None) -> ec.EllipticCurvePrivateKey:
    return ec.derive_private_key(int.from_bytes(_seed(name)[:31], "big"), curve or ec.SECP256R1())


SIGNERS: Mapping[str, tuple[str, str]] = {
    "k1": ("tiktok", "ES256"), "k2": ("tiktok", "RS256"), "k3": ("tiktok", "EdDSA"), "ended": ("tiktok", "ES256"),
    "ending": ("tiktok", "ES256"), "m1": ("meta", "ES256"), "s1": ("sleeping", "ES256"), "t1": ("trying", "ES256"),
    "stranger": ("nobody", "ES256"), "wide": ("nobody", "ES384"),
}  # fmt: skip
"""By kid: whose key it is, and what its owner calls its algorithm. Nobody is not registered."""
UNTIL = {"ended": NOW, "ending": NOW + 60}


@dataclass
class Keyring:
    """All keys, and the registry twice: as the hub reads it, and as the doorkeeper does."""

    keys: dict[str, PrivateKey] = field(default_factory=dict)
    partners: dict[str, Partner] = field(default_factory=dict)
    known: dict[str, Known] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for kid, (_, alg) in SIGNERS.items():
            if alg == "RS256":
                self.keys[kid] = rsa.generate_private_key(65537, 2048)
            elif alg == "EdDSA":
                self.keys[kid] = ed25519.Ed25519PrivateKey.from_private_bytes(_seed(kid))
            else:
                self.keys[kid] = _curve(kid, ec.SECP384R1() if alg == "ES384" else None)
        for name in ("tiktok", "meta", "sleeping", "trying"):
            self._register(name)

    def _register(self, name: str) -> None:
        mine = [kid for kid, (owner, _) in SIGNERS.items() if owner == name]
        keys, kept = {}, {}
        for kid in mine:
            until = UNTIL.get(kid)
            public = read_key(self.pem(kid).decode())
            keys[kid] = type(public)(public.alg, public.jwk, None if until is None else until * 1000)
            kept[kid] = Kept(self.keys[kid].public_key(), float("inf") if until is None else until)
        asleep = name == "sleeping"
        self.partners[name] = Partner(name, frozenset({name}), keys, suspended=asleep, sandbox=name == "trying")
        self.known[name] = Known(kept, suspended=asleep)

    def pem(self, kid: str) -> bytes:
        """The public half as everybody may have it."""
        form = serialization.PublicFormat.SubjectPublicKeyInfo
        return self.keys[kid].public_key().public_bytes(serialization.Encoding.PEM, form)


def sign(key: PrivateKey, text: bytes) -> bytes:
    """A signature by the key's own algorithm; the same text gives the same one."""
    if isinstance(key, rsa.RSAPrivateKey):
        return key.sign(text, padding.PKCS1v15(), hashes.SHA256())
    if isinstance(key, ed25519.Ed25519PrivateKey):
        return key.sign(text)
    r, s = decode_dss_signature(key.sign(text, ec.ECDSA(hashes.SHA256(), deterministic_signing=True)))
    size = (key.curve.key_size + 7) // 8
    return r.to_bytes(size, "big") + s.to_bytes(size, "big")


def shared(secret: bytes, text: bytes) -> bytes:
    """A MAC, as somebody would make it who takes a public key for a shared secret."""
    return hmac.new(secret, text, hashlib.sha256).digest()
