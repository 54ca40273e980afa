"""The fallback card: what a platform keeps, and shows when the hub does not answer. Always the same bytes.

It must be right on a day on which nothing of ours runs, so it is made of words in the code alone, and carries a
signature that a platform can check whenever it likes. It has no end: an old card with 3018 on it is better than none.
"""

from __future__ import annotations

import hashlib
from typing import Any

from chalicelib import pages
from chalicelib.desk.base import Desk
from chalicelib.identity.card import CARD_TYPE, content_key, sign_content
from chalicelib.identity.partners import content_digest
from chalicelib.pages.words import LANGUAGES

__all__ = ["ISSUED_AT", "VERSION", "card", "etag", "key"]

VERSION = 1
ISSUED_AT = "2026-11-22T00:00:00Z"
"""Change both together with the card: a test holds its words to them."""
REFRESH_AFTER = 86_400
SHOW_AFTER = 3


def card(desk: Desk) -> dict[str, Any]:
    """The card as ``schemas/fallback-card.json`` has it.

    The signed payload says everything again, with the SHA-256 of each page in the page's place: who has checked it
    and the digests needs to believe nothing else.
    """
    html = {language: pages.card_page(language) for language in LANGUAGES}
    words = {language: pages.card_words(language) for language in LANGUAGES}
    facts = {"version": VERSION, "issued_at": ISSUED_AT, "refresh_after": REFRESH_AFTER, "show_after": SHOW_AFTER}
    digests = {
        language: {**words[language], "html_digest": content_digest(html[language].encode())} for language in html
    }
    payload = {"iss": desk.rules.base_url, **facts, "locales": digests}
    shown = {language: {**words[language], "html": html[language]} for language in html}
    return {**facts, "locales": shown, "jws": sign_content(_seed(desk), payload, CARD_TYPE)}


def key(desk: Desk) -> dict[str, str]:
    """The public key under which the card is signed, as a JWK."""
    return content_key(_seed(desk))


def etag(body: str) -> str:
    """A strong tag of these bytes."""
    return f'"{hashlib.sha256(body.encode()).hexdigest()[:32]}"'


def _seed(desk: Desk) -> bytes:
    return desk.secrets.mac("fallback_card", b"1")[:32]
