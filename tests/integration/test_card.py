"""The fallback card as a platform gets, checks and keeps it. PyJWT is the judge: the hub signs without it."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import jwt
import pytest
from chalice.test import Client, HTTPResponse

from app import app
from chalicelib import contract, emergency, pages, wiring
from chalicelib.doors.card import ISSUED_AT, VERSION
from chalicelib.doors.public import OF_CARD
from chalicelib.pages.words import LANGUAGES
from tests.integration.conftest import House

WORDS_OF_VERSION = {1: "0500cf744916f358"}
"""What each version says, in short. When this fails the card was changed: raise VERSION, set ISSUED_AT, add a line."""


@pytest.fixture
def http(house: House, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """The doors over a fresh house."""
    monkeypatch.setattr(wiring, "desk", lambda: house.desk)
    monkeypatch.setattr(wiring, "settings", lambda: house.settings)
    with Client(app) as client:
        yield client.http


def card(http: Any) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(http.get("/v1/fallback-card").body)
    return contract.check("fallback-card", found)


def believed(kept: dict[str, Any], keys: dict[str, Any]) -> dict[str, Any]:
    """What a platform may believe of a kept card: the signed payload, if signature and digests hold."""
    token = kept["jws"]
    header = jwt.get_unverified_header(token)
    (key,) = [jwt.PyJWK(one) for one in keys["keys"] if one["kid"] == header["kid"]]
    if header["typ"] != "fallback-card+jws":
        raise jwt.InvalidTokenError("typ")
    payload: dict[str, Any] = json.loads(jwt.PyJWS().decode(token, key, algorithms=["EdDSA"]))
    for language, face in payload["locales"].items():
        digest = base64.b64encode(hashlib.sha256(kept["locales"][language]["html"].encode()).digest()).decode()
        if face["html_digest"] != f"sha-256=:{digest}:":
            raise jwt.InvalidTokenError("digest")
    return payload


def keys(http: Any) -> dict[str, Any]:
    answer = http.get("/.well-known/jwks.json")
    assert answer.headers["Content-Type"] == "application/jwk-set+json"
    found: dict[str, Any] = json.loads(answer.body)
    return contract.check("jwks", found)


def test_a_platform_can_check_the_card_with_the_published_key(http: Any) -> None:
    kept = card(http)
    payload = believed(kept, keys(http))
    assert payload["iss"] == "http://hub.test"
    assert (payload["version"], payload["issued_at"]) == (VERSION, ISSUED_AT) == (kept["version"], kept["issued_at"])
    for language, face in payload["locales"].items():
        del face["html_digest"]
        assert face == {name: value for name, value in kept["locales"][language].items() if name != "html"}


def test_the_keys_name_is_its_thumbprint(http: Any) -> None:
    (key,) = keys(http)["keys"]
    members = json.dumps({name: key[name] for name in ("crv", "kty", "x")}, separators=(",", ":"))
    assert key["kid"] == base64.urlsafe_b64encode(hashlib.sha256(members.encode()).digest()).decode().rstrip("=")
    assert "d" not in key


def flipped(token: str, part: int) -> str:
    parts = token.split(".")
    middle = len(parts[part]) // 2
    parts[part] = parts[part][:middle] + ("A" if parts[part][middle] != "A" else "B") + parts[part][middle + 1 :]
    return ".".join(parts)


def test_a_card_that_was_tampered_with_is_not_believed(http: Any) -> None:
    known, kept = keys(http), card(http)
    face = kept["locales"]["fr"]
    bad_page = {
        **kept,
        "locales": {**kept["locales"], "fr": {**face, "html": face["html"].replace("tel:3018", "tel:0")}},
    }
    with pytest.raises(jwt.InvalidTokenError, match="digest"):
        believed(bad_page, known)
    for part in (1, 2):
        with pytest.raises(jwt.InvalidTokenError):
            believed({**kept, "jws": flipped(kept["jws"], part)}, known)
    head, _, rest = kept["jws"].partition(".")
    other = json.loads(base64.urlsafe_b64decode(head + "=="))
    none = base64.urlsafe_b64encode(json.dumps({**other, "alg": "none"}).encode()).decode().rstrip("=")
    with pytest.raises(jwt.InvalidTokenError):
        believed({**kept, "jws": f"{none}.{rest}"}, known)


def test_another_stage_has_another_key(http: Any, house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    before = keys(http)

    class Other:
        def mac(self, purpose: str, *parts: bytes) -> bytes:
            return hashlib.sha256(b"other" + purpose.encode() + b"".join(parts)).digest()

    desk = replace(house.desk, secrets=Other())
    monkeypatch.setattr(wiring, "desk", lambda: desk)
    assert keys(http) != before
    with pytest.raises(ValueError, match="not enough values"):
        believed(card(http), before)


def test_the_card_is_the_same_bytes_every_day_and_on_every_process(http: Any, house: House) -> None:
    first = http.get("/v1/fallback-card")
    house.clock.pass_seconds(400 * 86_400)
    assert http.get("/v1/fallback-card").body == first.body
    desk = house.again().desk
    assert desk.secrets.mac("fallback_card", b"1") == house.desk.secrets.mac("fallback_card", b"1")


def test_changed_words_are_a_new_version() -> None:
    said = json.dumps([[pages.card_words(one), pages.card_page(one)] for one in LANGUAGES], sort_keys=True)
    assert WORDS_OF_VERSION.get(VERSION) == hashlib.sha256(said.encode()).hexdigest()[:16]
    assert max(WORDS_OF_VERSION) == VERSION


@pytest.mark.parametrize("path", ["/v1/fallback-card", "/v1/fallback-card/fr", "/v1/fallback-card/en"])
def test_it_may_be_kept_for_long_and_is_not_sent_twice(http: Any, path: str) -> None:
    first: HTTPResponse = http.get(path)
    assert (first.status_code, first.headers["Cache-Control"]) == (200, OF_CARD)
    again = http.get(path, headers={"If-None-Match": str(first.headers["ETag"])})
    assert (again.status_code, again.body, again.headers["ETag"]) == (304, b"", first.headers["ETag"])
    assert again.headers["Cache-Control"] == OF_CARD
    assert http.get(path, headers={"If-None-Match": '"another"'}).status_code == 200
    assert http.request("HEAD", path).body == b""


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_alone_is_the_page_in_the_card(http: Any, language: str) -> None:
    answer = http.get(f"/v1/fallback-card/{language}")
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
    assert answer.body.decode() == card(http)["locales"][language]["html"]
    assert "frame-ancestors 'none'" in str(answer.headers["Content-Security-Policy"])


@pytest.mark.parametrize("locale", ["de", "FR", "fr-FR", "..", "fr%00"])
def test_other_languages_are_not_here(http: Any, locale: str) -> None:
    answer = http.get(f"/v1/fallback-card/{locale}")
    assert (answer.status_code, json.loads(answer.body)["code"]) == (404, "not_found")


@pytest.mark.parametrize("language", LANGUAGES)
def test_3018_comes_first_then_every_danger_number_with_what_it_is_for(http: Any, language: str) -> None:
    numbers = card(http)["locales"][language]["numbers"]
    assert [one["number"] for one in numbers] == ["3018", *(one["number"] for one in emergency.NUMBERS)]
    assert [one["link"] for one in numbers] == ["tel:3018", "tel:17", "tel:112", "sms:114", "tel:119", "tel:3114"]
    assert all(one["label"] and one["for"] for one in numbers)
