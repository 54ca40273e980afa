"""Many chats at once: everybody signed in, each chat with its two pages."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from bench.chatting.console import CounsellorTab
from bench.chatting.conversation import SIDES, Chat, Turn, pings
from bench.chatting.tab import Tab
from bench.chatting.tally import Tally
from bench.chatting.wires import Wire
from bench.chatting.youth import YouthTab
from tests.hub import Hub, Youth

__all__ = ["LIMIT", "Pair", "Room", "until"]

LIMIT = 4
"""Chats of one counsellor, as deployed."""


@dataclass(frozen=True)
class Pair:
    """One chat with its two pages."""

    chat: Chat
    youth: YouthTab
    counsellor: CounsellorTab

    async def play(self, turns: Sequence[Turn], began: float) -> None:
        """Type and write as the turns say, seconds counted from ``began``."""
        for turn in turns:
            for at in pings(turn):
                await until(began + at)
                typing = self.youth.typing if turn.side == "youth" else self._types
                self._tab(turn).soon(typing)
            await until(began + turn.at)
            self._tab(turn).soon(self._saying(turn))

    def _tab(self, turn: Turn) -> Tab:
        return self.youth if turn.side == "youth" else self.counsellor

    async def _types(self) -> None:
        await self.counsellor.typing(self.chat.id)

    def _saying(self, turn: Turn) -> Callable[[], Awaitable[None]]:
        if turn.side == "youth":
            return lambda: self.youth.say(turn.text)
        return lambda: self.counsellor.say(self.chat.id, turn.text)


async def until(at: float) -> None:
    """Sleep until a moment of the monotonic clock."""
    await asyncio.sleep(max(0.0, at - time.monotonic()))


class Room:
    """All chats of one run, and everybody in them."""

    def __init__(self, hub: Hub, wire: Wire, tally: Tally, chats: int) -> None:
        self.hub, self.pairs = hub, list[Pair]()
        self.consoles: list[CounsellorTab] = []
        for n in range(-(-chats // LIMIT)):
            who = hub.new_counsellor(f"chats-{n}")
            console = CounsellorTab(wire, tally, who)
            self.consoles.append(console)
            for _ in range(min(LIMIT, chats - len(self.pairs))):
                youth = Youth(hub, hub.hand_over().json["links"]["youth"])
                youth.ask("here", {})
                session = who.claim("chat")
                if session is None or not youth.path.endswith(session["id"]):
                    raise RuntimeError("the claim got another session than the one just opened")
                chat = Chat(session["id"])
                console.welcome(session, chat)
                self.pairs.append(Pair(chat, YouthTab(wire, tally, youth, chat), console))

    @property
    def tabs(self) -> list[Tab]:
        """Every open page."""
        return [*self.consoles, *(pair.youth for pair in self.pairs)]

    def of(self, console: CounsellorTab) -> list[Pair]:
        """The chats of one counsellor."""
        return [pair for pair in self.pairs if pair.counsellor is console]

    async def greet(self) -> None:
        """Each counsellor writes first: from then on, both pages keep up each second."""
        for pair in self.pairs:
            await pair.counsellor.say(pair.chat.id, "Bonjour, ici le 3018.")
            await pair.youth.look()

    async def renew(self, wire: Wire, tally: Tally) -> None:
        """A whole lease for everything."""
        for console in self.consoles:
            console.move(wire, tally)
            for held in console.held.values():
                await console.renew(held)

    @property
    def delays(self) -> dict[str, list[float]]:
        """Seconds from each message's sending until the other side had it, by who wrote it."""
        return {side: [late for pair in self.pairs for late in pair.chat.delays[side]] for side in SIDES}

    def faults(self) -> list[str]:
        """What is not as it was said: at the other side, and in the hub."""
        found = [f"not once and in order: {pair.chat.id}" for pair in self.pairs if not pair.chat.faithful]
        for pair in self.pairs:
            kept = pair.counsellor.who.ask(f"sessions/{pair.chat.id}").json["messages"]
            said = {side: [one["text"] for one in kept if one["from"] == side] for side in SIDES}
            found += [] if said == pair.chat.said else [f"not kept as it was said: {pair.chat.id}"]
        return found
