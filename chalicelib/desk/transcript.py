"""The words of a chat: sealed before they are counted, counted before they are kept, each exactly once."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from chalicelib.desk.base import Desk, change, find, open_sealed
from chalicelib.desk.erasing import forget_new_key
from chalicelib.model.chat import accept_message, next_number
from chalicelib.model.session import Session
from chalicelib.ports import Gone, Message
from chalicelib.problems import Problem

__all__ = ["Word", "read", "write"]


@dataclass(frozen=True)
class Word:
    """One message in clear: ``side`` youth or counsellor, its number, when (ms)."""

    side: str
    n: int
    at: int
    text: str


def write(
    desk: Desk, seen: Session, side: str, n: int, text: str,
    guard: Callable[[Session, int], Session], also: Sequence[str] = (),
) -> tuple[Session, Message]:  # fmt: skip
    """Take message ``n`` of ``side`` once; a repeat answers with the first one kept. ``guard`` says who may write.

    Problem ``out_of_order`` names the next number when one is skipped, and when other words have this one: what was
    not kept is never said to be.
    """
    if not seen.open:  # nothing may be sealed for a session whose key is gone
        raise Problem("already_closed")
    try:
        sealed = desk.cipher.seal(seen.id, _field(side, n), text.encode())
    except Gone:
        raise Problem("unavailable", "The message was not kept; send it again.", retry_after=2) from None
    try:
        session = change(desk, seen, lambda s, now: accept_message(guard(s, now), side, n, now), also=also)
    except Problem as problem:
        if problem.code == "already_closed":
            forget_new_key(desk, find(desk, seen.id, strong=True))
        raise
    if not session.open:
        forget_new_key(desk, session)
        return session, Message(side, n, session.closed_at or 0, b"")
    message = Message(side, n, desk.clock(), sealed)
    kept = desk.sessions.save_message(session.id, message)
    if kept is not message and _text(desk, session, kept) not in (text, None):
        raise next_number(session, side)
    return session, kept


def read(desk: Desk, session: Session, after: tuple[int, int] = (0, 0)) -> list[Word]:
    """The words after (youth's, counsellor's) numbers, by time, each side in its own order."""
    if session.stripped:
        return []
    counted = (("youth", session.youth_n, after[0]), ("counsellor", session.counsellor_n, after[1]))
    sides = [desk.sessions.messages(session.id, side, known) for side, taken, known in counted if taken > known]
    words = []
    for message in heapq.merge(*sides, key=lambda m: m.at):
        text = _text(desk, session, message)
        if text is not None:
            words.append(Word(message.side, message.n, message.at, text))
    return words


def _text(desk: Desk, session: Session, message: Message) -> str | None:
    """What the message says; None when it was erased."""
    plain = open_sealed(desk, session.id, _field(message.side, message.n), message.sealed)
    return None if plain is None else plain.decode()


def _field(side: str, n: int) -> str:
    return f"message#{side}#{n:06d}"
