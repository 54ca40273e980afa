"""A counsellor at the console: takes the next one, talks, calls, closes, undoes; falls silent; comes back too late."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any, TypeVar, cast

from chalicelib.desk import calls, claims, counsellors, holding
from chalicelib.desk import queue as screens
from chalicelib.desk.base import Desk
from chalicelib.doors.counsellors import _shown
from chalicelib.model.counsellor import SPECIALITIES, Counsellor
from chalicelib.model.session import LANES, Band, Reason, Session, State
from tests.simulation.actors.actor import Actor
from tests.simulation.fleet import Answer, Request
from tests.simulation.invariants.broken import require
from tests.simulation.world import World

__all__ = ["Console"]

T = TypeVar("T")
CLOSINGS = (Reason.HELPED, Reason.HELPED, Reason.REDIRECTED_EMERGENCY, Reason.ABUSE)
OUTCOMES = {
    "answered": 4, "answered_safe": 2, "answered_unsafe": 1, "busy": 2, "no_answer": 5, "refused": 1, "invalid": 1,
}  # fmt: skip


@dataclass
class Card:
    """One session on the console, as it was last seen."""

    id: str
    epoch: int
    view: dict[str, Any]
    renewed: int
    revealed: str = ""
    words: list[tuple[int | None, str]] = field(default_factory=list)
    notes: list[tuple[int, str]] = field(default_factory=list)


class Console(Actor):
    """One counsellor's screen."""

    def __init__(self, world: World, who: Counsellor, number: int) -> None:
        super().__init__(world, f"{who.username}.{number}")
        self.who, self.cards = who, dict[str, Card]()
        self.closed: list[tuple[str, int]] = []
        self.lost: list[tuple[str, int]] = []
        self.listed: list[str] = []
        self.written = 0

    def live(self) -> None:
        """Until the faults are over; then as one who does the work and makes no mistakes."""
        while not self.world.over:
            if self.world.calm():
                self._work()
                continue
            self.think(0.2, 4)
            if self.chance(0.02):
                self.think(60, 240)  # the console is closed, or the network is gone: every lease ends
            self._renew()
            wish = self.pick({"screen": 2, "claim": 5, "work": 20 if self.cards else 0, "late": 2, "undo": 2,
                              "take": 2, "pause": 1})  # fmt: skip
            getattr(self, f"_{wish}")()

    def _screen(self) -> None:
        answer, _ = self.ask("screen", lambda desk: screens.screen(desk, self.who, watching=self.who.supervisor))
        if answer.value is not None:
            lanes = answer.value.line.lanes
            self.listed = [row.id for lane in LANES for row in lanes[lane].due][:20]

    def _pause(self) -> None:
        self.ask("break", lambda desk: screens.set_break(desk, self.who, on_break=self.chance(0.3)))

    def _claim(self) -> bool:
        lanes = LANES if self.chance(0.6) else (self.rng.choice(LANES),)

        def run(desk: Desk) -> tuple[Session, dict[str, Any]] | None:
            session = claims.claim(desk, self.who, lanes)
            return None if session is None else (session, self._view(desk, session))

        claiming = self.world.judge.order.before(self.who, lanes)
        answer, _ = self.ask("claim", run, owner=self.who.subject, audiences=self.who.audiences)
        self.world.judge.order.after(claiming, None if answer.value is None else answer.value[0])
        if answer.value is not None:
            self._given(*answer.value)
        return answer.value is not None

    def _take(self) -> None:
        if not self.listed:
            return
        id = self.rng.choice(self.listed)

        def run(desk: Desk) -> tuple[Session, dict[str, Any]]:
            session = claims.take(desk, self.who, id)
            return session, self._view(desk, session)

        answer, _ = self.ask("take", run, owner=self.who.subject)
        if answer.value is not None:
            self._given(*answer.value)

    def _given(self, session: Session, view: dict[str, Any]) -> None:
        self.world.judge.answers.claimed(self.who.subject, session)
        self.cards[session.id] = Card(session.id, session.epoch, view, self.world.scheduler.now)

    def _view(self, desk: Desk, session: Session) -> dict[str, Any]:
        """The very view that the counsellors' door answers."""
        view: dict[str, Any] = json.loads(_shown(cast(Any, SimpleNamespace(desk=desk)), session, self.who).body)
        return view

    def _act(self, card: Card, verb: str, run: Callable[[Desk], T]) -> tuple[Answer[T], Request]:
        """One request about a session; it is gone from the screen when the hub says that it is not ours any more."""
        tries = 1 if self.world.calm() else self.rng.choice((1, 2, 4))
        answer, request = self.insist(
            verb, run, tries, owner=self.who.subject, username=self.who.username, epoch=card.epoch, id=card.id
        )  # fmt: skip
        if answer.problem in ("taken_over", "already_closed", "not_found"):
            self._drop(card)
        return answer, request

    def _drop(self, card: Card) -> None:
        self.cards.pop(card.id, None)
        self.lost.append((card.id, card.epoch))

    def _renew(self) -> None:
        for card in list(self.cards.values()):
            if self.world.scheduler.now - card.renewed >= 30_000:
                self._renew_one(card)

    def _renew_one(self, card: Card) -> None:
        answer, _ = self._act(card, "renew", lambda desk: counsellors.renew(desk, self.who, card.id, card.epoch))
        if answer.ok:
            card.renewed = self.world.scheduler.now

    def _work(self) -> None:
        """Something with one of the sessions; calmly: all of them, one after the other, to their ends."""
        if self.world.calm():
            self.think(0.5, 2)
            if not self.cards and not (self.world.waiting() and self._claim()):
                self.world.scheduler.pause(20_000)
            for card in list(self.cards.values()):
                self._finish(card)
            return
        card = self.rng.choice(list(self.cards.values()))
        called = card.view["session"] == "callback"
        wishes = {"see": 2, "note": 2, "triage": 2, "close": 3, "release": 2, "hand_over": 2}
        wishes |= {"reveal": 5, "attempt": 6 if card.revealed else 0} if called else {"say": 9, "typing": 1, "check": 1}
        getattr(self, f"_{self.pick(wishes)}")(card)

    def _finish(self, card: Card) -> None:
        if card.view["session"] == "callback":
            self._reveal(card)
            if card.id in self.cards:
                self._attempt(card)
        else:
            self._say(card)
        if card.id in self.cards:
            self._close(card)
        if card.id in self.cards:
            self._release(card)

    def _see(self, card: Card) -> None:
        def run(desk: Desk) -> dict[str, Any]:
            return self._view(desk, holding.view(desk, card.id))

        answer, request = self._act(card, "view", run)
        if answer.value is not None:
            self._saw(card, answer.value, request.began)

    def _saw(self, card: Card, view: dict[str, Any], began: int) -> None:
        """A whole view; one that is not ours shows no words."""
        if not view["mine"] or view["epoch"] != card.epoch:
            require("nobody reads another's row", view["mine"] or not view["messages"], card.id)
            self._drop(card)
            return
        card.view = view
        if view["unreadable"]:
            return
        for side in ("youth", "counsellor"):
            told = [(one["n"], one["text"]) for one in view["messages"] if one["from"] == side]
            self.world.judge.answers.shown(card.id, began, side, told)
        self.world.judge.answers.shown(card.id, began, "note", [(one["n"], one["text"]) for one in view["notes"]])

    def _text(self, what: str) -> str:
        self.written += 1
        return f"{self.name} {what} {self.written}"

    def _say(self, card: Card) -> None:
        n, text = card.view["counters"]["counsellor"] + 1, self._text("says")
        answer, _ = self._act(
            card, "say", lambda desk: counsellors.say(desk, self.who, card.id, card.epoch, n, text)
        )  # fmt: skip
        if answer.ok:
            self.world.judge.answers.heard(card.id, "counsellor", n, text)
            card.view["counters"]["counsellor"] = n
        elif answer.problem == "out_of_order":
            self._see(card)

    def _note(self, card: Card) -> None:
        self._noted(card, "note", lambda desk, n, text: counsellors.note(
            desk, self.who, card.id, card.epoch, n, "note", "", text
        ))  # fmt: skip

    def _triage(self, card: Card) -> None:
        band = self.rng.choice(list(Band))
        self._noted(card, "triage", lambda desk, n, text: counsellors.triage(
            desk, self.who, card.id, card.epoch, n, band, text
        ))  # fmt: skip

    def _hand_over(self, card: Card) -> None:
        speciality = self.rng.choice(SPECIALITIES)
        colleague = self.rng.choice(self.world.names) if self.chance(0.5) else None

        def run(desk: Desk, n: int, text: str) -> Session:
            return counsellors.hand_over(
                desk, self.who, card.id, card.epoch, n, speciality=None if colleague else speciality,
                colleague=colleague, text=text,
            )  # fmt: skip

        if self._noted(card, "hand over", run):
            self._drop(card)

    def _noted(self, card: Card, verb: str, run: Callable[[Desk, int, str], Any]) -> bool:
        n, text = card.view["counters"]["notes"] + 1, self._text(verb)
        answer, _ = self._act(card, verb, lambda desk: run(desk, n, text))
        if answer.ok:
            self.world.judge.answers.heard(card.id, "note", n, text)
            card.view["counters"]["notes"] = n
        elif answer.problem == "out_of_order":
            self._see(card)
        return answer.ok

    def _typing(self, card: Card) -> None:
        self._act(card, "typing", lambda desk: counsellors.typing(desk, self.who, card.id, card.epoch))

    def _check(self, card: Card) -> None:
        self._act(card, "check", lambda desk: counsellors.ask_still_there(desk, self.who, card.id, card.epoch))

    def _reveal(self, card: Card) -> None:
        answer, request = self._act(
            card, "reveal", lambda desk: calls.reveal(desk, self.who, card.id, card.epoch)
        )  # fmt: skip
        if answer.value is not None:
            card.revealed = answer.value
            self.world.judge.answers.revealed(request, answer.value)

    def _attempt(self, card: Card) -> None:
        if not card.revealed:
            return
        outcome = self.pick(OUTCOMES)
        answer, _ = self._act(
            card, "attempt", lambda desk: calls.attempt(desk, self.who, card.id, card.epoch, outcome)
        )  # fmt: skip
        if answer.value is not None and outcome == "answered_unsafe":
            self.world.judge.answers.answered_unsafe(card.revealed)
        if answer.value is not None and not answer.value.state.held:
            self._drop(card)

    def _close(self, card: Card) -> None:
        reason = self.rng.choice(CLOSINGS)
        answer, _ = self._act(
            card, "close", lambda desk: counsellors.close(desk, self.who, card.id, card.epoch, reason)
        )  # fmt: skip
        if answer.value is not None:
            require("what is said to be ended has ended", answer.value.state is State.CLOSED, card.id)
            self.cards.pop(card.id, None)
            self.closed.append((card.id, card.epoch))

    def _release(self, card: Card) -> None:
        answer, _ = self._act(
            card, "release", lambda desk: counsellors.release(desk, self.who, card.id, card.epoch)
        )  # fmt: skip
        if answer.ok:
            self._drop(card)

    def _undo(self) -> None:
        if not self.closed:
            return
        id, epoch = self.closed.pop()
        if self.chance(0.3):
            self.think(600, 1000)

        def run(desk: Desk) -> tuple[Session, dict[str, Any]]:
            session = counsellors.undo(desk, self.who, id, epoch)
            return session, self._view(desk, session)

        answer, _ = self.insist(
            "undo", run, 2, owner=self.who.subject, username=self.who.username, epoch=epoch, id=id
        )  # fmt: skip
        if answer.value is not None:
            self._given(*answer.value)

    def _late(self) -> None:
        """A console that does not know yet that it lost its session: whatever it does is refused."""
        if not self.lost:
            return
        again = [one for one in self.lost if one[0] in self.cards]  # held again, under another epoch
        id, epoch = self.rng.choice(again or self.lost)
        card = Card(id, epoch, {"counters": {"counsellor": 0, "notes": 0}, "session": "chat"}, 0)
        wish = self.rng.choice(("close", "release", "typing", "reveal", "say"))
        getattr(self, f"_{wish}")(card)
