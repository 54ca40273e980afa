"""The youth's page as the hub meets it: what pages/static/youth.js asks for, and when."""

from __future__ import annotations

import asyncio
import time
from typing import Any

from bench.chatting.conversation import Chat, youth_pace
from bench.chatting.tab import Tab
from bench.chatting.tally import Tally
from bench.chatting.wires import Wire
from tests.hub import Youth

__all__ = ["YouthTab"]


class YouthTab(Tab):
    """The youth's page, in sight."""

    def __init__(self, wire: Wire, tally: Tally, youth: Youth, chat: Chat) -> None:
        super().__init__(wire, tally)
        self.chat, self.path = chat, youth.path
        self._headers = {"Cookie": youth.cookie, "Origin": youth.hub.base, "Content-Type": "application/json"}
        self._thread: dict[tuple[str, int], str] = {}
        self._etag, self._posts, self._state = "", 0, "waiting"
        self._stirred = time.monotonic()
        self._box: list[tuple[int, str]] = []
        self._sending = False
        self._timer: asyncio.TimerHandle | None = None
        self._open = False

    def start(self) -> None:
        """Open the page."""
        self._open = True
        self._plan(0)

    def stop(self) -> None:
        """Look no more."""
        self._open = False
        if self._timer is not None:
            self._timer.cancel()

    def _plan(self, delay: float | None = None) -> None:
        if self._timer is not None:
            self._timer.cancel()
        if self._open:
            pause = youth_pace(self._state, time.monotonic() - self._stirred) if delay is None else delay
            self._timer = asyncio.get_running_loop().call_later(pause, self.soon, self._beat)

    async def _beat(self) -> None:
        await self.look()
        if self._box:
            self.soon(self._send)
        self._plan()

    def poll(self) -> tuple[str, str, dict[str, str]]:
        """What a look asks for."""
        known = {side: max((n for of, n in self._thread if of == side), default=0) for side in ("youth", "counsellor")}
        path = f"{self.path}/state?youth={known['youth']}&counsellor={known['counsellor']}"
        return "GET", path, {**self._headers, **({"If-None-Match": self._etag} if self._etag else {})}

    async def look(self) -> None:
        """One look at how things stand."""
        posts = self._posts
        reply = await self.request(*self.poll())
        if reply is None:
            return
        if reply.status != 200:
            self.tally.add("youth: look, nothing moved", reply)
            return
        view = reply.json
        self.tally.add("youth: look with a message" if view["messages"] else "youth: look, something moved", reply)
        if self._posts == posts:  # else it is older than the answer to the post
            self._etag = reply.headers.get("ETag", "")
            self._hear(view)

    def _hear(self, view: dict[str, Any]) -> None:
        if view["typing"] or view["messages"]:
            self._stirred = time.monotonic()
        self._state = view["state"]
        for message in view["messages"]:
            key = (message["from"], message["n"])
            if key not in self._thread:
                self._thread[key] = message["text"]
                if message["from"] == "counsellor":
                    self.chat.reach("counsellor", message["n"], message["text"], time.monotonic())

    async def typing(self) -> None:
        """Tell that somebody types."""
        if self._state == "connected":
            reply = await self.request("POST", f"{self.path}/typing", self._headers, {})
            if reply is not None:
                self.tally.add("youth: typing", reply)

    async def say(self, text: str) -> None:
        """Put a message into the outbox, and send."""
        self._stirred = time.monotonic()
        self._box.append((self.chat.write("youth", text), text))
        await self._send()
        self._plan()

    async def _send(self) -> None:
        if self._sending:
            return
        self._sending = True
        while self._box:
            n, text = self._box[0]
            if self.tally.on:
                self.chat.send("youth", n, time.monotonic())
            reply = await self.request("POST", f"{self.path}/messages", self._headers, {"n": n, "text": text})
            if reply is None:
                break
            self.tally.add("youth: message", reply)
            if reply.status != 200:
                break
            self._box.pop(0)
            self._posts += 1
            self._thread.setdefault(("youth", n), text)
            self._hear(reply.json)
        self._sending = False
