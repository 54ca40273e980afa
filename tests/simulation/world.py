"""One seed's world: the table, the hub's processes over it, the people around it, and the weather."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import lru_cache
from types import SimpleNamespace
from typing import Any
from unittest import mock

from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.desk import courier, turns
from chalicelib.desk.base import Desk
from chalicelib.model.counsellor import Counsellor
from chalicelib.model.session import SECOND, State
from chalicelib.ports import Sent, Slots
from chalicelib.settings import Settings
from chalicelib.slots import HelplineSlots
from chalicelib.wiring import assemble
from ops.row import Partner
from tests.simulation.clients import FakeClients, Kms
from tests.simulation.dynamo import Dynamo
from tests.simulation.endpoints import Endpoint
from tests.simulation.faults import Weather, draw_profile
from tests.simulation.fleet import Fleet, Process, Request, Write
from tests.simulation.invariants.broken import require
from tests.simulation.invariants.judge import Judge
from tests.simulation.scheduler import Scheduler
from tests.simulation.tables import read_tables
from tests.simulation.trace import Trace
from tests.simulation.values import Item
from tests.stage import made_settings

__all__ = ["PARTNERS", "World", "seeded"]

TOLD_WITHIN = 61 * SECOND
"""A deliverer asks whether its partner is suspended when it starts (a weak read), and is ended after a minute."""
STAGE_SECRET = "s" * 64
SIGNING = "whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE="
# Name, platforms, with an endpoint, sandbox.
PARTNERS = (
    ("tiktok", ("tiktok",), True, False),
    ("meta", ("instagram", "messenger"), True, False),
    ("quiet", ("quiet",), False, False),
    ("trial", ("trial",), True, True),
)
TABLES = read_tables(Sessions="sessions", Keys="keys")


@lru_cache(maxsize=8)
def _slots(dial_hours: str) -> Slots:
    """The hours are data: read once for all processes of all worlds."""
    return HelplineSlots("", dial_hours)


@contextmanager
def seeded(rng: random.Random) -> Iterator[None]:
    """The desk's own chances come from the seed, too."""
    spread = SimpleNamespace(randbelow=rng.randrange)
    with mock.patch.object(turns, "random", rng), mock.patch.object(courier, "secrets", spread):
        yield


class World:
    """Everything of one seed. ``run`` lives in ``runs``; the people in ``actors``."""

    def __init__(self, seed: int, *, trace: bool = False) -> None:
        self.seed, self.rng = seed, random.Random(seed)
        self.profile = draw_profile(self.rng)
        self.weather = Weather(self.profile, self.rng)
        self.scheduler = Scheduler(self.rng, self.profile.start, self.profile.grain)
        self.trace = Trace(on=trace)
        self.dial_hours = self.rng.choice(("Mo-Su 09:00-21:30", "Mo-Su 10:00-20:00", "24/7"))
        self.settings = self._settings()
        self.dynamo = Dynamo(
            TABLES, clock=lambda: self.scheduler.now, lag=self.weather.lag, late=self.weather.table_lag
        )
        self.kms = Kms()
        self.calm_since = 0
        self.fleet = Fleet(
            self.scheduler, self.weather, self.rng, self.trace, self._assemble, self.dynamo.item, self._wrote,
            self._answered,
        )  # fmt: skip
        self.judge = Judge(self)
        self.keeper = self._desk(FakeClients(self.dynamo, secrets=self._secrets(), kms=self.kms), self.time)
        self.endpoints = {name: Endpoint(name, SIGNING, self.rng) for name, _, hooked, _ in PARTNERS if hooked}
        self.counsellors = self._counsellors()
        self.names = [one.username for one in self.counsellors]
        self.over = False
        self.clockwork: Any = None
        self.suspended: dict[str, int] = {}
        self._register()

    @property
    def orderly(self) -> bool:
        """Whether one counsellor alone claims, and nothing is late or fails: then the order is exact."""
        return len(self.counsellors) == 1 and self.weather.fair

    def calm(self) -> bool:
        """Whether the faults are over."""
        return self.weather.over

    def time(self) -> int:
        """The true time."""
        return self.scheduler.now

    def _settings(self) -> Settings:
        return made_settings(
            counsellor_limit=self.rng.choice((2, 4)), shards=self.rng.choice((1, 1, 3)), deliver_function="deliver"
        )

    def _secrets(self) -> dict[str, str]:
        keys = f'{{"keys": [{{"secret": "{SIGNING}", "until": null}}]}}'
        return {"stage": STAGE_SECRET, **{f"hooks/{name}": keys for name, *_ in PARTNERS}}

    def _desk(self, clients: FakeClients, clock: Callable[[], int]) -> Desk:
        made = assemble(self.settings, clock=clock, clients=clients, tokens=self.token)
        return replace(made, slots=_slots(self.dial_hours))

    def token(self) -> bytes:
        """Sixteen bytes that only the seed foresees."""
        return self.rng.randbytes(16)

    def _assemble(self, process: Process) -> Desk:
        clients = FakeClients(self.dynamo, secrets=self._secrets(), around=process.around, kms=self.kms)
        return replace(self._desk(clients, process.clock), sender=self._sender(process))

    def _sender(self, process: Process) -> Callable[..., Sent]:
        def send(url: str, headers: Any, body: bytes) -> Sent:
            partner = url.rsplit("/", 1)[1]
            since = self.suspended.get(partner)
            silent = since is None or self.scheduler.now - since <= TOLD_WITHIN
            require("a suspended partner gets nothing", silent, f"{partner} since {since} at {self.scheduler.now}")
            endpoint = self.endpoints[partner]
            about = {"about": f"{partner} {body.decode()}"}
            try:
                sent: Sent = process.around("internet", "post", about, lambda: endpoint.take(headers, body))
            except (BotoCoreError, ClientError):
                return Sent(None, fault="timeout")
            return sent

        return send

    def _register(self) -> None:
        for name, platforms, hooked, sandbox in PARTNERS:
            row = Partner(name, name, platforms, {}, ("https://app.example/",), sandbox=sandbox, created=0).item()
            if hooked:
                row["webhook"] = {"M": {"url": {"S": f"https://p.example/{name}"}, "secret": {"S": f"hooks/{name}"}}}
            self.dynamo.put_item(TableName=self.settings.table, Item=row)

    def _wrote(self, write: Write) -> None:
        self.judge.wrote(write)

    def _answered(self, request: Request, outcome: str) -> None:
        self.judge.answers.ended_with(request, outcome)

    def beside(self, id: str) -> list[Item]:
        """Every item of one session, as it stands."""
        answer = self.dynamo.query(
            TableName=self.settings.table, KeyConditionExpression="pk = :p",
            ExpressionAttributeValues={":p": {"S": id}}, ConsistentRead=True,
        )  # fmt: skip
        items: list[Item] = answer["Items"]
        return items

    def waiting(self) -> bool:
        """Whether something waits that could be claimed."""
        now = self.scheduler.now
        return any(
            one.state in (State.WAITING, State.SCHEDULED) and (one.due or now) <= now and not one.aside
            for one in self.judge.stored.now.values()
        )

    def _counsellors(self) -> list[Counsellor]:
        """Who works here in this seed."""
        groups = (frozenset[str](), frozenset({"psychologist"}), frozenset({"supervisor", "lawyer"}))
        count = 1 if self.weather.fair else self.rng.choice((1, 2, 3))
        return [Counsellor(f"c{n}", f"sub-c{n}", groups[n], 0) for n in range(count)]
