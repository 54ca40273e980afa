"""Sessions and people for tests of the store: made up, small, all alike."""

from __future__ import annotations

import base64
from dataclasses import replace
from typing import Any

from chalicelib.model.callback import ask_callback
from chalicelib.model.counsellor import Counsellor
from chalicelib.model.handoff import Handoff, Lane
from chalicelib.model.moves import open_session
from chalicelib.model.session import Session

__all__ = ["FIRST", "SECOND_ONE", "opened", "session_id"]

FIRST = Counsellor("first", "sub-first", frozenset(), 0)
SECOND_ONE = Counsellor("second", "sub-second", frozenset(), 0)


def session_id(number: int) -> str:
    """The id of a made-up session."""
    return "ho_" + base64.b32encode(number.to_bytes(16, "big")).decode().rstrip("=").lower()


def at_once(at: int, _not_after: int | None, _zone: str | None) -> int:
    """A slot: any moment will do."""
    return at


def opened(number: int, now: int, *, lane: Lane = "chat", hooked: bool = False, **changed: Any) -> Session:
    """A session as a handoff opens it at ``now`` (ms): a chat or a callback that waits at once."""
    session = open_session(
        Handoff("tiktok", "call", "fr", session="chat"), id=session_id(number), partner="tiktok", now=now,
        fingerprint=b"f" * 16, subject=None, number=None, zone=None, is_open=lane == "chat", turn=None, wait="now",
        slot=at_once, sealed=lane == "callback", has_report=False, hooked=hooked,
    )  # fmt: skip
    if lane == "callback":
        session = ask_callback(session, b"sealed", "FR", None, None, False, "hidden", now, at_once)
    return replace(session, **changed)
