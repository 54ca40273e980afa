"""Which keys a partner may register."""

from __future__ import annotations

import json

import pytest
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from jwt.algorithms import ECAlgorithm, OKPAlgorithm, RSAAlgorithm

from ops.keys import KeyRefused, PublicKey, check, public_jwk, thumbprint

P256 = ec.generate_private_key(ec.SECP256R1())
RSA = rsa.generate_private_key(65537, 2048)
ED = ed25519.Ed25519PrivateKey.generate()


def pem(key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey | ed25519.Ed25519PrivateKey | dsa.DSAPrivateKey) -> str:
    return key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


def refusal(text: str) -> str:
    with pytest.raises(KeyRefused) as caught:
        check(text)
    return str(caught.value)


@pytest.mark.parametrize(("key", "alg"), [(P256, "ES256"), (RSA, "RS256"), (ED, "EdDSA")])
def test_each_kind_of_key_has_exactly_one_algorithm(
    key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey | ed25519.Ed25519PrivateKey, alg: str
) -> None:
    found, jwk = check(pem(key))
    assert found == alg
    assert check(json.dumps(jwk)) == (alg, jwk)
    assert not {"d", "p", "q", "k", "alg", "use", "kid"} & jwk.keys()


def test_the_jwk_is_the_one_that_pyjwt_writes() -> None:
    theirs = (
        ECAlgorithm.to_jwk(P256.public_key(), as_dict=True),
        RSAAlgorithm.to_jwk(RSA.public_key(), as_dict=True),
        OKPAlgorithm.to_jwk(ED.public_key(), as_dict=True),
    )
    keys: tuple[PublicKey, ...] = (P256.public_key(), RSA.public_key(), ED.public_key())
    for key, other in zip(keys, theirs, strict=True):
        ours = public_jwk(key)
        assert ours == {name: other[name] for name in ours}


def test_a_coordinate_with_leading_zeros_keeps_its_length() -> None:
    for private in range(1, 400):
        jwk = public_jwk(ec.derive_private_key(private, ec.SECP256R1()).public_key())
        assert len(jwk["x"]) == len(jwk["y"]) == 43


def test_the_thumbprint_is_the_one_of_rfc_7638() -> None:
    n = (
        "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMs"
        "tn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajr"
        "n1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw"
    )
    assert thumbprint({"e": "AQAB", "kty": "RSA", "n": n}) == "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs"


def test_private_keys_are_refused_and_never_repeated() -> None:
    text = P256.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    said = refusal(text)
    assert "private" in said
    assert text.splitlines()[1] not in said
    secret = ECAlgorithm.to_jwk(P256, as_dict=True)
    assert secret["d"] not in refusal(json.dumps(secret))


@pytest.mark.parametrize(
    "members",
    [
        {"kty": "oct", "k": "c2VjcmV0"},
        {"k": "c2VjcmV0"},
        {"keys": []},
        {},
        {"kty": "EC", "crv": "P-256", "x": "AA", "y": "AA"},
        {**public_jwk(P256.public_key()), "use": "enc"},
        {**public_jwk(P256.public_key()), "key_ops": ["sign"]},
        {**public_jwk(P256.public_key()), "alg": "HS256"},
        {**public_jwk(P256.public_key()), "alg": "ES384"},
        {**public_jwk(P256.public_key()), "d": "AA"},
        {**public_jwk(P256.public_key()), "x": 5},
        {**public_jwk(RSA.public_key()), "alg": "PS256"},
    ],
)
def test_a_jwk_that_is_not_a_plain_public_signing_key_is_refused(members: dict[str, object]) -> None:
    assert refusal(json.dumps(members))


def test_a_member_written_twice_is_refused() -> None:
    text = json.dumps(public_jwk(P256.public_key()))
    assert "duplicates" in refusal(text[:-1] + ', "kty": "EC"}')


def test_weak_and_unknown_kinds_are_refused() -> None:
    assert "2048" in refusal(pem(rsa.generate_private_key(65537, 1024)))
    assert "P-256" in refusal(pem(ec.generate_private_key(ec.SECP384R1())))
    assert "only ES256" in refusal(pem(dsa.generate_private_key(2048)))
    assert "neither" in refusal("-----BEGIN PUBLIC KEY-----\nnonsense\n-----END PUBLIC KEY-----\n")


def test_an_alg_that_fits_is_fine_and_not_kept() -> None:
    assert check(json.dumps({**public_jwk(P256.public_key()), "alg": "ES256", "use": "sig", "kid": "mine"})) == (
        "ES256",
        public_jwk(P256.public_key()),
    )
