"""A handoff's life outside the console: the partner's tap, then the youth's page until it is over."""

from __future__ import annotations

import random
import time
from typing import Any
from urllib.parse import urlsplit

from bench.killing.caller import GaveUp, insist
from bench.killing.ledger import Ledger
from bench.killing.lives import Life
from ops.signer import compact
from tests.hub import Answer, Hub

__all__ = ["live"]

EVERY = (5.0, 8.0)
"""Seconds between two looks of an open page."""
LASTS = 400.0
NUMBER = "+3363998{:04d}"


def live(hub: Hub, ledger: Ledger, life: Life, platform: str, number: int) -> None:
    """The whole life; what nobody may be answered goes into the ledger."""
    try:
        _tap(hub, ledger, life, platform, number)
        if life.end == "partner":
            _cancel(hub, ledger, life, platform)
        elif life.page:
            _Page(hub, ledger, life).live()
        if not life.over.wait(LASTS):
            ledger.note(f"{life.name}: nobody ended it")
    except GaveUp:
        ledger.note(f"{life.name}: never answered")
    except (AssertionError, KeyError, ValueError) as error:
        ledger.note(f"{life.name}: {error!r}")


def _tap(hub: Hub, ledger: Ledger, life: Life, platform: str, number: int) -> None:
    wish: dict[str, Any] = {"session": None if life.kind == "choose" else life.kind, "danger": life.danger}
    if life.kind == "callback":
        wish |= {"kind": "call", "callback": {"number": NUMBER.format(number % 10_000)}}
    for _ in range(2 if life.again else 1):
        answer, _ = insist(ledger, lambda: hub.hand_over(platform, life.jti, **wish))
        ledger.tapped(life, answer)
        if answer.status not in (200, 201):
            raise AssertionError(f"the tap was answered {answer.status}")
    ledger.count("taps")


def _cancel(hub: Hub, ledger: Ledger, life: Life, platform: str) -> None:
    path = f"/v1/handoffs/{life.id}/cancel"
    answer, _ = insist(ledger, lambda: hub.send(hub.sign(platform, "POST", path)))
    if answer.status != 200:
        raise AssertionError(f"cancel was answered {answer.status}")
    ledger.count("cancelled by the partner")
    ledger.ended(life)


class _Page:
    """The youth's page."""

    def __init__(self, hub: Hub, ledger: Ledger, life: Life) -> None:
        self._hub, self._ledger, self._life = hub, ledger, life
        self._path, self._cookie = "", ""
        self._heard = {"youth": 0, "counsellor": 0}

    def live(self) -> None:
        """Open the link, write, and stay until it is over."""
        opened, _ = insist(self._ledger, lambda: self._hub.ask("GET", urlsplit(self._life.link).path))
        if opened.status == 410 and self._life.over.is_set():
            return  # called and done before the youth looked
        if opened.status != 303:
            raise AssertionError(f"the link was answered {opened.status}")
        self._path, self._cookie = opened.headers["location"], opened.headers.get("set-cookie", "").split(";")[0]
        self._expect(self._ask("here", {}))
        if self._life.kind == "choose":
            self._expect(self._ask("choose", {"session": "chat"}))
        if self._life.kind != "callback":
            self._write()
        self._stay()

    def _write(self) -> None:
        for n in range(1, self._life.words + 1):
            time.sleep(random.uniform(0.2, 1.2))
            text = f"{self._life.name} dit {n}"
            told = self._expect(self._ask("messages", {"n": n, "text": text}))
            if told["counters"]["youth"] < n:
                return  # it was over before: the page says so, and the words were not taken
            self._ledger.acknowledged(self._life.id, ("youth", n, text))

    def _stay(self) -> None:
        if self._life.end in ("leave", "cancel"):
            time.sleep(random.uniform(0.5, 4.0))
            told = self._expect(self._ask(self._life.end, {}))
            if told["state"] == "closed":
                self._ledger.count(f"{self._life.end} by the youth")
                self._ledger.ended(self._life)
                return
        ends = time.monotonic() + LASTS
        while time.monotonic() < ends and not self._life.over.wait(random.uniform(*EVERY)):
            if self._look()["state"] == "closed":
                break
        self._look()

    def _look(self) -> Any:
        query = f"state?youth={self._heard['youth']}&counsellor={self._heard['counsellor']}"
        told = self._expect(self._ask(query))
        for said in told["messages"]:
            self._heard[said["from"]] = max(self._heard[said["from"]], said["n"])
        return told

    def _ask(self, verb: str, body: dict[str, Any] | None = None) -> Answer:
        headers = {"Cookie": self._cookie, "Origin": self._hub.base, "Content-Type": "application/json"}
        raw = None if body is None else compact(body)
        method = "GET" if raw is None else "POST"
        return insist(self._ledger, lambda: self._hub.ask(method, f"{self._path}/{verb}", raw, headers))[0]

    def _expect(self, answer: Answer) -> Any:
        if answer.status != 200:
            raise AssertionError(f"the page was answered {answer.status}: {answer.body[:120]!r}")
        return answer.json
