"""What lies beside a session for its holder: the words, the notes, the report, the same youth's other sessions."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from chalicelib.desk.base import Desk, open_sealed
from chalicelib.desk.claims import same_youth
from chalicelib.desk.notes import Noted, read_notes
from chalicelib.desk.transcript import Word, read
from chalicelib.model.counsellor import Counsellor
from chalicelib.model.session import Session
from chalicelib.problems import Problem

__all__ = ["Papers", "read_papers"]


@dataclass(frozen=True)
class Papers:
    """What could be read. ``unreadable``: not everything that is there, just now; ``report`` None: there is none."""

    words: tuple[Word, ...] = ()
    notes: tuple[Noted, ...] = ()
    report: dict[str, Any] | None = None
    others: tuple[Session, ...] = ()
    unreadable: bool = False


def read_papers(desk: Desk, session: Session, who: Counsellor, after: tuple[int, int, int] | None = None) -> Papers:
    """The papers for ``who``, none unless the session is theirs; ``after`` (youth's, counsellor's, notes) is known.

    A hold stands whether or not its papers can be read now: who holds a session must learn of it all the same.
    """
    if not session.state.held or session.owner != who.subject:
        return Papers()
    try:
        return Papers(
            tuple(read(desk, session, after[:2] if after else (0, 0))),
            tuple(read_notes(desk, session, after[2] if after else 0)),
            None if after else _report(desk, session),
            tuple(same_youth(desk, session)),
        )
    except Problem as problem:
        if problem.code != "unavailable":
            raise
        return Papers(unreadable=True)


def _report(desk: Desk, session: Session) -> dict[str, Any] | None:
    sealed = desk.sessions.report(session.id) if session.has_report and not session.stripped else None
    plain = open_sealed(desk, session.id, "report", sealed) if sealed else None
    found: dict[str, Any] | None = json.loads(plain) if plain else None
    return found
