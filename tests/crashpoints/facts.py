"""What stands when all is over, in a form in which two runs can be compared: no chance, no moments, words in clear."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from chalicelib.aws.codec import decode
from chalicelib.desk import notes, transcript
from chalicelib.desk.base import Desk, open_sealed
from chalicelib.model.session import Session
from ops.trail import records_of
from tests.crashpoints.world import World

__all__ = ["Facts", "facts", "plainly", "sessions", "shown"]

Facts = dict[str, Any]

MOMENTS = frozenset({
    "created", "due", "deadline", "reserved_until", "claimed_at", "lease_until", "youth_seen", "youth_at",
    "counsellor_at", "youth_typing", "counsellor_typing", "checked_at", "closed_at", "undo_until", "expires_at",
    "stepped", "deliver_at", "waited", "not_before", "not_after",
})  # fmt: skip
CHANCE = frozenset({"write_id", "courier", "number", "bound", "facts"})
SHOWN = frozenset({
    "id", "state", "status", "lane", "band", "sequence", "epoch", "audience", "owner", "coded", "aside", "youth_n",
    "counsellor_n", "notes_n", "reason", "attempts",
})  # fmt: skip
SWEPT = {"take": "claim"}
"""What the sweep calls a deed whose record it found missing."""
DELIVERERS = frozenset({"tried", "tries"})


def sessions(world: World) -> list[Session]:
    """Every session as it is stored."""
    return [decode(item) for item in world.db.items("sessions") if item["sk"]["S"] == "session"]


def plainly(session: Session) -> Facts:
    """A session without moments and without what chance made."""
    kept = {name: value for name, value in asdict(session).items() if name not in MOMENTS | CHANCE | DELIVERERS}
    outcomes = [one.outcome for one in session.attempts]
    parked = session.parked is not None  # as gone, or as stopped if that was said before
    return {**kept, "attempts": outcomes, "parked": parked, "urgent": None if session.due is None else _target(session)}


def shown(session: Session) -> Facts:
    """What those who are answered are shown of a session."""
    return {name: value for name, value in plainly(session).items() if name in SHOWN}


def _target(session: Session) -> int:
    return (session.deadline or 0) - (session.due or 0)


def facts(world: World) -> Facts:
    """Sessions and their words, rows beside them, keys, the audit, and what the partner was told."""
    desk = world.process()
    found: Facts = {}
    for session in sessions(world):
        found[f"session {session.id}"] = plainly(session)
        found[f"words {session.id}"] = _words(desk, session)
    for item in world.db.items("sessions"):
        pk, sk = item["pk"]["S"], item["sk"]["S"]
        if sk not in ("session", "line") and not pk.startswith(("usage#", "audit#")):
            found[f"row {pk} {sk}"] = sorted(item)
    records = records_of(world.db.items("sessions"))
    found["audit"] = sorted({f"{one.who} {SWEPT.get(one.what, one.what)} {one.session}" for one in records})
    for item in world.db.items("keys"):
        found[f"key {item['pk']['S']}"] = _known(item)
    found["told"] = _told(world)
    return found


def _known(item: Mapping[str, Any]) -> Any:
    """Of a key that it is there; of a number who holds it and whether it may be called.

    Not how often: a call is counted before it is made, so one whose answer is lost counts twice, and none too little.
    """
    return (item.get("holders", {}).get("SS"), item["unsafe"]["BOOL"]) if "calls" in item else "there"


def _words(desk: Desk, session: Session) -> Mapping[str, Any]:
    if session.erased:
        return {}
    number = open_sealed(desk, session.id, "number", session.number) if session.number else None
    report = desk.sessions.report(session.id) if session.has_report else None
    return {
        "words": [(word.side, word.n, word.text) for word in transcript.read(desk, session)],
        "notes": [(noted.note.n, noted.note.kind, noted.text) for noted in notes.read_notes(desk, session)],
        "number": number,
        "report": open_sealed(desk, session.id, "report", report) if report else None,
    }


def _told(world: World) -> dict[str, list[str]]:
    """Each partner's news, each once: a delivery may arrive twice under one id."""
    found: dict[str, list[str]] = {}
    for post in dict.fromkeys(world.posts):
        found.setdefault(post.session, []).append(f"{post.sequence} {post.status}")
    return found
