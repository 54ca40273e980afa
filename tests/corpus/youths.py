"""Youth states, one for each scene of the page and its turns, and many more for comparing the page's two rules."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import product
from typing import Any

__all__ = ["CALL", "SAID", "SCENES", "SUNDAY_NIGHT", "many", "view"]

SUNDAY_NIGHT = 1_795_315_500_000  # 2026-11-22T02:45:00Z


def view(**changes: Any) -> dict[str, Any]:
    """A youth state with ``id``, received in open hours unless changed."""
    return {
        "id": "ho_" + "a" * 26,
        "state": "received",
        "session": None,
        "wait": "under_5_min",
        "open": True,
        "closes_at": "2026-11-22T23:00:00+01:00",
        "callback": None,
        "messages": [],
        "counters": {"youth": 0, "counsellor": 0},
        "ended": None,
        "danger": False,
        "back": None,
        "typing": False,
        "check": False,
        "resume": None,
        **changes,
    }


CALL: Mapping[str, Any] = {
    "at": "2026-11-23T13:30:00.000Z",
    "has_number": True,
    "voicemail": False,
    "word": "tournesol",
    "caller_id": "hidden",
}
SAID = [
    {"from": "youth", "n": 1, "text": "bonjour", "at": "2026-11-22T02:40:00.000Z"},
    {"from": "counsellor", "n": 1, "text": "bonsoir", "at": "2026-11-22T02:41:00.000Z"},
]
_SHUT = {"open": False, "closes_at": None, "next_open_at": "2026-11-22T09:00:00+01:00", "wait": "closed"}
_TALK = {"session": "chat", "messages": SAID, "counters": {"youth": 1, "counsellor": 1}}

SCENES: Mapping[str, dict[str, Any]] = {
    "choose": view(),
    "busy": view(wait="longer"),
    "shut": view(**_SHUT),
    "shut-callback": view(**_SHUT, session="callback", callback={**CALL, "at": None, "has_number": False}),
    "shut-for-good": view(**{**_SHUT, "next_open_at": None}),
    "number": view(session="callback", callback={**CALL, "at": None, "has_number": False}),
    "line-chat": view(state="waiting", session="chat"),
    "line-busy": view(state="waiting", session="chat", wait="longer"),
    "line-shut": view(state="waiting", session="chat", **_SHUT),
    "lost": view(state="waiting", back="lost", **_TALK),
    "handed-over": view(state="waiting", back="handed_over", **_TALK),
    "danger": view(danger=True),
    "danger-line": view(state="waiting", session="chat", danger=True),
    "danger-shut": view(**_SHUT, danger=True),
    "danger-talk": view(state="connected", danger=True, **_TALK),
    "line-callback": view(state="waiting", session="callback", callback={**CALL, "at": None}),
    "planned-callback": view(state="scheduled", session="callback", callback=CALL),
    "planned-shown": view(
        state="scheduled", session="callback", callback={**CALL, "voicemail": True, "caller_id": "3018"}, **_SHUT
    ),
    "talk-chat": view(state="connected", **_TALK),
    "typing": view(state="connected", typing=True, **_TALK),
    "check": view(state="connected", check=True, **_TALK),
    "coded": view(state="connected", resume="ABC-DEFG-HJK", **_TALK),
    "talk-callback": view(state="connected", session="callback", callback=CALL),
    **{ended: view(state="closed", session="chat", ended=ended) for ended in ("ended", "cancelled", "left", "expired")},
    "danger-over": view(state="closed", ended="ended", danger=True, **_TALK),
}
"""By name: every scene, and each turn of one that has words of its own."""


def many() -> Iterator[dict[str, Any]]:
    """Some thousand states, likely and not."""
    places = product(
        ("received", "scheduled", "waiting", "connected", "closed"), (None, "chat", "callback"),
        ("now", "under_15_min", "longer", "closed"), (True, False), (True, False), (None, "lost", "handed_over"),
    )  # fmt: skip
    calls = [None, CALL, {**CALL, "at": None, "word": None}, {"at": None, "has_number": False, "voicemail": True}]
    for number, (state, lane, wait, is_open, danger, back) in enumerate(places):
        call = calls[number % len(calls)] if lane == "callback" else None
        found = view(state=state, session=lane, wait=wait, open=is_open, danger=danger, back=back, callback=call)
        found |= {"typing": number % 3 == 0, "check": number % 5 == 0, "resume": "ABC-DEFG-HJK" if number % 7 else None}
        found |= {"ended": "ended" if state == "closed" else None, "closes_at": found["closes_at"] if is_open else None}
        found |= {"next_open_at": None if is_open or number % 4 else "2026-11-22T09:00:00+01:00"}
        yield found
