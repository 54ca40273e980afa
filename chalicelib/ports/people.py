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

    def sign_out(self, username: str, subject: str, at: int) -> None:
        """Every sign-in before ``at`` (ms) is over, and nobody is there; raises when it was not written."""
        ...

    def signed_out(self, subject: str, *, fresh: bool = False) -> int | None:
        """When this counsellor last signed out (ms); at most two seconds old, or not at all when ``fresh``."""
        ...


class Provider(Protocol):
    """The OpenID Connect provider of the counsellors."""

    def key(self, kid: str) -> Mapping[str, object] | None:
        """The provider's public key as a JWK."""
        ...

    def enabled(self, username: str, *, fresh: bool = False) -> bool:
        """Whether the counsellor may still work; at most five seconds old, or asked now when ``fresh``."""
        ...

    def sign_out(self, username: str) -> None:
        """Nothing that was given out at a sign-in makes new tokens any more; problem ``unavailable``."""
        ...

    def exchange(self, code: str, verifier: str, redirect_uri: str) -> str | None:
        """The access token for an authorization code and its PKCE verifier; None when the provider refuses."""
        ...
