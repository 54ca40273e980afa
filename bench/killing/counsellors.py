"""Counsellors at work: they take the next session, do with it what its life says, and lose it without a fuss."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable
from typing import Any

from bench.killing.caller import GaveUp, insist, once
from bench.killing.ledger import Ledger
from bench.killing.lives import Life
from tests.hub import Answer, Counsellor

__all__ = ["SPECIALITY", "Shift"]

SPECIALITY = "psychologist"
IDLE = (0.3, 1.2)
KNOWN_WITHIN = 60.0
RENEW_AFTER = 7.0
LOOKS = 8


class Lost(Exception):
    """The session is somebody else's by now, or over."""


class Shift:
    """One counsellor's thread, until ``over``."""

    def __init__(self, who: Counsellor, ledger: Ledger, over: threading.Event) -> None:
        self._who, self._ledger, self._over = who, ledger, over
        self._silent: set[tuple[str, int]] = set()
        self.thread = threading.Thread(target=self._run, name=who.username, daemon=True)
        self.thread.start()

    def _run(self) -> None:
        while not self._over.is_set():
            try:
                session = self._take()
                if session is None:
                    time.sleep(random.uniform(*IDLE))
                else:
                    self._work(session)
            except Lost:
                self._ledger.count("lost to somebody else or over")
            except GaveUp:
                self._ledger.note(f"{self._who.username}: never answered")
            except (AssertionError, KeyError, ValueError) as error:
                self._ledger.note(f"{self._who.username}: {error!r}")

    def _take(self) -> dict[str, Any] | None:
        """The next session; after a claim that may or may not have been done, what the line says is held."""
        answer = once(self._ledger, lambda: self._who.ask("claims", {}))
        if answer is None:
            return self._found()
        if answer.status == 204:
            return None
        if answer.status != 200:
            raise AssertionError(f"a claim was answered {answer.status}: {answer.body[:120]!r}")
        return self._mine(answer.json)

    def _found(self) -> dict[str, Any] | None:
        line, _ = insist(self._ledger, lambda: self._who.ask("queue"))
        for light in line.json["mine"]:
            if (light["id"], light["epoch"]) in self._silent:
                continue
            seen, _ = insist(self._ledger, lambda light=light: self._who.ask(f"sessions/{light['id']}"))  # type: ignore[misc]
            if seen.status == 200 and seen.json["mine"]:
                self._ledger.count("claims found on the line")
                return self._mine(seen.json)
        return None

    def _mine(self, session: dict[str, Any]) -> dict[str, Any]:
        self._ledger.claimed(session["id"], session["epoch"], self._who.username)
        return session

    def _work(self, session: dict[str, Any]) -> None:
        life = self._ledger.life(session["id"], KNOWN_WITHIN)
        if life is None:
            raise AssertionError(f"{session['id']} is nobody's tap")
        Work(self._who, self._ledger, life, session, self._silent).go()


class Work:
    """One hold of one session."""

    def __init__(
        self, who: Counsellor, ledger: Ledger, life: Life, session: dict[str, Any], silent: set[tuple[str, int]]
    ) -> None:
        self._who, self._ledger, self._life, self._session, self._silent = who, ledger, life, session, silent
        self._renewed = time.monotonic()

    def go(self) -> None:
        """What the life says. Raises Lost."""
        first = self._life.first if self._session["epoch"] == 1 else "straight"
        if first == "silent":
            self._silent.add((self._life.id, self._session["epoch"]))
            self._ledger.count("counsellors who fell silent")
            return
        if self._life.kind == "callback":
            if self._call():
                return
        else:
            self._reply()
        if self._life.note:
            self._note()
        if first == "release":
            self._act("release", again=True)
            self._ledger.count("released")
        elif first == "hand_over":
            number = self._session["counters"]["notes"] + 1
            self._act("handover", again=True, n=number, speciality=SPECIALITY, text="à suivre")
            self._ledger.count("handed over")
        else:
            self._close()

    def _call(self) -> bool:
        """Dial; whether the session is not held any more, because nobody answered."""
        self._act("reveal")
        if len(self._session["callback"]["attempts"]) < self._life.missed:
            self._act("attempts", again=True, outcome="no_answer")
            self._ledger.count("calls nobody answered")
            return True
        self._act("attempts", outcome="answered")
        self._ledger.count("calls answered")
        return False

    def _reply(self) -> None:
        start = self._session["counters"]["counsellor"]
        for n in range(start + 1, start + self._life.replies + 1):
            self._pause()
            text = f"{self._life.name} répond {n} à {self._session['epoch']}"
            self._act("messages", n=n, text=text)
            self._ledger.acknowledged(self._life.id, ("counsellor", n, text))

    def _note(self) -> None:
        number = self._session["counters"]["notes"] + 1
        self._act("notes", n=number, kind="note", text=f"note de {self._who.username}")
        self._session["counters"]["notes"] = number

    def _close(self) -> None:
        for _ in range(LOOKS):
            self._pause()
            if self._look()["counters"]["youth"] >= self._expected:
                break
        self._act("close", reason="helped")
        self._ledger.closed(self._life, self._session["epoch"], self._who.username)

    @property
    def _expected(self) -> int:
        return 0 if self._life.kind == "callback" else self._life.words

    def _look(self) -> dict[str, Any]:
        """The whole session; whatever was acknowledged before must be in it."""
        known = self._ledger.known(self._life.id)
        answer, _ = insist(self._ledger, lambda: self._who.ask(f"sessions/{self._life.id}"))
        seen: dict[str, Any] = answer.json
        if answer.status != 200 or not seen["mine"] or seen["epoch"] != self._session["epoch"]:
            raise Lost
        missing = known - {(said["from"], said["n"], said["text"]) for said in seen["messages"]}
        if missing and not seen["unreadable"]:
            self._ledger.note(f"{self._life.name}: acknowledged and not to be read: {len(missing)}")
        return seen

    def _pause(self) -> None:
        time.sleep(random.uniform(0.2, 0.9))
        if time.monotonic() - self._renewed > RENEW_AFTER:
            self._act("renew")
            self._renewed = time.monotonic()

    def _act(self, verb: str, *, again: bool = False, **members: Any) -> Answer:
        """One step, until it is answered; ``again``: once it is done, a repeat finds that nothing is held any more."""
        ask: Callable[[], Answer] = lambda: self._who.act(self._session, verb, **members)  # noqa: E731
        answer, repeated = insist(self._ledger, ask)
        if answer.status == 409 and answer.json["code"] in ("taken_over", "already_closed"):
            if again and repeated:
                return answer
            raise Lost
        if answer.status != 200:
            raise AssertionError(f"{self._life.name}: {verb} was answered {answer.status}: {answer.body[:120]!r}")
        return answer
