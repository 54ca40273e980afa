"""Partner tokens: good ones pass, everything else is one and the same problem with a reason for the operator."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.identity import (
    REASONS,
    BadToken,
    PartnerCaller,
    content_digest,
    keys,
    partner_caller,
    read_key,
    tokens,
)
from chalicelib.model.partner import Partner, PartnerKey
from chalicelib.problems import Problem
from tests.corpus.recipe import GONE, Recipe, Tap, b64, digest, sign
from tests.corpus.tokens import bad_tokens, good_tokens

NOW = 1_790_000_000
ROOT = Path(__file__).resolve().parents[2]


def pem(key: Any) -> str:
    """The public half as PEM."""
    form = serialization.PublicFormat.SubjectPublicKeyInfo
    return str(key.public_key().public_bytes(serialization.Encoding.PEM, form).decode())


KEY = ec.generate_private_key(ec.SECP256R1())
OTHER_KEY = ec.generate_private_key(ec.SECP256R1())
RSA_KEY = rsa.generate_private_key(65537, 2048)
ED_KEY = ed25519.Ed25519PrivateKey.generate()
PARTNERS = {
    "tiktok": Partner(
        "tiktok",
        frozenset({"tiktok"}),
        {"k1": read_key(pem(KEY)), "k2": read_key(pem(RSA_KEY)), "k3": read_key(pem(ED_KEY))},
    ),
    "meta": Partner("meta", frozenset({"instagram", "messenger"}), {"m1": read_key(pem(OTHER_KEY))}),
}
RECIPE = Recipe(KEY, "k1", "tiktok", OTHER_KEY, "m1", "meta", "https://hub.example", NOW)
BAD = list(bad_tokens(RECIPE))
GOOD = list(good_tokens(RECIPE))


def call(tap: Tap, **over: Any) -> PartnerCaller:
    """Ask who sent a tap; a read needs its own scope."""
    scope = "handoff:create" if tap.method == "POST" else "handoff:read"
    asked: dict[str, Any] = {
        "method": tap.method, "path": tap.path, "body": tap.body, "scope": scope,
        "audience": RECIPE.audience, "now": NOW * 1000, "find": PARTNERS.get, **over,
    }  # fmt: skip
    return partner_caller(tap.authorization, **asked)


def reason_of(tap: Tap, **over: Any) -> str:
    """The reason of a refusal."""
    with pytest.raises(BadToken) as caught:
        call(tap, **over)
    return caught.value.reason


def token(**claims: Any) -> Tap:
    """The recipe's tap with other claims."""
    return RECIPE.tap("", RECIPE.signed(claims=RECIPE.claims(**claims)))


@pytest.mark.parametrize("tap", GOOD, ids=lambda tap: tap.name)
def test_a_good_token_names_its_partner(tap: Tap) -> None:
    assert call(tap).partner is PARTNERS["tiktok"]


def test_the_jti_is_handed_on() -> None:
    assert call(token()).jti == RECIPE.jti


@pytest.mark.parametrize(("kid", "alg", "key"), [("k2", "RS256", RSA_KEY), ("k3", "EdDSA", ED_KEY)])
def test_rs256_and_eddsa_keys_work_too(kid: str, alg: str, key: Any) -> None:
    signed = RECIPE.signed(RECIPE.header(kid=kid, alg=alg), key=key)
    assert call(RECIPE.tap("", signed)).partner.id == "tiktok"


@pytest.mark.parametrize("tap", BAD, ids=lambda tap: tap.name)
def test_a_bad_token_is_refused_for_its_own_reason(tap: Tap) -> None:
    with pytest.raises(BadToken) as caught:
        call(tap)
    refusal = caught.value
    assert (refusal.code, refusal.detail, list(refusal.errors)) == ("unauthorised", "", [])
    assert refusal.reason == tap.reason


def test_the_corpus_is_large_and_every_name_is_its_own() -> None:
    assert len(BAD) >= 70
    assert len({tap.name for tap in BAD}) == len(BAD)


def test_every_reason_of_a_partner_can_be_met() -> None:
    met = {tap.reason for tap in BAD} | {"suspended", "unusable_key", "key_ended"}
    counsellors_only = {"bad_scheme", "not_access", "wrong_client", "bad_user", "disabled", "left"}
    assert met == set(REASONS) - counsellors_only


def test_no_reason_quotes_what_was_sent() -> None:
    for tap in BAD:
        with pytest.raises(BadToken) as caught:
            call(tap)
        assert caught.value.reason in REASONS
        assert str(caught.value) == "unauthorised"
        assert caught.value.__suppress_context__


