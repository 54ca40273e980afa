"""Where sessions and their words are kept."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Protocol

from chalicelib.model.handoff import Lane
from chalicelib.model.line import Queued
from chalicelib.model.session import Session

__all__ = ["Claimed", "Conflict", "Message", "Note", "Sessions"]


class Conflict(Exception):
    """A conditional write lost; ``winner`` is the session as it stands now (None: there is none)."""

    def __init__(self, winner: Session | None) -> None:
        super().__init__("conflict")
        self.winner = winner


@dataclass(frozen=True)
class Message:
    """One chat message; ``sealed`` is its ciphertext."""

    side: str
    n: int
    at: int
    sealed: bytes


@dataclass(frozen=True)
class Note:
    """One note of the counsellors' own: note, triage, handover, step or alert; ``sealed`` its words, may be empty."""

    n: int
    at: int
    kind: str
    code: str
    by: str
    sealed: bytes


@dataclass(frozen=True)
class Claimed:
    """The outcome of one claim: the session when won; else ``unseen``, a chat whose youth is gone, or neither.

    ``raced``: another counsellor was faster. Else the index showed what is not so any more: it lags.
    """

    session: Session | None
    unseen: Session | None = None
    raced: bool = False


class Sessions(Protocol):
    """Where sessions, messages and reports are kept."""

    def create(self, session: Session) -> Session | None:
        """Put a new session; None when it was written, else the one that was there first."""
        ...

    def get(self, id: str, *, strong: bool = False) -> Session | None:
        """The session as stored, or None; an unsettled view unless ``strong``."""
        ...

    def get_many(self, ids: Sequence[str], *, strong: bool = False) -> list[Session]:
        """Those of the sessions that exist and can be read, in no order."""
        ...

    def replace(self, before: Session, after: Session, *, also: Sequence[str] = ()) -> Session:
        """Write what differs, if state, epoch, what differs and ``also`` still are as in ``before``; else Conflict."""
        ...

    def renew(self, id: str, owner: str, epoch: int, until: int) -> Session:
        """Move the lease's end without a read, guarded by owner, epoch and hold; else Conflict."""
        ...

    def claim(
        self, row: Queued, lane: Lane, *, owner: str, holder: str, now: int, lease: int, seen_after: int
    ) -> Claimed:
        """Take the session if it still stands where the index showed it and a chat's youth was seen."""
        ...

    def touch(self, id: str, name: str, at: int, **guards: object) -> bool:
        """Set one moment of a held session, if the guarded attributes are so; else False. No read."""
        ...

    def of_subject(self, subject: bytes) -> list[str]:
        """Ids of the sessions of one youth that are open, or closed and not yet erased; may be stale."""
        ...

    def head(self, lane: Lane, *, now: int, before: str, limit: int, audiences: Collection[str] = ()) -> list[Queued]:
        """Up to ``limit`` rows of a lane due at ``now`` and not reserved for others than ``audiences``.

        Earliest deadline first, under ``before``; may be stale.
        """
        ...

    def standing(self, partition: str, *, prefix: str = "", before: str = "", limit: int = 500) -> list[str]:
        """Sort keys in one partition of the lane index, in order; may be stale."""
        ...

    def first_time(self, id: str, expires_at: int) -> bool:
        """Whether nobody has asked so before for this id; remembered until ``expires_at`` (s)."""
        ...

    def save_report(self, id: str, fingerprint: bytes, sealed: bytes, expires_at: int) -> bool:
        """Keep a report beside the session; False when another body's report is there."""
        ...

    def drop_report(self, id: str, fingerprint: bytes) -> None:
        """Delete the report of this body, if that is the one that was kept."""
        ...

    def report(self, id: str) -> bytes | None:
        """The sealed report."""
        ...

    def save_message(self, id: str, message: Message) -> Message:
        """Keep a message once; the first one kept under its number is the answer."""
        ...

    def messages(self, id: str, side: str, after: int = 0) -> list[Message]:
        """One side's messages later than number ``after``, in order."""
        ...

    def save_note(self, id: str, note: Note) -> Note:
        """Keep a note once; the first one kept under its number is the answer."""
        ...

    def notes(self, id: str, after: int = 0) -> list[Note]:
        """Every note later than number ``after``, in order."""
        ...

    def erase(self, id: str) -> None:
        """Delete whatever is beside the session: the report, every message, every note."""
        ...

    def save_resume(self, code: bytes, id: str, expires_at: int) -> None:
        """Remember which session a resume code (its keyed hash) leads to, until ``expires_at`` (s)."""
        ...

    def resume(self, code: bytes) -> str | None:
        """The session a resume code (its keyed hash) leads to."""
        ...

    def forget_resume(self, code: bytes) -> None:
        """Forget a resume code (its keyed hash)."""
        ...
