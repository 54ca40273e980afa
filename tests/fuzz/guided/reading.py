"""A second reading of strict JSON, character by character, by the rules that the hub promises (RFC 8259)."""

from __future__ import annotations

from typing import Any

__all__ = ["DEEPEST", "LARGEST", "Unreadable", "read"]

DEEPEST = 32
LARGEST = 10**18
SPACES = " \t\n\r"
DIGITS = "0123456789"
HEX = "0123456789abcdefABCDEF"
ESCAPES = {'"': '"', "\\": "\\", "/": "/", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}
WORDS: dict[str, Any] = {"true": True, "false": False, "null": None}


class Unreadable(Exception):
    """It is not one strict JSON object."""


def read(raw: bytes) -> dict[str, Any]:
    """The object; integers beyond ±LARGEST as that bound, whole numbers as int. Raises Unreadable."""
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        raise Unreadable("encoding") from None
    reader = _Reader(text)
    value = reader.value(1)
    reader.skip()
    if reader.at != len(text) or not isinstance(value, dict):
        raise Unreadable("not one object")
    return value


class _Reader:
    """Where the reading stands."""

    def __init__(self, text: str) -> None:
        self.text, self.at = text, 0

    def look(self) -> str:
        """The next character; empty at the end."""
        return self.text[self.at : self.at + 1]

    def fault(self) -> Unreadable:
        """It cannot be read on from here."""
        return Unreadable(f"at {self.at}")

    def skip(self) -> None:
        """Pass over white space."""
        while self.look() and self.look() in SPACES:
            self.at += 1

    def expect(self, sign: str) -> None:
        """Pass over this very text."""
        if not self.text.startswith(sign, self.at):
            raise self.fault()
        self.at += len(sign)

    def value(self, depth: int) -> Any:
        """Any value; ``depth`` is what an object or array here would have."""
        self.skip()
        sign = self.look()
        if sign in ("{", "["):
            if depth > DEEPEST:
                raise self.fault()
            return self.members(depth) if sign == "{" else self.items(depth)
        if sign == '"':
            return self.string()
        if sign == "-" or (sign and sign in DIGITS):
            return self.number()
        for word, meant in WORDS.items():
            if self.text.startswith(word, self.at):
                self.at += len(word)
                return meant
        raise self.fault()

    def members(self, depth: int) -> dict[str, Any]:
        """An object whose names differ."""
        found: dict[str, Any] = {}
        self.expect("{")
        self.skip()
        while self.look() != "}":
            if found:
                self.expect(",")
                self.skip()
            name = self.string()
            if name in found:
                raise self.fault()
            self.skip()
            self.expect(":")
            found[name] = self.value(depth + 1)
            self.skip()
        self.at += 1
        return found

    def items(self, depth: int) -> list[Any]:
        """An array."""
        found: list[Any] = []
        self.expect("[")
        self.skip()
        while self.look() != "]":
            if found:
                self.expect(",")
            found.append(self.value(depth + 1))
            self.skip()
        self.at += 1
        return found

    def string(self) -> str:
        """A string of whole characters."""
        self.expect('"')
        units: list[str] = []
        while (sign := self.look()) != '"':
            if not sign or ord(sign) < 0x20:
                raise self.fault()
            self.at += 1
            units.append(self.escaped() if sign == "\\" else sign)
        self.at += 1
        joined = "".join(units)
        try:  # a pair of halves is one character, a half alone is none
            return joined.encode("utf-16", "surrogatepass").decode("utf-16")
        except UnicodeDecodeError:
            raise self.fault() from None

    def escaped(self) -> str:
        """What stands behind a backslash."""
        sign = self.look()
        self.at += 1
        if sign == "u":
            digits = self.text[self.at : self.at + 4]
            if len(digits) != 4 or any(digit not in HEX for digit in digits):
                raise self.fault()
            self.at += 4
            return chr(int(digits, 16))
        if sign not in ESCAPES:
            raise self.fault()
        return ESCAPES[sign]

    def digits(self) -> str:
        """One digit or more."""
        begun = self.at
        while self.look() and self.look() in DIGITS:
            self.at += 1
        if begun == self.at:
            raise self.fault()
        return self.text[begun : self.at]

    def number(self) -> int | float:
        """A number, in the form in which the hub hands it on."""
        begun = self.at
        if self.look() == "-":
            self.at += 1
        whole = self.digits()
        if whole[0] == "0" and len(whole) > 1:
            raise self.fault()
        broken = False
        if self.look() == ".":
            self.at += 1
            self.digits()
            broken = True
        if self.look() and self.look() in "eE":
            self.at += 1
            if self.look() and self.look() in "+-":
                self.at += 1
            self.digits()
            broken = True
        return self.measured(self.text[begun : self.at], whole, broken=broken)

    def measured(self, text: str, whole: str, *, broken: bool) -> int | float:
        """The value of a number's text."""
        if not broken:
            size = LARGEST if len(whole) > 19 else min(int(whole), LARGEST)
            return -size if text[0] == "-" else size
        value = float(text)
        if value in (float("inf"), float("-inf")):
            raise self.fault()
        return max(-LARGEST, min(LARGEST, int(value))) if value == int(value) else value
