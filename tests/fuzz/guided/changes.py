"""What a forger may change in a request, before the token is signed where that is possible."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence

from tests.corpus.recipe import digest
from tests.fuzz.guided.draft import BODY, PATHS, SCOPES, Draft
from tests.fuzz.guided.draw import Draw
from tests.fuzz.guided.keyring import AUDIENCE, NOW, SIGNERS

__all__ = ["CHANGES"]

HEADER = ("typ", "alg", "kid")
CLAIMS = ("iss", "aud", "iat", "exp", "nbf", "jti", "scope", "htm", "htu", "content_digest", "sub")
BROUGHT = ("jku", "jwk", "x5u", "x5c", "crit", "b64", "cty", "x5t", "JKU", "crit ")
ORDINARY = (
    "null", "true", "false", "0", "1", "-1", "1.0", "1e3", "1e308", "1e309", "-1e-400", "10" + "0" * 30, "0.1", "-0",
    "01", "NaN", "Infinity", "[]", "{}", "[[]]", '{"a":1,"a":1}', '""', '"a"', '" "', '"\\u0000"', '"\\ud800"',
    '"\\ud83d\\ude00"', '"é"', '"\u2028"', '"a\\n"', '"' + "a" * 16 + '"', '"' + "_" * 128 + '"', '"' + "-" * 129 + '"',
    "[" * 31 + "]" * 31, "[" * 40, '"\\"', "'a'", "1 2",
)  # fmt: skip
MEANT = (
    "handoff+jwt", "JWT", "Handoff+JWT", "ES256", "RS256", "EdDSA", "HS256", "none", "ES384", "Ed25519", "PS256",
    *SIGNERS, "tiktok", "meta", "sleeping", "trying", "nobody", "TIKTOK", AUDIENCE, AUDIENCE + "/", *SCOPES,
    "handoff:create handoff:read", " handoff:create", "handoff:create ", "handoff:create  handoff:read", "GET", "POST",
    "post", *PATHS, digest(BODY), digest(b""), digest(BODY + b" "), digest(BODY).strip(":"), "0123456789abcdef",
)  # fmt: skip
SIGNS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"


def _value(draw: Draw) -> bytes:
    kind = draw.number() % 4
    if kind == 0:
        return draw.one(ORDINARY).encode("utf-8", "surrogatepass")
    if kind == 1:
        return json.dumps(draw.some().decode("latin-1")).encode()
    if kind == 2:
        return draw.some()
    return json.dumps(draw.one(MEANT)).encode()


def _set(members: list[tuple[str, bytes]], name: str, value: bytes) -> None:
    members[:] = [*((known, old) for known, old in members if known != name), (name, value)]


def _set_header(draft: Draft, draw: Draw) -> None:
    _set(draft.header, draw.one((*HEADER, *BROUGHT)), _value(draw))


def _set_claim(draft: Draft, draw: Draw) -> None:
    _set(draft.claims, draw.one(CLAIMS), _value(draw))


def _leave_out(draft: Draft, draw: Draw) -> None:
    name = draw.one((*HEADER, *CLAIMS))
    for members in (draft.header, draft.claims):
        members[:] = [(known, value) for known, value in members if known != name]


def _say_twice(draft: Draft, draw: Draw) -> None:
    members = draw.one((draft.header, draft.claims))
    name, old = draw.one(members or [("a", b"1")])
    members.insert(draw.number() % (len(members) + 1), (name, draw.one((old, _value(draw)))))


def _change_time(draft: Draft, draw: Draw) -> None:
    name, distance = draw.one(("iat", "exp", "nbf")), draw.number(2) - 32768
    shift = draw.one((distance / 64, distance // 64, distance, distance * 2**20, distance / 1000 + 300))
    _set(draft.claims, name, json.dumps(NOW + shift).encode())


def _sign_as(draft: Draft, draw: Draw) -> None:
    """With another key, that the header names or not."""
    draft.key = draw.one(tuple(SIGNERS))
    owner, alg = SIGNERS[draft.key]
    told = draw.number()
    for bit, members, name, value in (
        (1, draft.header, "kid", draft.key),
        (2, draft.header, "alg", alg),
        (4, draft.claims, "iss", owner),
    ):
        if told & bit:
            _set(members, name, json.dumps(value).encode())


def _sign_with_the_public_key(draft: Draft, draw: Draw) -> None:
    pem = draft.ring.pem(draft.key)
    draft.forged = draw.one((pem, pem.rstrip(), b"\0", b"secret"))
    _set(draft.header, "alg", json.dumps(draw.one(("HS256", "ES256", "none"))).encode())


def _ask_something_else(draft: Draft, draw: Draw) -> None:
    draft.method, draft.path = draw.one(("POST", "GET")), draw.one(PATHS)
    draft.body = draw.one((BODY, b"", BODY + b" ", b"{}"))
    told = draw.number()
    for bit, name, value in (
        (1, "htm", draft.method),
        (2, "htu", draft.path),
        (4, "content_digest", digest(draft.body)),
    ):
        if told & bit:
            _set(draft.claims, name, json.dumps(value).encode())


def _write_otherwise(draft: Draft, draw: Draw) -> None:
    """The same bytes in another base64, or nearly."""
    number, how, at = draw.number() % 3, draw.number() % 7, draw.number()

    def change(text: str) -> str:
        tail = SIGNS[(SIGNS.find(text[-1:]) + 1 + at % 3) % 64] if text else ""
        return (
            text + "=" * (-len(text) % 4), text.replace("-", "+").replace("_", "/"), text[:-1] + tail, text + "\n",
            text[: at % (len(text) + 1)], text + "A" * (at % 5), "",
        )[how]  # fmt: skip

    draft.parts[number] = change


def _splice(draft: Draft, draw: Draw) -> None:
    """Bytes in the middle of the JSON text."""
    number, at, cut, new = draw.number() % 2, draw.number(2), draw.number() % 4, draw.some()

    def change(text: bytes) -> bytes:
        place = at % (len(text) + 1)
        return text[:place] + new + text[place + cut :]

    draft.texts[number] = change


def _pad(draft: Draft, draw: Draw) -> None:
    """Up to the longest header and beyond."""
    _set(draft.claims, "extra", json.dumps("x" * (5600 + draw.number() % 256)).encode())


def _spoil_signature(draft: Draft, draw: Draw) -> None:
    how, at = draw.number() % 6, draw.number(2)

    def change(raw: bytes) -> bytes:
        place, half = at % len(raw), len(raw) // 2
        flipped = raw[:place] + bytes([raw[place] ^ 1 << at % 8]) + raw[place + 1 :]
        return (flipped, raw[:place], raw + b"\0", bytes(len(raw)), raw[half:] + raw[:half], b"\0" + raw[:-1])[how]

    draft.signature = change


def _present_otherwise(draft: Draft, draw: Draw) -> None:
    draft.scheme = draw.one(("bearer ", "BEARER ", "Bearer  ", "Bearer\t", "", "Basic ", " Bearer ", "Bearer", "DPoP "))


def _alter_token(draft: Draft, draw: Draw) -> None:
    at, cut, new = draw.number(2), draw.number() % 4, draw.some().decode("latin-1")

    def change(token: str) -> str:
        place = at % (len(token) + 1)
        return token[:place] + new + token[place + cut :]

    draft.whole.append(change)


CHANGES: Sequence[Callable[[Draft, Draw], None]] = (
    _set_header, _set_claim, _leave_out, _say_twice, _change_time, _sign_as, _sign_with_the_public_key,
    _ask_something_else, _write_otherwise, _splice, _pad, _spoil_signature, _present_otherwise, _alter_token,
)  # fmt: skip
