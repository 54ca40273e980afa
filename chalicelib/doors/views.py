"""Sessions and lines in wire form, as ``schemas/`` say."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from chalicelib import emergency
from chalicelib.desk.base import Desk
from chalicelib.desk.ids import youth_code
from chalicelib.desk.transcript import Word
from chalicelib.model.session import Session

__all__ = ["handoff_answer", "handoff_status", "hours", "moment", "word"]


def moment(at: int | None) -> str | None:
    """RFC 3339, UTC, milliseconds."""
    if at is None:
        return None
    return datetime.fromtimestamp(at / 1000, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def hours(desk: Desk, is_open: bool, turn: int | None) -> dict[str, Any]:
    """Open or not, and when that changes next, in Paris time (null: never)."""
    name = "closes_at" if is_open else "next_open_at"
    return {"open": is_open, name: None if turn is None else desk.slots.show(turn)}


def handoff_status(session: Session) -> dict[str, Any]:
    """What a partner may know."""
    return {"id": session.id, "status": session.status, "sequence": session.sequence}


def handoff_answer(desk: Desk, session: Session) -> dict[str, Any]:
    """The answer to a handoff, made from what was kept at its creation: a replay says the same, byte for byte."""
    facts, base = session.facts, desk.rules.base_url
    own = f"{base}/v1/handoffs/{session.id}"
    return {
        "id": session.id, "status": facts.status, "sequence": 1, "session": facts.lane, "place": {"wait": facts.wait},
        "hours": hours(desk, facts.open, facts.turn),
        "links": {
            "self": own, "youth": f"{base}/y/{youth_code(desk.secrets, session)}", "cancel": f"{own}/cancel",
        },
        "fallback": emergency.fallback(),
    }  # fmt: skip


def word(said: Word) -> dict[str, Any]:
    """One message."""
    return {"from": said.side, "n": said.n, "text": said.text, "at": moment(said.at)}
