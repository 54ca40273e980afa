"""Bytes → one request with a partner's token: a good one, changed as the bytes say; or the bytes as they were sent."""

from __future__ import annotations

from tests.corpus.recipe import Tap
from tests.fuzz.guided.changes import CHANGES
from tests.fuzz.guided.draft import BODY, PATHS, SCOPES, good
from tests.fuzz.guided.draw import Draw
from tests.fuzz.guided.keyring import Keyring

__all__ = ["forge", "scope_of", "sent_as_it_is"]

MOST_CHANGES = 8


def forge(ring: Keyring, data: bytes) -> Tap:
    """The request that these bytes mean."""
    draw = Draw(data)
    kind = draw.number() % 4
    if kind == 0:
        return Tap("sent", draw.rest().decode("utf-8", "surrogateescape"), "POST", PATHS[0], BODY)
    draft = good(ring)
    for _ in range(draw.number() % (MOST_CHANGES + 1)):
        draw.one(CHANGES)(draft, draw)
    return draft.made()


def sent_as_it_is(authorization: str) -> bytes:
    """The bytes that mean this header, untouched."""
    return b"\0" + authorization.encode("utf-8", "surrogateescape")


def scope_of(tap: Tap) -> str:
    """What a request needs."""
    if tap.method == "GET":
        return SCOPES[1]
    return SCOPES[2] if tap.path.endswith("/cancel") else SCOPES[0]
