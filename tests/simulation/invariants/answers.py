"""What people were told, and whether it is so: nothing that was answered may be missing afterwards."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from chalicelib import phone
from chalicelib.desk.ids import resume_row
from chalicelib.model.number import NUMBER_LASTS
from chalicelib.model.session import SECOND, Session, Status
from tests.simulation.fleet import Request, Write
from tests.simulation.invariants.broken import Invariant, require
from tests.simulation.invariants.sessions import OF_THE_HOLDER

if TYPE_CHECKING:
    from tests.simulation.invariants.judge import Judge

__all__ = ["WEAK", "Answers"]

SKEW = 5 * SECOND
REFUSED = frozenset({"taken_over", "already_closed", "wrong_moment", "too_late", "out_of_order"})
WEAK = 1 * SECOND
"""How old a read that is not strong may be: a view may miss what was acknowledged so short a time before it."""


class Answers(Invariant):
    """Every answer that somebody got, checked when it arrives."""

    def __init__(self, judge: Judge) -> None:
        super().__init__(judge)
        self.handoffs: dict[tuple[str, str], tuple[bytes, Mapping[str, Any]]] = {}
        self.ids: set[str] = set()
        self.words: dict[tuple[str, str, int], tuple[str, int]] = {}
        self.numbers: dict[str, set[str]] = {}
        self.unsafe: dict[str, int] = {}
        self.unsafe_numbers: dict[str, int] = {}

    def took(self, partner: str, jti: str, body: bytes, answer: Mapping[str, Any]) -> None:
        """200 or 201 for a handoff."""
        rule, id = "every id answered is in the store", answer["id"]
        require(rule, id in self.judge.stored.now, f"{id} of {partner} {jti}")
        known = self.handoffs.setdefault((partner, jti), (body, answer))
        require("one session per (partner, jti)", known == (body, answer), f"{partner} {jti}: {answer} after {known}")
        self.ids.add(id)

    def wrote(self, write: Write) -> None:
        """No answered id is ever missing, but for what its own time deletes."""
        if write.new is None and write.key[1] == "session" and write.request.verb != "expire":
            require("every id answered is in the store", write.key[0] not in self.ids, write.key[0])

    def ended_with(self, request: Request, outcome: str) -> None:
        """A counsellor was told that it is done, or that nothing was written.

        Where a reply was lost and somebody else wrote before the SDK's own retry, nobody can know any more what
        became of the first try: it may have been done though it is said to be refused. Where the write still stands
        as it was made, it must not be.
        """
        if outcome == "done":
            self.judge.trail.done(request)
        elif outcome in REFUSED and request.verb in OF_THE_HOLDER and request.wrote is not None:
            id, write_id = request.wrote
            stands = self.judge.stored.now[id].write_id == write_id
            require("what is refused is not done", not stands, f"{request.verb} of {id}: {outcome}")

    def status(self, request: Request, session: Session) -> None:
        """A partner read a status."""
        facts = request.facts
        require("nobody reads another's row", session.partner == facts["partner"], f"{session.id} for {facts}")
        newest = session.sequence >= facts["known"]
        require("the status never goes back", newest, f"{session.id} {session.sequence} after {facts['known']}")
        self.judge.sessions.told(session.id, session.sequence, session.status)

    def ended_for(self, session: Session) -> None:
        """A cancel was answered."""
        require("what is said to be ended has ended", session.status is Status.CLOSED, session.id)

    def heard(self, id: str, side: str, n: int, text: str) -> None:
        """Somebody was told that message or note ``n`` is kept."""
        rule = "no acknowledged message is missing"
        self.words.setdefault((id, side, n), (text, self.world.scheduler.now))
        require(rule, self.words[id, side, n][0] == text, f"{id} {side} {n} twice")
        if self.judge.stored.now[id].open:
            self._readable(id, side, n, text)

    def still_there(self, id: str) -> None:
        """A session was opened again: everything acknowledged before can be read."""
        for (other, side, n), (text, _) in self.words.items():
            if other == id:
                self._readable(id, side, n, text)

    def _readable(self, id: str, side: str, n: int, text: str) -> None:
        sort = f"note#{n:06d}" if side == "note" else f"message#{side}#{n:06d}"
        there = self.world.dynamo.item(self.world.settings.table, (id, sort))
        key = self.judge.words.key_of(id)
        require("no acknowledged message is missing", there is not None and key is not None, f"{id} {sort}")
        found = self.world.keeper.cipher.open(id, sort, (there or {})["sealed"]["B"]).decode()
        require("no acknowledged message is missing", found == text, f"{id} {sort} {found!r} not {text!r}")

    def shown(self, id: str, began: int, side: str, messages: Iterable[tuple[int, str]]) -> None:
        """A whole transcript of a session that is open was shown: everything acknowledged a second before is in it."""
        if not self.judge.stored.now[id].open:
            return
        told = dict(messages)
        for (other, by, n), (text, at) in self.words.items():
            if other == id and by == side and at < began - WEAK:
                require("no acknowledged message is missing", told.get(n) == text, f"{id} {side} {n}")

    def claimed(self, who: str, session: Session) -> None:
        """A counsellor was given a session."""
        owner = self.judge.sessions.owners.get((session.id, session.epoch))
        require("one hold per epoch", owner == who, f"{session.id} {session.epoch}: {owner}, told {who}")

    def revealed(self, request: Request, number: str) -> None:
        """A counsellor got a number: from here on it is dialled."""
        facts, now = request.facts, self.world.scheduler.now
        id = facts["id"]
        require("the number is the youth's", number in self.numbers.get(id, ()), id)
        session = self.judge.stored.now[id]
        rule = "no dialling outside hours, window or after unsafe"
        moments = range(request.began - SKEW, now + SKEW + 1, SECOND)
        slot = self.world.keeper.slots.slot
        may = any(slot(at, session.not_after, session.zone) <= at for at in moments)
        require(rule, may, f"{id} between {request.began} and {now}")
        require(rule, self.unsafe.get(id, now) >= request.began, f"{id} after unsafe")
        told = self.unsafe_numbers.get(number)
        stopped = told is not None and told < request.began < told + NUMBER_LASTS - SKEW
        require(rule, not stopped, f"the number of {id} after unsafe at {told}")

    def answered_unsafe(self, number: str) -> None:
        """A counsellor was told that it is written down: somebody unsafe answered at this number."""
        self.unsafe_numbers[number] = self.world.scheduler.now

    def chose(self, id: str, number: str) -> None:
        """A youth, or the platform for one, left a number; it may or may not have arrived."""
        self.numbers.setdefault(id, set()).add(phone.read(number, fiction=True).e164)

    def code(self, id: str, shown: str) -> None:
        """A resume code was shown: it leads back, unless the session has ended while the answer was on its way."""
        if not self.judge.stored.now[id].open:
            return
        row = resume_row(self.world.keeper.secrets, shown.replace("-", ""))
        there = self.world.dynamo.item(self.world.settings.table, (f"resume#{row.hex()}", "resume"))
        require("a code that is shown always works", there is not None and there["id"]["S"] == id, id)
