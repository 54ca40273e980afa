"""The API's changes, for those who build on it: the newest first. CHANGELOG.md has the same words; a test compares."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

__all__ = ["CHANGES", "Change"]


@dataclass(frozen=True)
class Change:
    """What came on one day (ISO 8601) to a version of the contract."""

    version: str
    day: str
    points: Sequence[str]


CHANGES: Sequence[Change] = (
    Change(
        "1.0.0",
        "2026-11-22",
        (
            "Handoffs: create, read the status, cancel; the token’s jti is the idempotency key.",
            "Status webhooks by Standard Webhooks 1.0.0, with HMAC-SHA256 and Ed25519.",
            "Sandbox partners: scripts chosen by subject, and the reason why a token was refused.",
            "RateLimit and RateLimit-Policy on every answer to a partner; problem rate_limited (429), for reads alone.",
            "Public: availability, health, the OpenAPI 3.1 document, the signed fallback card and its keys.",
        ),
    ),
)
