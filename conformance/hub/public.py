"""What everybody may see: availability, the youth's link, and the signed fallback card."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import jwt

from conformance.checks import Check, Failed, NotTried, expect
from conformance.facts import WAITS
from conformance.hub.kit import PART, Kit
from conformance.signer import content_digest

__all__ = ["checks"]

READY = ("token", "sandbox")
CARD = "/v1/fallback-card"
KEYS = "/.well-known/jwks.json"
_MAX_AGE = re.compile(r"max-age=([0-9]+)", re.ASCII)


def checks(kit: Kit) -> Iterator[Check]:
    """Availability, link, card."""
    yield Check(
        PART, "availability", "Availability is public, and may be kept for at most 15 s",
        "Show beside your button whether the helpline is open and how long the wait is.",
        lambda: _availability(kit), needs=READY,
    )  # fmt: skip
    yield Check(
        PART, "youth_link", "The youth's link opens, twice, and a HEAD does not use it up",
        "Link scanners and in-app browsers open links before the youth does.",
        lambda: _youth_link(kit), needs=("taken",),
    )  # fmt: skip
    yield Check(
        PART, "fallback_card", "The fallback card is signed by a key of the hub",
        "Keep it in your app: it is what you show when the hub cannot be reached.",
        lambda: _card(kit), needs=READY,
    )  # fmt: skip


def _availability(kit: Kit) -> None:
    answer = kit.wire.send("GET", "/v1/availability")
    expect(answer.status == 200, f"without a token it was answered {answer}")
    found = answer.json
    expect(isinstance(found.get("open"), bool), "open is missing or no boolean")
    lanes: dict[str, Any] = found.get("lanes", {})
    for lane in ("chat", "callback"):
        expect(lanes.get(lane, {}).get("wait") in WAITS, f"lanes.{lane}.wait is missing or unknown")
    kept = _MAX_AGE.search(answer.headers.get("cache-control", ""))
    expect(kept and int(kept[1]) <= 15, f"Cache-Control is {answer.headers.get('cache-control', 'missing')}")


def _youth_link(kit: Kit) -> None:
    path = kit.wire.path_of(kit.hand_over("accepted").json["links"]["youth"])
    for method in ("HEAD", "GET", "GET"):
        answer = kit.wire.send(method, path, {"Accept": "text/html"})
        expect(answer.status in (200, 303), f"{method} was answered {answer}")


def _card(kit: Kit) -> None:
    answer = kit.wire.send("GET", CARD, {"Accept": "application/json"})
    if answer.status in (403, 404):
        raise NotTried("This hub serves no fallback card.")
    expect(answer.status == 200, f"{CARD} was answered {answer}")
    signed = answer.json.get("jws")
    expect(isinstance(signed, str), "the card has no member jws")
    keys = {str(key.get("kid")): key for key in kit.wire.send("GET", KEYS).json.get("keys", [])}
    try:
        header = jwt.get_unverified_header(str(signed))
        kid = str(header.get("kid"))
        expect(kid in keys, f"{KEYS} does not hold the card's key {kid}")
        expect(header.get("typ") == "fallback-card+jws", f"typ is {header.get('typ')}, not fallback-card+jws")
        key = jwt.PyJWK(keys[kid])
        # The key says with which algorithm it is used, never the token.
        payload = jwt.PyJWS().decode(str(signed), key.key, algorithms=[str(keys[kid].get("alg"))])
    except jwt.PyJWTError as error:
        raise Failed(f"its signature cannot be proven: {type(error).__name__}") from None
    _compare(kit, answer.json, json.loads(payload))


def _compare(kit: Kit, card: dict[str, Any], signed: dict[str, Any]) -> None:
    """What is shown is what was signed; each page by its digest."""
    expect(signed.get("iss") == kit.wire.base, f"it was signed by {signed.get('iss')}")
    shown: dict[str, dict[str, Any]] = card.get("locales", {})
    expect(shown and shown.keys() == signed.get("locales", {}).keys(), "its languages are not those that were signed")
    for language, words in shown.items():
        digest = content_digest(str(words.get("html", "")).encode())
        proven = dict(signed["locales"][language])
        expect(proven.pop("html_digest", None) == digest, f"the page in {language} is not the one that was signed")
        told = {name: value for name, value in words.items() if name != "html"}
        expect(told == proven, f"the words in {language} are not those that were signed")
