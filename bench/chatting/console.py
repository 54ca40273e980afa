"""The console as the hub meets it: what pages/static/poll.js and acts.js ask for, and when."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, field
from typing import Any

from bench.chatting.conversation import Chat, renew_pace, unbroken
from bench.chatting.tab import Tab
from bench.chatting.tally import Reply, Tally
from bench.chatting.wires import Wire
from tests.hub import Counsellor

__all__ = ["CounsellorTab"]

REREAD = 60.0
GAP = 3.0
TURNS = ("epoch", "state", "session", "band", "danger", "reason", "counters")
NAMES = {"messages": "message", "renew": "renewal"}
LEASE = 90.0


@dataclass
class _Held:
    chat: Chat
    data: dict[str, Any] = field(default_factory=dict)
    said: dict[tuple[str, int], str] = field(default_factory=dict)
    turn: int = 0
    read_at: float = 0.0
    renew_at: float = 0.0

    @property
    def known(self) -> dict[str, int]:
        return {side: unbroken(n for of, n in self.said if of == side) for side in ("youth", "counsellor")}

    def moved(self, light: dict[str, Any]) -> bool:
        """Whether the light view tells of something that this console has not read yet."""
        if not self.data or any(light[name] != self.data[name] for name in TURNS):
            return True
        age = time.monotonic() - self.read_at
        missing = any(n < self.data["counters"][side] for side, n in self.known.items())
        return age > REREAD or (missing and age > GAP)


class CounsellorTab(Tab):
    """The console: one look at the queue a second; a session is read when its light view moved."""

    def __init__(self, wire: Wire, tally: Tally, who: Counsellor) -> None:
        super().__init__(wire, tally)
        self.who = who
        self._headers = {"Authorization": f"Bearer {who.token}", "Content-Type": "application/json"}
        self.held: dict[str, _Held] = {}
        self._turn, self._looking, self._open = 0, False, False

    def welcome(self, session: dict[str, Any], chat: Chat) -> None:
        """A session that was just claimed."""
        held = self.held[chat.id] = _Held(chat)
        held.renew_at = time.monotonic() + renew_pace(LEASE)
        self._take(held, session)

    def start(self) -> None:
        """Open the console: its worker beats each second."""
        self._open = True
        self.soon(self._pulse)

    def stop(self) -> None:
        """Beat no more."""
        self._open = False

    async def _pulse(self) -> None:
        while self._open:
            if not self._looking:
                self.soon(self._beat)
            await asyncio.sleep(1)

    async def _beat(self) -> None:
        self._looking = True
        try:
            await self.watch()
            for held in self.held.values():
                if time.monotonic() >= held.renew_at:
                    await self.renew(held)
        finally:
            self._looking = False

    def poll(self) -> tuple[str, str, dict[str, str]]:
        """What a look asks for."""
        return "GET", "/v1/desk/queue", self._headers

    async def watch(self) -> None:
        """One look at the line, and what it makes the console read."""
        turn = self._turn
        reply = await self.request(*self.poll())
        if reply is None:
            return
        self.tally.add("counsellor: look at the line", reply)
        if reply.status != 200 or self._turn != turn:  # older than what was just done here
            return
        lights = {light["id"]: light for light in reply.json["mine"]}
        for id in self.held.keys() - lights.keys():
            self.tally.faults.append(f"a chat was lost: {id}")
        due = [held for id, held in self.held.items() if id in lights and held.moved(lights[id])]
        await asyncio.gather(*map(self.read, due))

    async def read(self, held: _Held) -> None:
        """What is new of one session."""
        turn, known = held.turn, held.known
        path = f"/v1/desk/sessions/{held.chat.id}?youth={known['youth']}&counsellor={known['counsellor']}&notes=0"
        reply = await self.request("GET", path, self._headers)
        if reply is None:
            return
        session = reply.json if reply.status == 200 else {"messages": []}
        kind = "counsellor: session with a message" if session["messages"] else "counsellor: session, nothing new"
        self.tally.add(kind, reply)
        if reply.status == 200 and held.turn == turn:  # else something was written meanwhile
            self._take(held, session)

    def _take(self, held: _Held, session: dict[str, Any]) -> None:
        held.data, held.read_at = session, time.monotonic()
        for message in session["messages"]:
            key = (message["from"], message["n"])
            if key not in held.said:
                held.said[key] = message["text"]
                if message["from"] == "youth":
                    held.chat.reach("youth", message["n"], message["text"], time.monotonic())

    async def _post(self, held: _Held, verb: str, **members: Any) -> Reply | None:
        path = f"/v1/desk/sessions/{held.chat.id}/{verb}"
        reply = await self.request("POST", path, self._headers, {"epoch": held.data["epoch"], **members})
        if reply is not None:
            self.tally.add(f"counsellor: {NAMES.get(verb, verb)}", reply)
        return reply

    async def renew(self, held: _Held) -> None:
        """Keep holding."""
        reply = await self._post(held, "renew")
        if reply is not None and reply.status == 200:
            held.renew_at = time.monotonic() + renew_pace(LEASE)

    async def typing(self, id: str) -> None:
        """Tell that somebody types."""
        await self._post(self.held[id], "typing")

    async def say(self, id: str, text: str) -> None:
        """Write one message, and read the session as it is then."""
        held = self.held[id]
        n = held.chat.write("counsellor", text)
        if self.tally.on:
            held.chat.send("counsellor", n, time.monotonic())
        self._step(held)
        reply = await self._post(held, "messages", n=n, text=text)
        self._step(held)
        if reply is not None and reply.status == 200:
            await self.read(held)

    def _step(self, held: _Held) -> None:
        self._turn += 1
        held.turn += 1
