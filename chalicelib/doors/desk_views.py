"""Sessions and the line as counsellors see them, as ``schemas/`` say."""

from __future__ import annotations

from typing import Any

from chalicelib.desk.base import Desk
from chalicelib.desk.ids import safe_word
from chalicelib.desk.notes import Noted
from chalicelib.desk.papers import Papers
from chalicelib.desk.queue import LaneView, Screen
from chalicelib.doors.views import hours, moment, word
from chalicelib.model.callback import attempts_left
from chalicelib.model.chat import is_asked, is_silent, is_typing
from chalicelib.model.counsellor import Counsellor
from chalicelib.model.line import Queued
from chalicelib.model.session import LANES, TARGETS, Band, Session, State

__all__ = ["desk_session", "screen_view"]

LISTED = 50


def desk_session(desk: Desk, session: Session, who: Counsellor, papers: Papers, *, whole: bool) -> dict[str, Any]:
    """What a counsellor sees; ``papers`` are of a session held by the one who asks.

    ``whole`` False leaves the report out, for who has it already; so does a report that cannot be read now.
    """
    mine = session.state.held and session.owner == who.subject
    undo_until = session.undo_until if session.owner == who.subject and not session.stripped else None
    return {
        "id": session.id, "epoch": session.epoch, "state": session.state, "session": session.lane,
        "lease_until": moment(session.lease_until), "claimed_at": moment(session.claimed_at),
        "created_at": moment(session.created), "waiting_since": moment(session.due),
        "waited_seconds": _waited(session), "holder": session.holder if session.state.held else None, "mine": mine,
        "partner": session.partner, "platform": session.platform, "kind": session.kind, "locale": session.locale,
        "role": session.role, "age_band": session.age_band, "band": session.band, "danger": session.danger,
        "reason": session.reason, "undo_until": moment(undo_until), "callback": _callback(desk, session),
        **({"report": papers.report} if whole and not papers.unreadable else {}),
        "messages": [word(said) for said in papers.words], "notes": [_note(one) for one in papers.notes],
        "unreadable": papers.unreadable, "counters": _counters(session), "youth": _youth(desk, session),
        "same_youth": [_other(one, who) for one in papers.others],
    }  # fmt: skip


def _counters(session: Session) -> dict[str, int]:
    return {"youth": session.youth_n, "counsellor": session.counsellor_n, "notes": session.notes_n}


def _youth(desk: Desk, session: Session) -> dict[str, Any]:
    now, after = desk.clock(), desk.rules.silent
    return {
        "seen_at": moment(session.youth_seen), "typing": is_typing(session.youth_typing, now),
        "silent": is_silent(session, now, after), "check": is_asked(session, now, after),
    }  # fmt: skip


def _note(noted: Noted) -> dict[str, Any]:
    note = noted.note
    return {
        "n": note.n, "kind": note.kind, "code": note.code or None, "text": noted.text, "by": note.by,
        "at": moment(note.at),
    }  # fmt: skip


def _other(session: Session, who: Counsellor) -> dict[str, Any]:
    held = session.state.held
    return {
        "id": session.id, "session": session.lane, "state": session.state,
        "holder": session.holder if held else None, "mine": held and session.owner == who.subject,
        "at": moment(session.due if session.state is State.SCHEDULED else session.created),
    }  # fmt: skip


def _waited(session: Session) -> int | None:
    if session.due is None or session.claimed_at is None:
        return None
    return max(0, session.claimed_at - session.due) // 1000


def _callback(desk: Desk, session: Session) -> dict[str, Any] | None:
    if session.lane != "callback":
        return None
    now = desk.clock()
    retry = desk.slots.slot(now + desk.rules.callback_retry, session.not_after, session.zone)
    return {
        "has_number": session.number is not None, "voicemail": session.voicemail, "caller_id": session.caller_id,
        "word": safe_word(desk.secrets, session), "not_before": moment(session.not_before),
        "not_after": moment(session.not_after),
        "attempts": [{"at": moment(tried.at), "outcome": tried.outcome} for tried in session.attempts],
        "attempts_left": attempts_left(session),
        "dial_now": desk.slots.slot(now, session.not_after, session.zone) <= now, "slot_at": moment(retry),
        "next_at": moment(session.due) if session.state is State.SCHEDULED else None,
    }  # fmt: skip


def screen_view(desk: Desk, found: Screen, who: Counsellor) -> dict[str, Any]:
    """The counsellors' screen in one answer: asked once a second, so it says what a session's own view need not."""
    line = found.line
    holding = {one.subject: sum(row.owner == one.subject for row in line.held) for one in found.present}
    return {
        **hours(desk, line.open, line.turn),
        "counsellor": {
            "username": who.username, "supervisor": who.supervisor, "specialities": list(who.specialities),
            "on_break": found.on_break,
        },
        "limit": desk.rules.counsellor_limit,
        "lanes": {lane: _lane(view, who, line.at) for lane, view in line.lanes.items()},
        "held": [
            {"id": row.id, "session": row.lane, "holder": row.holder, "since": moment(row.since),
             "mine": row.owner == who.subject}
            for row in line.held
        ],
        "present": [
            {"username": one.username, "specialities": list(one.specialities), "on_break": one.on_break,
             "holding": holding[one.subject], "me": one.subject == who.subject}
            for one in found.present
        ],
        "mine": [_light(desk, session) for session in found.mine],
        "line": _listed(found, who),
    }  # fmt: skip


def _lane(view: LaneView, who: Counsellor, now: int) -> dict[str, Any]:
    return {
        "waiting": len(view.due), "scheduled": view.scheduled, "oldest_wait": _age(view.oldest, now),
        "reserved": sum(not row.free_for(who.audiences, now) for row in view.due), "more": view.more,
        "bands": {
            band.value: {
                "waiting": view.band(band).waiting, "oldest_wait": _age(view.band(band).oldest, now),
                "target": TARGETS[band] // 1000,
            }
            for band in Band
        },
    }  # fmt: skip


def _age(since: int | None, now: int) -> int | None:
    return None if since is None else max(0, now - since) // 1000


def _light(desk: Desk, session: Session) -> dict[str, Any]:
    return {
        "id": session.id, "epoch": session.epoch, "state": session.state, "session": session.lane,
        "band": session.band, "danger": session.danger, "lease_until": moment(session.lease_until),
        "counters": _counters(session), "youth": _youth(desk, session), "reason": session.reason,
    }  # fmt: skip


def _listed(found: Screen, who: Counsellor) -> list[dict[str, Any]]:
    """The first rows by name: all of them for a supervisor, for others what is reserved for them."""
    now = found.line.at
    rows = [(lane, row) for lane in LANES for row in found.line.lanes[lane].due]
    mine = [
        (lane, row) for lane, row in rows if who.supervisor or (_reserved(row, now) and row.audience in who.audiences)
    ]
    return [
        {
            "id": row.id, "session": lane, "band": row.band, "waiting_since": moment(row.due),
            "reserved_for": row.audience.removeprefix("@") if _reserved(row, now) else None,
        }
        for lane, row in sorted(mine, key=lambda found: found[1].place.sk)[:LISTED]
    ]  # fmt: skip


def _reserved(row: Queued, now: int) -> bool:
    return bool(row.audience) and row.reserved_until > now
