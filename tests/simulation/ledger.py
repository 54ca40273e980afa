"""What the store should hold, kept beside it in a plain dictionary: for the stateful tests of the port."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, field, fields, replace
from typing import Any

from chalicelib.aws.codec import encode
from chalicelib.model import chat, hold, line, moves
from chalicelib.model.callback import attempt, put_off
from chalicelib.model.delivery import step
from chalicelib.model.handoff import Lane
from chalicelib.model.line import Place, Queued, queued
from chalicelib.model.session import MINUTE, SECOND, Band, Reason, Session
from chalicelib.model.status import settle
from chalicelib.ports import Message, Note
from chalicelib.problems import Problem
from tests.simulation.cast import FIRST, SECOND_ONE, at_once

__all__ = ["LEASE", "MOVES", "Ledger", "decided", "plain"]

LEASE = 90 * SECOND
DELIVERERS = frozenset({"courier", "deliver_at", "parked", "tries", "tried", "delivered"})
"""A step of the status starts them again, whoever has written them meanwhile."""

Move = Callable[[Session, int], Session]
MOVES: dict[str, Move] = {
    "seen": moves.see_youth,
    "aside": chat.set_aside,
    "youth writes": lambda s, now: chat.accept_message(s, "youth", s.youth_n + 1, now),
    "counsellor writes": lambda s, now: chat.accept_message(s, "counsellor", s.counsellor_n + 1, now),
    "take": lambda s, now: hold.take(s, SECOND_ONE.subject, "second", now, LEASE),
    "release": lambda s, _: hold.release(s) if s.state.held else s,
    "lapse": hold.lapse,
    "hand over": lambda s, now: moves.hand_over(s, "law", now) if s.state.held else s,
    "callback": lambda s, now: moves.choose(s, "callback", now, is_open=True, slot=at_once, number=b"n", zone="FR"),
    "in an hour": lambda s, now: moves.choose(
        s, "callback", now, is_open=True, slot=lambda at, until, zone: at + 60 * MINUTE, number=b"n", zone="FR"
    ),
    "busy": lambda s, now: attempt(s, "busy", now, retry=5 * MINUTE, slot=at_once) if s.state.held else s,
    "put off": lambda s, now: put_off(s, now, slot=lambda at, until, zone: at + 60 * MINUTE) if s.open else s,
    "danger": moves.raise_danger,
    "soon": lambda s, _: moves.triage(s, Band.SOON) if s.state.held else s,
    "expire": moves.expire,
    "close": lambda s, now: hold.close(s, Reason.HELPED, now, undoable=True),
    "leave": lambda s, now: moves.give_up_undo(hold.close(s, Reason.LEFT_SAFELY, now)),
    "undo": lambda s, now: hold.undo(s, s.owner or FIRST.subject, s.epoch, now, LEASE),
    "begin to erase": hold.begin_erasing,
    "erased": lambda s, _: hold.end_erasing(s),
}  # fmt: skip


def plain(session: Session) -> Session:
    """The session without the token of its last write."""
    return replace(session, write_id="")


def decided(seen: Session, name: str, now: int) -> Session | None:
    """What the desk would write for a move decided on ``seen``; None when the move is refused or changes nothing."""
    settled = settle(seen, now)
    try:
        after = MOVES[name](settled, now)
    except Problem:
        return None
    return None if after == settled else step(seen, settled, after, now)


@dataclass
class Ledger:
    """Sessions, words and the deliverer's holds as they should stand in the store."""

    sessions: dict[str, Session] = field(default_factory=dict)
    messages: dict[tuple[str, str, int], Message] = field(default_factory=dict)
    notes: dict[tuple[str, int], Note] = field(default_factory=dict)
    holder: tuple[str, int] | None = None

    def written(self, before: Session, after: Session, also: Collection[str]) -> bool:
        """Book a change that the store accepted; False when it had to be refused."""
        now = self.sessions[before.id]
        changed = {one.name for one in fields(Session) if getattr(before, one.name) != getattr(after, one.name)}
        raised = after.hooked and "sequence" in changed
        guarded = {"state", "epoch", *also, *changed} - {"write_id", "stepped"} - (DELIVERERS if raised else set())
        if any(getattr(now, name) != getattr(before, name) for name in guarded):
            return False
        names = changed | (DELIVERERS - {"tried", "delivered"} if raised else set())
        values: dict[str, Any] = {name: getattr(after, name) for name in names}
        self.sessions[before.id] = replace(now, **values)
        return True

    def places(self, index: str) -> dict[str, list[str]]:
        """Sort keys by partition, as they follow from the sessions."""
        found: dict[str, list[str]] = {}
        for session in self.sessions.values():
            item = encode(session, 1)
            if f"{index}_pk" in item:
                found.setdefault(item[f"{index}_pk"]["S"], []).append(item[f"{index}_sk"]["S"])
        return {partition: sorted(keys) for partition, keys in found.items()}

    def head(self, lane: Lane, now: int, limit: int) -> list[Queued]:
        """The rows that a claim should be offered."""
        name = line.partition(lane, 0)
        rows = [queued(Place(name, key)) for key in self.places("lane").get(name, ())]
        return [row for row in rows if row.due <= now and row.free_for((), now)][:limit]
