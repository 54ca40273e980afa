"""The pages for everybody: their words are complete and used, and the card is one page that needs nobody."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from pathlib import Path

import pytest

from chalicelib import pages
from chalicelib.pages.public import CARD_STYLE
from chalicelib.pages.words import LANGUAGES, public_words, words
from tests.unit.reader import Reader

PAGES = Path(pages.__file__).parent
CATALOGUES = {
    language: json.loads((PAGES / "catalogue" / f"public.{language}.json").read_text(encoding="utf-8"))
    for language in LANGUAGES
}
SOURCES = "".join(
    (PAGES / name).read_text(encoding="utf-8") for name in ("public.py", "templates/status.html", "templates/card.html")
)
FAMILIES = {
    "status.": ("open", "shut", "down"),
    "status.lane.": ("chat", "callback"),
    "status.wait.": ("now", "under_5_min", "under_15_min", "longer", "closed", "unknown"),
    "card.": ("title", "lead", "call", "hours", "log", "danger"),
}
"""Words asked for by a key put together from two parts."""
MOST = 14_000


def test_both_languages_have_the_same_words_and_none_for_nobody() -> None:
    french, english = CATALOGUES["fr"], CATALOGUES["en"]
    assert list(french) == list(english)
    asked = set(re.findall(r'"((?:status|card)\.[a-z_.]*[a-z])"', SOURCES))
    asked = {key for key in asked if not key.endswith(".html")}
    asked |= {family + member for family, members in FAMILIES.items() for member in members}
    assert sorted(set(french) ^ asked) == []
    assert all(text.strip() == text and text for both in CATALOGUES.values() for text in both.values())


def test_no_word_of_the_youths_catalogue_is_replaced() -> None:
    for language in LANGUAGES:
        base = words(language).catalogue
        assert not base.keys() & CATALOGUES[language].keys()


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_card_asks_nobody_for_anything_and_runs_nothing(language: str) -> None:
    text = pages.card_page(language)
    page = Reader(text)
    assert page.left_open == []
    assert {tag for tag, _ in page.elements} <= {
        "html", "head", "meta", "title", "link", "style", "body", "main", "h1", "h2", "p", "a", "ul", "li", "b", "span",
    }  # fmt: skip
    leads = {found[name] for _, found in page.elements for name in ("href", "src", "action", "srcset") if name in found}
    assert leads == {"data:,", "tel:3018", "tel:17", "tel:112", "sms:114", "tel:119", "tel:3114"}
    assert not any(name.startswith("on") or name == "style" for _, found in page.elements for name in found)
    assert not re.search(r"url\(|@import|https?:|//", text)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_card_is_small_and_carries_its_own_policy(language: str) -> None:
    text = pages.card_page(language)
    assert len(text.encode()) <= MOST
    digest = base64.b64encode(hashlib.sha256(CARD_STYLE.encode()).digest()).decode()
    (policy,) = [found["content"] for found in Reader(text).having("http-equiv", "Content-Security-Policy")]
    assert policy is not None
    assert policy.startswith(f"default-src 'none'; style-src 'sha256-{digest}'")
    assert f"<style>{CARD_STYLE}</style>" in text
    assert f'<html lang="{language}">' in text


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_card_promises_the_hours_that_3018_keeps(language: str) -> None:
    """The card is kept where we cannot take it back: when the hours change it must be issued anew."""
    hours = json.loads((PAGES.parent / "data" / "hours.json").read_text())["versions"][-1]["hours"]
    assert hours == "Mo-Su 09:00-23:00"
    assert re.search(r"9 h à 23 h|9:00 to 23:00", public_words(language)("card.hours"))
