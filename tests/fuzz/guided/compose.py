"""Bytes → one body: JSON as the bytes decide, right, wrong and nearly right; or the bytes as they were sent."""

from __future__ import annotations

from tests.fuzz.guided.draw import Draw

__all__ = ["compose", "sent_as_it_is"]

ORDINARY = (
    "null", "true", "false", "nul", "True", "NaN", "Infinity", "-Infinity", "+1", "01", "1.", ".5", "1e", "-", "--1",
    "0x1", "1_0", "9" * 18, "1" + "0" * 18, "1" + "0" * 18 + "1", "-1" + "0" * 18, "9" * 40, "-" + "9" * 400, "1e308",
    "1e309", "-1e309", "1e-400", "-0", "-0.0", "1.0", "1e18", "1e19", "-1e30", "0.1", "123456789.5", "1E+2",
    "undefined", "'a'",
)  # fmt: skip
PIECES = (
    "a", "b", "\\u0061", "\\n", "\\/", '\\"', "\\\\", "\\ud83d\\ude00", "\\ud800", "\\udc00", "\\uDBFF", "\\uDFFF",
    "\\u0000", "\\u00e9", "é", "\u2028", "😀", "\x7f", "\x1f", "\n", "\\x", "\\u12", "\\u00G0", "\\U0061", "[", "{",
    "}", "\ufeff", "", "0639980042",
)  # fmt: skip
SPACES = ("", " ", "\t", "\r\n", "\x0c", "\u00a0", "/**/", "\ufeff")
DEEPEST_DRAWN = 6


def compose(data: bytes) -> bytes:
    """The body that these bytes mean."""
    draw = Draw(data)
    if draw.number() % 4 == 0:
        return draw.rest()
    raw = _space(draw) + _object(draw, 1) + _space(draw)
    for _ in range(draw.number() % 3):
        place, cut = draw.number(2) % (len(raw) + 1), draw.number() % 4
        raw = raw[:place] + draw.some() + raw[place + cut :]
    return raw


def sent_as_it_is(body: bytes) -> bytes:
    """The bytes that mean this body, untouched."""
    return b"\0" + body


def _space(draw: Draw) -> bytes:
    number = draw.number()
    return draw.one(SPACES).encode() if number > 200 else b""


def _string(draw: Draw) -> bytes:
    return b'"' + "".join(draw.one(PIECES) for _ in range(draw.number() % 5)).encode() + b'"'


def _number(draw: Draw) -> bytes:
    text = draw.one(("", "-")) + draw.one(("0", "1", "7", "10", "99")) * (draw.number() % 24 + 1)
    if draw.number() % 3 == 0:
        text += "." + draw.one(("0", "5", "25", ""))
    if draw.number() % 3 == 0:
        text += draw.one(("e", "E")) + draw.one(("", "+", "-")) + str(draw.number() * 2)
    return text.encode()


def _object(draw: Draw, depth: int) -> bytes:
    members = (_string(draw) + _space(draw) + b":" + _value(draw, depth + 1) for _ in range(draw.number() % 4))
    return b"{" + _space(draw) + b",".join(members) + draw.one((b"", b"", b"", b",")) + b"}"


def _array(draw: Draw, depth: int) -> bytes:
    items = (_value(draw, depth + 1) for _ in range(draw.number() % 4))
    return b"[" + b",".join(items) + draw.one((b"", b"", b"", b",")) + b"]"


def _nest(draw: Draw) -> bytes:
    """Deep, about as deep as is allowed."""
    levels, sign = 26 + draw.number() % 10, draw.one((b"[]", b"{}"))
    opened, closed = (b"[", b"]") if sign == b"[]" else (b'{"a":', b"}")
    return opened * levels + b"1" + closed * (levels - draw.number() % 2)


def _value(draw: Draw, depth: int) -> bytes:
    kinds = 7 if depth < DEEPEST_DRAWN else 5
    match draw.number() % kinds:
        case 0:
            return draw.one(ORDINARY).encode()
        case 1:
            return _number(draw)
        case 2:
            return _string(draw)
        case 3:
            return _nest(draw)
        case 4:
            return draw.some()
        case 5:
            return _object(draw, depth)
        case _:
            return _array(draw, depth)
