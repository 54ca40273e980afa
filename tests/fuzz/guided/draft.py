"""A request with a partner's token while it is being made."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from tests.corpus.recipe import Tap, b64, digest
from tests.fuzz.guided.keyring import AUDIENCE, NOW, Keyring, shared, sign

__all__ = ["BODY", "PATHS", "SCOPES", "Draft", "good"]

BODY = b'{"platform":"tiktok","kind":"call","locale":"fr"}'
PATHS = ("/v1/handoffs", "/v1/handoffs/ho_" + "a" * 26, "/v1/handoffs/ho_" + "a" * 26 + "/cancel", "/", "/v1/handoffs/")
SCOPES = ("handoff:create", "handoff:read", "handoff:cancel")


@dataclass
class Draft:
    """A request that is being made. Members are JSON texts, so that what no JSON library writes can be written."""

    ring: Keyring
    header: list[tuple[str, bytes]]
    claims: list[tuple[str, bytes]]
    key: str = "k1"
    forged: bytes = b""
    method: str = "POST"
    path: str = PATHS[0]
    body: bytes = BODY
    scheme: str = "Bearer "
    parts: list[Callable[[str], str]] = field(default_factory=lambda: [_same, _same, _same])
    signature: Callable[[bytes], bytes] = lambda raw: raw
    texts: list[Callable[[bytes], bytes]] = field(default_factory=lambda: [_plain, _plain])
    whole: list[Callable[[str], str]] = field(default_factory=list)

    def made(self) -> Tap:
        """The request."""
        texts = [
            change(_object(members)) for change, members in zip(self.texts, (self.header, self.claims), strict=True)
        ]
        first, second = (change(b64(text)) for change, text in zip(self.parts, texts, strict=False))
        signed = f"{first}.{second}".encode("utf-8", "surrogatepass")
        raw = shared(self.forged, signed) if self.forged else sign(self.ring.keys[self.key], signed)
        token = f"{first}.{second}.{self.parts[2](b64(self.signature(raw)))}"
        for change in self.whole:
            token = change(token)
        return Tap("forged", self.scheme + token, self.method, self.path, self.body)


def _same(text: str) -> str:
    return text


def _plain(raw: bytes) -> bytes:
    return raw


def _object(members: Sequence[tuple[str, bytes]]) -> bytes:
    return b"{" + b",".join(json.dumps(name).encode() + b":" + value for name, value in members) + b"}"


def good(ring: Keyring) -> Draft:
    """One that is its partner's."""
    header = {"typ": "handoff+jwt", "alg": "ES256", "kid": "k1"}
    claims = {
        "iss": "tiktok", "aud": AUDIENCE, "iat": NOW, "exp": NOW + 120, "jti": "guided-0123456789abcdef",
        "scope": " ".join(SCOPES), "htm": "POST", "htu": PATHS[0], "content_digest": digest(BODY),
    }  # fmt: skip
    first, second = ([(name, json.dumps(value).encode()) for name, value in part.items()] for part in (header, claims))
    return Draft(ring, first, second)
