"""What every verb works with, and the one way in which a session is changed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from chalicelib.model.delivery import step
from chalicelib.model.figures import Ended
from chalicelib.model.session import Session
from chalicelib.model.status import settle
from chalicelib.model.usage import Tally
from chalicelib.ports import (
    Audit,
    Cipher,
    Clock,
    Conflict,
    Deliveries,
    Directory,
    Gone,
    Inventory,
    KeySets,
    Mark,
    Numbers,
    Presence,
    Provider,
    Secrets,
    Sender,
    Sessions,
    Signer,
    Slots,
    Tokens,
    Usage,
    Waker,
)  # fmt: skip
from chalicelib.problems import Problem

if TYPE_CHECKING:
    from chalicelib.desk.queue import Queue

__all__ = ["TRIES", "Desk", "Memory", "Rules", "change", "find", "open_sealed"]

TRIES = 5


@dataclass(frozen=True)
class Rules:
    """What the stage decides. Durations in ms; ``pace`` divides every wait between two attempts to deliver."""

    base_url: str
    lease: int
    callback_retry: int
    silent: int
    counsellor_limit: int
    shards: int = 1
    fiction: bool = False
    pace: int = 1


@dataclass
class Memory:
    """What one process remembers between requests; losing it costs nothing but a little time.

    ``width``, ``lost_at`` and ``reach``: what lost races told of a crowd, and how far the last claim looked (turns).
    ``lapsed``: sessions as they were held until the sweep took them back. Their claims' records are usually written
    before that; where the trail could not be kept in that minute, nothing else tells whose they were.
    """

    width: int = 1
    lost_at: int = 0
    reach: int = 1
    waits: list[int] = field(default_factory=list)
    lapsed: list[Session] = field(default_factory=list)
    line_saved: int = 0
    line: Queue | None = None
    marked: dict[str, int] = field(default_factory=dict)
    ended: dict[int, tuple[int, Ended]] = field(default_factory=dict)
    inventory: tuple[int, Mark | None] | None = None
    tallies: dict[str, Tally] = field(default_factory=dict)


@dataclass(frozen=True)
class Desk:
    """The ports and rules that the verbs need."""

    sessions: Sessions
    inventory: Inventory
    deliveries: Deliveries
    sender: Sender
    signer: Signer
    waker: Waker
    directory: Directory
    keysets: KeySets
    numbers: Numbers
    presence: Presence
    cipher: Cipher
    secrets: Secrets
    audit: Audit
    usage: Usage
    provider: Provider
    slots: Slots
    clock: Clock
    tokens: Tokens
    rules: Rules
    memory: Memory = field(default_factory=Memory)


def find(desk: Desk, id: str, *, strong: bool = False) -> Session:
    """The stored session; Problem ``not_found`` when there is none."""
    session = desk.sessions.get(id, strong=strong)
    if session is None:
        raise Problem("not_found")
    return session


def change(desk: Desk, seen: Session, move: Callable[[Session, int], Session], *, also: Sequence[str] = ()) -> Session:
    """Decide on the settled session and write it with a guard on what was seen; decide again when somebody was faster.

    ``also`` names attributes that the move only read. Returns the session as it stands afterwards.
    """
    for _ in range(TRIES):
        now = desk.clock()
        settled = settle(seen, now)
        after = move(settled, now)
        if after == settled:
            return settled
        try:
            return desk.sessions.replace(seen, step(seen, settled, after, now), also=also)
        except Conflict as lost:
            if lost.winner is None:
                raise Problem("not_found") from None
            seen = lost.winner
    raise Problem("unavailable", "The session is very busy.", retry_after=1)


def open_sealed(desk: Desk, id: str, name: str, sealed: bytes) -> bytes | None:
    """Open a sealed field; None when it was erased; Problem ``unavailable`` when the key cannot be had just now."""
    try:
        return desk.cipher.open(id, name, sealed)
    except Gone as gone:
        if gone.passing:
            raise Problem("unavailable", "The vault does not answer.", retry_after=2) from None
        return None
