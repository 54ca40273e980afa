"""Counsellors: the provider's access tokens pass; ID tokens, other clients, strange keys, old tokens do not."""

from __future__ import annotations

import json
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.identity import REASONS, counsellor_caller, read_key
from chalicelib.model.counsellor import Counsellor
from chalicelib.problems import Problem
from tests.corpus.recipe import GONE, b64, sign

NOW = 1_790_000_000
ISSUER = "https://idp.example/eu-west-3_pool"
CLIENT = "console"
KEY = rsa.generate_private_key(65537, 2048)
STRANGER = rsa.generate_private_key(65537, 2048)


def jwk_of(key: Any, **over: Any) -> dict[str, object]:
    """A public JWK as a provider publishes it."""
    form = serialization.PublicFormat.SubjectPublicKeyInfo
    pem = key.public_key().public_bytes(serialization.Encoding.PEM, form).decode()
    return {**json.loads(read_key(pem).jwk), "kid": "p1", "use": "sig", "alg": "RS256", **over}


KEYS = {"p1": jwk_of(KEY), "bare": {k: v for k, v in jwk_of(KEY).items() if k in ("kty", "n", "e")}}


def claims(**changes: Any) -> dict[str, Any]:
    """What Cognito puts in an access token."""
    given: dict[str, Any] = {
        "sub": "7b1c", "iss": ISSUER, "client_id": CLIENT, "token_use": "access", "scope": "openid profile",
        "auth_time": NOW, "iat": NOW, "exp": NOW + 3600, "jti": "x", "username": "counsellor-1",
        "cognito:groups": ["supervisor"], "version": 2, **changes,
    }  # fmt: skip
    return {name: value for name, value in given.items() if value is not GONE}


def token(key: Any = KEY, *, header: dict[str, Any] | None = None, **changes: Any) -> str:
    """A signed access token."""
    return sign({"alg": "RS256", "kid": "p1", **(header or {})}, claims(**changes), key)


def who(text: str | None, **over: Any) -> Counsellor:
    """Ask who holds a token."""
    asked: dict[str, Any] = {
        "issuer": ISSUER,
        "client_id": CLIENT,
        "now": NOW * 1000,
        "find_key": KEYS.get,
        **over,
    }
    return counsellor_caller(text, **asked)


def reason_of(text: str | None, **over: Any) -> str:
    """The reason of a refusal."""
    with pytest.raises(Problem) as caught:
        who(text, **over)
    assert (caught.value.code, caught.value.detail, list(caught.value.errors)) == ("signed_out", "", [])
    return caught.value.reason


def test_an_access_token_names_its_counsellor() -> None:
    expected = Counsellor("counsellor-1", "7b1c", frozenset({"supervisor"}), (NOW + 3600) * 1000, NOW * 1000)
    assert who(token()) == expected


def test_a_token_made_by_a_refresh_is_as_old_as_the_password_behind_it() -> None:
    assert who(token(auth_time=NOW - 3000, iat=NOW)).signed_in == (NOW - 3000) * 1000
    assert who(token(auth_time=NOW, iat=NOW - 9)).signed_in == (NOW - 9) * 1000


@pytest.mark.parametrize(("signed_out", "ended"), [(-1, False), (0, True), (999, True), (-1000, False), (1000, True)])
def test_a_sign_out_of_the_same_second_ends_the_sign_in_too(signed_out: int, ended: bool) -> None:
    assert who(token()).has_left(NOW * 1000 + signed_out) is ended


def test_a_key_named_in_padded_base64_as_cognito_does_is_found() -> None:
    kid = "aB3+/x9ZkQ0mN1o2P3q4R5s6T7u8V9w0X1y2Z3a4B5c="
    assert who(token(header={"kid": kid}), find_key={kid: jwk_of(KEY, kid=kid)}.get).username == "counsellor-1"


def test_a_counsellor_may_be_in_no_group() -> None:
    assert who(token(**{"cognito:groups": GONE})).groups == frozenset()


