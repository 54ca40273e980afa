"""The session's item: opened once, held by one, its status only climbed, its places what the rest says."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chalicelib.aws.codec import decode
from chalicelib.model.line import place
from chalicelib.model.session import Session, State, Status
from tests.simulation.fleet import Write
from tests.simulation.invariants.broken import Invariant, require

if TYPE_CHECKING:
    from tests.simulation.invariants.judge import Judge

__all__ = ["SessionItems", "Stored"]

SESSION = "session"
CLOCKS_DIFFER = 10_000
"""Two clocks may be so far apart: what has come by one of them may lie in the future by the other."""
OF_THE_HOLDER = frozenset({
    "renew", "release", "close", "undo", "say", "note", "triage", "hand over", "attempt", "reveal", "typing", "check",
})  # fmt: skip
OF_THE_YOUTH = frozenset({
    "look", "arrive", "choose", "youth says", "danger", "still there", "youth types", "cancel", "leave", "issue code",
})  # fmt: skip
OF_THE_DELIVERER = frozenset({
    "courier", "deliver_at", "delivered", "due_pk", "due_sk", "parked", "tried", "tries",
})  # fmt: skip
NEVER_CHANGES = ("partner", "platform", "kind", "locale", "created", "fingerprint", "facts", "hooked", "rehearsal")


class Stored:
    """Every session as it stands, read from its item once for all invariants."""

    def __init__(self) -> None:
        self.now: dict[str, Session] = {}

    def change(self, write: Write) -> tuple[Session | None, Session | None]:
        """The session before and after a write of its item."""
        id = write.key[0]
        old = self.now.get(id)
        if write.new is None:
            self.now.pop(id, None)
            return old, None
        new = self.now[id] = decode(write.new)
        return old, new


class SessionItems(Invariant):
    """What may become of one item in one write."""

    def __init__(self, judge: Judge) -> None:
        super().__init__(judge)
        self.statuses: dict[tuple[str, int], Status] = {}
        self.owners: dict[tuple[str, int], str] = {}

    def compare(self, write: Write, old: Session | None, new: Session | None) -> None:
        """Each rule in turn."""
        if old is None or new is None:
            if new is not None:
                self._opened(write, new)
            else:
                self._gone(write, old)
            return
        self._same_session(old, new)
        self._may_write(write, old, new)
        self._hold(write, old, new)
        self._status(old, new)
        self._counters(old, new)
        self._attempts(write, old, new)
        self._end(write, old, new)
        self._place(write, new)

    def _opened(self, write: Write, new: Session) -> None:
        require("one session per (partner, jti)", write.request.verb == "receive", f"{new.id} by {write.request.verb}")
        require("one session per (partner, jti)", new.id == write.request.facts["id"], new.id)
        self.statuses[new.id, 1] = new.status
        self._place(write, new)

    def _gone(self, write: Write, old: Session | None) -> None:
        by_time = write.request.verb == "expire" and old is not None and old.expires_at is not None
        require("an item is deleted by its time alone", by_time, write.key)

    def _same_session(self, old: Session, new: Session) -> None:
        for name in NEVER_CHANGES:
            same = getattr(old, name) == getattr(new, name)
            require("one session per (partner, jti)", same, f"{name} of {old.id} changed")

    def _may_write(self, write: Write, old: Session, new: Session) -> None:
        verb, facts = write.request.verb, write.request.facts
        erasing = new.erased and not old.erased
        if verb in OF_THE_HOLDER and not erasing:
            mine = (facts["owner"], facts["epoch"]) == (old.owner, old.epoch)
            require("the holder writes with the current epoch", mine, f"{verb} {facts} on {old.owner} {old.epoch}")
        elif verb in OF_THE_YOUTH and not erasing:
            require("the bound browser alone writes", old.bound in (None, facts["key"]), f"{verb} of {old.id}")
        elif verb in ("status", "partner cancels"):
            mine = old.partner == facts["partner"] and (old.bound is None or erasing or not old.open)
            require("a partner's own session, not opened by the youth", mine, old.id)
        elif verb == "deliver":
            names = {name for name in {*(write.old or {}), *(write.new or {})} if _differ(write, name)}
            require("the deliverer's own attributes", names <= OF_THE_DELIVERER, f"{old.id}: {names}")
        require("nobody takes a rehearsal", old.rehearsal is None or not new.state.held, old.id)

    def _hold(self, write: Write, old: Session, new: Session) -> None:
        rule = "one hold per epoch"
        if new.epoch != old.epoch:
            require(rule, new.epoch == old.epoch + 1 and new.state.held, f"{old.id} {old.epoch} → {new.epoch}")
            require(rule, not old.state.held, f"{old.id} taken from {old.owner} by {new.owner}")
            require(rule, (new.id, new.epoch) not in self.owners, f"{new.id} {new.epoch} twice")
            self.owners[new.id, new.epoch] = new.owner or ""
            self._taken(write, old)
        else:
            require(rule, new.owner in (old.owner, None), f"{old.id} {old.epoch}: {old.owner} → {new.owner}")
            require(rule, old.state.held or not new.state.held, f"{old.id} is held without a claim")
        if new.state.held:
            whole = new.owner and new.holder and new.claimed_at is not None and new.lease_until is not None
            require("a hold has an owner and a lease", bool(whole) and new.lane is not None, new.id)
        if old.state.held and not new.state.held and write.request.verb == "sweep" and new.open:
            ended = (old.lease_until or 0) < write.process.clock()
            require("a hold ends with its lease", ended, f"{old.id} until {old.lease_until}")

    def _taken(self, write: Write, old: Session) -> None:
        now, facts = write.process.clock(), write.request.facts
        if write.request.verb == "undo":
            return
        offered = old.open and old.due is not None and old.due <= now + CLOCKS_DIFFER
        require("only what is due is claimed", offered, f"{old.id} {old.state} due {old.due} at {now}")
        if write.request.verb == "claim":
            reserved = old.reserved_until is not None and old.reserved_until > now and bool(old.audience)
            free = not reserved or old.audience in facts["audiences"] or old.subject is not None
            require("what is reserved is not claimed by others", free, f"{old.id} for {old.audience}")
            require("who is set aside is not offered", not old.aside or old.subject is not None, old.id)

    def _status(self, old: Session, new: Session) -> None:
        climbed = new.sequence > old.sequence
        if climbed:
            require("the status never goes back", new.status.rank > old.status.rank, f"{old.status} → {new.status}")
            for sequence in range(old.sequence + 1, new.sequence):
                self.statuses.setdefault((new.id, sequence), self._between(new.id, sequence))
        else:
            same = (new.sequence, new.status) == (old.sequence, old.status)
            require("the status never goes back", same, f"{old.id} {old.sequence} {old.status} → {new.status}")
        self.told(new.id, new.sequence, new.status)

    def _between(self, id: str, sequence: int) -> Status:
        """A step made by the clock alone, and never stored: a scheduled session was waiting before it went on."""
        known = self.statuses.get((id, sequence))
        return known if known is not None else Status.WAITING

    def told(self, id: str, sequence: int, status: Status) -> None:
        """Somebody saw this status under this sequence: nobody ever sees another."""
        known = self.statuses.setdefault((id, sequence), status)
        require("a sequence means one status", known is status, f"{id} {sequence}: {known} and {status}")

    def _counters(self, old: Session, new: Session) -> None:
        for name in ("youth_n", "counsellor_n", "notes_n", "generation"):
            grown = getattr(new, name) - getattr(old, name)
            require("words are counted one by one", grown in (0, 1), f"{name} of {old.id} by {grown}")

    def _attempts(self, write: Write, old: Session, new: Session) -> None:
        if new.attempts == old.attempts or new.erasing or new.erased:
            return
        rule = "attempts up to the maximum, none after unsafe"
        require(rule, new.attempts[:-1] == old.attempts, f"{old.id}: {old.attempts} → {new.attempts}")
        outcomes = [one.outcome for one in new.attempts]
        unanswered = sum(not one.startswith("answered") or one == "answered_unsafe" for one in outcomes)
        require(rule, unanswered <= 3 and "answered_unsafe" not in outcomes[:-1], f"{old.id}: {outcomes}")
        require(rule, old.state.held, f"{old.id} by {write.request.who}")

    def _end(self, write: Write, old: Session, new: Session) -> None:
        if new.open and not old.open:
            undone = write.request.verb == "undo" and old.undo_until is not None and not old.erased
            require("what is closed is opened by undo alone", undone, f"{old.id} by {write.request.verb}")
        if old.state is State.CLOSED and new.state is State.CLOSED:
            require("what is closed keeps its reason", old.reason == new.reason, f"{old.reason} → {new.reason}")
        require("erased means erased", new.erased or not old.erased, old.id)
        if old.danger and new.open:
            require("danger is not forgotten", new.danger, old.id)

    def _place(self, write: Write, new: Session) -> None:
        item = write.new or {}
        there = place(new, self.world.settings.shards) if new.rehearsal is None else None
        wanted = (None, None) if there is None else (there.pk, there.sk)
        found = tuple(item[name]["S"] if name in item else None for name in ("lane_pk", "lane_sk"))
        require("the place in the line follows from the session", found == wanted, f"{new.id} {found} not {wanted}")


def _differ(write: Write, name: str) -> bool:
    return (write.old or {}).get(name) != (write.new or {}).get(name)
