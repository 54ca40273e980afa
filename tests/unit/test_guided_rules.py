"""The fuzzers' promises and corpora notice a rule that is missing: each is taken away once, without the fuzzer."""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping
from dataclasses import replace
from itertools import chain
from types import MappingProxyType
from typing import Any

import pytest

from chalicelib import strictjson
from chalicelib.identity import partners, tokens
from chalicelib.model.partner import Partner
from chalicelib.problems import Problem
from tests.fuzz.guided import grown
from tests.fuzz.guided.targets import Broken, JsonTarget, TokenTarget

JSON, TOKEN = JsonTarget(), TokenTarget()


def _members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    return dict(pairs)


def _echo(raw: bytes) -> dict[str, Any]:
    try:
        return strictjson.read_object(raw)
    except strictjson.Malformed as fault:
        raise strictjson.Malformed(fault.code, f"{fault.detail} {raw[:9]!r}") from None


JSON_LESS: Mapping[str, tuple[str, Any]] = MappingProxyType(
    {
        "duplicates": ("chalicelib.strictjson._members", _members),
        "depth": ("chalicelib.strictjson._DEPTH", 33),
        "less depth": ("chalicelib.strictjson._DEPTH", 31),
        "NaN": ("chalicelib.strictjson._constant", lambda _: 0),
        "infinity": ("chalicelib.strictjson._float", float),
        "half characters": ("chalicelib.strictjson._check_characters", lambda _: None),
        "escapes in capitals only": ("chalicelib.strictjson._SURROGATE_ESCAPE", re.compile(r"\\uD[89A-F]")),
        "bounds": ("chalicelib.strictjson._integer", lambda text: int(text[:400])),
        "silence": ("chalicelib.contract.bodies.read_object", _echo),
    }
)


def _lenient_base64(text: str) -> bytes | None:
    try:
        return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except ValueError:
        return None


def _any_text(claims: Mapping[str, Any], name: str, form: re.Pattern[str], reason: str) -> str:
    value = claims.get(name)
    if not isinstance(value, str):
        raise tokens.Refused(reason)
    return value


def _unproven(token: tokens.Token, partner: Partner | None, now: int) -> Partner:
    if partner is None or token.kid not in partner.keys:
        raise tokens.Refused("unknown_kid")
    return partner


def _for_ever(token: tokens.Token, partner: Partner | None, now: int) -> Partner:
    kept = None if partner is None else {kid: replace(key, until=None) for kid, key in partner.keys.items()}
    proven = PROVE(token, None if partner is None else replace(partner, keys=kept or {}), now)
    return proven if partner is None else partner


def _never_asleep(token: tokens.Token, partner: Partner | None, now: int) -> Partner:
    PROVE(token, None if partner is None else replace(partner, suspended=False), now)
    return partner or Partner("", frozenset(), {})


def _no_scope(token: tokens.Token, **asked: Any) -> None:
    claims = token.claims
    if (claims.get("aud"), claims.get("htm"), claims.get("htu")) != (asked["audience"], asked["method"], asked["path"]):
        raise tokens.Refused("bad_aud")


def _told(reason: str, partner: Partner | None = None) -> Problem:
    refusal = BAD(reason, partner)
    refusal.detail = reason
    return refusal


PROVE, BAD = partners._prove, partners.BadToken
TOKEN_LESS: Mapping[str, tuple[str, Any]] = MappingProxyType(
    {
        "signature": ("chalicelib.identity.partners._prove", _unproven),
        "end of a key": ("chalicelib.identity.partners._prove", _for_ever),
        "suspension": ("chalicelib.identity.partners._prove", _never_asleep),
        "type": ("chalicelib.identity.partners._TYPE", None),
        "canonical base64": ("chalicelib.identity.tokens.decode_base64url", _lenient_base64),
        "keys brought along": ("chalicelib.identity.tokens._REFUSED", frozenset({"jku"})),
        "life": ("chalicelib.identity.partners.LONGEST_LIFE", 100_000),
        "a shorter life": ("chalicelib.identity.partners.LONGEST_LIFE", 100),
        "leeway": ("chalicelib.identity.tokens.LEEWAY", 90_000),
        "no leeway": ("chalicelib.identity.tokens.LEEWAY", -1),
        "form of claims": ("chalicelib.identity.partners.text_claim", _any_text),
        "scope": ("chalicelib.identity.partners._check_purpose", _no_scope),
        "purpose": ("chalicelib.identity.partners._check_purpose", lambda *_, **__: None),
        "body": ("chalicelib.identity.partners._check_body", lambda *_: None),
        "length": ("chalicelib.identity.tokens._LONGEST", 9000),
        "duplicates": ("chalicelib.strictjson._members", _members),
        "silence": ("chalicelib.identity.partners.BadToken", _told),
    }
)


def noticed(target: JsonTarget | TokenTarget, name: str) -> bool:
    for one in chain(grown.grown(name), target.seeds()):
        try:
            target(one)
        except (Broken, Problem, ValueError):
            return True
    return False


@pytest.mark.parametrize("rule", JSON_LESS)
def test_the_loader_without_one_of_its_rules_is_noticed(rule: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(*JSON_LESS[rule])
    assert noticed(JSON, "json")


@pytest.mark.parametrize("rule", TOKEN_LESS)
def test_the_check_without_one_of_its_rules_is_noticed(rule: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(*TOKEN_LESS[rule])
    assert noticed(TOKEN, "token")
