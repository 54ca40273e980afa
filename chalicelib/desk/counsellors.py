"""What the holder of a session may do: keep it, talk, hand it over, close, and undo a close. Calls stand apart."""

from __future__ import annotations

from chalicelib.desk.base import Desk, change
from chalicelib.desk.erasing import finish_erasing
from chalicelib.desk.holding import Move, check, guarded, held, mine, view
from chalicelib.desk.notes import next_number, write_note
from chalicelib.desk.queue import PRESENT_FOR
from chalicelib.desk.trail import record_deed
from chalicelib.desk.transcript import write
from chalicelib.model import chat, hold, moves
from chalicelib.model.counsellor import SPECIALITIES, Counsellor
from chalicelib.model.session import Band, Reason, Session, State
from chalicelib.ports import Conflict, Message, Note
from chalicelib.problems import Place, Problem

__all__ = [
    "ask_still_there", "close", "hand_over", "note", "release", "renew", "say", "triage", "typing", "undo",
]  # fmt: skip


def renew(desk: Desk, who: Counsellor, id: str, epoch: int) -> Session:
    """Keep holding: one write, no read."""
    check(desk, id, epoch)
    try:
        return desk.sessions.renew(id, who.subject, epoch, desk.clock() + desk.rules.lease)
    except Conflict as lost:
        if lost.winner is None:
            raise Problem("not_found") from None
        hold.require_hold(lost.winner, who.subject, epoch)
        raise Problem("taken_over") from None


def release(desk: Desk, who: Counsellor, id: str, epoch: int) -> Session:
    """Give the session back to the line, at its old place."""
    return held(desk, who, id, epoch, lambda s, _: hold.release(s), deed="release")


def close(desk: Desk, who: Counsellor, id: str, epoch: int, reason: Reason) -> Session:
    """End the session. It can be undone for a while; then what is personal is erased. The same close says the same."""
    session = view(desk, id)
    ended_so = (session.state, session.epoch, session.owner, session.reason)
    if ended_so == (State.CLOSED, epoch, who.subject, reason):
        return finish_erasing(desk, session)
    closed = held(
        desk, who, id, epoch, lambda s, now: hold.close(s, reason, now, undoable=True), session, deed="close",
        fact=reason,
    )  # fmt: skip
    return finish_erasing(desk, closed)


def undo(desk: Desk, who: Counsellor, id: str, epoch: int) -> Session:
    """Hold again what this counsellor closed a moment ago; problem ``too_late`` when it is erased or about to be."""
    check(desk, id, epoch)
    session = view(desk, id)

    def move(seen: Session, now: int) -> Session:
        return hold.undo(seen, who.subject, epoch, now, desk.rules.lease)

    record_deed(desk, who, "undo", session, move)
    return change(desk, session, move, also=("owner", "erasing", "erased"))


def say(desk: Desk, who: Counsellor, id: str, epoch: int, n: int, text: str) -> Message:
    """Take the counsellor's message ``n`` once."""
    session = mine(desk, who, id, epoch)
    return write(desk, session, "counsellor", n, text, guarded(who, epoch), ("owner",))[1]


def typing(desk: Desk, who: Counsellor, id: str, epoch: int) -> None:
    """The counsellor types: one write, no read; of no consequence when it is late."""
    check(desk, id, epoch)
    desk.sessions.touch(id, "counsellor_typing", desk.clock(), owner=who.subject, epoch=epoch)


def ask_still_there(desk: Desk, who: Counsellor, id: str, epoch: int) -> Session:
    """The youth's page asks, gently, whether somebody is still there."""
    return held(desk, who, id, epoch, chat.ask_still_there)


def note(desk: Desk, who: Counsellor, id: str, epoch: int, n: int, kind: str, code: str, text: str) -> Note:
    """Keep note ``n`` for whoever holds the session next."""
    return _noted(desk, who, id, epoch, n, kind, code, text, lambda s, _: s)[1]


def _noted(
    desk: Desk, who: Counsellor, id: str, epoch: int, n: int, kind: str, code: str, text: str,
    move: Move, *, deed: str = "", fact: str = "",
) -> tuple[Session, Note]:  # fmt: skip
    session = mine(desk, who, id, epoch)
    written = Note(n, desk.clock(), kind, code, who.username, b"")
    move = guarded(who, epoch, move)
    if deed and n == session.notes_n + 1:  # any other number is a repeat, or is refused
        record_deed(desk, who, deed, session, move, fact)
    return write_note(desk, session, written, text, move, ("owner",))


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
