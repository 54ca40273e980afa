"""The port of sessions and deliveries under any sequence of calls, compared with a plain ledger, over each store.

Snapshots are kept and used later, so that writers meet who decided on an older state.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, invariant, multiple, rule

from chalicelib.aws.deliveries import TableDeliveries
from chalicelib.aws.sessions import TableSessions
from chalicelib.model import delivery, line
from chalicelib.model.delivery import Owed
from chalicelib.model.handoff import Lane
from chalicelib.model.line import Queued
from chalicelib.model.session import MINUTE, SECOND, Session, State
from chalicelib.ports import Conflict, Message, Note
from tests.simulation.cast import FIRST, opened, session_id
from tests.simulation.ledger import LEASE, MOVES, Ledger, decided, plain
from tests.simulation.places import Place, fake_place

__all__ = ["Store"]

FAR = 10**13
NUMBERS = st.integers(1, 3)
LANES: st.SearchStrategy[Lane] = st.sampled_from(("chat", "callback"))


class Store(RuleBasedStateMachine):
    """The store under test and the ledger beside it."""

    place: Callable[[], Place] = staticmethod(fake_place)

    snapshots: Bundle[Session] = Bundle("snapshots")
    rows: Bundle[tuple[Queued, Lane]] = Bundle("rows")
    owed: Bundle[Owed] = Bundle("owed")
    taken: Bundle[Session] = Bundle("taken")

    def __init__(self) -> None:
        super().__init__()
        place = self.place()
        self.clock = place.clock
        self.sessions = TableSessions(place.clients, place.table, lambda: os.urandom(16))
        self.deliveries = TableDeliveries(place.clients, place.table)
        self.ledger = Ledger()

    def _stored(self, id: str) -> Session:
        found = self.sessions.get(id, strong=True)
        assert found is not None
        return found

    @rule(target=snapshots, number=NUMBERS, lane=LANES, hooked=st.booleans())
    def open(self, number: int, lane: Lane, hooked: bool) -> Any:
        session = opened(number, self.clock(), lane=lane, hooked=hooked)
        first = self.sessions.create(session)
        known = self.ledger.sessions.get(session.id)
        assert (None if first is None else plain(first)) == known
        self.ledger.sessions.setdefault(session.id, session)
        return multiple(self._stored(session.id))

    @rule(target=snapshots, number=NUMBERS)
    def read(self, number: int) -> Any:
        found = self.sessions.get(session_id(number), strong=True)
        assert (found and plain(found)) == self.ledger.sessions.get(session_id(number))
        return multiple() if found is None else multiple(found)

    @rule(target=snapshots, seen=snapshots, name=st.sampled_from(sorted(MOVES)))
    def move(self, seen: Session, name: str) -> Any:
        after = decided(seen, name, self.clock())
        if after is None:
            return multiple()
        also = ("owner", "bound")
        current = self.ledger.sessions[seen.id]
        try:
            self.sessions.replace(seen, after, also=also)
        except Conflict as lost:
            assert lost.winner is not None
            assert plain(lost.winner) == current
            assert plain(seen) != current, "nobody had written since"
            return multiple(lost.winner)
        assert self.ledger.written(plain(seen), plain(after), also), "a change was accepted that was decided too early"
        return multiple(self._stored(seen.id))

    @rule(target=rows, lane=LANES, limit=st.integers(1, 3))
    def look(self, lane: Lane, limit: int) -> Any:
        now = self.clock()
        found = self.sessions.head(lane, now=now, before=line.head_bound(now), limit=limit)
        assert found == self.ledger.head(lane, now, limit)
        return multiple(*((row, lane) for row in found))

    @rule(target=snapshots, seen=rows)
    def claim(self, seen: tuple[Queued, Lane]) -> Any:
        row, lane = seen
        now = self.clock()
        current = self.ledger.sessions[row.id]
        won = self.sessions.claim(
            row, lane, owner=FIRST.subject, holder="first", now=now, lease=LEASE, seen_after=now - 2 * MINUTE
        )
        fresh = lane != "chat" or current.youth_seen >= now - 2 * MINUTE
        there = line.place(current) == row.place
        assert (won.session is not None) == (fresh and there)
        if won.session is None:
            assert won.unseen is None or plain(won.unseen) == current
            return multiple()
        self.ledger.sessions[row.id] = replace(
            current, state=State.CLAIMED, owner=FIRST.subject, holder="first", claimed_at=now, lease_until=now + LEASE,
            status=row.status, sequence=row.sequence, epoch=current.epoch + 1, audience=None, reserved_until=None,
            waited=max(0, now - row.due) // 1000 if current.waited is None else current.waited,
            stepped=won.session.stepped,
        )  # fmt: skip
        return multiple(won.session)

    @rule(seen=snapshots)
    def renew(self, seen: Session) -> None:
        current, until = self.ledger.sessions[seen.id], self.clock() + LEASE
        mine = current.state.held and (current.owner, current.epoch) == (seen.owner, seen.epoch)
        try:
            self.sessions.renew(seen.id, seen.owner or "nobody", seen.epoch, until)
        except Conflict as lost:
            assert not mine
            assert lost.winner is not None
            assert plain(lost.winner) == current
            return
        assert mine
        self.ledger.sessions[seen.id] = replace(current, lease_until=until)

    @rule(seen=snapshots, side=st.sampled_from(("youth", "counsellor")), n=st.integers(1, 2))
    def say(self, seen: Session, side: str, n: int) -> None:
        message = Message(side, n, self.clock(), os.urandom(4))
        first = self.ledger.messages.setdefault((seen.id, side, n), message)
        assert self.sessions.save_message(seen.id, message) == first
        note = Note(n, self.clock(), "note", "", side, os.urandom(4))
        assert self.sessions.save_note(seen.id, note) == self.ledger.notes.setdefault((seen.id, n), note)

    @rule(number=NUMBERS)
    def forget(self, number: int) -> None:
        id = session_id(number)
        self.sessions.erase(id)
        self.ledger.messages = {key: one for key, one in self.ledger.messages.items() if key[0] != id}
        self.ledger.notes = {key: one for key, one in self.ledger.notes.items() if key[0] != id}

    @rule(target=owed)
    def list_owed(self) -> Any:
        return multiple(*self.deliveries.due("tiktok", before=self.clock() + 1, limit=10))

    @rule(target=taken, row=owed, token=st.sampled_from(("one", "two")))
    def deliver(self, row: Owed, token: str) -> Any:
        until, current = self.clock() + 30 * SECOND, self.ledger.sessions[row.id]
        stands, mine = delivery.place(current) == row.place, current.courier == token
        found = self.deliveries.take(row, token=token, until=until)
        assert (found is not None) == (stands or mine)
        if found is None:
            return multiple()
        if stands:
            self.ledger.sessions[row.id] = replace(current, courier=token, deliver_at=until)
        return multiple(found)

    @rule(seen=taken, status=st.sampled_from((204, 500, 410)))
    def settle(self, seen: Session, status: int) -> None:
        now, current = self.clock(), self.ledger.sessions[seen.id]
        after = delivery.settled(seen, seen.sequence, status, None, now, spread=0, pace=1)
        mine = (current.courier, current.sequence) == (seen.courier, seen.sequence)
        done = self.deliveries.settle(seen, after)
        assert done == mine
        if done:
            names = ("courier", "deliver_at", "tried", "tries", "parked", "delivered")
            self.ledger.sessions[seen.id] = replace(current, **{name: getattr(after, name) for name in names})
        elif status == 204:
            self.deliveries.delivered(seen.id, seen.sequence)
            # What the note of an arrival does to the rest of a lease that is another's is the adapter's own affair.
            stored = plain(self._stored(seen.id))
            assert stored.delivered == max(current.delivered, seen.sequence)
            self.ledger.sessions[seen.id] = replace(
                current, delivered=stored.delivered, deliver_at=stored.deliver_at, tries=stored.tries,
                parked=stored.parked,
            )  # fmt: skip

    @rule(token=st.sampled_from(("one", "two")), lasts=st.integers(1, 60))
    def hold(self, token: str, lasts: int) -> None:
        now = self.clock()
        held = self.ledger.holder
        free = held is None or held[1] < now or held[0] == token
        assert self.deliveries.hold("tiktok", token, now=now, until=now + lasts * SECOND) == free
        if free:
            self.ledger.holder = (token, now + lasts * SECOND)

    @rule(token=st.sampled_from(("one", "two")))
    def let_go(self, token: str) -> None:
        self.deliveries.let_go("tiktok", token)
        if self.ledger.holder is not None and self.ledger.holder[0] == token:
            self.ledger.holder = None

    @rule(seconds=st.sampled_from((1, 31, 121, 301, 3601)))
    def pass_time(self, seconds: int) -> None:
        self.clock.pass_seconds(seconds)

    @invariant()
    def everything_stands_as_it_should(self) -> None:
        ids = [session_id(number) for number in range(1, 4)]
        stored = {one.id: plain(one) for one in self.sessions.get_many(ids, strong=True)}
        assert stored == self.ledger.sessions

    @invariant()
    def places_follow_from_the_sessions(self) -> None:
        lanes = self.ledger.places("lane")
        for name in {*lanes, "held#0", "open#0", "erase#0", "chat#0", "callback#0"}:
            assert self.sessions.standing(name) == lanes.get(name, [])
        due = self.ledger.places("due")
        found = [row.place.sk for row in self.deliveries.due("tiktok", before=FAR - 1, limit=10)]
        assert found == due.get(delivery.due_partition("tiktok"), [])
        found = [row.place.sk for row in self.deliveries.parked("tiktok")]
        assert found == due.get(delivery.parked_partition("tiktok"), [])

    @invariant()
    def words_stand_as_they_should(self) -> None:
        for id in self.ledger.sessions:
            for side in ("youth", "counsellor"):
                kept = [one for key, one in sorted(self.ledger.messages.items()) if key[:2] == (id, side)]
                assert self.sessions.messages(id, side) == kept
            kept_notes = [one for key, one in sorted(self.ledger.notes.items()) if key[0] == id]
            assert self.sessions.notes(id) == kept_notes

    @invariant()
    def one_delivers_at_most(self) -> None:
        holder = self.ledger.holder
        assert self.deliveries.held("tiktok", self.clock()) == (holder is not None and holder[1] >= self.clock())
