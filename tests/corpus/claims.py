"""Claims that are missing, of the wrong type or wrong, each in a token that is signed properly."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Any

from tests.corpus.recipe import GONE, Recipe, Tap, digest, word

__all__ = ["bad_claims"]


def bad_claims(r: Recipe) -> Iterator[Tap]:
    """Every bad claim we know of."""
    wrong: dict[str, tuple[str, list[Any]]] = {
        "iss": ("bad_iss", [GONE, None, 1, True, "", [r.partner], r.partner.upper(), f"{r.partner}\n", "a" * 33]),
        "aud": ("bad_aud", [GONE, None, 1, [r.audience], "", f"{r.audience}/", "*", "https://other.example"]),
        "iat": ("bad_time", [GONE, None, True, str(r.now), [r.now], {}]),
        "exp": ("bad_time", [GONE, None, False, str(r.now + 100), [r.now + 100]]),
        "nbf": ("bad_time", [None, True, str(r.now), "", []]),
        "jti": (
            "bad_jti",
            [GONE, None, 1, "", "a" * 15, "a" * 129, "a" * 16 + "\n", "a" * 16 + "é", "a b" * 8, "a.b" * 8],
        ),
        "scope": (
            "bad_scope",
            [GONE, None, 1, "", ["handoff:create"], " handoff:create", "handoff:create\n", "handoff:create  x"],
        ),
        "htm": ("bad_htm", [GONE, None, 1, "", "GET", "post", [r.method], "POST "]),
        "htu": (
            "bad_htu",
            [GONE, None, 1, "", "/", f"{r.path}/", f"{r.path}?a=1", r.path.upper(), r.audience + r.path],
        ),
        "content_digest": (
            "bad_digest",
            [
                GONE, None, 1, "", [digest(r.body)], digest(b""), digest(r.body + b" "),
                digest(r.body).lower(), digest(r.body).strip(":"), digest(r.body) + ", a=:b:",
                "sha-256=" + hashlib.sha256(r.body).hexdigest(),
                "sha-512" + digest(r.body).removeprefix("sha-256"), digest(r.body).replace("=:", ":", 1), "é",
            ],
        ),
    }  # fmt: skip
    for name, (reason, values) in wrong.items():
        for value in values:
            yield r.tap(f"{name} {word(value)[:60]}", r.signed(claims=r.claims(**{name: value})), reason)
    for scope in (
        "handoff:read",
        "handoff:creates",
        "HANDOFF:CREATE",
        "handoff:create,handoff:read",
        "handoff",
    ):
        yield r.tap(f"scope {scope}", r.signed(claims=r.claims(scope=scope)), "missing_scope")
    yield r.tap("iss nobody", r.signed(claims=r.claims(iss="nobody-of-that-name")), "unknown_partner")
    yield r.tap("iss of another partner", r.signed(claims=r.claims(iss=r.other_partner)), "unknown_kid")
    yield from _times(r)


def _times(r: Recipe) -> Iterator[Tap]:
    now = r.now
    for name, reason, times in (
        ("expired 2 minutes ago", "expired", {"iat": now - 240, "exp": now - 120}),
        ("expired a year ago", "expired", {"iat": now - 31536000, "exp": now - 31535900}),
        ("issued in 2 minutes", "not_yet", {"iat": now + 120, "exp": now + 240}),
        ("times in ms", "bad_lifetime", {"iat": now * 1000, "exp": now * 1000 + 120_000}),
        ("good for 301 s", "bad_lifetime", {"exp": now + 301}),
        ("good for a year", "bad_lifetime", {"exp": now + 31536000}),
        ("good for ever", "bad_lifetime", {"exp": 10**30}),
        ("exp at iat", "bad_lifetime", {"exp": now}),
        ("exp before iat", "bad_lifetime", {"exp": now - 10}),
        ("iat zero", "bad_lifetime", {"iat": 0}),
        ("times negative", "expired", {"iat": -200, "exp": -100}),
        ("nbf in 2 minutes", "not_yet", {"nbf": now + 120}),
        ("nbf in the year 33658", "not_yet", {"nbf": 10**12}),
    ):
        yield r.tap(name, r.signed(claims=r.claims(**times)), reason)
