"""What partners may do: hand a youth over, read the status, cancel, and ask how the line stands."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass

from chalicelib import phone
from chalicelib.desk.base import Desk, change, find
from chalicelib.desk.erasing import finish_erasing, forget_new_key
from chalicelib.desk.ids import session_id, well_formed
from chalicelib.desk.numbers import keep_number
from chalicelib.desk.queue import expected_wait
from chalicelib.model.handoff import Handoff, Lane
from chalicelib.model.moves import cancel_for_partner, open_session, rehearse
from chalicelib.model.partner import Partner
from chalicelib.model.rehearsal import LASTS, SCRIPTS, named
from chalicelib.model.retention import REPORT_LASTS
from chalicelib.model.session import LANES, Session
from chalicelib.model.status import settle
from chalicelib.ports import Gone
from chalicelib.problems import Place, Problem

__all__ = ["Availability", "Taken", "availability", "cancel", "receive", "status"]

WINDOW_WITHIN = 3 * 24 * 3600 * 1000
CLOCKS_DIFFER = 10_000
"""How far the clocks of two processes may be apart (ms)."""


@dataclass(frozen=True)
class Taken:
    """A handoff taken: its session, and whether it had been taken before."""

    session: Session
    replayed: bool


@dataclass(frozen=True)
class Availability:
    """How the line stands: open, the next change (ms), the wait of each lane, and how long this may be kept (s)."""

    open: bool
    turn: int | None
    waits: dict[Lane, str]
    max_age: int


def receive(desk: Desk, partner: Partner, jti: str, body: bytes, handoff: Handoff) -> Taken:
    """Open the one session of (partner, jti), or find it again; problem 422 when the jti came with another body.

    A retry is answered as the first time even where the same request would be refused by now.
    """
    id = session_id(desk.secrets, partner.id, jti)
    fingerprint = desk.secrets.mac("fingerprint", body)[:16]
    prepare = _rehearse if partner.sandbox else _prepare
    try:
        session = prepare(desk, partner, id, fingerprint, handoff)
    except Problem:
        first = desk.sessions.get(id, strong=True)
        if first is None:
            raise
        return _replay(desk, first, handoff, fingerprint)
    first = desk.sessions.create(session)
    if first is None:
        return Taken(session, replayed=False)
    return _replay(desk, first, handoff, fingerprint)


def _replay(desk: Desk, first: Session, handoff: Handoff, fingerprint: bytes) -> Taken:
    # Something may have been sealed just now, whatever the vault answered: it must not outlive what was erased.
    if first.rehearsal is None and (handoff.report is not None or (handoff.callback and handoff.callback.number)):
        try:
            forget_new_key(desk, first)
        except Problem:
            if first.stripped:  # a retry forgets it; nothing of what was erased may lie there again
                raise
    if first.fingerprint != fingerprint:
        if handoff.report is not None and not first.has_report:
            desk.sessions.drop_report(first.id, fingerprint)
        raise Problem("idempotency_mismatch")
    return Taken(first, replayed=True)


def _prepare(desk: Desk, partner: Partner, id: str, fingerprint: bytes, handoff: Handoff) -> Session:
    now = desk.clock()
    _check_platform(partner, handoff)
    number = _read_number(handoff, now, fiction=desk.rules.fiction)
    sealed_number, has_report = _keep_personal(desk, id, handoff, number, fingerprint, now)
    is_open = desk.slots.is_open(now)
    return open_session(
        handoff, id=id, partner=partner.id, now=now, fingerprint=fingerprint,
        subject=_subject(desk, partner, handoff), number=sealed_number, zone=number.zone if number else None,
        is_open=is_open, turn=desk.slots.turn(now), slot=desk.slots.slot,
        wait=expected_wait(desk, handoff.session, now, is_open=is_open),
        # Also where it was not kept: what was begun for it goes with the session.
        sealed=number is not None or handoff.report is not None, has_report=has_report,
        hooked=partner.webhook is not None,
    )  # fmt: skip


def _rehearse(desk: Desk, partner: Partner, id: str, fingerprint: bytes, handoff: Handoff) -> Session:
    """The sandbox checks what a real handoff is checked for, and keeps nothing of it."""
    now = desk.clock()
    _check_platform(partner, handoff)
    _read_number(handoff, now, fiction=True)
    name = named(handoff.subject)
    if name is None:
        known = ", ".join(SCRIPTS)
        raise Problem("bad_request", errors=(Place("/subject", "unknown", f"After sandbox: one of {known}."),))
    if SCRIPTS[name].busy_first and desk.sessions.first_time(id, (now + LASTS) // 1000):
        raise Problem("unavailable", retry_after=1)
    turn = desk.slots.turn(now) if SCRIPTS[name].open else now + SCRIPTS[name].steps[1][0]
    return rehearse(
        handoff, name, id=id, partner=partner.id, now=now, fingerprint=fingerprint, turn=turn,
        hooked=partner.webhook is not None,
    )  # fmt: skip


def _check_platform(partner: Partner, handoff: Handoff) -> None:
    if handoff.platform not in partner.platforms:
        raise Problem("foreign_platform", errors=(Place("/platform", "foreign", "Not registered for you."),))
    url = handoff.return_url
    if url is not None and not any(url.startswith(prefix) for prefix in partner.return_prefixes):
        raise Problem("return_url_not_registered", errors=(Place("/return_url", "not_registered", "No such prefix."),))


def _read_number(handoff: Handoff, now: int, *, fiction: bool) -> phone.Number | None:
    wish = handoff.callback
    if wish is None:
        return None
    check_window(wish.not_before, wish.not_after, now, "/callback")
    if wish.number is None:
        return None
    return read_number(wish.number, "/callback/number", fiction=fiction)


def read_number(text: str, pointer: str, *, fiction: bool) -> phone.Number:
    """A number that can be called back, in E.164; problem ``bad_number`` otherwise. ``fiction``: made-up ones, too."""
    try:
        return phone.read(text, fiction=fiction)
    except phone.BadNumber as bad:
        raise Problem("bad_number", errors=(Place(pointer, bad.code, "This number cannot be called back."),)) from None


def check_window(not_before: int | None, not_after: int | None, now: int, pointer: str) -> None:
    """Refuse a window that ends before it starts, is over, or reaches more than three days away.

    A moment at the calendar's edge has no UTC form: once kept, nobody could be shown the session any more.
    """
    ends_early = not_before is not None and not_after is not None and not_after <= not_before
    if ends_early or (not_after is not None and not_after <= now):
        raise Problem("bad_window", errors=(Place(f"{pointer}/not_after", "bad_window", "Too early."),))
    for name, at in (("not_before", not_before), ("not_after", not_after)):
        if at is not None and abs(at - now) > WINDOW_WITHIN:
            raise Problem("bad_window", errors=(Place(f"{pointer}/{name}", "bad_window", "More than 3 days away."),))


def _subject(desk: Desk, partner: Partner, handoff: Handoff) -> bytes | None:
    if handoff.subject is None:
        return None
    return desk.secrets.mac("subject", partner.id.encode(), handoff.subject.encode())[:16]


def _keep_personal(
    desk: Desk, id: str, handoff: Handoff, number: phone.Number | None, fingerprint: bytes, now: int
) -> tuple[bytes | None, bool]:
    """Seal the number and keep the report before the session is put, so that a crash leaves nothing but an orphan.

    Without the vault the tap still counts: number and report are not kept, and the page asks again.
    """
    try:
        sealed = _keep_number(desk, id, number) if number else None
        if handoff.report is None:
            return sealed, False
        text = json.dumps(asdict(handoff.report), separators=(",", ":")).encode()
        kept = desk.sessions.save_report(
            id, fingerprint, desk.cipher.seal(id, "report", text), (now + REPORT_LASTS) // 1000
        )
    except Gone:
        return None, False
    if not kept:
        raise Problem("idempotency_mismatch")
    return sealed, True


def _keep_number(desk: Desk, id: str, number: phone.Number) -> bytes | None:
    # Too many wait for a call to it, or nothing can be noted now: a tap is taken all the same.
    try:
        return keep_number(desk, id, number.e164)
    except Problem:
        return None


def status(desk: Desk, partner: Partner, id: str, *, known: int = 0) -> Session:
    """The partner's own session; foreign, absent and malformed ids answer alike.

    A miss, or a sequence older than the caller's, is read again strongly.
    """
    if not well_formed(id):
        raise Problem("not_found")
    now = desk.clock()
    session = desk.sessions.get(id)
    if session is None or settle(session, now).sequence < known:
        session = find(desk, id, strong=True)
    if session.partner != partner.id:
        raise Problem("not_found")
    told = settle(session, now)
    # What a process whose clock is ahead has told by the clock alone stays told: a status never goes back.
    return told if told.sequence >= known else settle(session, now + CLOCKS_DIFFER)


def cancel(desk: Desk, partner: Partner, id: str) -> Session:
    """Cancel before the youth opened the page; cancelling again says the same."""
    seen = status(desk, partner, id)
    return finish_erasing(desk, change(desk, find(desk, seen.id), cancel_for_partner, also=("bound",)))


def availability(desk: Desk) -> Availability:
    """How the line stands, for everybody."""
    now = desk.clock()
    is_open, turn = desk.slots.is_open(now), desk.slots.turn(now)
    line = desk.directory.line(fresh=True)
    waits = {lane: line.wait(lane, now, open=is_open) for lane in LANES}
    left = 15 if turn is None else max(0, min(15, (turn - now) // 1000))
    return Availability(is_open, turn, waits, left)
