"""Notes of the counsellors' own: never seen by the youth, numbered and sealed like messages, kept exactly once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from chalicelib.desk.base import Desk, change, find, open_sealed
from chalicelib.desk.erasing import forget_new_key
from chalicelib.model.session import Session
from chalicelib.ports import Gone, Note
from chalicelib.problems import Place, Problem

__all__ = ["Noted", "next_number", "read_notes", "write_note"]


@dataclass(frozen=True)
class Noted:
    """One note in clear."""

    note: Note
    text: str


def write_note(
    desk: Desk, seen: Session, note: Note, text: str, move: Callable[[Session, int], Session], also: Sequence[str]
) -> tuple[Session, Note]:  # fmt: skip
    """Count the note and do ``move`` in one write, then keep the note; a repeat answers with the first one kept.

    Problem ``out_of_order`` names the next number when one is skipped, and when another note has this one: then
    nothing was done, so nothing may be said to be done. ``move`` is done once, however often the note is sent.
    """
    if text:
        note = replace(note, sealed=_seal(desk, seen, note, text))

    def counted(session: Session, now: int) -> Session:
        if 0 < note.n <= session.notes_n:
            if move(session, now) != session and not _same(desk, session, note, text, _kept(desk, session, note.n)):
                raise next_number(session)
            return session
        if note.n != session.notes_n + 1:
            raise next_number(session)
        return replace(move(session, now), notes_n=note.n, sealed=session.sealed or bool(text))

    try:
        session = change(desk, seen, counted, also=also)
    except Problem:
        after = find(desk, seen.id, strong=True)
        if note.sealed and not after.open:
            forget_new_key(desk, after)
        raise
    kept = desk.sessions.save_note(session.id, note)
    if kept is not note and not _same(desk, session, note, text, kept):
        raise next_number(session)
    return session, kept


def next_number(session: Session) -> Problem:
    """The refusal of a note's number that is another note's, or that leaves one out."""
    place = Place("/n", "out_of_order", f"The next number is {session.notes_n + 1}.")
    return Problem("out_of_order", errors=(place,))


def _kept(desk: Desk, session: Session, n: int) -> Note | None:
    return next((note for note in desk.sessions.notes(session.id, n - 1) if note.n == n), None)


def _same(desk: Desk, session: Session, note: Note, text: str, kept: Note | None) -> bool:
    """Whether ``kept`` is this very note, said before: every sealing differs, so the words are compared in clear."""
    if kept is None or (kept.kind, kept.code, kept.by) != (note.kind, note.code, note.by):
        return False
    return bool(kept.sealed) == bool(note.sealed) and _words(desk, session, kept) in (text, None)


def _seal(desk: Desk, seen: Session, note: Note, text: str) -> bytes:
    try:
        return desk.cipher.seal(seen.id, _field(note.n), text.encode())
    except Gone:
        raise Problem("unavailable", "The note was not kept; send it again.", retry_after=2) from None


def read_notes(desk: Desk, session: Session, after: int = 0) -> list[Noted]:
    """The notes later than number ``after``, in order."""
    if session.stripped or session.notes_n <= after:
        return []
    found = []
    for note in desk.sessions.notes(session.id, after):
        text = _words(desk, session, note)
        if text is not None:
            found.append(Noted(note, text))
    return found


def _words(desk: Desk, session: Session, note: Note) -> str | None:
    """What the note says; None when it was erased."""
    plain = open_sealed(desk, session.id, _field(note.n), note.sealed) if note.sealed else b""
    return None if plain is None else plain.decode()


def _field(n: int) -> str:
    return f"note#{n:06d}"
