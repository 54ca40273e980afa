"""JSON read so that every reader sees the same: no duplicates, no NaN, bounded depth. Standard library only.

The standard loader guesses UTF-16, keeps the last of two equal members, takes NaN, passes half characters on
and fails with other errors than its own; bodies and tokens come from strangers.
"""

from __future__ import annotations

import json
import math
import re
from typing import Any, NoReturn

__all__ = ["LARGEST", "Malformed", "read_object"]

LARGEST = 10**18
"""Integers beyond ±LARGEST are read as that bound: no member counts so far, and stores cannot hold more."""

_DEPTH = 32
# Strings are skipped whole, an unterminated one up to the end, so that one pass is enough whatever is sent.
_STRUCTURE = re.compile(r'"(?:[^"\\]++|\\.)*+"?|[\[{]|[\]}]', re.DOTALL)
_SURROGATE_ESCAPE = re.compile(r"\\u[dD][89a-fA-F]")


class Malformed(ValueError):
    """The text is not JSON we accept. ``code`` is a fixed word, ``detail`` never repeats what was sent."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(code)
        self.code = code
        self.detail = detail


def read_object(raw: bytes) -> dict[str, Any]:
    """One UTF-8 JSON object (RFC 8259), at most 32 deep; whole numbers come as int. Raises Malformed."""
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as fault:
        raise Malformed("not_utf8", f"Not UTF-8 at byte {fault.start}.") from None
    if text.startswith("\ufeff"):
        raise Malformed("byte_order_mark", "Starts with a byte order mark.")
    _check_depth(text)
    try:
        value = json.loads(
            text, object_pairs_hook=_members, parse_int=_integer, parse_float=_float, parse_constant=_constant
        )
    except json.JSONDecodeError as fault:
        raise Malformed("not_json", f"Not JSON at character {fault.pos}.") from None
    if not isinstance(value, dict):
        raise Malformed("not_an_object", "The outermost value must be an object.")
    if _SURROGATE_ESCAPE.search(text):
        _check_characters(value)
    return value


def _check_depth(text: str) -> None:
    if text.count("[") + text.count("{") <= _DEPTH:
        return
    depth = 0
    for match in _STRUCTURE.finditer(text):
        sign = text[match.start()]
        if sign in "[{":
            depth += 1
            if depth > _DEPTH:
                raise Malformed("too_deep", f"Nested deeper than {_DEPTH}.")
        elif sign in "]}":
            depth -= 1


def _members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise Malformed("duplicate_member", "An object names the same member twice.")
    return members


def _integer(text: str) -> int:
    # int() of thousands of digits is slow and then an error; the bound is far below that.
    if len(text) > len(str(LARGEST)):
        return -LARGEST if text.startswith("-") else LARGEST
    return max(-LARGEST, min(LARGEST, int(text)))


def _float(text: str) -> int | float:
    number = float(text)
    if not math.isfinite(number):
        raise Malformed("number_out_of_range", "A number is out of range.")
    # 1.0 is the integer 1 to JSON Schema; what reads the value afterwards should agree.
    return max(-LARGEST, min(LARGEST, int(number))) if number.is_integer() else number


def _constant(_: str) -> NoReturn:
    raise Malformed("not_a_number", "NaN and Infinity are not JSON.")


def _check_characters(value: Any) -> None:
    if isinstance(value, dict):
        for name, member in value.items():
            _check_characters(name)
            _check_characters(member)
    elif isinstance(value, list):
        for item in value:
            _check_characters(item)
    elif isinstance(value, str):
        try:
            value.encode("utf-8")
        except UnicodeEncodeError:
            raise Malformed("lone_surrogate", "A string holds half of a character (a lone surrogate).") from None
