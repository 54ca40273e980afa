"""A session: the helpline's work opened by one handoff. One frozen value, stored as one item.

All times are ms since the epoch. Personal data stands here only sealed (``number``) or as a keyed hash (``subject``).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from chalicelib.model.handoff import Kind, Lane

__all__ = [
    "ASIDE_AFTER",
    "CHAT_GIVEN_UP_AFTER",
    "CODE_LASTS",
    "DAY",
    "LANES",
    "MINUTE",
    "RECEIVED_LASTS",
    "RESERVED_LASTS",
    "SECOND",
    "TARGETS",
    "TOMBSTONE_LASTS",
    "UNDO_LASTS",
    "Attempt",
    "Band",
    "Facts",
    "Reason",
    "Session",
    "State",
    "Status",
]  # fmt: skip

SECOND = 1000
MINUTE = 60 * SECOND
DAY = 24 * 60 * MINUTE
CODE_LASTS = 30 * MINUTE
RECEIVED_LASTS = 30 * MINUTE
ASIDE_AFTER = 2 * MINUTE
CHAT_GIVEN_UP_AFTER = 10 * MINUTE
UNDO_LASTS = 15 * MINUTE
RESERVED_LASTS = 5 * MINUTE
TOMBSTONE_LASTS = 30 * DAY
LANES: tuple[Lane, Lane] = ("chat", "callback")


class State(StrEnum):
    """Where the work stands; never leaves the desk."""

    RECEIVED = "received"
    SCHEDULED = "scheduled"
    WAITING = "waiting"
    CLAIMED = "claimed"
    ACTIVE = "active"
    CLOSED = "closed"

    @property
    def held(self) -> bool:
        """Whether a counsellor holds a session in this state."""
        return self in (State.CLAIMED, State.ACTIVE)


class Status(StrEnum):
    """The coarse word a partner may see: a ladder that is only climbed."""

    ACCEPTED = "accepted"
    SCHEDULED = "scheduled"
    WAITING = "waiting"
    CONNECTED = "connected"
    CLOSED = "closed"

    @property
    def rank(self) -> int:
        """The rung, 1 for accepted to 5 for closed."""
        return list(Status).index(self) + 1


class Band(StrEnum):
    """Urgency."""

    DANGER = "danger"
    SOON = "soon"
    NORMAL = "normal"


# How soon a session of a band should be claimed after it became due (ms).
TARGETS = {Band.DANGER: 1 * MINUTE, Band.SOON: 5 * MINUTE, Band.NORMAL: 15 * MINUTE}


class Reason(StrEnum):
    """Why a session was closed; never leaves the desk."""

    HELPED = "helped"
    LEFT = "left"
    LEFT_SAFELY = "left_safely"
    CANCELLED = "cancelled"
    UNREACHABLE = "unreachable"
    EXPIRED = "expired"
    REDIRECTED_EMERGENCY = "redirected_emergency"
    ABUSE = "abuse"


@dataclass(frozen=True)
class Attempt:
    """One callback attempt: when (ms) and how it ended."""

    at: int
    outcome: str


@dataclass(frozen=True)
class Facts:
    """What the 201 said and a replay must say again: status, lane, wait band, whether open, and the next turn (ms)."""

    status: Status
    lane: Lane | None
    wait: str
    open: bool
    turn: int | None


@dataclass(frozen=True)
class Session:
    """One session. ``due`` is when it first may be claimed, ``deadline`` when it should have been.

    ``audience`` is whom it is reserved for until ``reserved_until``: a speciality, or ``@`` and a counsellor's name.
    ``waited`` is the wait until the first claim (s). ``…_n`` count words and notes, ``…_at`` say when a side last did
    something, ``…_typing`` when it last typed, ``checked_at`` when a counsellor last asked whether the youth is there.
    ``dialled`` is when the number was last given out for a call.

    ``sealed``: there may be something personal here or beside it that has to be erased at the end. ``erasing``: that
    has begun, and nothing here is personal any more; ``erased``: it is done.

    ``stepped`` is when the status was last raised. The partner has an endpoint if ``hooked``; ``delivered`` is the last
    sequence that arrived there, ``tried`` the last that was sent, ``tries`` how often in vain and ``deliver_at`` when
    again; ``parked`` says why it was given up, ``courier`` is the lease of who is delivering, until ``deliver_at``.
    ``rehearsal`` names the sandbox's script, if it is one.
    """

    id: str
    partner: str
    platform: str
    kind: Kind
    locale: str
    created: int
    fingerprint: bytes
    facts: Facts
    state: State
    status: Status
    lane: Lane | None = None
    band: Band = Band.NORMAL
    danger: bool = False
    sequence: int = 1
    epoch: int = 0
    role: str | None = None
    age_band: str | None = None
    subject: bytes | None = None
    due: int | None = None
    deadline: int | None = None
    not_before: int | None = None
    not_after: int | None = None
    audience: str | None = None
    reserved_until: int | None = None
    voicemail: bool = False
    caller_id: str = "hidden"
    number: bytes | None = None
    zone: str | None = None
    attempts: tuple[Attempt, ...] = ()
    dialled: int = 0
    owner: str | None = None
    holder: str | None = None
    claimed_at: int | None = None
    lease_until: int | None = None
    waited: int | None = None
    bound: bytes | None = None
    generation: int = 0
    coded: bool = False
    youth_seen: int = 0
    aside: bool = False
    youth_n: int = 0
    counsellor_n: int = 0
    notes_n: int = 0
    youth_at: int = 0
    counsellor_at: int = 0
    youth_typing: int = 0
    counsellor_typing: int = 0
    checked_at: int = 0
    has_report: bool = False
    sealed: bool = False
    reason: Reason | None = None
    closed_at: int | None = None
    undo_until: int | None = None
    erasing: bool = False
    stopping: bool = False
    erased: bool = False
    expires_at: int | None = None
    hooked: bool = False
    stepped: int = 0
    delivered: int = 1
    deliver_at: int | None = None
    tried: int = 1
    tries: int = 0
    parked: str | None = None
    courier: str | None = None
    rehearsal: str | None = None
    write_id: str = ""

    @property
    def open(self) -> bool:
        """Whether the session is not closed."""
        return self.state is not State.CLOSED

    @property
    def stripped(self) -> bool:
        """Whether nothing about the youth is left in it, nor may be brought back."""
        return self.erasing or self.erased