@pytest.mark.parametrize("edge", [(60_000, True), (60_001, False)], ids=["60 s ahead", "more"])
def test_a_token_from_the_future_is_taken_up_to_the_leeway(edge: tuple[int, bool]) -> None:
    ahead, taken = edge
    now = NOW * 1000 - ahead
    assert (call(token(), now=now).jti == RECIPE.jti) if taken else reason_of(token(), now=now) == "not_yet"


@pytest.mark.parametrize("edge", [(179_999, True), (180_000, False)], ids=["within", "at the end"])
def test_a_token_is_good_for_a_minute_after_its_end(edge: tuple[int, bool]) -> None:
    later, taken = edge
    now = NOW * 1000 + later
    assert (call(token(), now=now).jti == RECIPE.jti) if taken else reason_of(token(), now=now) == "expired"


def test_a_header_may_have_8192_bytes_and_not_one_more() -> None:
    lengths = set()
    for shift in range(4):  # base64 leaves out every fourth length: the header's own length shifts the gap
        for size in range(5715, 5740):
            signed = RECIPE.signed(RECIPE.header(cty="x" * shift), RECIPE.claims(extra="x" * size))
            tap = RECIPE.tap("", signed)
            lengths.add(length := len(tap.authorization or ""))
            if length <= 8192:
                assert call(tap).partner.id == "tiktok"
            else:
                assert reason_of(tap) == "too_long"
    assert {8192, 8193} <= lengths


def test_a_request_without_body_needs_no_digest_but_a_true_one_where_there_is_one() -> None:
    assert call(token(content_digest=GONE), body=b"").partner.id == "tiktok"
    assert call(token(content_digest=digest(b"")), body=b"").partner.id == "tiktok"
    assert reason_of(token(), body=b"") == "bad_digest"
    assert reason_of(token(content_digest=None), body=b"") == "bad_digest"


def test_the_digest_is_that_of_rfc_9530() -> None:
    body = b'{"type":"handoff.queued","timestamp":"2026-09-21T14:13:20Z","data":{"id":"ho_1"}}'
    assert content_digest(body) == "sha-256=:/0e5F6ds0l1YEfjQs23gKXpxLc98Ci4R9Oz469800wo=:"


def test_a_suspended_partner_is_refused_only_after_its_signature_was_proven() -> None:
    suspended = Partner("tiktok", frozenset(), PARTNERS["tiktok"].keys, suspended=True)
    assert reason_of(token(), find=lambda _: suspended) == "suspended"
    forged = RECIPE.tap("", RECIPE.signed(key=OTHER_KEY))
    assert reason_of(forged, find=lambda _: suspended) == "bad_signature"


@pytest.mark.parametrize("edge", [(1, True), (0, False), (-1, False)], ids=["before", "at", "after"])
def test_a_key_counts_until_its_end_and_is_then_as_unknown_as_a_removed_one(edge: tuple[int, bool]) -> None:
    left, taken = edge
    key = replace(PARTNERS["tiktok"].keys["k1"], until=NOW * 1000 + left)
    ended = Partner("tiktok", frozenset({"tiktok"}), {"k1": key})
    if taken:
        assert call(token(), find=lambda _: ended).partner is ended
        return
    assert reason_of(token(), find=lambda _: ended) == "key_ended"
    forged = RECIPE.tap("", RECIPE.signed(key=OTHER_KEY))
    assert reason_of(forged, find=lambda _: ended) == "key_ended"  # as with a removed key, the signature tells nothing


@pytest.mark.parametrize(
    "jwk",
    [
        "",
        "{}",
        "null",
        '{"kty":"EC"}',
        '{"kty":"EC","crv":"P-256","x":"AA","y":"AA"}',
        '{"kty":"oct","k":"AAAA"}',
        pem(KEY),
    ],
)
def test_a_key_spoilt_in_the_registry_refuses_instead_of_failing(jwk: str) -> None:
    spoilt = Partner("tiktok", frozenset(), {"k1": PartnerKey("ES256", jwk)})
    assert reason_of(token(), find=lambda _: spoilt) == "unusable_key"


def test_an_algorithm_spoilt_in_the_registry_refuses_too() -> None:
    shared = Partner("tiktok", frozenset(), {"k1": PartnerKey("HS256", PARTNERS["tiktok"].keys["k1"].jwk)})
    assert reason_of(token(), find=lambda _: shared) == "alg_mismatch"


def test_a_registry_that_fails_is_not_the_tokens_fault() -> None:
    class DownError(Exception):
        pass

    def find(_: str) -> Partner | None:
        raise DownError

    with pytest.raises(DownError):
        call(token(), find=find)


