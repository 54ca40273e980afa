"""What the hub needs from outside, as Protocols. Imports the standard library and the model only."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from chalicelib.model.counsellor import Counsellor
from chalicelib.model.delivery import Owed
from chalicelib.model.handoff import Lane
from chalicelib.model.line import Line, Queued
from chalicelib.model.partner import Partner, PartnerKey
from chalicelib.model.session import Session
from chalicelib.model.usage import Kind

__all__ = [
    "Audit", "Cipher", "Claimed", "Clock", "Conflict", "Deliveries", "Directory", "Gone", "KeySetFault", "KeySets",
    "Message", "Note", "Presence", "Present", "Provider", "Secrets", "Sender", "Sent", "Sessions", "Signer", "Slots",
    "Tokens", "Usage", "Waker",
]  # fmt: skip


class Conflict(Exception):
    """A conditional write lost; ``winner`` is the session as it stands now (None: there is none)."""

    def __init__(self, winner: Session | None) -> None:
        super().__init__("conflict")
        self.winner = winner


class Gone(Exception):
    """The key that sealed this is not there (erased), or cannot be had now (``passing``)."""

    def __init__(self, *, passing: bool = False) -> None:
        super().__init__("gone")
        self.passing = passing


class KeySetFault(Exception):
    """A partner's key set cannot be had or used; ``reason`` is a fixed word."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


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
class Present:
    """A counsellor at the console: last seen (ms), on break or not."""

    username: str
    subject: str
    specialities: tuple[str, ...]
    seen: int
    on_break: bool


@dataclass(frozen=True)
class Claimed:
    """The outcome of one claim: the session when won; else lost, or ``unseen``: a chat whose youth is gone."""

    session: Session | None
    unseen: Session | None = None


@dataclass(frozen=True)
class Sent:
    """What came of one POST to a partner: the HTTP status, or None and ``fault``, a fixed word that says what failed.

    ``retry_after`` in ms, if the answer named it.
    """

    status: int | None
    retry_after: int | None = None
    fault: str = ""


class Clock(Protocol):
    """The time."""

    def __call__(self) -> int:
        """Now, in ms since the epoch."""
        ...


class Tokens(Protocol):
    """Randomness for write ids and cookies."""

    def __call__(self) -> bytes:
        """Sixteen unpredictable bytes."""
        ...


class Sessions(Protocol):
    """Where sessions, messages and reports are kept."""

    def create(self, session: Session) -> Session | None:
        """Put a new session; None when it was written, else the one that was there first."""
        ...

    def get(self, id: str, *, strong: bool = False) -> Session | None:
        """The session as stored, or None; an unsettled view unless ``strong``."""
        ...

    def get_many(self, ids: Sequence[str], *, strong: bool = False) -> list[Session]:
        """Those of the sessions that exist, in no order."""
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
        """Delete the report, every message and every note."""
        ...

    def save_resume(self, code: bytes, id: str, expires_at: int) -> None:
        """Remember which session a resume code (its keyed hash) leads to, until ``expires_at`` (s)."""
        ...

    def resume(self, code: bytes) -> str | None:
        """The session a resume code (its keyed hash) leads to."""
        ...


class Deliveries(Protocol):
    """What is owed to partners; it rides on the sessions. Only the deliverer writes through this port."""

    def due(self, partner: str, *, before: int, limit: int) -> list[Owed]:
        """Rows to be sent before that moment (ms), earliest first; may be stale."""
        ...

    def take(self, row: Owed, *, token: str, until: int) -> Session | None:
        """Take the row for oneself until then (ms), if it still stands there; the session, or None."""
        ...

    def settle(self, seen: Session, after: Session) -> bool:
        """Write the deliverer's own attributes of ``after``, if its lease still is as in ``seen``; else False."""
        ...

    def delivered(self, id: str, sequence: int) -> None:
        """Remember that ``sequence`` arrived, whoever holds the lease by now."""
        ...

    def parked(self, partner: str, *, limit: int = 500) -> list[Owed]:
        """What could not be delivered, oldest first."""
        ...

    def hold(self, partner: str, token: str, *, now: int, until: int) -> bool:
        """Be the partner's one deliverer until then (ms); False when another is."""
        ...

    def held(self, partner: str, now: int) -> bool:
        """Whether the partner has a deliverer now, at work or at rest; may be stale."""
        ...

    def let_go(self, partner: str, token: str) -> None:
        """No longer be the partner's deliverer."""
        ...

    def stop(self, partner: str, why: str, at: int) -> None:
        """Send the partner nothing more, until the operator says otherwise."""
        ...


