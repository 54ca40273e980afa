"""Fairness: one counsellor, no faults, no late index: sessions are claimed in the exact order of their deadlines."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from chalicelib.desk.turns import CROWD_LASTS
from chalicelib.model.counsellor import Counsellor
from chalicelib.model.handoff import Lane
from chalicelib.model.line import place
from chalicelib.model.session import ASIDE_AFTER, Session, State
from tests.simulation.invariants.broken import Invariant, require

if TYPE_CHECKING:
    from tests.simulation.invariants.judge import Judge

__all__ = ["Order"]

KEY = len("0000000000000#0000000000000")
"""Deadline and due time of a sort key: what follows orders equals."""
SLACK = 30_000
"""How long a claim takes at most: who is not seen any more meanwhile is passed over."""


@dataclass(eq=False)
class Claiming:
    """A claim under way. ``first``: what it could take when it started, as the sort keys of sessions by id."""

    first: Mapping[str, str]
    moved: set[str] = field(default_factory=set)


class Order(Invariant):
    """Checked in worlds that are orderly, of claims that lost no race.

    A row that moves while somebody claims (a second screen of the same counsellor, a youth who leaves) may be such a
    race; after one, others than the first are tried for two seconds.
    """

    def __init__(self, judge: Judge) -> None:
        super().__init__(judge)
        self._running: list[Claiming] = []
        self._raced = -2 * CROWD_LASTS

    def compare(self, old: Session | None, new: Session | None) -> None:
        """A session was written."""
        if old is not None and new is not None and place(old) != place(new):
            for one in self._running:
                one.moved.add(new.id)

    def before(self, who: Counsellor, lanes: Sequence[Lane]) -> Claiming:
        """A claim starts now."""
        started = Claiming(self._first(who, lanes))
        self._running.append(started)
        return started

    def _first(self, who: Counsellor, lanes: Sequence[Lane]) -> Mapping[str, str]:
        if not self.world.orderly:
            return {}
        now = self.world.scheduler.now
        return {one.id: place(one).sk for one in self.judge.stored.now.values() if self._free(one, who, lanes, now)}

    def _free(self, session: Session, who: Counsellor, lanes: Sequence[Lane], now: int) -> bool:
        if session.state not in (State.WAITING, State.SCHEDULED) or session.aside or session.lane not in lanes:
            return False
        if session.lane == "chat" and session.youth_seen < now - ASIDE_AFTER + SLACK:
            return False
        reserved = session.audience is not None and (session.reserved_until or 0) > now
        return (session.due or now + 1) <= now and not (reserved and session.audience not in who.audiences)

    def after(self, claiming: Claiming, session: Session | None) -> None:
        """The claim is over, and took this one: nothing with an earlier deadline was there all the time."""
        self._running.remove(claiming)
        id = session.id if session is not None else ""
        if claiming.moved - {id}:
            self._raced = self.world.scheduler.now
        taken = claiming.first.get(id)
        if taken is None or self.world.scheduler.now - self._raced < 2 * CROWD_LASTS:
            return
        for other, sort in claiming.first.items():
            still = self.judge.stored.now[other]
            passed = sort[:KEY] < taken[:KEY] and still.open and not still.state.held and place(still).sk == sort
            require("the earliest deadline is first", not passed, f"{id} {taken} before {other} {sort}")
