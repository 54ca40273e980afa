"""Code in colours: comments, strings, words of the language, numbers. Enough to read by; no claim to parse."""

from __future__ import annotations

import re
from collections.abc import Mapping

from markupsafe import Markup, escape

__all__ = ["LANGUAGES", "paint"]

_WORDS = {
    "bash": "case do done elif else esac exit fi for function if in local return set then trap while",
    "python": "False None True and as class continue def except else finally for from if import in is lambda not or "
    "pass raise return try while with",
    "javascript": "async await catch class const else export false for from function if import let new null of return "
    "throw true try typeof undefined",
    "json": "true false null",
    "http": "GET HEAD POST HTTP",
}
_STRINGS = r'"(?:\\.|[^"\\])*"'
_SINGLE = r"'(?:\\.|[^'\\\n])*'"
_MARKS: Mapping[str, tuple[str, str]] = {
    "bash": (r"(?:^|(?<=\s))#.*", rf"{_STRINGS}|'[^']*'"),
    "python": (r"#.*", rf'[bfr]?"""[\s\S]*?"""|[bfr]?{_STRINGS}|[bfr]?{_SINGLE}'),
    "javascript": (r"(?<![:\"])//.*|/\*[\s\S]*?\*/", rf"{_STRINGS}|{_SINGLE}|`(?:\\.|[^`\\])*`"),
    "json": (r"(?!)", _STRINGS),
    "http": (r"(?!)", _STRINGS),
}
LANGUAGES = (*_WORDS, "text")


def _pattern(language: str) -> re.Pattern[str]:
    comment, string = _MARKS[language]
    words = "|".join(_WORDS[language].split())
    name = r'(?P<name>"(?:\\.|[^"\\])*"(?=\s*:)|^[A-Za-z][A-Za-z-]+(?=: ))|' if language in ("json", "http") else ""
    return re.compile(
        rf"{name}(?P<comment>{comment})|(?P<string>{string})|(?<![\w.$-])(?P<word>{words})(?![\w-])"
        rf"|(?<![\w.$-])(?P<number>\d[\d_]*(?:\.\d+)?)(?![\w.])",
        re.MULTILINE,
    )


_PATTERNS = {language: _pattern(language) for language in _WORDS}


def paint(language: str, text: str) -> Markup:
    """``text`` as markup, its parts in spans of the classes ``comment``, ``string``, ``word``, ``number``, ``name``."""
    if language == "text":
        return escape(text)
    done, at = Markup(), 0
    for found in _PATTERNS[language].finditer(text):
        done += escape(text[at : found.start()])
        done += Markup('<span class="{}">{}</span>').format(found.lastgroup, found[0])
        at = found.end()
    return done + escape(text[at:])
