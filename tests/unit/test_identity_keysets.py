"""Published key sets: usable keys by kid, everything else passed over or refused for one fixed word."""

from __future__ import annotations

import json
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from hypothesis import given
from hypothesis import strategies as st
from jwt.algorithms import ECAlgorithm, OKPAlgorithm, RSAAlgorithm

from chalicelib.identity import KeySetRefused, read_key, read_keyset
from chalicelib.identity.keysets import MOST_KEYS

EC = ECAlgorithm.to_jwk(ec.generate_private_key(ec.SECP256R1()).public_key(), as_dict=True)
OTHER = ECAlgorithm.to_jwk(ec.generate_private_key(ec.SECP256R1()).public_key(), as_dict=True)
P384 = ECAlgorithm.to_jwk(ec.generate_private_key(ec.SECP384R1()).public_key(), as_dict=True)
RSA = RSAAlgorithm.to_jwk(rsa.generate_private_key(65537, 2048).public_key(), as_dict=True)
ED = OKPAlgorithm.to_jwk(ed25519.Ed25519PrivateKey.generate().public_key(), as_dict=True)
PRIVATE = ECAlgorithm.to_jwk(ec.generate_private_key(ec.SECP256R1()), as_dict=True)


def published(*keys: dict[str, Any]) -> bytes:
    return json.dumps({"keys": keys}).encode()


def reason(raw: bytes) -> str:
    with pytest.raises(KeySetRefused) as caught:
        read_keyset(raw)
    return caught.value.reason


def test_every_kind_of_key_is_read_as_if_it_had_been_registered() -> None:
    found = read_keyset(published({**EC, "kid": "a"}, {**RSA, "kid": "b", "use": "sig"}, {**ED, "kid": "c=+/"}))
    assert found == {kid: read_key(json.dumps(jwk)) for kid, jwk in (("a", EC), ("b", RSA), ("c=+/", ED))}


@pytest.mark.parametrize(
    "other",
    [
        {**P384, "kid": "b"},
        {**OTHER, "kid": "b", "use": "enc"},
        {**OTHER, "kid": "b", "alg": "ES384"},
        {**OTHER, "kid": "b", "x": "AA"},
        {**OTHER, "kid": "b c"},
        {**OTHER, "kid": 7},
        {**OTHER, "kid": "x" * 65},
        OTHER,
        {"kid": "b", "kty": "unheard-of"},
        {},
    ],
)
def test_what_no_token_could_be_checked_with_is_passed_over(other: dict[str, Any]) -> None:
    assert list(read_keyset(published({**EC, "kid": "a"}, other))) == ["a"]


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        (b"<html>", "not_json"),
        (b"", "not_json"),
        (b"\xff\xfe", "not_json"),
        (b"[]", "not_json"),
        (b'{"keys":[],"keys":[]}', "not_json"),
        (b"{}", "not_a_key_set"),
        (json.dumps(EC).encode(), "not_a_key_set"),
        (b'{"keys":{}}', "not_a_key_set"),
        (b'{"keys":["a"]}', "not_a_key_set"),
        (b'{"keys":[]}', "no_usable_key"),
        (published(EC), "no_usable_key"),
        (published({**EC, "kid": "a"}, {**PRIVATE, "kid": "b"}), "secret_in_set"),
        (published({**EC, "kid": "a"}, {"kty": "oct", "kid": "b", "k": "c2VjcmV0"}), "secret_in_set"),
        (published({**EC, "kid": "a"}, {**OTHER, "kid": "a"}), "same_kid_twice"),
    ],
)
def test_a_set_that_cannot_be_used_says_why_in_a_word(raw: bytes, said: str) -> None:
    assert reason(raw) == said


def test_a_set_has_twenty_keys_at_most() -> None:
    keys = [{**EC, "kid": f"k{n}"} for n in range(MOST_KEYS + 1)]
    assert len(read_keyset(published(*keys[:MOST_KEYS]))) == 20
    assert reason(published(*keys)) == "too_many_keys"


def test_the_same_key_twice_is_one_key() -> None:
    assert len(read_keyset(published({**EC, "kid": "a"}, {**EC, "kid": "a", "use": "sig"}))) == 1


values = st.none() | st.integers() | st.text() | st.lists(st.text(), max_size=2)
entries = st.dictionaries(st.sampled_from(["kty", "crv", "x", "y", "n", "e", "kid", "alg", "use", "d"]), values)


@given(st.binary() | st.lists(entries, max_size=3).map(lambda found: json.dumps({"keys": found}).encode()))
def test_whatever_is_published_the_answer_is_a_refusal(raw: bytes) -> None:
    assert reason(raw)
