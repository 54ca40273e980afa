"""All invariants together: told of every write and every answer of one world."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.simulation.fleet import Write
from tests.simulation.invariants.answers import Answers
from tests.simulation.invariants.broken import Invariant
from tests.simulation.invariants.deliveries import Deliveries
from tests.simulation.invariants.liveness import Liveness
from tests.simulation.invariants.order import Order
from tests.simulation.invariants.sessions import SESSION, SessionItems, Stored
from tests.simulation.invariants.trail import Trail
from tests.simulation.invariants.words import Words

if TYPE_CHECKING:
    from tests.simulation.world import World

__all__ = ["Judge"]


class Judge:
    """Knows every session as it stands."""

    def __init__(self, world: World) -> None:
        self.world, self.stored = world, Stored()
        self.bound_at: dict[str, int] = {}
        self.sessions, self.deliveries, self.words = SessionItems(self), Deliveries(self), Words(self)
        self.answers, self.liveness, self.order = Answers(self), Liveness(self), Order(self)
        self.trail = Trail(self)
        self._all: tuple[Invariant, ...] = (self.answers, self.words, self.deliveries, self.liveness, self.trail)

    def wrote(self, write: Write) -> None:
        """One item changed."""
        for one in self._all:
            one.wrote(write)
        if write.table == self.world.settings.table and write.key[1] == SESSION:
            old, new = self.stored.change(write)
            write.request.wrote = (write.key[0], new.write_id) if new is not None else None
            self.sessions.compare(write, old, new)
            self.deliveries.compare(write, old, new)
            self.words.compare(write, old, new)
            self.trail.compare(write, old, new)
            self.order.compare(old, new)
            self.liveness.compare(old, new)
            if new is not None and (old is None or new.bound != old.bound):
                self.bound_at[new.id] = self.world.scheduler.now
            if new is not None and any(one.outcome == "answered_unsafe" for one in new.attempts):
                self.answers.unsafe.setdefault(new.id, self.world.scheduler.now)

    def minute(self) -> None:
        """A minute without faults is over."""
        for one in self._all:
            one.minute()

    def ended(self) -> None:
        """Everything has come to its end."""
        for one in self._all:
            one.ended()
