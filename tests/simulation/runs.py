"""One seed from its first tap to its last: a storm of so many steps, then calm until everything has come to its end."""

from __future__ import annotations

import traceback
from collections import Counter
from dataclasses import dataclass, field

from chalicelib.model import delivery
from chalicelib.model.session import CHAT_GIVEN_UP_AFTER, DAY, MINUTE, RECEIVED_LASTS, Session, State
from chalicelib.model.status import settle
from tests.simulation.actors.clockwork import Clockwork
from tests.simulation.actors.counsellor import Console
from tests.simulation.actors.partner import PartnerServer
from tests.simulation.invariants.broken import Broken, require
from tests.simulation.world import PARTNERS, World, seeded

__all__ = ["Result", "run"]

LASTS = 6 * DAY
MOST_CALM_STEPS = 20_000


@dataclass
class Result:
    """What became of a seed: ``rule`` is the broken invariant, if any, ``what`` how."""

    seed: int
    steps: int = 0
    stormy: int = 0
    sessions: int = 0
    hours: float = 0
    fates: Counter[tuple[str, str]] = field(default_factory=Counter)
    uses: Counter[tuple[str, str]] = field(default_factory=Counter)
    rule: str = ""
    what: str = ""
    lines: list[str] = field(default_factory=list)
    fingerprint: str = ""


def run(seed: int, steps: int, *, trace: bool = False) -> Result:
    """Run one seed; the same seed and steps give the same result, to the last call."""
    world = World(seed, trace=trace)
    result = Result(seed)
    try:
        with seeded(world.rng):
            _storm(world, steps)
            result.stormy = world.fleet.steps
            _calm(world)
    except Broken as broken:
        result.rule, result.what = broken.rule, broken.what
    except Exception as fault:  # noqa: BLE001 - whatever else is raised is a fault to be shown with its seed
        result.rule, result.what = "no request fails but by a problem", repr(fault)
        world.trace.say(world.scheduler.now, traceback.format_exc())
    finally:
        world.over = True
        with seeded(world.rng):
            world.scheduler.end()
    result.steps, result.sessions = world.fleet.steps, len(world.judge.stored.now)
    result.hours = (world.scheduler.now - world.profile.start) / (60 * MINUTE)
    result.fates, result.uses = world.fleet.fates, world.fleet.uses
    result.lines, result.fingerprint = list(world.trace.lines), world.trace.fingerprint
    return result


def _storm(world: World, steps: int) -> None:
    servers = [PartnerServer(world, name, platforms, sandbox=sandbox) for name, platforms, _, sandbox in PARTNERS]
    consoles = [Console(world, who, 1) for who in world.counsellors]
    if not world.orderly and world.rng.random() < 0.3:
        consoles.append(Console(world, world.counsellors[0], 2))
    for life in (*(one.live for one in servers), *(one.live for one in consoles)):
        world.scheduler.spawn(life, world.rng.randrange(10_000))
    world.clockwork = Clockwork(world)
    world.clockwork.start()
    world.scheduler.go(lambda: world.fleet.steps >= steps)


def _calm(world: World) -> None:
    """No faults any more: minute after minute, and past the hours in which nothing need happen."""
    stormy = world.fleet.steps
    world.weather.clear()
    world.calm_since = world.scheduler.now
    world.trace.say(world.scheduler.now, "      --- the faults are over")
    for endpoint in world.endpoints.values():
        endpoint.mood = "well"
    for who in world.counsellors:  # those of the storm may be asleep for long
        world.scheduler.spawn(Console(world, who, 3).live)
    while True:
        world.scheduler.go_until(world.scheduler.now + MINUTE)
        world.judge.minute()
        coming = [_next(world, session) for session in world.judge.stored.now.values()]
        left = [at for at in coming if at is not None]
        if not left:
            break
        in_time = world.scheduler.now - world.calm_since < LASTS and world.fleet.steps - stormy < MOST_CALM_STEPS
        require("every open session is claimed or closed", in_time, f"{len(left)} after days")
        world.scheduler.go_until(world.scheduler.now + MINUTE, unless=lambda: not world.fleet.busy)
        world.scheduler.now = max(world.scheduler.now, min(left))
    world.judge.ended()


def _next(world: World, session: Session) -> int | None:
    """When something is to happen to a session by itself; None when all is over."""
    now = world.scheduler.now
    settled = settle(session, now)
    if session.rehearsal is not None:
        return _delivery(world, session) or (None if settled.state is State.CLOSED else now)
    if not session.open:
        if session.sealed and not session.erased:
            return max(now, session.undo_until or 0)
        return _delivery(world, session)
    if session.state.held:
        return now
    if session.state is State.RECEIVED:
        return session.created + RECEIVED_LASTS
    if session.aside:
        return session.youth_seen + CHAT_GIVEN_UP_AFTER
    due = max(session.due or 0, session.reserved_until or 0)
    if session.lane == "callback":
        return world.keeper.slots.slot(max(due, now), None, session.zone)
    return due


def _delivery(world: World, session: Session) -> int | None:
    """When what is owed is tried again."""
    if not delivery.owed(settle(session, world.scheduler.now)):
        return None
    place = delivery.place(session, world.settings.shards)
    return world.scheduler.now if place is None else delivery.owed_row(place).at
