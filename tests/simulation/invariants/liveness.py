"""Once the faults are over: nobody waits for ever."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chalicelib.model.session import CHAT_GIVEN_UP_AFTER, MINUTE, RECEIVED_LASTS, Session, State
from tests.simulation.invariants.broken import Invariant, require

if TYPE_CHECKING:
    from tests.simulation.invariants.judge import Judge

__all__ = ["AT_MOST", "Liveness"]

AT_MOST = 10 * MINUTE
"""After the faults have stopped, what is due is claimed or closed within this; in opening hours."""

GRACE = 25 * MINUTE
"""Chats that wait when the helpline closes are ended after a quarter of an hour."""


class Liveness(Invariant):
    """Every open session is claimed or closed in time."""

    def __init__(self, judge: Judge) -> None:
        super().__init__(judge)
        self._back: dict[str, int] = {}

    def compare(self, old: Session | None, new: Session | None) -> None:
        """A youth who was gone is there again: until now nobody could have taken the session."""
        if old is not None and new is not None and old.aside and not new.aside:
            self._back[new.id] = self.world.scheduler.now

    def minute(self) -> None:
        """Nobody has waited too long since the faults stopped."""
        for session in self.judge.stored.now.values():
            if session.open and session.rehearsal is None:
                since = self._since(session)
                if since is not None:
                    waited = self.world.scheduler.now - max(since, self.world.calm_since)
                    require("every open session is claimed or closed", waited <= AT_MOST, f"{session} for {waited}")

    def _since(self, session: Session) -> int | None:
        """Since when something should have happened; None while nothing need."""
        now, slots = self.world.scheduler.now, self.world.keeper.slots
        if session.state.held:
            return session.lease_until if (session.lease_until or 0) < now else None
        if session.state is State.RECEIVED:
            return session.created + RECEIVED_LASTS
        if session.aside or session.lane is None:
            return session.youth_seen + CHAT_GIVEN_UP_AFTER
        due = max(session.due or 0, session.reserved_until or 0, self._back.get(session.id, 0))
        if session.lane == "callback":
            due = max(due, slots.slot(session.due or 0, session.not_after, session.zone))
            return due if slots.slot(now, session.not_after, session.zone) <= now else None
        closed_long = not any(slots.is_open(at) for at in range(now - GRACE, now + 1, 5 * MINUTE))
        return due if slots.is_open(now) or closed_long else None

    def ended(self) -> None:
        """At the very end nothing is open."""
        for session in self.judge.stored.now.values():
            over = not session.open or session.rehearsal is not None
            require("every open session is claimed or closed", over, str(session))
