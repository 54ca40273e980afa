"""What partners are told: every step of the status is delivered, owed or parked, and what they answered is kept."""

from __future__ import annotations

from chalicelib.model import delivery
from chalicelib.model.session import SECOND, Session
from chalicelib.model.status import settle
from tests.simulation.fleet import Write
from tests.simulation.invariants.broken import Invariant, require

__all__ = ["Deliveries"]

FAR = 10**14
SKEW = 5 * SECOND


class Deliveries(Invariant):
    """The deliverer's part of the item, and what the endpoints said."""

    def compare(self, write: Write, old: Session | None, new: Session | None) -> None:
        """Each rule in turn."""
        if new is None:
            return
        self._owed(write, new)
        if old is not None:
            self._delivered(old, new)
            self._parked(old, new)

    def _owed(self, write: Write, new: Session) -> None:
        """Owed now or by the clock alone, so it stands in the index, at the latest where its next attempt is.

        A claim writes a status that the clock had made already and leaves the row where the clock's step stands: what
        is due now may stand anywhere before now. A replayed one stands in the first shard; deliverers read them all.
        """
        item, shards = write.new or {}, self.world.settings.shards
        found = tuple(item[name]["S"] if name in item else "" for name in ("due_pk", "due_sk"))
        place = delivery.place(new, shards)
        wanted = ("", "") if place is None else (place.pk, place.sk)
        if new.parked is not None:
            require("the place of what is owed follows from the session", found == wanted, f"{new.id} {found} {wanted}")
        if not delivery.owed(settle(new, FAR)):
            return  # a row that is left is taken once more, and then it goes
        rule = "every step of the status is delivered, owed or parked"
        require(rule, found[0] in {delivery.due_partition(new.partner, n) for n in range(shards)}, f"{new.id} {found}")
        latest = max(_at(wanted[1]), self.world.scheduler.now + SKEW)
        require(rule, _at(found[1]) <= latest, f"{new.id} {found} not {wanted}")

    def _delivered(self, old: Session, new: Session) -> None:
        if new.delivered == old.delivered:
            return
        rule = "delivered is what the endpoint answered"
        answered = self.world.endpoints[new.partner].answered[new.id]
        require(rule, new.delivered > old.delivered and new.delivered in answered, f"{new.id} {new.delivered}")

    def _parked(self, old: Session, new: Session) -> None:
        if new.parked is None or new.parked == old.parked:
            return
        endpoint, rule = self.world.endpoints[new.partner], "parked when it must be"
        if new.parked == "exhausted":
            tried = max(endpoint.posts[new.id, sequence] for sequence in range(1, new.sequence + 2))
            require(rule, new.tries >= len(delivery.SCHEDULE), f"{new.id} after {new.tries}")
            require(rule, tried >= 1, f"{new.id}: never sent")
        else:
            require(rule, endpoint.said_gone, f"{new.id} {new.parked}")

    def ended(self) -> None:
        """At the end, nothing is owed but where it is parked, and the last status was answered."""
        for stored in self.judge.stored.now.values():
            session = settle(stored, self.world.scheduler.now)
            if session.hooked and session.parked is None:
                answered = self.world.endpoints[session.partner].answered[session.id]
                told = session.delivered == session.sequence and session.sequence in {1, *answered}
                require("every final status is delivered or parked", told, f"{session.id} {session.delivered}")


def _at(key: str) -> int:
    return int(key.partition("#")[0] or 0)
