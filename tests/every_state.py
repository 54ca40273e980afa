"""Sessions in every state that matters to a place: what differs from a chat that waits, seen a minute ago."""

from __future__ import annotations

from typing import Any

from chalicelib.model.session import MINUTE, SECOND, Reason, Session, State, Status
from tests.unit.made import NOON, made

__all__ = ["SEEN", "SESSIONS", "every"]

SEEN = {"youth_seen": NOON - MINUTE, "created": NOON - 5 * MINUTE, "due": NOON - 5 * MINUTE,
        "deadline": NOON + 10 * MINUTE}  # fmt: skip
CALL = {"lane": "callback", "number": b"+33639981234", "zone": "Europe/Paris", "sealed": True}
HELD = {"owner": "sub-first", "holder": "first", "epoch": 1, "claimed_at": NOON - 2 * MINUTE,
        "lease_until": NOON - SECOND, "waited": 3}  # fmt: skip
OVER = {**HELD, "state": State.CLOSED, "status": Status.CLOSED, "reason": Reason.HELPED, "closed_at": NOON - MINUTE,
        "lease_until": None, "expires_at": NOON // 1000 + 9}  # fmt: skip
HOOKED = {"hooked": True, "stepped": NOON - 4 * MINUTE, "sequence": 2}
FLYING = {**HOOKED, "courier": "one", "deliver_at": NOON + 20 * SECOND}
AHEAD = {"state": State.SCHEDULED, "status": Status.SCHEDULED, "due": NOON + 5 * MINUTE}
COME = {"state": State.SCHEDULED, "status": Status.SCHEDULED}
SESSIONS: dict[str, dict[str, Any]] = {
    "received": {"state": State.RECEIVED, "status": Status.ACCEPTED, "lane": None, "due": None, "deadline": None},
    "waiting": {},
    "waiting, link not opened": {"bound": None},
    "waiting, reserved": {"audience": "@first", "reserved_until": NOON + 4 * MINUTE, "epoch": 1, "waited": 3},
    "waiting, silent": {"youth_seen": NOON - 3 * MINUTE},
    "aside": {"youth_seen": NOON - 11 * MINUTE, "aside": True},
    "callback": CALL,
    "callback ahead": {**CALL, **AHEAD},
    "callback ahead, known to wait": {**CALL, **AHEAD, **HOOKED, "status": Status.WAITING},
    "callback whose hour has come": {**CALL, **COME},
    "claimed": {**HELD, "state": State.CLAIMED},
    "claimed, youth wrote": {**HELD, "state": State.CLAIMED, "youth_n": 1, "sealed": True},
    "active chat": {**HELD, "state": State.ACTIVE, "status": Status.CONNECTED, "youth_n": 1, "counsellor_n": 1,
                    "sealed": True},
    "active callback": {**CALL, **HELD, "state": State.ACTIVE, "status": Status.CONNECTED},
    "over": OVER,
    "over, undo possible": {**OVER, "sealed": True, "undo_until": NOON + MINUTE},
    "over, to be erased": {**OVER, "sealed": True},
    "owed": {**CALL, **HOOKED},
    "owed, in flight": {**CALL, **FLYING},
    "ahead, in flight": {**CALL, **AHEAD, **FLYING},
    "hour has come, owed": {**CALL, **COME, **HOOKED},
    "hour has come, in flight": {**CALL, **COME, **FLYING},
    "claimed, in flight": {**CALL, **HELD, **FLYING, "state": State.CLAIMED},
    "parked": {**CALL, **HOOKED, "parked": "gone", "deliver_at": NOON - SECOND},
    "over, in flight": {**OVER, **FLYING, "sequence": 3},
}  # fmt: skip


def every(**members: Any) -> dict[str, Session]:
    """All of them, by name."""
    return {name: made(**{**SEEN, **these, **members}) for name, these in SESSIONS.items()}
