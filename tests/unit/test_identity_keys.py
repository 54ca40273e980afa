"""Keys at registration: one public key with its one algorithm, anything else is refused without being quoted."""

from __future__ import annotations

import json
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa, x25519
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.identity import keys, read_key
from chalicelib.model.partner import PartnerKey
from tests.corpus.recipe import b64

KEY = ec.generate_private_key(ec.SECP256R1())
RSA_KEY = rsa.generate_private_key(65537, 2048)
ED_KEY = ed25519.Ed25519PrivateKey.generate()


def pem(key: Any) -> str:
    """The public half as PEM."""
    form = serialization.PublicFormat.SubjectPublicKeyInfo
    return str(key.public_key().public_bytes(serialization.Encoding.PEM, form).decode())


def jwk_of(key: Any, **over: Any) -> str:
    """A key's public JWK with other members."""
    return json.dumps({**json.loads(read_key(pem(key)).jwk), **over})


@pytest.mark.parametrize(("key", "alg"), [(KEY, "ES256"), (RSA_KEY, "RS256"), (ED_KEY, "EdDSA")])
def test_a_public_key_is_read_from_pem_and_jwk_alike(key: Any, alg: str) -> None:
    read = read_key(pem(key))
    assert read.alg == alg
    assert read_key(jwk_of(key, kid="x", use="sig", alg=alg, key_ops=["verify"]), alg=alg) == read


def test_what_is_kept_of_a_key_has_its_public_members_alone() -> None:
    assert set(json.loads(read_key(jwk_of(KEY, kid="x", use="sig", x5c=["y"], note="z")).jwk)) == {
        "kty",
        "crv",
        "x",
        "y",
    }


def private_pem(key: Any) -> str:
    """The private half as PEM."""
    none = serialization.NoEncryption()
    return str(key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, none).decode())


REFUSED_KEYS = {
    "nothing": "",
    "words": "my key",
    "a private PEM": private_pem(KEY),
    "a private RSA PEM": private_pem(RSA_KEY),
    "a shared secret": '{"kty":"oct","k":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"}',
    "a private JWK": jwk_of(KEY, d="AAAA"),
    "a private RSA JWK": jwk_of(RSA_KEY, d="AAAA", p="AAAA"),
    "a set of keys": f'{{"keys":[{jwk_of(KEY)}]}}',
    "a JWK for encryption": jwk_of(KEY, use="enc"),
    "a JWK for signing only": jwk_of(KEY, key_ops=["sign"]),
    "another algorithm in the JWK": jwk_of(KEY, alg="ES384"),
    "several algorithms in the JWK": jwk_of(RSA_KEY, alg=["RS256", "PS256"]),
    "PS256": jwk_of(RSA_KEY, alg="PS256"),
    "P-384": pem(ec.generate_private_key(ec.SECP384R1())),
    "secp256k1": pem(ec.generate_private_key(ec.SECP256K1())),
    "X25519": pem(x25519.X25519PrivateKey.generate()),
    "X25519 as JWK": jwk_of(ED_KEY, crv="X25519"),
    "Ed448 as JWK": jwk_of(ED_KEY, crv="Ed448"),
    "a curve named wrongly": jwk_of(KEY, crv="P-384"),
    "an RSA key with a curve": jwk_of(RSA_KEY, crv="P-256"),
    "RSA of 1024 bits": pem(rsa.generate_private_key(65537, 1024)),
    "RSA with exponent 3": pem(rsa.generate_private_key(3, 2048)),
    "RSA with an even exponent": jwk_of(RSA_KEY, e=b64((65538).to_bytes(3, "big"))),
    "RSA of 16384 bits": jwk_of(RSA_KEY, n=b64(b"\xff" * 2048)),
    "a point off the curve": jwk_of(KEY, x=b64(b"\x01" * 32)),
    "a point at zero": jwk_of(KEY, x=b64(bytes(32)), y=b64(bytes(32))),
    "a short coordinate": jwk_of(KEY, x="AA"),
    "a padded coordinate": jwk_of(KEY, x=json.loads(read_key(pem(KEY)).jwk)["x"] + "="),
    "a coordinate that is a number": jwk_of(KEY, x=1),
    "a missing coordinate": '{"kty":"EC","crv":"P-256","x":"AAAA"}',
    "kty a list": jwk_of(KEY, kty=["EC"]),
    "duplicate members": '{"kty":"EC",' + jwk_of(KEY)[1:],
    "a certificate": pem(KEY).replace("PUBLIC KEY", "CERTIFICATE"),
    "two PEM blocks": pem(KEY) * 2,
    "PEM of rubbish": "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n",
    "PEM of an unknown kind of key": pem(KEY).replace("MFkwEwYHKoZI", "MFkwEwYHKoZJ"),
    "half a character": '{"kty":"\ud800"}',
    "something huge": "x" * 20_000,
}  # fmt: skip


@pytest.mark.parametrize("text", REFUSED_KEYS.values(), ids=list(REFUSED_KEYS))
def test_what_is_not_one_public_key_is_not_registered(text: str) -> None:
    with pytest.raises(keys.KeyRefused) as caught:
        read_key(text)
    assert not text or text[:40] not in str(caught.value)


@pytest.mark.parametrize("alg", ["ES384", "HS256", "none", "", "ES256,RS256", "RS256"])
def test_an_algorithm_that_does_not_fit_the_key_is_not_registered(alg: str) -> None:
    with pytest.raises(keys.KeyRefused):
        read_key(pem(KEY), alg=alg)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("a private PEM", "private key"),
        ("a private JWK", "private members"),
        ("a shared secret", "shared secret"),
        ("a set of keys", "key set"),
        ("something huge", "too long"),
    ],
)
def test_the_refusal_says_what_is_wrong(name: str, said: str) -> None:
    with pytest.raises(keys.KeyRefused, match=said):
        read_key(REFUSED_KEYS[name])


def test_an_unknown_algorithm_is_named_as_such() -> None:
    with pytest.raises(keys.KeyRefused, match="one of ES256, RS256, EdDSA"):
        read_key(pem(KEY), alg="ES512")


def test_a_registered_key_is_checked_again_before_it_is_used() -> None:
    private = jwk_of(ED_KEY, d=b64(ED_KEY.private_bytes_raw()))
    for spoilt in (PartnerKey("HS256", jwk_of(KEY)), PartnerKey("EdDSA", private)):
        with pytest.raises(keys.KeyRefused):
            keys.verify(spoilt, b"", b"")


MEMBERS = ["kty", "crv", "x", "y", "n", "e", "alg", "use", "key_ops"]
json_values = st.none() | st.integers() | st.text() | st.lists(st.text(), max_size=2)


@given(st.text() | st.dictionaries(st.sampled_from(MEMBERS), json_values).map(json.dumps))
def test_whatever_the_key_is_the_answer_is_a_refusal(text: str) -> None:
    with pytest.raises(keys.KeyRefused):
        read_key(text)
