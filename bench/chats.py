"""Open chats on the local stack: what a minute of one consumes, how long a message takes, where the engine ends.

``python -m bench.chats`` starts a hub of its own and plays every page as its script does; ``--write`` puts the tables
into the README. Exit 1 when a request failed, or a message did not come once and in order.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from random import Random

import aiohttp

from bench.chatting.conversation import conversation, percentile
from bench.chatting.machine import Watch
from bench.chatting.room import LIMIT, Pair, Room, until
from bench.chatting.table import Ceiling, Figures, table
from bench.chatting.tally import Tally
from bench.chatting.wires import HttpWire, Wire, desk_wire
from bench.page import put
from tests.conftest import Running
from tests.hub import Hub

WARM = 15.0
"""Seconds until the engine has started the processes that it needs."""
GRACE = 15.0
"""Seconds in which the last words may arrive."""
MINUTE = 60.0
ROUNDS = 3
STEP = 6.0
WIDTHS = (1, 2, 4, 8, 16)


async def play(pairs: Sequence[Pair], wire: Wire, seconds: float, random: Random, warm: float) -> Tally:
    """Everybody looks, types and writes for ``seconds`` after ``warm``; what is counted is what happened in these."""
    tally = Tally(on=False)
    tabs = dict.fromkeys([tab for pair in pairs for tab in (pair.counsellor, pair.youth)])
    began = time.monotonic()
    for tab in tabs:
        tab.move(wire, tally)
        asyncio.get_running_loop().call_later(random.random(), tab.start)
    talks = [asyncio.create_task(pair.play(conversation(random, warm + seconds), began)) for pair in pairs]
    await until(began + warm)
    tally.on = True
    await until(began + warm + seconds)
    tally.on = False
    await asyncio.gather(*talks)
    for _ in range(int(GRACE * 10)):
        if all(pair.chat.settled for pair in pairs):
            break
        await asyncio.sleep(0.1)
    for tab in tabs:
        tab.stop()
    for tab in tabs:
        await tab.rest()
    return tally


async def units(pair: Pair, wire: Wire) -> Tally:
    """Each kind of request by itself, several times, by a process that has just read what it keeps."""
    tally, unheard = Tally(), Tally()
    youth, console, id = pair.youth, pair.counsellor, pair.chat.id
    held = console.held[id]
    for n in range(ROUNDS):
        for tab in (youth, console):
            tab.move(wire, unheard)
        await youth.look()
        await console.watch()
        for tab in (youth, console):
            tab.move(wire, tally)
        await youth.look()
        await console.watch()
        await console.read(held)
        await console.typing(id)
        await youth.look()
        await youth.typing()
        await youth.say(f"unit {n}")
        await console.watch()
        await console.say(id, f"unit {n}")
        await youth.look()
        await console.renew(held)
    tally.faults += unheard.faults
    return tally


async def ceiling(room: Room, wire: Wire, counted: Tally, random: Random) -> Ceiling:
    """The most looks a second in the mix of the run, however many of them are under way at once."""
    looks = sum(len(replies) for kind, replies in counted.replies.items() if kind.startswith("youth: look"))
    lines = len(counted.replies["counsellor: look at the line"])
    polls = [pair.youth.poll() for pair in room.pairs], [console.poll() for console in room.consoles]
    took: dict[int, list[float]] = {width: [] for width in WIDTHS}

    async def work(width: int, ends: float) -> None:
        while time.monotonic() < ends:
            reply = await wire.ask(*random.choice(random.choices(polls, (looks, lines))[0]))
            if reply.status in (200, 304):
                took[width].append(reply.took)

    for width in WIDTHS:
        ends = time.monotonic() + STEP
        await asyncio.gather(*(work(width, ends) for _ in range(width)))
    return Ceiling(max(map(len, took.values())) / STEP, percentile(took[1], 0.5))


async def measure(hub: Hub, chats: int, seconds: float, seed: int, root: int) -> tuple[Figures, list[str]]:
    """Everything, and every fault; ``root`` is the hub's process."""
    random = Random(seed)
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session:
        http = HttpWire(hub.base, session)
        opening = Tally(on=False)
        room = Room(hub, http, opening, chats)
        await room.greet()
        watch = Watch(root)
        counted = await play(room.pairs, http, seconds, random, WARM)
        spent = watch.stop()
        delays = room.delays
        await room.renew(http, opening)  # the others' leases last as long as what is metered now
        few = room.of(room.consoles[0])
        with desk_wire(hub) as desk:
            alone = await units(few[0], desk)
            minute = await play(few, desk, MINUTE, random, 3)
        await room.renew(http, opening)
        top = await ceiling(room, http, counted, random)
    faults = [fault for tally in (opening, counted, minute, alone) for fault in tally.faults] + room.faults()
    return Figures(chats, seconds, counted, alone, minute, len(few), delays, top, spent, os.cpu_count() or 1), faults


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--chats", type=int, default=30)
    parser.add_argument("--seconds", type=float, default=180)
    parser.add_argument("--seed", type=int, default=3018)
    parser.add_argument("--write", action="store_true", help="put the tables into the README, if nothing failed")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        running = Running(Path(folder), LEASE_SECONDS="90", LIMIT=str(LIMIT))
        try:
            figures, faults = asyncio.run(
                measure(running.hub, given.chats, given.seconds, given.seed, running.process.pid)
            )
        finally:
            running.stop()
    found = table(figures, len(faults))
    print(found)
    for fault in faults[:10]:
        print(fault, file=sys.stderr)
    if given.write and not faults:
        put("chats", found)
    sys.exit(bool(faults))


if __name__ == "__main__":
    main()
