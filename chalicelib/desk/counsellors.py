"""What the holder of a session may do: keep it, talk, call, hand it over, close, and undo a close."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import NoReturn

from chalicelib.desk.base import Desk, change, find, open_sealed
from chalicelib.desk.erasing import finish_erasing
from chalicelib.desk.ids import well_formed
from chalicelib.desk.notes import next_number, write_note
from chalicelib.desk.numbers import check_number, count_call, stop_number
from chalicelib.desk.queue import PRESENT_FOR
from chalicelib.desk.trail import record_deed
from chalicelib.desk.transcript import write
from chalicelib.model import callback, chat, hold, moves
from chalicelib.model.counsellor import SPECIALITIES, Counsellor
from chalicelib.model.session import Band, Reason, Session, State
from chalicelib.model.status import settle
from chalicelib.ports import Conflict, Message, Note
from chalicelib.problems import Place, Problem

__all__ = [
    "ask_still_there", "attempt", "close", "hand_over", "note", "release", "renew", "reveal", "say", "triage",
    "typing", "undo", "view",
]  # fmt: skip


def view(desk: Desk, id: str) -> Session:
    """A session as it stands now."""
    if not well_formed(id):
        raise Problem("not_found")
    return settle(desk.sessions.get(id) or find(desk, id, strong=True), desk.clock())


def renew(desk: Desk, who: Counsellor, id: str, epoch: int) -> Session:
    """Keep holding: one write, no read."""
    _check(desk, id, epoch)
    try:
        return desk.sessions.renew(id, who.subject, epoch, desk.clock() + desk.rules.lease)
    except Conflict as lost:
        if lost.winner is None:
            raise Problem("not_found") from None
        hold.require_hold(lost.winner, who.subject, epoch)
        raise Problem("taken_over") from None


def _check(desk: Desk, id: str, epoch: int) -> None:
    if not well_formed(id):
        raise Problem("not_found")
    if not 0 < epoch < 2**53:  # no claim ever had it, and the store could not hold it
        find(desk, id)
        raise Problem("taken_over")


def _held(
    desk: Desk, who: Counsellor, id: str, epoch: int, move: Callable[[Session, int], Session],
    seen: Session | None = None, *, deed: str = "", fact: str = "",
) -> Session:  # fmt: skip
    """One guarded write of the holder, decided on ``seen`` or on what is read; a ``deed`` is recorded first."""
    _check(desk, id, epoch)

    def guarded(session: Session, now: int) -> Session:
        hold.require_hold(session, who.subject, epoch)
        return move(session, now)

    seen = seen or view(desk, id)
    if deed:
        record_deed(desk, who, deed, seen, guarded, fact)
    return change(desk, seen, guarded, also=("owner",))


def release(desk: Desk, who: Counsellor, id: str, epoch: int) -> Session:
    """Give the session back to the line, at its old place."""
    return _held(desk, who, id, epoch, lambda s, _: hold.release(s), deed="release")


def close(desk: Desk, who: Counsellor, id: str, epoch: int, reason: Reason) -> Session:
    """End the session. It can be undone for a while; then what is personal is erased. The same close says the same."""
    session = view(desk, id)
    ended_so = (session.state, session.epoch, session.owner, session.reason)
    if ended_so == (State.CLOSED, epoch, who.subject, reason):
        return finish_erasing(desk, session)
    closed = _held(
        desk, who, id, epoch, lambda s, now: hold.close(s, reason, now, undoable=True), session, deed="close",
        fact=reason,
    )  # fmt: skip
    return finish_erasing(desk, closed)


def undo(desk: Desk, who: Counsellor, id: str, epoch: int) -> Session:
    """Hold again what this counsellor closed a moment ago; problem ``too_late`` when it is erased or about to be."""
    _check(desk, id, epoch)
    session = view(desk, id)

    def move(seen: Session, now: int) -> Session:
        return hold.undo(seen, who.subject, epoch, now, desk.rules.lease)

    record_deed(desk, who, "undo", session, move)
    return change(desk, session, move, also=("owner", "erasing", "erased"))


def say(desk: Desk, who: Counsellor, id: str, epoch: int, n: int, text: str) -> Message:
    """Take the counsellor's message ``n`` once."""
    _check(desk, id, epoch)

    session = view(desk, id)
    hold.require_hold(session, who.subject, epoch)
    return write(desk, session, "counsellor", n, text, _guard(who, epoch), ("owner",))[1]


def _guard(who: Counsellor, epoch: int) -> Callable[[Session, int], Session]:
    def guard(session: Session, _: int) -> Session:
        hold.require_hold(session, who.subject, epoch)
        return session

    return guard


def typing(desk: Desk, who: Counsellor, id: str, epoch: int) -> None:
    """The counsellor types: one write, no read; of no consequence when it is late."""
    _check(desk, id, epoch)
    desk.sessions.touch(id, "counsellor_typing", desk.clock(), owner=who.subject, epoch=epoch)


def ask_still_there(desk: Desk, who: Counsellor, id: str, epoch: int) -> Session:
    """The youth's page asks, gently, whether somebody is still there."""
    return _held(desk, who, id, epoch, chat.ask_still_there)


def note(desk: Desk, who: Counsellor, id: str, epoch: int, n: int, kind: str, code: str, text: str) -> Note:
    """Keep note ``n`` for whoever holds the session next."""
    return _noted(desk, who, id, epoch, n, kind, code, text, lambda s, _: s)[1]