def test_a_key_published_without_use_and_alg_is_understood() -> None:
    assert who(token(header={"kid": "bare"})).username == "counsellor-1"


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"token_use": "id", "aud": CLIENT, "client_id": GONE}, "not_access"),
        ({"token_use": "id"}, "not_access"),
        ({"token_use": "refresh"}, "not_access"),
        ({"token_use": GONE}, "not_access"),
        ({"token_use": ["access"]}, "not_access"),
        ({"client_id": "other"}, "wrong_client"),
        ({"client_id": GONE}, "wrong_client"),
        ({"client_id": [CLIENT]}, "wrong_client"),
        ({"iss": ISSUER + "/"}, "bad_iss"),
        ({"iss": GONE}, "bad_iss"),
        ({"iss": [ISSUER]}, "bad_iss"),
        ({"exp": NOW}, "bad_lifetime"),
        ({"iat": NOW - 7200, "exp": NOW}, "expired"),
        ({"exp": str(NOW + 60)}, "bad_time"),
        ({"exp": GONE}, "bad_time"),
        ({"exp": True}, "bad_time"),
        ({"iat": GONE}, "bad_time"),
        ({"auth_time": GONE}, "bad_time"),
        ({"auth_time": str(NOW)}, "bad_time"),
        ({"iat": NOW + 61}, "not_yet"),
        ({"nbf": NOW + 61}, "not_yet"),
        ({"username": GONE}, "bad_user"),
        ({"username": ""}, "bad_user"),
        ({"username": "counsellor-1\n"}, "bad_user"),
        ({"username": ["counsellor-1"]}, "bad_user"),
        ({"sub": GONE}, "bad_user"),
        ({"sub": 1}, "bad_user"),
        ({"cognito:groups": "supervisor"}, "bad_user"),
        ({"cognito:groups": [1]}, "bad_user"),
        ({"cognito:groups": None}, "bad_user"),
    ],
)
def test_a_claim_that_is_wrong_signs_nobody_in(changes: dict[str, Any], reason: str) -> None:
    assert reason_of(token(**changes)) == reason


@pytest.mark.parametrize(
    ("header", "reason"),
    [
        ({"alg": "none"}, "bad_alg"),
        ({"alg": "HS256"}, "bad_alg"),
        ({"alg": "RS512"}, "bad_alg"),
        ({"alg": "ES256"}, "alg_mismatch"),
        ({"kid": "zz"}, "unknown_kid"),
        ({"kid": 1}, "bad_kid"),
        ({"jku": "https://attacker.example/"}, "header_refused"),
        ({"jwk": jwk_of(STRANGER)}, "header_refused"),
        ({"crit": ["exp"]}, "header_refused"),
    ],
)
def test_a_header_that_is_wrong_signs_nobody_in(header: dict[str, Any], reason: str) -> None:
    assert reason_of(token(header=header)) == reason


def test_what_the_provider_did_not_sign_signs_nobody_in() -> None:
    good = token()
    assert reason_of(token(STRANGER)) == "bad_signature"
    assert reason_of(good[:-8] + "AAAAAAAA") == "bad_signature" or good.endswith("AAAAAAAA")
    head, _, signature = good.split(".")
    assert reason_of(f"{head}.{b64(json.dumps(claims(username='other')).encode())}.{signature}") == "bad_signature"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (None, "no_token"),
        ("", "no_token"),
        ("x", "not_three_parts"),
        ("Bearer x.y.z", "not_canonical"),
        ("..", "not_canonical"),
        ("é", "not_ascii"),
        ("a\nb", "not_ascii"),
        ("x" * 8192, "not_three_parts"),
        ("x" * 8193, "too_long"),
    ],
)
def test_what_is_no_token_signs_nobody_in(text: str | None, reason: str) -> None:
    assert reason_of(text) == reason


def test_a_duplicate_member_signs_nobody_in() -> None:
    twice = b'{"token_use":"id",' + json.dumps(claims()).encode()[1:]
    assert reason_of(sign({"alg": "RS256", "kid": "p1"}, twice, KEY)) == "duplicate_member"


@pytest.mark.parametrize(
    "jwk",
    [
        {}, {"kty": "RSA"}, jwk_of(KEY, use="enc"), jwk_of(KEY, alg="RS512"), jwk_of(KEY, n=1),
        jwk_of(KEY, n=float("nan")), jwk_of(KEY, n=b"x"), {"kty": "oct", "k": "AAAA"}, jwk_of(KEY, d="AAAA"),
        jwk_of(ec.generate_private_key(ec.SECP256R1()), alg="ES256"),
    ],
    ids=range(10),
)  # fmt: skip
def test_a_provider_key_that_cannot_be_used_signs_nobody_in(jwk: dict[str, object]) -> None:
    assert reason_of(token(), find_key=lambda _: jwk) == "unusable_key"


def test_the_provider_is_asked_for_keys_only_by_tokens_of_its_kind() -> None:
    asked: list[str] = []
    for text in (
        "x",
        token(header={"alg": "ES256"}),
        token(header={"kid": "a b"}),
        token(header={"jku": "x"}),
    ):
        reason_of(text, find_key=asked.append)
    assert asked == []
    reason_of(token(), find_key=asked.append)
    assert asked == ["p1"]


def test_a_provider_that_fails_is_not_the_tokens_fault() -> None:
    class DownError(Exception):
        pass

    def find_key(_: str) -> None:
        raise DownError

    with pytest.raises(DownError):
        who(token(), find_key=find_key)


@given(st.text())
def test_whatever_the_token_is_the_answer_is_a_refusal(text: str) -> None:
    assert reason_of(text) in REASONS


@given(st.binary(max_size=100), st.binary(max_size=200))
def test_any_bytes_signed_by_the_provider_are_a_refusal(header: bytes, payload: bytes) -> None:
    assert reason_of(sign(header, payload, KEY)) in REASONS