class Sender(Protocol):
    """Sends one POST over the internet, to an address that may be sent to. Never raises."""

    def __call__(self, url: str, headers: Mapping[str, str], body: bytes) -> Sent:
        """What came of it, after at most 15 s."""
        ...


class Signer(Protocol):
    """Signs deliveries (Standard Webhooks 1.0.0)."""

    def __call__(self, name: str, id: str, at: int, body: bytes) -> str:
        """The ``webhook-signature`` by every key under ``name`` that is valid ``at`` (s); problem unavailable else."""
        ...


class Waker(Protocol):
    """Starts a deliverer beside this process."""

    def __call__(self, partner: str, ids: Sequence[str] = ()) -> None:
        """For one partner; ``ids`` are sessions that are surely owed. May fail silently: the minute repeats it."""
        ...


class Directory(Protocol):
    """Partners and the line in short, read together and cached for at most 60 s."""

    def partner(self, id: str, *, fresh: bool = False) -> Partner | None:
        """The partner, or None; at most 60 s old, or as it is now if ``fresh``."""
        ...

    def partners(self) -> list[str]:
        """Ids of every partner; may be stale."""
        ...

    def line(self, *, fresh: bool = False) -> Line:
        """The line in short; ``fresh`` at most 5 s old."""
        ...

    def save_line(self, line: Line) -> None:
        """Publish the line in short."""
        ...


class KeySets(Protocol):
    """The key sets (JWKS) that partners publish, and what was last kept of them."""

    def address(self, partner: str) -> str | None:
        """Where the partner publishes its set; None: nowhere, or the partner is not there."""
        ...

    def fetch(self, url: str) -> Mapping[str, PartnerKey]:
        """The usable keys of a set by ``kid``, one at least; else KeySetFault."""
        ...

    def keep(self, partner: str, url: str, keys: Mapping[str, PartnerKey], at: int) -> None:
        """These are the set's keys from now on, if it still is at this address; the rest of the partner stays."""
        ...

    def fault(self, partner: str, url: str, reason: str) -> None:
        """Note for the operator why the set was not renewed; the keys that were kept stay."""
        ...


class Presence(Protocol):
    """Which counsellors are at the console."""

    def mark(self, who: Counsellor, at: int, *, on_break: bool | None = None) -> None:
        """Seen ``at`` (ms); ``on_break`` None leaves it as it is."""
        ...

    def everybody(self) -> list[Present]:
        """Everybody seen lately; at most a few seconds old."""
        ...


class Cipher(Protocol):
    """Seals personal data under a key of the session's own. Raises Gone when the key is not to be had."""

    def seal(self, id: str, field: str, plain: bytes) -> bytes:
        """Seal under the session's key, which is made when first needed."""
        ...

    def open(self, id: str, field: str, sealed: bytes) -> bytes:
        """Open what was sealed for the same id and field."""
        ...

    def forget(self, id: str) -> None:
        """Delete the session's key: every sealed copy anywhere is unreadable from then on."""
        ...


class Secrets(Protocol):
    """Keyed hashes under the stage's one secret; each ``purpose`` has a key of its own."""

    def mac(self, purpose: str, *parts: bytes) -> bytes:
        """HMAC-SHA256 (32 bytes) over the length-prefixed parts."""
        ...


class Audit(Protocol):
    """Who did what to which session."""

    def record(self, who: str, what: str, session: str, at: int) -> None:
        """Append one record; raises when it was not written."""
        ...


class Usage(Protocol):
    """What partners asked for, by day (UTC). A meter, not a bill: a lost reply may count twice or not at all."""

    def add(self, partner: str, at: int, counts: Mapping[Kind, int]) -> Mapping[Kind, int]:
        """Add to the counts of the day of ``at`` (ms); what all processes together counted in that day so far."""
        ...


class Provider(Protocol):
    """The OpenID Connect provider of the counsellors."""

    def key(self, kid: str) -> Mapping[str, object] | None:
        """The provider's public key as a JWK."""
        ...

    def enabled(self, username: str) -> bool:
        """Whether the counsellor may still work."""
        ...

    def exchange(self, code: str, verifier: str, redirect_uri: str) -> str | None:
        """The access token for an authorization code and its PKCE verifier; None when the provider refuses."""
        ...


class Slots(Protocol):
    """Opening hours and dialling hours."""

    def is_open(self, at: int) -> bool:
        """Whether the helpline is open."""
        ...

    def turn(self, at: int) -> int | None:
        """When the helpline closes (if open) or opens next; None for never."""
        ...

    def show(self, at: int) -> str:
        """The moment in the helpline's own time."""
        ...

    def slot(self, at: int, not_after: int | None, zone: str | None) -> int:
        """The next moment a call to ``zone`` may be dialled; a window that cannot be kept gives the next slot."""
        ...
