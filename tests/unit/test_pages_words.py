"""The youth's words: complete in both languages, every one used, short enough to be read under stress."""

from __future__ import annotations

import re
from pathlib import Path
from string import Formatter

import pytest

from chalicelib import pages
from chalicelib.pages.statics import JOINED
from chalicelib.pages.words import LANGUAGES, words

PAGES = Path(pages.__file__).parent
TEMPLATES = {name: (PAGES / "templates" / f"{name}.html").read_text() for name in ("youth", "shell", "notice")}
SCRIPTS = "".join((PAGES / "static" / name).read_text() for name in ("youth.js", *JOINED["youth.js"]))
ROOMS = "".join((PAGES / name).read_text() for name in ("render.py", "words.py"))

FAMILIES: dict[str, tuple[str, ...]] = {
    "wait.": ("now", "under_5_min", "under_15_min", "longer", "closed"),
    "line.": ("now", "under_5_min", "under_15_min", "longer", "closed"),
    "danger.": ("first", "with", "wait"),
    "over.": tuple(
        f"{ended}_{part}" for ended in ("ended", "cancelled", "left", "expired") for part in ("title", "lead")
    ),
    "form.": ("voicemail_no", "voicemail_yes", "caller_hidden", "caller_3018"),
    "weekday.": tuple(str(day) for day in range(7)),
    "month.": tuple(str(month) for month in range(1, 13)),
    "js.problem.": ("bad_number", "bad_window", "stale_form", "offline", "other"),
    **{f"{kind}.": ("title", "lead") for kind in ("used", "expired", "rehearsal", "down", "resume")},
}
"""Words that are asked for by a key put together from two parts, one of them from this list."""

JARGON = r"session|token|url|http|cookie|serveur|server|erreur|error|formulaire|valider|requête|request id|invalide"


def _asked() -> set[str]:
    """Every key that templates, scripts and the rooms around them ask for."""
    plain = re.findall(r"""say\(\s*["']([a-z_]+(?:\.\w+)*)["']\s*[,)]""", "".join(TEMPLATES.values()) + ROOMS)
    plain += re.findall(r"\b(?:self|say|say\.has)\(\"([a-z]+\.\w+)\"", ROOMS)
    plain += re.findall(r"\"(js\.\w+|form\.(?:now|opening))\"", ROOMS + TEMPLATES["youth"])
    scripts = [f"js.{name}" for name in re.findall(r"words\.(\w+)", SCRIPTS)]
    states = [
        f"js.{name}" for name in re.findall(r'state(?:: | = | === )"(\w+)"', SCRIPTS) if f"js.{name}" in _french()
    ]
    together = [family + rest for family, rests in FAMILIES.items() for rest in rests]
    return {*plain, *scripts, *states, *together}


def _french() -> set[str]:
    return set(words("fr").catalogue)


def test_both_languages_have_the_same_words_in_the_same_order() -> None:
    french, english = (words(language).catalogue for language in LANGUAGES)
    assert list(french) == list(english)
    assert all(text.strip() == text and text for both in (french, english) for text in both.values())


def test_both_languages_have_the_same_placeholders() -> None:
    french, english = (words(language).catalogue for language in LANGUAGES)
    for key in french:
        assert _placeholders(french[key]) == _placeholders(english[key]), key


def _placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


def test_every_word_that_is_asked_for_exists() -> None:
    assert sorted(_asked() - _french()) == []


def test_every_word_is_asked_for() -> None:
    assert sorted(_french() - _asked()) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_sentence_is_longer_than_twenty_words(language: str) -> None:
    for key, text in words(language).catalogue.items():
        for sentence in re.split(r"(?<=[.!?:])\s+", text):
            assert len(re.findall(r"[\w’'-]+", sentence)) <= 20, (key, sentence)


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_word_is_the_machines(language: str) -> None:
    for key, text in words(language).catalogue.items():
        assert not re.search(rf"\b({JARGON})", text, re.IGNORECASE), key


def test_french_is_said_to_somebody_it_knows() -> None:
    for key, text in words("fr").catalogue.items():
        assert not re.search(r"\b(vous|votre|vos|veuillez)\b", text, re.IGNORECASE), key


def test_no_page_promises_an_invisible_call() -> None:
    for language in LANGUAGES:
        for text in words(language).catalogue.values():
            assert not re.search(r"invisible|facture|\bbill\b", text, re.IGNORECASE), text


@pytest.mark.parametrize(
    ("locale", "language"), [("fr-FR", "fr"), ("en-GB", "en"), ("EN", "en"), ("de", "fr"), ("", "fr")]
)
def test_an_unknown_language_gets_french(locale: str, language: str) -> None:
    assert words(locale).language == language
