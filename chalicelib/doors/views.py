"""Sessions and lines in wire form, as ``schemas/`` say."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from chalicelib import emergency
from chalicelib.desk.base import Desk, open_sealed
from chalicelib.desk.ids import youth_code
from chalicelib.desk.queue import Queue
from chalicelib.desk.transcript import Word
from chalicelib.model.counsellor import Counsellor
from chalicelib.model.moves import attempts_left
from chalicelib.model.session import Reason, Session, State

__all__ = ["desk_session", "handoff_answer", "handoff_status", "hours", "moment", "queue_view", "word", "youth_state"]

_ENDED = {
    Reason.CANCELLED: "cancelled", Reason.LEFT: "left", Reason.LEFT_SAFELY: "left", Reason.EXPIRED: "expired",
}  # fmt: skip


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


def youth_state(desk: Desk, session: Session, words: list[Word]) -> dict[str, Any]:
    """What the youth's page shows."""
    now = desk.clock()
    is_open = desk.slots.is_open(now)
    callback = None
    if session.lane == "callback":
        at = moment(session.due) if session.state is State.SCHEDULED else None
        callback = {"at": at, "has_number": session.number is not None, "voicemail": session.voicemail}
    return {
        "state": _youth_sees(session),
        "session": session.lane,
        "wait": desk.directory.line(fresh=True).wait(session.lane, now, open=is_open),
        **hours(desk, is_open, desk.slots.turn(now)),
        "callback": callback,
        "messages": [word(said) for said in words],
        "counters": {"youth": session.youth_n, "counsellor": session.counsellor_n},
        "ended": None if session.reason is None else _ENDED.get(session.reason, "ended"),
    }


def _youth_sees(session: Session) -> str:
    """A counsellor who has written is there for the youth, even before the youth answers."""
    if session.state is State.ACTIVE or (session.state is State.CLAIMED and session.counsellor_n > 0):
        return "connected"
    return "waiting" if session.state is State.CLAIMED else session.state.value


def desk_session(desk: Desk, session: Session, who: Counsellor, words: list[Word]) -> dict[str, Any]:
    """What a counsellor sees; the words and the report only of a session held by the one who asks."""
    mine = session.state.held and session.owner == who.subject
    return {
        "id": session.id, "epoch": session.epoch, "state": session.state, "session": session.lane,
        "lease_until": moment(session.lease_until), "claimed_at": moment(session.claimed_at),
        "created_at": moment(session.created), "waiting_since": moment(session.due),
        "waited_seconds": _waited(session), "holder": session.holder if session.state.held else None, "mine": mine,
        "partner": session.partner, "platform": session.platform, "kind": session.kind, "locale": session.locale,
        "role": session.role, "age_band": session.age_band, "band": session.band, "danger": session.danger,
        "reason": session.reason, "callback": _callback(session), "report": _report(desk, session) if mine else None,
        "messages": [word(said) for said in words] if mine else [],
        "counters": {"youth": session.youth_n, "counsellor": session.counsellor_n},
    }  # fmt: skip


def _waited(session: Session) -> int | None:
    if session.due is None or session.claimed_at is None:
        return None
    return max(0, session.claimed_at - session.due) // 1000


def _callback(session: Session) -> dict[str, Any] | None:
    if session.lane != "callback":
        return None
    return {
        "has_number": session.number is not None, "voicemail": session.voicemail, "caller_id": session.caller_id,
        "not_before": moment(session.not_before), "not_after": moment(session.not_after),
        "attempts": [{"at": moment(tried.at), "outcome": tried.outcome} for tried in session.attempts],
        "attempts_left": attempts_left(session),
        "next_at": moment(session.due) if session.state is State.SCHEDULED else None,
    }  # fmt: skip


def _report(desk: Desk, session: Session) -> dict[str, Any] | None:
    sealed = desk.sessions.report(session.id) if session.has_report and not session.erased else None
    plain = open_sealed(desk, session.id, "report", sealed) if sealed else None
    return json.loads(plain) if plain else None


def queue_view(desk: Desk, found: Queue, who: Counsellor) -> dict[str, Any]:
    """The line for the counsellors' screen."""
    return {
        **hours(desk, found.open, found.turn),
        "counsellor": {"username": who.username},
        "limit": desk.rules.counsellor_limit,
        "lanes": {
            lane: {
                "waiting": view.waiting, "scheduled": view.scheduled,
                "oldest_wait": None if view.oldest is None else max(0, found.at - view.oldest) // 1000,
                "bands": {band.value: n for band, n in view.bands.items()}, "more": view.more,
            }
            for lane, view in found.lanes.items()
        },
        "held": [
            {"id": row.id, "session": row.lane, "holder": row.holder, "since": moment(row.since),
             "mine": row.owner == who.subject}
            for row in found.held
        ],
    }  # fmt: skip
