"""The words of the pages, by language: French first, English second. Standard library only."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any

from chalicelib.pages.windows import PARIS

__all__ = ["LANGUAGES", "Words", "console_words", "public_words", "supervisor_words", "words"]

LANGUAGES = ("fr", "en")

_KEPT = re.compile(r" (?=[?!:;»])|(?<=«) |(?<=\d\d) (?=\d\d)")
"""Blanks at which no line may end: before the marks that French sets off, and inside a phone number."""
_CATALOGUE = Path(__file__).parent / "catalogue"


class Words:
    """One language's catalogue. Call it with a key and what its placeholders stand for."""

    def __init__(self, language: str, catalogue: Mapping[str, str]) -> None:
        self.language = language
        self.catalogue = catalogue

    def __call__(self, key: str, **values: object) -> str:
        """The words under ``key``; ``KeyError`` when the catalogue lacks the key or a placeholder has no value."""
        return self.catalogue[key].format_map(values)

    def has(self, key: str) -> bool:
        """Whether the catalogue has words under ``key``."""
        return key in self.catalogue

    def starting(self, prefix: str) -> dict[str, str]:
        """All words whose key starts with ``prefix``, by the rest of the key."""
        return {key.removeprefix(prefix): text for key, text in self.catalogue.items() if key.startswith(prefix)}

    def day(self, day: date, today: date) -> str:
        """A day in words: *aujourd’hui*, *demain*, or such as *dimanche 22 novembre*."""
        near = {0: "js.today", 1: "js.tomorrow"}.get((day - today).days)
        if near:
            return self(near)
        weekday, month = self(f"weekday.{day.weekday()}"), self(f"month.{day.month}")
        return self("date.day", weekday=weekday, day=day.day, month=month)

    def hour(self, moment: str) -> str:
        """An RFC 3339 time as the hour in Paris, such as *9:00*."""
        at = _in_paris(moment)
        return f"{at.hour}:{at:%M}"

    def time(self, moment: str, style: str, today: date) -> str:
        """An RFC 3339 time in Paris: its ``hour``, its ``day``, or the ``moment``, which is both."""
        if style == "hour":
            return self.hour(moment)
        day = self.day(_in_paris(moment).date(), today)
        return day if style == "day" else self("js.moment", day=day, hour=self.hour(moment))


def words(locale: str) -> Words:
    """The catalogue for a BCP 47 locale such as ``fr-FR``; French when the language is not ours."""
    language = locale[:2].lower()
    return _read(language if language in LANGUAGES else "fr")


@cache
def public_words(locale: str) -> Words:
    """The catalogue of the pages for everybody, with the youth's: days and hours are told alike."""
    say = words(locale)
    return Words(say.language, {**say.catalogue, **_keep(_load(f"public.{say.language}"))})


def console_words() -> Words:
    """The console's catalogue: French only."""
    return Words("fr", _load("console.fr"))


def supervisor_words() -> Words:
    """The supervisors' catalogue: what the console says of the line, and words of their own."""
    return Words("fr", {**_load("console.fr"), **_load("supervisor.fr")})


@cache
def _read(language: str) -> Words:
    return Words(language, _keep(_load(language)))


def _keep(catalogue: Mapping[str, str]) -> dict[str, str]:
    return {key: _KEPT.sub("\u00a0", text) for key, text in catalogue.items()}


def _load(name: str) -> dict[str, str]:
    catalogue: dict[str, Any] = json.loads((_CATALOGUE / f"{name}.json").read_text(encoding="utf-8"))
    return {key: str(text) for key, text in catalogue.items()}


def _in_paris(moment: str) -> datetime:
    return datetime.fromisoformat(moment).astimezone(PARIS)
