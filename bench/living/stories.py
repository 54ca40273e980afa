"""The lives that are metered, each from the tap until nothing personal is left of it, and what is polled beside."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from multidict import CIMultiDict

from bench.chatting.console import CounsellorTab
from bench.chatting.conversation import EVERY, TYPING_EVERY, Chat, renew_pace, youth_pace
from bench.chatting.tally import Reply, Tally
from bench.chatting.youth import YouthTab
from bench.living.house import House
from ops.signer import compact
from tests.hub import Answer, Counsellor, Youth, fiction

__all__ = ["MESSAGES", "STORIES", "Story"]

MESSAGES = 20
"""Of each side of a whole chat."""
WAITS, CALLS = 40, 8 * 60
"""Seconds until a counsellor is free, and that a call takes."""
ERASED_AFTER, EXPIRED_AFTER = 17 * 60, 32 * 60
LEASE = 90.0

TAP, PAGE, YOUTH, CLAIM = "the tap", "the link, the page and its cookie", "looks of the youth's page", "the claim"
CONSOLE, TYPING, WORDS, HOLD = (
    "looks of the console",
    "typing",
    "messages, and the console's reading",
    "renewals of the hold",
)
REVEAL, OUTCOME, CLOSE, EXIT, CANCEL, POLL = (
    "reveal", "outcome of the call", "close", "quick exit", "cancel", "polls"
)  # fmt: skip


@dataclass(frozen=True)
class Story:
    """One life: how it is told, how it is played by a partner of that platform, and the WCU and RCU it may take.

    ``hooked``: the partner has an endpoint; ``erased``: nothing personal may be left at the end.
    """

    name: str
    play: Callable[[House, str], str]
    allowed: tuple[float, float]
    hooked: bool = True
    erased: bool = True


class _HouseWire:
    """The pages' way to a house in this process."""

    def __init__(self, house: House) -> None:
        self._house = house

    async def ask(
        self, method: str, path: str, headers: Mapping[str, str], body: Mapping[str, Any] | None = None
    ) -> Reply:
        """One request."""
        told = self._house.ask(method, path, None if body is None else compact(body), headers)
        return Reply(told.status, CIMultiDict(told.headers), told.body, 0.0)


class _Pages:
    """The youth's page and the console of one chat, both in sight, each looking as often as its script does."""

    def __init__(self, house: House, youth: Youth, who: Counsellor, held: dict[str, Any]) -> None:
        self.house, self.tally = house, Tally()
        self.chat, wire = Chat(held["id"]), _HouseWire(house)
        self.youth, self.console = YouthTab(wire, self.tally, youth, self.chat), CounsellorTab(wire, self.tally, who)
        self.console.welcome(held, self.chat)
        self._second = 0

    async def talk(self, each: int) -> None:
        """So many messages of each side, the counsellor's first; everything arrives before the end."""
        await self._say("counsellor")
        for n in range(2 * each - 1):
            side = ("youth", "counsellor")[n % 2]
            for second in range(int(EVERY)):
                await self._beat()
                if second % TYPING_EVERY == TYPING_EVERY - 2:
                    await self._type(side)
            await self._say(side)
        await self._beat()
        if self.tally.faults or not (self.chat.faithful and self.chat.settled):
            raise RuntimeError(f"the chat did not go as it should: {self.tally.faults[:3]}")

    async def _beat(self) -> None:
        self.house.wait(1)
        self._second += 1
        with self.house.of(YOUTH):
            await self.youth.look()
        held = self.console.held[self.chat.id]
        with self.house.of(CONSOLE):
            await self.console.watch()
            if self._second % 60 == 0:  # the console's own clock does not see the time that is skipped here
                await self.console.read(held)
        if self._second % renew_pace(LEASE) == 0:
            with self.house.of(HOLD):
                await self.console.renew(held)

    async def _type(self, side: str) -> None:
        with self.house.of(TYPING):
            await (self.youth.typing() if side == "youth" else self.console.typing(self.chat.id))

    async def _say(self, side: str) -> None:
        with self.house.of(WORDS):
            await (self.youth.say("bonjour") if side == "youth" else self.console.say(self.chat.id, "bonjour"))


def _expect(status: int, answer: Answer) -> Any:
    if answer.status != status:
        raise RuntimeError(f"{answer.status} for {status}: {answer.body[:200].decode(errors='replace')}")
    return answer.json if answer.body else None


def _tap(house: House, platform: str, **wish: Any) -> dict[str, Any]:
    with house.of(TAP):
        told: dict[str, Any] = _expect(201, house.hand_over(platform, **wish))
    house.wait(10)
    return told


