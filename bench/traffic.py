"""How long a message of a chat takes, and how many statuses one deliverer gets to one partner in a second.

``python -m bench.traffic`` starts a hub of its own and prints Markdown tables; ``--write`` puts them into the page of
performance. Exit 1 when a message did not come once and in order, or a status did not arrive. About two minutes.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from random import Random
from statistics import median

import aiohttp

from bench.carrying.table import Talked, deliveries, messages
from bench.carrying.trial import Carried, carrier
from bench.chats import play
from bench.chatting.conversation import SIDES, percentile
from bench.chatting.machine import Watch
from bench.chatting.room import LIMIT, Room
from bench.chatting.tally import Tally
from bench.chatting.wires import HttpWire, Wire
from bench.living.house import still
from bench.page import PERFORMANCE, keep, put
from tests.conftest import Running
from tests.hub import Hub

__all__ = ["carry", "talk"]

CHATS, SECONDS, WARM = 6, 40.0, 3.0
AT_ONCE, ROUNDS, BRISK, WARM_WITHIN = 16, 3, 1.0, 60.0
"""The engine has its processes when so many requests at once are answered within a second, some times in a row."""
OWED = {0.0: 300, 1.0: 96}
"""How many statuses are owed to an endpoint that answers so late (s)."""
RUNS = 3
QUICK = {0.0: 20, 1.0: 5}


async def talk(hub: Hub, root: int, chats: int, seconds: float, seed: int = 3018) -> Talked:
    """Play some chats; ``root`` is the hub's process."""
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session:
        http, opening = HttpWire(hub.base, session), Tally(on=False)
        await warm(http)
        room = Room(hub, http, opening, chats)
        await room.greet()
        watch = Watch(root)
        counted = await play(room.pairs, http, seconds, Random(seed), WARM)
        spent = watch.stop()
    posts = [one.took for side in SIDES for one in counted.replies[f"{side}: message"]]
    return Talked(chats, seconds, room.delays, posts, spent, opening.faults + counted.faults + room.faults())


async def warm(wire: Wire) -> None:
    """Let the engine start the processes that it needs: each takes seconds, in which somebody waits."""
    brisk, ends = 0, time.monotonic() + WARM_WITHIN
    while brisk < ROUNDS and time.monotonic() < ends:
        began = time.monotonic()
        with suppress(OSError, TimeoutError, aiohttp.ClientError):
            await asyncio.gather(*(wire.ask("GET", "/v1/availability", {}) for _ in range(AT_ONCE)))
        brisk = brisk + 1 if time.monotonic() - began < BRISK else 0


def carry(hub: Hub, folder: Path, root: int, owed: dict[float, int], runs: int) -> dict[float, list[Carried]]:
    """Let one deliverer send what is owed, by how late the endpoint answers; nobody else delivers meanwhile."""
    still(hub)
    found: dict[float, list[Carried]] = {}
    for pause, many in owed.items():
        with carrier(hub, folder, root, pause) as trial:
            trial.run(4)  # connections and threads are there
            found[pause] = [trial.run(many) for _ in range(runs)]
    return found


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true", help="put the tables into the page of performance")
    parser.add_argument("--quick", action="store_true", help="few and short, to see that this works")
    given = parser.parse_args()
    chats, seconds = (1, 15.0) if given.quick else (CHATS, SECONDS)
    with tempfile.TemporaryDirectory() as folder:
        running = Running(Path(folder), LEASE_SECONDS="90", LIMIT=str(LIMIT))
        root = running.process.pid
        try:
            talked = asyncio.run(talk(running.hub, root, chats, seconds))
            carried = carry(running.hub, Path(folder), root, QUICK if given.quick else OWED, 1 if given.quick else RUNS)
        finally:
            running.stop()
    found = f"{messages(talked)}\n\n{deliveries(carried)}"
    print(found)
    late = [one for runs in carried.values() for one in runs if one.arrived != one.owed]
    faults = [*talked.faults, *(f"{one.arrived} of {one.owed} statuses arrived" for one in late)]
    if given.write and not faults:
        put("traffic", found, PERFORMANCE)
        keep("traffic", {
            "message_p50_s": {side: percentile(took, 0.5) for side, took in talked.delays.items()},
            "deliveries_per_s": {f"{pause:g}": median(one.rate for one in runs) for pause, runs in carried.items()},
        })  # fmt: skip
    sys.exit("\n".join(faults[:10]) or 0)


if __name__ == "__main__":
    main()
