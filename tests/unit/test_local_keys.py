"""The name that a registered key gets, and how it is read from a file."""

from __future__ import annotations

import json

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from chalicelib.identity import read_key
from chalicelib.model.partner import PartnerKey
from ops.keys import thumbprint
from ops.row import same_key

RSA_OF_RFC_7638 = (
    "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMs"
    "tn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajr"
    "n1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw"
)


def test_the_thumbprint_is_the_one_of_rfc_7638() -> None:
    jwk = {"kty": "RSA", "n": RSA_OF_RFC_7638, "e": "AQAB", "alg": "RS256", "kid": "2011-04-29"}
    assert thumbprint(read_key(json.dumps(jwk))) == "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs"


def test_a_key_is_the_same_however_its_jwk_was_written() -> None:
    key = read_key(json.dumps({"kty": "RSA", "n": RSA_OF_RFC_7638, "e": "AQAB"}))
    spaced = PartnerKey(key.alg, json.dumps(json.loads(key.jwk), indent=1), until=5)
    assert same_key(key, spaced)
    assert not same_key(key, PartnerKey("ES256", key.jwk))


def test_a_coordinate_with_leading_zeros_keeps_its_length() -> None:
    for private in range(1, 400):
        public = ec.derive_private_key(private, ec.SECP256R1()).public_key()
        jwk = json.loads(read_key(public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()).jwk)
        assert len(jwk["x"]) == len(jwk["y"]) == 43
