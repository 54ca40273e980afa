"""Counsellors: who they are and who is there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from chalicelib.model.counsellor import Counsellor

__all__ = ["Presence", "Present", "Provider"]


@dataclass(frozen=True)
class Present:
    """A counsellor at the console: last seen (ms), on break or not."""

    username: str
    subject: str
    specialities: tuple[str, ...]
    seen: int
    on_break: bool


class Presence(Protocol):
    """Which counsellors are at the console."""

    def mark(self, who: Counsellor, at: int, *, on_break: bool | None = None) -> None:
        """Seen ``at`` (ms); ``on_break`` None leaves it as it is."""
        ...

    def everybody(self) -> list[Present]:
        """Everybody seen lately; at most a few seconds old."""
        ...


class Provider(Protocol):
    """The OpenID Connect provider of the counsellors."""

    def key(self, kid: str) -> Mapping[str, object] | None:
        """The provider's public key as a JWK."""
        ...

    def enabled(self, username: str) -> bool:
        """Whether the counsellor may still work."""
        ...

    def exchange(self, code: str, verifier: str, redirect_uri: str) -> str | None:
        """The access token for an authorization code and its PKCE verifier; None when the provider refuses."""
        ...
