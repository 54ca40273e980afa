"""Fairness: one counsellor, no faults, no late index: sessions are claimed in the exact order of their deadlines."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from chalicelib.model.counsellor import Counsellor
from chalicelib.model.handoff import Lane
from chalicelib.model.line import place
from chalicelib.model.session import ASIDE_AFTER, Session, State
from tests.simulation.invariants.broken import Invariant, require

__all__ = ["Order"]

KEY = len("0000000000000#0000000000000")
"""Deadline and due time of a sort key: what follows orders equals."""
SLACK = 30_000
"""How long a claim takes at most: who is not seen any more meanwhile is passed over."""


class Order(Invariant):
    """Checked in worlds that are orderly."""

    def before(self, who: Counsellor, lanes: Sequence[Lane]) -> Mapping[str, str]:
        """What a claim that starts now could take: the sort keys of sessions by id."""
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

    def claimed(self, first: Mapping[str, str], session: Session) -> None:
        """The claim took this one: nothing with an earlier deadline was there all the time."""
        taken = first.get(session.id)
        if taken is None:
            return
        for id, sort in first.items():
            still = self.judge.stored.now[id]
            passed = sort[:KEY] < taken[:KEY] and still.open and not still.state.held and place(still).sk == sort
            require("the earliest deadline is first", not passed, f"{session.id} {taken} before {id} {sort}")
