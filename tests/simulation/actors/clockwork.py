"""What happens by itself: sweep, stream, deliverers, expiry, jumps of time, bad weather, and the operator's doing."""

from __future__ import annotations

from contextlib import suppress
from types import SimpleNamespace
from typing import Any, cast
from unittest import mock

from chalicelib.aws.codec import attribute
from chalicelib.desk.base import Desk
from chalicelib.desk.courier import Crew as Threads
from chalicelib.desk.deliveries import Delivered, deliver
from chalicelib.desk.figures import read as read_figures
from chalicelib.desk.gauges import measure
from chalicelib.desk.reconcile import reconcile
from chalicelib.desk.sweep import Swept, sweep
from chalicelib.desk.waking import wake_changed, wake_due
from chalicelib.model.session import MINUTE, SECOND
from chalicelib.problems import Problem
from ops import parked
from ops.partners import Partners
from tests.simulation.actors.actor import Actor
from tests.simulation.crew import Crew
from tests.simulation.fleet import Process, Request, Write
from tests.simulation.invariants.broken import require
from tests.simulation.world import World

__all__ = ["Clockwork"]


class Clockwork(Actor):
    """Starts all of it."""

    def __init__(self, world: World) -> None:
        super().__init__(world, "clockwork")
        self._pending: list[str] = []

    def start(self) -> None:
        """One task for each."""
        self.world.fleet.start = self._start
        for life in (
            self._sweep,
            self._reconcile,
            self._punctual,
            self._stream,
            self._weather,
            self._operator,
            self._expiry,
            self._supervisor,
        ):
            self.world.scheduler.spawn(life, self.rng.randrange(MINUTE))

    def _ask(self, kind: str, request: Request, run: Any) -> Any:
        return self.world.fleet.ask(kind, request, run, within=10 * MINUTE)

    def _sweep(self) -> None:
        def run(desk: Desk) -> Swept:
            with suppress(Problem):  # as events.sweep does it: the children come first
                wake_due(desk)
            done = sweep(desk)
            with suppress(Problem):
                measure(desk)
            return done

        while not self.world.over:
            self._ask("sweep", Request("minute", "sweep"), run)
            self.world.scheduler.pause(MINUTE if self.world.calm() else self.world.profile.sweep_every)

    def _reconcile(self) -> None:
        """It looks past all indexes, and has never anything to repair: then somebody else was wrong."""
        while not self.world.over:
            self.world.scheduler.pause(self.rng.randrange(1, 6) * MINUTE)
            done = self._ask("reconcile", Request("reconciler", "reconcile"), reconcile).value
            if done is not None:
                sound = not (done.repaired or done.unreadable)
                require("no move leaves anything to repair", sound, {k: n for k, n in done.kinds.items() if n})

    def _punctual(self) -> None:
        """Now and then a sweep comes just when a lease, or the time for second thoughts, is over."""
        while not self.world.calm():
            self.think(5, 60)
            now = self.world.scheduler.now
            ends = [
                at for one in self.world.judge.stored.now.values()
                for at in (one.lease_until, one.undo_until) if at is not None and now < at < now + 2 * MINUTE
            ]  # fmt: skip
            if ends:
                self.world.scheduler.pause(self.rng.choice(ends) - now)
                self._ask("sweep", Request("minute", "sweep"), sweep)

    def _stream(self) -> None:
        """Late, shuffled, repeated."""
        while not self.world.over:
            self.world.scheduler.pause(self.rng.randint(200, 20_000))
            records = self.world.dynamo.changes(self.world.settings.table)
            keys = [record["dynamodb"]["Keys"] for record in records]
            self._pending += [key["pk"]["S"] for key in keys if key["sk"]["S"] == "session"]
            if not self._pending:
                continue
            self.rng.shuffle(self._pending)
            kept = self.rng.randrange(len(self._pending) + 1) if self.chance(0.3) else 0
            told, self._pending = self._pending[kept:], self._pending[:kept]
            if told and self.chance(0.2):
                told.append(self.rng.choice(told))
            self._ask("wake", Request("stream", "wake"), lambda desk, ids=tuple(told[:100]): wake_changed(desk, ids))

    def _start(self, payload: dict[str, Any]) -> None:
        """A deliverer is started, late, and now and then twice: so asynchronous invocations are."""
        for _ in range(2 if not self.world.calm() and self.chance(0.05) else 1):
            self.world.scheduler.spawn(lambda: self._deliver(payload), self.rng.randint(10, 2000))

    def _deliver(self, payload: dict[str, Any]) -> None:
        partner, ids = payload["partner"], payload["ids"]
        request = Request(f"to {partner}", "deliver", {"partner": partner})

        def run(desk: Desk) -> Delivered:
            process = self.world.fleet.working(request)

            def sleep(seconds: float) -> None:
                self.world.scheduler.pause(int(seconds * SECOND))
                process.check()

            return deliver(desk, partner, ids, sleep=sleep, crew=lambda _: cast(Threads, Crew(process)))

        self._ask("deliver", request, run)

    def _weather(self) -> None:
        """Endpoints change their mood, services fall ill, and sometimes nothing at all runs for an hour or a night."""
        world = self.world
        while not world.calm():
            self.think(10, 90)
            if world.calm():
                return
            self.rng.choice(list(world.endpoints.values())).change()
            if self.chance(world.profile.sick):
                until = world.scheduler.now + self.rng.randrange(3 * MINUTE)
                world.weather.fall_ill(self.rng.choice(("dynamodb", "kms", "kms", "secretsmanager", "lambda")), until)
            if self.chance(world.profile.jumps):
                world.scheduler.now += self.rng.choice((2, 20, 70, 660)) * MINUTE
                world.trace.say(world.scheduler.now, "      --- time has passed")

    def _expiry(self) -> None:
        """The table deletes what is over, up to two days late."""
        request = Request("table", "expire")
        table = self.world.settings.table
        while not self.world.over:
            self.world.scheduler.pause(self.rng.randrange(1, 48) * 60 * MINUTE)
            for key in self.world.dynamo.expired(table):
                name = (key["pk"]["S"], key["sk"]["S"])
                old = self.world.dynamo.item(table, name)
                self.world.dynamo.expire(table, [key])
                self.world.judge.wrote(Write(request, cast(Process, None), table, name, old, None))

    def _supervisor(self) -> None:
        """Looks at the figures."""
        while not self.world.calm():
            self.think(60, 600)
            self.world.fleet.ask("api", Request("figures", "figures"), lambda desk: read_figures(desk, 1))

    def _operator(self) -> None:
        """Suspends partners and lets them go on, starts stopped endpoints again, replays what is parked."""
        world = self.world
        rows = Partners(world.dynamo, world.settings.table)
        while not world.calm():
            self.think(60, 400)
            if world.calm():
                break
            name = self.rng.choice(list(world.endpoints))
            if name in world.suspended:
                self._resume(rows, name)
            elif self.chance(0.3):
                world.suspended[name] = world.scheduler.now
                rows.update(name, "suspend", set=["suspended = :yes"], values={":yes": attribute(True)})
            else:
                self._start_again(rows, name)
                self._replay_all(name)
        for name in world.endpoints:
            self._resume(rows, name)

    def _resume(self, rows: Partners, name: str) -> None:
        if self.world.suspended.pop(name, None) is not None:
            rows.update(name, "resume", set=["suspended = :no"], values={":no": attribute(False)})

    def _start_again(self, rows: Partners, name: str) -> None:
        webhook = rows.need(name).webhook
        if webhook is not None and webhook.stopped is not None:
            rows.update(
                name, "webhook-resume", remove=["webhook.#stopped", "webhook.#at"],
                names={"#stopped": "stopped", "#at": "stopped_at"},
            )  # fmt: skip

    def _replay_all(self, name: str) -> None:
        """What is parked for a partner is sent again, by the operator's own tool."""
        world = self.world
        clients = {"dynamodb": world.dynamo}
        place = SimpleNamespace(clients=clients.__getitem__, table=world.settings.table, shards=world.settings.shards)
        with mock.patch.object(parked, "now", world.time):
            for session in list(world.judge.stored.now.values()):
                if session.partner == name and session.parked is not None:
                    self._replay(SimpleNamespace(place=place), name, session.id)

    def _replay(self, work: Any, name: str, id: str) -> None:
        table, key = self.world.settings.table, (id, "session")
        old = self.world.dynamo.item(table, key)
        if parked._due_again(work, name, id):
            request = Request("operator", "replay", {"partner": name})
            new = self.world.dynamo.item(table, key)
            self.world.judge.wrote(Write(request, cast(Process, None), table, key, old, new))