def test_nothing_is_looked_up_for_a_token_that_names_nobody() -> None:
    asked: list[str] = []
    nameless = [tap for tap in BAD if tap.reason in ("bad_iss", "bad_json", "bad_alg", "bad_kid", "not_canonical")]
    for tap in nameless:
        reason_of(tap, find=asked.append)
    assert nameless
    assert asked == []


def test_the_refusal_carries_the_partner_it_names_for_the_operator() -> None:
    with pytest.raises(BadToken) as caught:
        call(token(exp=NOW - 1))
    assert caught.value.partner is PARTNERS["tiktok"]
    with pytest.raises(BadToken) as caught:
        call(token(iss="nobody"))
    assert caught.value.partner is None


@pytest.mark.parametrize("changed", [{"iss": "nobody"}, {"iss": "meta"}, {"aud": "x"}, {}])
def test_an_unknown_partner_or_key_costs_a_signature_check_like_any_other(
    changed: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    checks: list[str] = []

    def counted(key: PartnerKey, signed: bytes, signature: bytes) -> bool:
        checks.append(key.alg)
        return keys.verify(key, signed, signature)

    monkeypatch.setattr(tokens, "verify", counted)
    if changed:
        reason_of(token(**changed))
    else:
        call(token())
    assert checks == ["ES256"]
    ended = replace(PARTNERS["tiktok"].keys["k1"], until=0)
    reason_of(token(), find=lambda _: Partner("tiktok", frozenset(), {"k1": ended}))
    assert checks == ["ES256", "ES256"]


def test_the_stand_in_key_opens_nothing() -> None:
    """Its private half is printed in RFC 7515 A.3: what it signs is refused like anything else."""
    numbers = ec.derive_private_key(
        int.from_bytes(keys.decode_base64url("jpsQnnGQmL-YBIffH1136cspYG6-0iY7X1fCE9-E9LI") or b"", "big"),
        ec.SECP256R1(),
    )
    assert reason_of(RECIPE.tap("", RECIPE.signed(RECIPE.header(kid="zz"), key=numbers))) == "unknown_kid"
    assert (
        reason_of(RECIPE.tap("", RECIPE.signed(claims=RECIPE.claims(iss="nobody"), key=numbers))) == "unknown_partner"
    )
    assert reason_of(RECIPE.tap("", RECIPE.signed(key=numbers))) == "bad_signature"


@given(
    st.one_of(
        st.none(),
        st.text(),
        st.text().map("Bearer ".__add__),
        st.binary().map(lambda raw: f"Bearer {b64(raw)}.."),
    )
)
def test_whatever_the_header_is_the_answer_is_a_refusal(authorization: str | None) -> None:
    assert reason_of(Tap("", authorization, "POST", RECIPE.path, b"")) in REASONS


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)
members = st.sampled_from(
    ["typ", "alg", "kid", "iss", "aud", "iat", "exp", "nbf", "jti", "scope", "htm", "htu", "content_digest"]
)


@given(st.dictionaries(members, json_values, min_size=1))
def test_any_value_in_any_member_is_a_refusal_or_the_same_partner(changes: dict[str, Any]) -> None:
    header = {
        **RECIPE.header(),
        **{name: value for name, value in changes.items() if name in ("typ", "alg", "kid")},
    }
    claims = {
        **RECIPE.claims(),
        **{name: value for name, value in changes.items() if name not in ("typ", "alg", "kid")},
    }
    caller = None
    try:
        caller = call(RECIPE.tap("", sign(header, claims, KEY)))
    except Problem as problem:
        reason = problem.reason
    assert caller.partner is PARTNERS["tiktok"] if caller else reason in REASONS


@given(st.binary(max_size=200), st.binary(max_size=400))
def test_any_bytes_signed_properly_are_a_refusal(header: bytes, claims: bytes) -> None:
    assert reason_of(RECIPE.tap("", sign(header, claims, KEY))) in REASONS


@given(st.integers(min_value=0, max_value=len(GOOD[0].authorization or "") - 1), st.characters(codec="latin-1"))
def test_no_letter_of_a_token_can_be_changed(at: int, letter: str) -> None:
    good = GOOD[0].authorization or ""
    changed = good[:at] + letter + good[at + 1 :]
    if changed.lower()[:7] == good.lower()[:7] and changed[7:] == good[7:]:
        return
    assert reason_of(Tap("", changed, "POST", RECIPE.path, RECIPE.body)) in REASONS


def test_importing_identity_loads_neither_pyjwt_nor_cryptography() -> None:
    code = "import sys, chalicelib.identity; print({'jwt', 'cryptography', 'jsonschema'} & set(sys.modules))"
    run = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "set()"
