"""Notes of the counsellors' own: never seen by the youth, numbered and sealed like messages, kept exactly once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from chalicelib.desk.base import Desk, change, find, open_sealed
from chalicelib.model.session import Session
from chalicelib.ports import Gone, Note
from chalicelib.problems import Place, Problem

__all__ = ["Noted", "read_notes", "write_note"]


@dataclass(frozen=True)
class Noted:
    """One note in clear."""

    note: Note
    text: str


def write_note(
    desk: Desk, seen: Session, note: Note, text: str, move: Callable[[Session, int], Session], also: Sequence[str]
) -> tuple[Session, Note]:
    """Count the note and do ``move`` in one write, then keep the note; a repeat answers with the first one kept.

    Problem ``out_of_order`` when a number is skipped; ``move`` is done once, however often the note is sent.
    """
    if text:
        note = replace(note, sealed=_seal(desk, seen, note, text))

    def counted(session: Session, now: int) -> Session:
        if 0 < note.n <= session.notes_n:
            move(session, now)  # only for its refusals
            return session
        if note.n != session.notes_n + 1:
            place = Place("/n", "out_of_order", f"The next number is {session.notes_n + 1}.")
            raise Problem("out_of_order", errors=(place,))
        return replace(move(session, now), notes_n=note.n, sealed=session.sealed or bool(text))

    try:
        session = change(desk, seen, counted, also=also)
    except Problem:
        if find(desk, seen.id, strong=True).erased:  # it ended meanwhile: sealing must not leave a new key behind
            desk.cipher.forget(seen.id)
        raise
    return session, desk.sessions.save_note(session.id, note)


def _seal(desk: Desk, seen: Session, note: Note, text: str) -> bytes:
    try:
        return desk.cipher.seal(seen.id, _field(note.n), text.encode())
    except Gone:
        raise Problem("unavailable", "The note was not kept; send it again.", retry_after=2) from None


def read_notes(desk: Desk, session: Session, after: int = 0) -> list[Noted]:
    """The notes later than number ``after``, in order."""
    if session.erased or session.notes_n <= after:
        return []
    found = []
    for note in desk.sessions.notes(session.id, after):
        plain = open_sealed(desk, session.id, _field(note.n), note.sealed) if note.sealed else b""
        if plain is not None:
            found.append(Noted(note, plain.decode()))
    return found


def _field(n: int) -> str:
    return f"note#{n:06d}"
