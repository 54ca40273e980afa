"""Values that may stand in no log, every shape in which one might carry them, and the search for them."""

from __future__ import annotations

import base64
import html
import json
import re
import secrets
import string
from collections.abc import Iterator, Mapping
from urllib.parse import quote, quote_plus

__all__ = ["Canaries", "shapes"]

PIECE = 24
NATIONAL = 9
# What may stand between the digits of a number, percent-coded too; the texts are in lower case by then.
_BETWEEN = re.compile(r"%20|%2b|\\u00a0|[\s.()/+_\u00a0\u202f-]")


class Canaries:
    """What one run sends: each value under a name, because a finding shows the name and never the value."""

    def __init__(self) -> None:
        self._values: dict[str, tuple[str, ...]] = {}
        self._numbers: dict[str, str] = {}

    def text(self, name: str, around: str = "{}", alphabet: str = string.ascii_lowercase, length: int = 14) -> str:
        """A new value: an unmistakable word, with ``around`` around it."""
        word = "".join(secrets.choice(alphabet) for _ in range(length))
        self._values[name] = (word, around.replace("{}", word))
        return self._values[name][1]

    def number(self, name: str, block: str) -> str:
        """A new callback number: four digits for the marks in ``block``, in any way of writing it."""
        written = "".join(secrets.choice(string.digits) if mark == "#" else mark for mark in block)
        self._numbers[name] = re.sub(r"\D", "", written)[-NATIONAL:]
        return written

    def given(self, name: str, value: str) -> str:
        """A value that somebody else made: a token, a code, a cookie."""
        if len(value) < 10:
            raise ValueError(f"{name} is too short to be told from chance")
        self._values[name] = (value,)
        return value

    @property
    def names(self) -> set[str]:
        """All names."""
        return {*self._values, *self._numbers}

    def value(self, name: str) -> str:
        """The value as it is sent; of a number its nine national digits."""
        return self._numbers.get(name) or self._values[name][-1]

    def find(self, texts: Mapping[str, str]) -> set[tuple[str, str]]:
        """(text's name, canary's name) of every canary in the texts, in whichever shape."""
        lowered = {where: text.lower() for where, text in texts.items()}
        squeezed = {where: _BETWEEN.sub("", text) for where, text in lowered.items()}
        return set(self._among(lowered, squeezed))

    def _among(self, lowered: Mapping[str, str], squeezed: Mapping[str, str]) -> Iterator[tuple[str, str]]:
        for name, digits in self._numbers.items():
            coded = {shape.lower() for shape in shapes(digits)}
            for where, text in squeezed.items():
                if digits in text or any(shape in lowered[where] for shape in coded):
                    yield where, name
        for name, values in self._values.items():
            needles = {shape.lower() for value in values for piece in _pieces(value) for shape in shapes(piece)}
            for where, text in lowered.items():
                if any(needle in text for needle in needles):
                    yield where, name


def _pieces(value: str) -> Iterator[str]:
    """The value; a long one in pieces, so that a line that cuts it off is found as well."""
    if len(value) <= 2 * PIECE:
        yield value
    else:
        yield from (value[at : at + PIECE] for at in range(0, len(value) - PIECE + 1, PIECE))


def shapes(value: str) -> set[str]:
    """The value as text, percent-coded, in JSON, as HTML, in hex, and in base64 whatever stands around it there."""
    raw = value.encode()
    escaped = json.dumps(value)[1:-1]
    found = {
        value, quote(value), quote(value, safe=""), quote_plus(value), escaped, json.dumps(escaped)[1:-1],
        json.dumps(value, ensure_ascii=False)[1:-1], ascii(value)[1:-1], repr(raw)[2:-1], html.escape(value), raw.hex(),
    }  # fmt: skip
    for before in range(3):
        whole = b"\0" * before + raw
        # Only the characters that the value alone decides, and not its neighbours.
        first, last = -(-before * 8 // 6), len(whole) * 8 // 6
        found |= {encode(whole).decode()[first:last] for encode in (base64.b64encode, base64.urlsafe_b64encode)}
    return found
