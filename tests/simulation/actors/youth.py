"""A youth: opens the link, chooses, writes, comes back on another device, calls for help, leaves; and somebody else."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from chalicelib.desk import resume as resuming
from chalicelib.desk import youth as desk_youth
from chalicelib.desk.base import Desk
from chalicelib.desk.ids import bound_of
from chalicelib.desk.transcript import read
from chalicelib.desk.youth import Wish
from chalicelib.doors.youth_views import youth_state
from chalicelib.model.session import MINUTE, Session
from tests.simulation.actors.actor import Actor
from tests.simulation.fleet import Answer
from tests.simulation.invariants.answers import WEAK
from tests.simulation.invariants.broken import require
from tests.simulation.world import World

__all__ = ["Youth"]

Verb = Callable[[Desk, str, str | None], Session]


class Youth(Actor):
    """One browser after the other; ``waiting`` are words that the hub has not taken yet."""

    def __init__(self, world: World, name: str, id: str, code: str) -> None:
        super().__init__(world, name)
        self.id, self.code = id, code
        self.cookie: str | None = None
        self.view: dict[str, Any] = {}
        self.waiting: list[tuple[int | None, str]] = []
        self.written = 0
        self.gone = False

    def live(self) -> None:
        """From the tap to the end, or until the youth does not come back."""
        if self.chance(0.1):
            return  # never opens the link
        for _ in range(self.rng.choice((1, 1, 2))):  # a scanner opens it, too
            self._open()
        self._act("arrive", desk_youth.arrive)
        looks_left = 6
        while self.cookie is not None and not self.gone and looks_left:
            looks_left -= self.world.calm()
            self.think(0.5, 20)
            self._step()

    def _step(self) -> None:
        if self.chance(0.02):
            self.think(120, 900)  # puts the phone away
        wish = self.pick(self._wishes())
        getattr(self, f"_{wish}")()

    def _wishes(self) -> dict[str, int]:
        wishes = {"look": 12, "danger": 1, "code": 2, "switch": 2, "leave": 1, "cancel": 1, "stranger": 1, "choose": 1}
        if self.view.get("state") == "received":
            wishes["choose"] = 20
        if self.view.get("session") == "chat":
            wishes |= {"say": 16, "types": 2, "still": 2}
        if self.view.get("ended"):
            wishes = {"look": 3, "leave": 2, "away": 5}
        return wishes

    def _open(self) -> None:
        def run(desk: Desk) -> str | None:
            return desk_youth.open_link(desk, self.code)[1]

        answer, _ = self.insist("open link", run)
        if answer.value is not None:
            self.cookie = answer.value

    def _key(self, cookie: str | None) -> bytes | None:
        return bound_of(self.world.keeper.secrets, self.id, cookie)

    def _act(self, verb: str, act: Verb, tries: int = 2, **facts: Any) -> Answer[dict[str, Any]]:
        """One request of the page; its answer is how things stand, with every word."""
        cookie = self.cookie

        def run(desk: Desk) -> dict[str, Any]:
            session = act(desk, self.id, cookie)
            state = youth_state(desk, session, read(desk, session))
            return {**state, "bound": session.bound}

        answer, request = self.insist(verb, run, tries, key=self._key(cookie), **facts)
        if answer.value is not None:
            self._see(answer.value, request.began)
        elif answer.problem == "link_used":
            self.gone = self.chance(0.5)  # 3018 is on the page
        return answer

    def _see(self, view: dict[str, Any], began: int) -> None:
        bound = view.pop("bound")
        require("nobody reads another's row", bound in (None, self._key(self.cookie)), f"{self.name} reads {self.id}")
        self.view = view
        for side in ("youth", "counsellor"):
            told = [(one["n"], one["text"]) for one in view["messages"] if one["from"] == side]
            self.world.judge.answers.shown(self.id, began, side, told)
        if view["resume"]:
            self.world.judge.answers.code(self.id, view["resume"])
        self._settle()

    def _settle(self) -> None:
        """What the page does with its first unsent message: gone when shown, renumbered when another has its n."""
        if not self.waiting or self.waiting[0][0] is None:
            return
        n, text = self.waiting[0]
        if n is None or n > self.view["counters"]["youth"]:
            return
        there = {one["n"]: one["text"] for one in self.view["messages"] if one["from"] == "youth"}
        if there.get(n) == text:
            self.waiting.pop(0)
            self.world.judge.answers.heard(self.id, "youth", n, text)
        elif n in there:
            self.waiting[0] = (None, text)

    def _look(self) -> None:
        self._act("look", desk_youth.look, 1)

    def _away(self) -> None:
        self.gone = True

    def _say(self) -> None:
        if not self.waiting:
            self.written += 1
            self.waiting.append((None, f"{self.name} says {self.written}"))
        n, text = self.waiting[0]
        if n is None:
            n = self.view["counters"]["youth"] + 1
            self.waiting[0] = (n, text)
        number = n
        self._act("youth says", lambda desk, id, cookie: desk_youth.say(desk, id, cookie, number, text))

    def _types(self) -> None:
        self.ask(
            "youth types", lambda desk: desk_youth.typing(desk, self.id, self.cookie), key=self._key(self.cookie)
        )  # fmt: skip

    def _still(self) -> None:
        self._act("still there", desk_youth.still_there)

    def _danger(self) -> None:
        answer = self._act("danger", desk_youth.raise_danger)
        if answer.ok:
            session = self.world.judge.stored.now[self.id]
            require("a call for help is not lost", session.danger or not session.open, self.id)

    def _choose(self) -> None:
        now = self.world.scheduler.now
        lane, number = self.rng.choice((("chat", None), ("callback", self.number()), ("callback", None)))
        start = now + self.rng.choice((0, 30, 300)) * MINUTE
        window = (start, start + 90 * MINUTE) if self.chance(0.3) else (None, None)
        wish = Wish("chat" if lane == "chat" else "callback", number, window[0], window[1])
        if number is not None:
            self.world.judge.answers.chose(self.id, number)
        self._act("choose", lambda desk, id, cookie: desk_youth.choose(desk, id, cookie, wish))

    def _code(self) -> None:
        self._act("issue code", resuming.issue_code)

    def _switch(self) -> None:
        """On another device with the code; the first device still tries."""
        code = self.view.get("resume")
        if not code:
            return
        answer, _ = self.insist("resume", lambda desk: resuming.resume(desk, code), id=self.id)
        if answer.value is None:
            return
        old, self.cookie = self.cookie, answer.value[1]
        self.waiting.clear()
        self._look()
        self.think(0.1, 5)
        self._intrude(old)

    def _stranger(self) -> None:
        """Somebody else who got hold of the link."""
        answer, _ = self.ask("open link", lambda desk: desk_youth.open_link(desk, self.code))
        if answer.value is not None and answer.value[1] is not None:
            self._intrude(answer.value[1])

    def _intrude(self, cookie: str | None) -> None:
        """A cookie that is not the one the session is bound to sees nothing and writes nothing.

        A browser that has just lost the session may see it once more, for as long as a weak read may be old.
        """
        bound, since = self.world.judge.stored.now[self.id].bound, self.world.judge.bound_at[self.id]
        began = self.world.scheduler.now
        if bound is None or bound == self._key(cookie) or began - since <= WEAK:
            return
        verb = self.rng.choice((desk_youth.look, desk_youth.arrive, desk_youth.raise_danger, desk_youth.leave))
        answer, _ = self.ask(
            "a stranger", lambda desk: verb(desk, self.id, cookie), key=self._key(cookie)
        )  # fmt: skip
        require("nobody reads another's row", answer.value is None, f"a stranger at {self.id}")

    def _cancel(self) -> None:
        answer = self._act("cancel", desk_youth.cancel)
        if answer.ok:
            require("what is said to be ended has ended", not self.world.judge.stored.now[self.id].open, self.id)

    def _leave(self) -> None:
        answer = self._act("leave", desk_youth.leave, 3)
        if answer.ok:
            session = self.world.judge.stored.now[self.id]
            callback = session.lane == "callback"
            require("what is said to be ended has ended", callback or not session.open, self.id)
        self.gone = True
