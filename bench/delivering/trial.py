"""One run: partners with their endpoints, all lives played, and the wait for what is still on its way."""

from __future__ import annotations

import contextlib
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from bench.delivering.judge import Run, broken, delays, missing
from bench.delivering.killer import Killer
from bench.delivering.lives import Life, Play, plan_lives
from bench.delivering.partners import Enrolled, enrol, new_secret
from bench.delivering.table import Setting
from tests.hub import Counsellor, Hub
from tests.misbehaviour import HUGE, DeadPort, Plan
from tests.receiver import Receiver

__all__ = ["trial"]

TEAM = 12
DEAD = ("silent", "refusing")
ARRIVES_WITHIN = 420.0
SETTLES_WITHIN = 90.0
KILLED_AFTER = 120
"""Attempts between two deaths of the deliverer."""


def trial(hub: Hub, folder: Path, setting: Setting, *, dead: bool, kill: bool = False) -> Run:
    """One run on a hub of its own. ``dead``: two partners' endpoints are; ``kill``: the deliverer is, now and then."""
    secrets = {name: new_secret() for name in ("flaky", "healthy", *DEAD)}
    partners = {name: enrol(hub, folder, name) for name in secrets}
    shares = {name: setting.shares[name] for name in ("flaky", "healthy")}
    shares |= {name: setting.shares["dead"] // len(DEAD) for name in DEAD}
    lives = plan_lives(setting.seed, shares, setting.rate)
    with contextlib.ExitStack() as stack:
        receivers = {
            "flaky": stack.enter_context(Receiver([secrets["flaky"]], Plan(setting.seed))),
            "healthy": stack.enter_context(Receiver([secrets["healthy"]])),
        }
        ports = {name: stack.enter_context(_dead_port(accepts=name == "silent")) for name in DEAD}
        for name, receiver in receivers.items():
            partners[name].hook(receiver.url, [secrets[name]])
        if dead:
            for name, port in ports.items():
                partners[name].hook(port.url, [secrets[name]])
        return _play(hub, partners, receivers, lives, dead=dead, kill=kill)


@contextlib.contextmanager
def _dead_port(*, accepts: bool) -> Iterator[DeadPort]:
    port = DeadPort(accepts=accepts)
    try:
        yield port
    finally:
        port.stop()


def _play(
    hub: Hub, partners: Mapping[str, Enrolled], receivers: Mapping[str, Receiver], lives: Sequence[Life], *,
    dead: bool, kill: bool,
) -> Run:  # fmt: skip
    def born(life: Life) -> None:
        if life.partner in receivers:
            receivers[life.partner].names[life.id] = life.name

    team = [_counsellor(hub, n) for n in range(TEAM)]
    play = Play(hub, team, lives, {name: one.platform for name, one in partners.items()}, born)
    mine = {name: [life for life in lives if life.partner == name] for name in partners}
    came = receivers["flaky"]
    killer = Killer(hub, lambda: len(came.arrivals), KILLED_AFTER) if kill else None
    began = time.monotonic()
    play.run()
    ended = time.monotonic()
    if killer is not None:
        killer.stop()

    def arrived() -> bool:
        return not any(missing(mine[name], receiver.arrivals) for name, receiver in receivers.items())

    came.wait(arrived, ARRIVES_WITHIN)
    tail = time.monotonic() - ended
    owed = _settled(hub, [life.id for name in receivers for life in mine[name]])
    seen = {name: receiver.arrivals for name, receiver in receivers.items()}
    told = [*play.faults, *owed]
    for name, receiver in receivers.items():
        told += broken(mine[name], seen[name])
        told += [f"{name}: refused by the library: {why}" for why in receiver.forged]
        told += [f"{name}: a redirect was followed: {what}" for what in receiver.strayed]
        told += [f"{name}: {receiver.taken} bytes of a body were read"] if receiver.taken > HUGE // 2 else []
    told += _forgotten(hub, [life.id for name in DEAD for life in mine[name]], dead=dead)
    return Run(
        dead=dead, delays={name: delays(mine[name], seen[name]) for name in receivers},
        answered={name: Counter(one.answered for one in seen[name]) for name in receivers},
        broken=told, seconds=ended - began, tail=tail, requests=play.requests,
        dead_tries=_tries(hub, [life.id for name in DEAD for life in mine[name]]),
        killed=len(killer.killed) if killer else 0, deaths=killer.times if killer else 0,
    )  # fmt: skip


def _counsellor(hub: Hub, n: int) -> Counsellor:
    return hub.new_counsellor(f"teller-{time.time_ns() // 1000 % 10**10:x}-{n}")


def _settled(hub: Hub, ids: Sequence[str]) -> list[str]:
    """What the hub still believes to owe after all has arrived, once it had the time to write that down."""
    ends = time.monotonic() + SETTLES_WITHIN
    while (owed := _owed(hub, ids)) and time.monotonic() < ends:
        time.sleep(2)
    return [f"still owed in the hub's own books: {len(owed)}"] if owed else []


def _owed(hub: Hub, ids: Sequence[str]) -> set[str]:
    wanted = set(ids)
    return {row["pk"]["S"] for row in hub.rows() if "due_pk" in row and row["pk"]["S"] in wanted}


def _forgotten(hub: Hub, ids: Sequence[str], *, dead: bool) -> list[str]:
    """Handoffs of a dead endpoint that are neither owed nor kept as given up."""
    lost = set(ids) - _owed(hub, ids) if dead else set[str]()
    return [f"no longer owed to a dead endpoint: {len(lost)}"] if lost else []


def _tries(hub: Hub, ids: Sequence[str]) -> int:
    wanted = set(ids)
    return sum(int(row["tries"]["N"]) for row in hub.rows() if "tries" in row and row["pk"]["S"] in wanted)
