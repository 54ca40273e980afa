"""A partner: taps, retries with the same jti, another body under an old one, polls, cancels, foreign ids."""

from __future__ import annotations

import json
from typing import Any

from chalicelib.desk.base import Desk
from chalicelib.desk.ids import session_id
from chalicelib.desk.partners import availability, cancel, receive, status
from chalicelib.desk.pulse import pulse
from chalicelib.desk.usage import admit, record
from chalicelib.doors.views import handoff_answer
from chalicelib.model.handoff import CallbackWish, Content, Handoff, Lane, Report
from chalicelib.model.partner import Partner
from chalicelib.model.rehearsal import SCRIPTS
from chalicelib.model.session import MINUTE, SECOND, Session
from chalicelib.problems import Problem
from tests.simulation.actors.actor import Actor
from tests.simulation.actors.youth import Youth
from tests.simulation.invariants.broken import require
from tests.simulation.world import World

__all__ = ["PartnerServer"]

HELD_WITHIN = 60 * SECOND + 25 * SECOND + 12 * SECOND


class PartnerServer(Actor):
    """One partner's server."""

    def __init__(self, world: World, name: str, platforms: tuple[str, ...], *, sandbox: bool) -> None:
        super().__init__(world, name)
        self.platforms, self.sandbox = platforms, sandbox
        self.taken: dict[str, tuple[str, Handoff, int]] = {}
        self.sent = 0

    def live(self) -> None:
        """Until the faults are over."""
        while not self.world.calm():
            self.think(3, 60)
            wish = self.pick({"tap": 8 if not self.sandbox else 1, "again": 1, "poll": 4, "cancel": 1, "foreign": 1,
                              "look": 1})  # fmt: skip
            getattr(self, f"_{wish}")()

    def _door(self, desk: Desk, *, read: bool) -> Partner:
        """Who signed: known, and not suspended."""
        partner = desk.directory.partner(self.name)
        if partner is None or partner.suspended:
            raise Problem("unauthorised")
        admit(desk, partner, read=read)
        return partner

    def _tap(self) -> None:
        self.sent += 1
        jti = f"{self.name}-{self.sent:06d}-0123456789"
        handoff = self._handoff()
        twice = self.chance(0.1)
        for _ in range(2 if twice else 1):
            self.world.scheduler.spawn(lambda: self._hand_over(jti, handoff), self.rng.randrange(50))

    def _again(self) -> None:
        """An old jti: the same body, long after; or another."""
        if self.taken:
            jti = self.rng.choice(list(self.taken))
            _, handoff, _ = self.taken[jti]
            self._hand_over(jti, self._handoff() if self.chance(0.3) else handoff)

    def _hand_over(self, jti: str, handoff: Handoff) -> None:
        body = repr(handoff).encode()
        id = session_id(self.world.keeper.secrets, self.name, jti)
        if handoff.callback is not None and handoff.callback.number is not None:
            self.world.judge.answers.chose(id, handoff.callback.number)

        def run(desk: Desk) -> dict[str, Any]:
            partner = self._door(desk, read=False)
            taken = receive(desk, partner, jti, body, handoff)
            record(desk, partner, "replays" if taken.replayed else "handoffs")
            return handoff_answer(desk, taken.session)

        answer, request = self.insist("receive", run, self.rng.choice((1, 2, 3, 5)), id=id, partner=self.name)
        if answer.value is None:
            return
        self._check_allowed(request.began)
        self.world.judge.answers.took(self.name, jti, body, json.loads(json.dumps(answer.value)))
        known = self.taken.setdefault(jti, (id, handoff, 0))
        if known[2] == 0 and not self.sandbox:
            self.taken[jti] = (id, handoff, 1)
            link = answer.value["links"]["youth"].rsplit("/", 1)[1]
            youth = Youth(self.world, f"y{len(self.world.judge.answers.ids)}", id, link)
            self.world.scheduler.spawn(youth.live, self.rng.randrange(20 * SECOND))

    def _check_allowed(self, began: int) -> None:
        since = self.world.suspended.get(self.name)
        allowed = since is None or began - since <= HELD_WITHIN
        require("a suspension holds within a minute", allowed, f"{self.name} since {since} at {began}")

    def _handoff(self) -> Handoff:
        subject = f"sandbox:{self.rng.choice(list(SCRIPTS))}" if self.sandbox else None
        if not self.sandbox and self.chance(0.4):
            subject = f"youth-{self.rng.randrange(3)}"
        lane: Lane | None = self.rng.choice(("chat", "chat", "chat", "callback", None))
        report = Report("r", "c", (Content(url="https://x.example/1"),)) if self.chance(0.2) else None
        return Handoff(
            platform=self.rng.choice(self.platforms), kind="report" if report else "call", locale="fr", session=lane,
            subject=subject, danger=self.chance(0.1), callback=self._wish() if lane == "callback" else None,
            report=report, role="victim" if self.chance(0.3) else None, age_band="13-14" if self.chance(0.3) else None,
        )  # fmt: skip

    def _wish(self) -> CallbackWish:
        now = self.world.scheduler.now
        start = now + self.rng.choice((0, 10, 60, 600)) * MINUTE
        window = (start, start + self.rng.choice((30, 120, 600)) * MINUTE) if self.chance(0.5) else (None, None)
        number = self.number() if self.chance(0.8) else None
        return CallbackWish(number, window[0], window[1], voicemail=self.chance(0.5))

    def _poll(self) -> None:
        if not self.taken:
            return
        jti = self.rng.choice(list(self.taken))
        id, known = self.taken[jti][0], 0

        def run(desk: Desk) -> Session:
            partner = self._door(desk, read=True)
            return status(desk, partner, id, known=known)

        for _ in range(self.rng.choice((1, 3, 6))):
            answer, request = self.ask("status", run, id=id, partner=self.name, known=known)
            if answer.value is not None:
                self.world.judge.answers.status(request, answer.value)
                known = answer.value.sequence
            require("every id answered is in the store", answer.problem != "not_found", id)
            self.think(0.2, 10)

    def _cancel(self) -> None:
        if not self.taken:
            return
        id = self.taken[self.rng.choice(list(self.taken))][0]
        answer, _ = self.insist(
            "partner cancels", lambda desk: cancel(desk, self._door(desk, read=False), id), partner=self.name
        )  # fmt: skip
        if answer.value is not None:
            self.world.judge.answers.ended_for(answer.value)

    def _foreign(self) -> None:
        """Ids of other partners, and ids of nobody."""
        ids = [one for one, session in self.world.judge.stored.now.items() if session.partner != self.name]
        id = self.rng.choice(ids) if ids else "ho_" + "a" * 26
        verb = self.rng.choice((status, cancel))
        answer, _ = self.ask(
            "foreign id", lambda desk: verb(desk, self._door(desk, read=True), id), partner=self.name
        )  # fmt: skip
        require("nobody reads another's row", answer.value is None, f"{self.name} read {id}")

    def _look(self) -> None:
        if self.chance(0.5):
            self.ask("availability", availability)
        else:
            self.ask("pulse", pulse)