def _open(house: House, told: dict[str, Any]) -> Youth:
    with house.of(PAGE):
        youth = Youth(house, told["links"]["youth"])
        page = house.ask("GET", youth.path, None, {"Cookie": youth.cookie})
        if page.status != 200:
            raise RuntimeError(f"no page: {page.status}")
        _expect(200, youth.ask("here", {}))
    return youth


def _look_for(house: House, youth: Youth, seconds: int) -> None:
    """The page looks as it does in sight, while nothing happens."""
    etag = ""
    for _ in range(int(seconds / youth_pace("waiting", 0))):
        house.wait(youth_pace("waiting", 0))
        headers = {"Cookie": youth.cookie, **({"If-None-Match": etag} if etag else {})}
        with house.of(YOUTH):
            etag = house.ask("GET", f"{youth.path}/state?youth=0&counsellor=0", None, headers).headers["etag"]


def _claim(house: House, lane: str, id: str) -> tuple[Counsellor, dict[str, Any]]:
    who = house.counsellor()
    with house.of(CLAIM):
        held = who.claim(lane)
    if held is None or held["id"] != id:
        raise RuntimeError("the claim got something else")
    return who, held


def _close(house: House, who: Counsellor, held: dict[str, Any]) -> str:
    with house.of(CLOSE):
        _expect(200, who.act(held, "close", reason="helped"))
    house.wait(ERASED_AFTER)
    return str(held["id"])


def _chat(house: House, platform: str) -> str:
    told = _tap(house, platform)
    youth = _open(house, told)
    _look_for(house, youth, WAITS)
    who, held = _claim(house, "chat", told["id"])
    asyncio.run(_Pages(house, youth, who, held).talk(MESSAGES))
    return _close(house, who, held)


def _callback(house: House, platform: str) -> str:
    told = _tap(house, platform, session="callback", kind="call", callback={"number": fiction()})
    _look_for(house, _open(house, told), WAITS)
    who, held = _claim(house, "callback", told["id"])
    with house.of(REVEAL):
        _expect(200, who.act(held, "reveal"))
    for second in range(1, CALLS + 1):
        house.wait(1)
        with house.of(CONSOLE):
            _expect(200, who.ask("queue"))
        if second % renew_pace(LEASE) == 0:
            with house.of(HOLD):
                _expect(200, who.act(held, "renew"))
    with house.of(OUTCOME):
        _expect(200, who.act(held, "attempts", outcome="answered"))
    return _close(house, who, held)


def _nobody_comes(house: House, platform: str) -> str:
    told = _tap(house, platform, session=None)
    house.wait(EXPIRED_AFTER)
    return str(told["id"])


def _cancelled(house: House, platform: str) -> str:
    told = _tap(house, platform)
    with house.of(CANCEL):
        signed = house.sign(platform, "POST", f"/v1/handoffs/{told['id']}/cancel")
        _expect(200, house.send(signed))
    house.wait(2 * 60)
    return str(told["id"])


def _quick_exit(house: House, platform: str) -> str:
    told = _tap(house, platform)
    youth = _open(house, told)
    with house.of(WORDS):
        _expect(200, youth.ask("messages", {"n": 1, "text": "il y a quelqu'un ?"}))
    _look_for(house, youth, WAITS)
    with house.of(EXIT):
        _expect(200, youth.ask("leave", {}))
    house.wait(2 * 60)
    return str(told["id"])


def _replay(house: House, platform: str) -> str:
    jti = "the-very-same-request"
    told = _expect(201, house.hand_over(platform, jti))
    house.wait(5)
    house.forget()
    with house.of(TAP):
        _expect(200, house.hand_over(platform, jti))
    return str(told["id"])


def _polls(house: House, platform: str) -> str:
    told = _expect(201, house.hand_over(platform))
    etag = house.status(told["id"], platform).headers["etag"]
    house.forget()
    for _ in range(60):
        house.wait(5)
        with house.of(POLL):
            _expect(304, house.status(told["id"], platform, **{"If-None-Match": etag}))
    house.ledger = {name: spent for name, spent in house.ledger.items() if name == POLL}
    return str(told["id"])


STORIES = (
    Story("chat, 20 messages of each side, helped", _chat, (310, 1500)),
    Story("the same, a partner without an endpoint", _chat, (294, 1490), hooked=False),
    Story("callback with a number, called for 8 min", _callback, (118, 1210)),
    Story("quick exit from a waiting chat, one message", _quick_exit, (24, 52)),
    Story("a tap that nobody completes, expired", _nobody_comes, (14, 10)),
    Story("cancelled by the platform", _cancelled, (14, 9)),
    Story("a retry of a tap (replay)", _replay, (1, 0), erased=False),
    Story("status asked every 5 s for 5 min, unchanged", _polls, (12, 31), erased=False),
)
