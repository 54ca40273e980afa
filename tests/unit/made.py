"""Sessions and secrets made up for tests of pure parts."""

from __future__ import annotations

import hashlib
import hmac
from typing import Any

from chalicelib.model.session import Facts, Session, State, Status

__all__ = ["NOON", "Fixed", "anytime", "made"]

NOON = 1_795_345_200_000  # 2026-11-22T12:00:00+01:00, a Sunday


class Fixed:
    """The port ``Secrets`` with a secret that everybody knows."""

    def mac(self, purpose: str, *parts: bytes) -> bytes:
        told = b"".join(len(part).to_bytes(4, "big") + part for part in (purpose.encode(), *parts))
        return hmac.digest(b"known", told, hashlib.sha256)


def made(**members: Any) -> Session:
    """A chat that has been waiting since noon, unless told otherwise."""
    plain: dict[str, Any] = {
        "id": "ho_" + "a" * 26, "partner": "tiktok", "platform": "tiktok", "kind": "report", "locale": "fr",
        "created": NOON, "fingerprint": b"f", "facts": Facts(Status.WAITING, "chat", "now", True, None),
        "state": State.WAITING, "status": Status.WAITING, "lane": "chat", "due": NOON, "deadline": NOON + 900_000,
        "youth_seen": NOON,
    }  # fmt: skip
    return Session(**{**plain, **members})


def anytime(at: int, not_after: int | None, zone: str | None) -> int:
    """A ``Slot`` for a helpline that never closes."""
    return at