def _noted(
    desk: Desk, who: Counsellor, id: str, epoch: int, n: int, kind: str, code: str, text: str,
    move: Callable[[Session, int], Session], *, deed: str = "", fact: str = "",
) -> tuple[Session, Note]:  # fmt: skip
    _check(desk, id, epoch)
    session = view(desk, id)
    hold.require_hold(session, who.subject, epoch)
    written = Note(n, desk.clock(), kind, code, who.username, b"")

    def guarded(seen: Session, now: int) -> Session:
        hold.require_hold(seen, who.subject, epoch)
        return move(seen, now)

    if deed and n == session.notes_n + 1:  # any other number is a repeat, or is refused
        record_deed(desk, who, deed, session, guarded, fact)
    return write_note(desk, session, written, text, guarded, ("owner",))


def triage(desk: Desk, who: Counsellor, id: str, epoch: int, n: int, band: Band, text: str) -> Session:
    """Another urgency, with the reason as note ``n``."""
    return _noted(
        desk, who, id, epoch, n, "triage", band, text, lambda s, _: moves.triage(s, band), deed="triage", fact=band
    )[0]  # fmt: skip


def hand_over(
    desk: Desk, who: Counsellor, id: str, epoch: int, n: int, *, speciality: str | None, colleague: str | None,
    text: str,
) -> Session:  # fmt: skip
    """Back to the line, for a while for one speciality or one colleague only; words and notes stay with it."""
    if (speciality is None) == (colleague is None) or (speciality and speciality not in SPECIALITIES):
        raise Problem("bad_request", errors=(Place("", "one_of", "Name a speciality or a colleague."),))
    if colleague is not None and not any(
        one.username == colleague
        and one.subject != who.subject
        and not one.on_break
        and desk.clock() - one.seen < PRESENT_FOR
        for one in desk.presence.everybody()
    ):
        raise Problem("wrong_moment", "The colleague is not at the console.")
    audience = speciality or f"@{colleague}"
    code = speciality or str(colleague)
    session = view(desk, id)
    said = (session.epoch, session.state, session.audience) == (epoch, State.WAITING, audience)
    if said and n == session.notes_n:  # said twice: only the note may still be missing
        return _keep_handover(desk, session, Note(n, desk.clock(), "handover", code, who.username, b""), text)

    def move(seen: Session, now: int) -> Session:
        if n <= seen.notes_n:  # still held, so whatever has this number is no handover of this hold
            raise next_number(seen)
        return moves.hand_over(seen, audience, now)

    return _noted(
        desk, who, id, epoch, n, "handover", code, text, move, deed="handover", fact=speciality or "colleague"
    )[0]  # fmt: skip


def _keep_handover(desk: Desk, session: Session, note: Note, text: str) -> Session:
    return write_note(desk, session, note, text, lambda s, _: s, ())[0]


def attempt(desk: Desk, who: Counsellor, id: str, epoch: int, outcome: str) -> Session:
    """Write down how a callback attempt ended, and do what follows from it.

    After *answered_unsafe* the number is stopped first: no session that holds it may be called any more. Where that
    fails the session ends all the same, and its erasing, which the sweep does again each minute, stops the number.
    """
    _check(desk, id, epoch)
    session = view(desk, id)
    owed = False
    if outcome == "answered_unsafe":
        hold.require_hold(session, who.subject, epoch)
        try:
            stop_number(desk, session)
        except Problem:
            owed = True

    def move(seen: Session, now: int) -> Session:
        after = callback.attempt(seen, outcome, now, retry=desk.rules.callback_retry, slot=desk.slots.slot)
        return replace(after, stopping=owed)

    return finish_erasing(desk, _held(desk, who, id, epoch, move, session, deed="attempt", fact=outcome))


def reveal(desk: Desk, who: Counsellor, id: str, epoch: int) -> str:
    """The number in E.164. Its audit record is written first; from here on the counsellor is dialling.

    Problem ``wrong_moment`` outside the hours for calls; by what is known of the number over all sessions
    ``unsafe_number``, or ``called_enough``: then the session goes back to the line until it may be called.
    """
    _check(desk, id, epoch)
    session = view(desk, id)
    hold.require_hold(session, who.subject, epoch)
    if session.number is None:
        raise Problem("no_number")
    now = desk.clock()
    slot = callback.next_slot(session, now, slot=desk.slots.slot)
    if slot > now:
        raise Problem("wrong_moment", f"It may be called from {desk.slots.show(slot)}: release it, it comes back then.")
    plain = open_sealed(desk, id, "number", session.number)
    if plain is None:
        raise Problem("no_number")
    seen, free = check_number(desk, plain.decode(), now)
    again = callback.is_dialled(session)
    if free > now and not again:
        _put_off(desk, who, session, epoch, free)
    desk.audit.record(who.username, "reveal", id, now, epoch=epoch)
    if not again:
        count_call(desk, session, plain.decode(), seen)
    _held(desk, who, id, epoch, callback.dial, session)
    return plain.decode()


def _put_off(desk: Desk, who: Counsellor, session: Session, epoch: int, free: int) -> NoReturn:
    """Back to the line: in the counsellor's hands it could only be closed, and released as it was it came first."""
    _held(
        desk, who, session.id, epoch, lambda s, now: callback.put_off(s, now, slot=desk.slots.slot, free=free), session,
        deed="release",
    )  # fmt: skip
    at = desk.slots.show(free)
    raise Problem("called_enough", f"It may be called again at {at}: the session comes back to the line by itself.")
