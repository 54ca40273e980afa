"""One hub played in this process on a clock that is pushed, with its stream, its deliverer and its minutes.

Everything that the deployed functions would do is done here, one thing after the other, so that all of it is metered.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from bench.chatting.meter import by_size
from bench.living.spent import Spent, spent
from bench.meter import Meter
from bench.process import Gateway, process
from chalicelib import events
from chalicelib.aws.clients import Clients
from chalicelib.wiring import now
from ops.signer import Partner, Signed, compact, sign
from tests.hub import ALL_SCOPES, Answer, Hub
from tests.simulation.clients import Lambda

__all__ = ["MINUTES", "STREAM", "Apart", "Clock", "House", "house", "still"]

STREAM = "deliveries: the stream, the deliverer"
MINUTES = "sweeps above those of an empty line, the erasing"
MINUTE, PHASE = 60_000, 300_000
ONE_ITEM = ("put_item", "update_item", "delete_item")


class Clock:
    """A clock that stands until it is pushed, so that each run consumes the same.

    It starts within five minutes after the real time, where the windows begin by which the trail is looked through.
    """

    def __init__(self) -> None:
        self.now = -(-now() // PHASE) * PHASE

    def __call__(self) -> int:
        """Ms since the epoch."""
        return self.now


class _Witness(Meter):
    """A meter that also notes which sessions were written, as the table's stream would tell."""

    def __init__(self) -> None:
        super().__init__(by_size)
        self.changed: list[str] = []

    def call(self, service: str, verb: str, request: Mapping[str, Any], send: Callable[..., Any]) -> Any:
        """Count it, and note it when it was written."""
        answer = super().call(service, verb, request, send)
        written = request.get("Item") or request.get("Key") or {}
        if service == "dynamodb" and verb in ONE_ITEM and written.get("sk") == {"S": "session"}:
            self.changed.append(written["pk"]["S"])
        return answer


class Apart(Clients):
    """AWS's own clients, but for functions: what would be started is noted, and nothing is."""

    def __init__(self) -> None:
        super().__init__()
        self.functions = Lambda()

    def __call__(self, service: str) -> Any:
        """The client of ``service``."""
        return self.functions if service == "lambda" else super().__call__(service)


class House(Hub):
    """The hub as its users see it; ``ledger`` has what was consumed, by what it was for."""

    def __init__(self, hub: Hub, file: Path, gateway: Gateway, meter: _Witness, apart: Apart, clock: Clock) -> None:
        super().__init__(file)
        self.facts = hub.facts  # who was enrolled since stands there, too
        self.clock, self.ledger = clock, dict[str, Spent]()
        self._gateway, self._meter, self._apart = gateway, meter, apart
        self._for, self._swept = "", clock()
        self._idle = Spent()
        self._sweep()  # what a process reads once is read now
        self.clock.now += MINUTE
        self._idle = self._sweep()
        self.ledger.clear()

    @contextmanager
    def of(self, purpose: str) -> Iterator[None]:
        """Requests made meanwhile are for this."""
        self._for = purpose
        yield

    @property
    def empty_minute(self) -> Spent:
        """What the sweep consumes when there is nothing to do."""
        return self._idle

    def ask(
        self, method: str, path: str, body: bytes | None = None, headers: Mapping[str, str] | None = None
    ) -> Answer:
        """One request; what it changed goes on its way before the answer is looked at."""
        answers: list[Answer] = []
        self._count(self._for, lambda: answers.append(self._gateway(method, path, body, headers or {})), requests=1)
        self._stream()
        return answers[0]

    def sign(
        self, platform: str, method: str, path: str, body: Mapping[str, Any] | None = None, jti: str | None = None
    ) -> Signed:
        """Sign by this hub's clock."""
        raw = None if body is None else compact(body)
        signer = Partner.read(self.facts, platform)
        return sign(signer, method, path, ALL_SCOPES, raw, jti=jti, now=self.clock() / 1000)

    def wait(self, seconds: float) -> None:
        """Let time pass; each minute of it is swept."""
        ends = self.clock() + int(1000 * seconds)
        while self._swept + MINUTE <= ends:
            self.clock.now = self._swept + MINUTE
            self._sweep()
        self.clock.now = ends

    def forget(self) -> None:
        """Leave out of the ledger what was consumed until now."""
        self.ledger.clear()

    def _count(self, purpose: str, work: Callable[[], object], *, requests: int = 0, starts: int = 0) -> Spent:
        before = spent(self._meter)
        work()
        took = spent(self._meter) - before + Spent(requests=requests, starts=starts)
        self.ledger[purpose] = self.ledger.get(purpose, Spent()) + took
        return took

    def _stream(self) -> None:
        """Tell what has changed until nothing changes any more; the deliverer's own writes come by here, too."""
        while changed := list(dict.fromkeys(self._meter.changed)):
            self._meter.changed.clear()
            records = [{"dynamodb": {"Keys": {"pk": {"S": id}, "sk": {"S": "session"}}}} for id in changed]
            self._count(STREAM, lambda records=records: events.wake({"Records": records}), starts=1)  # type: ignore[misc]
            self._deliver()

    def _deliver(self) -> None:
        started = [json.loads(payload) for _, payload in self._apart.functions.invoked]
        self._apart.functions.invoked.clear()
        for event in started:
            self._count(STREAM, lambda event=event: events.deliver(event), starts=1)  # type: ignore[misc]

    def _sweep(self) -> Spent:
        self._swept = self.clock()
        took = self._count(MINUTES, events.sweep)
        self.ledger[MINUTES] -= self._idle
        self._deliver()
        self._stream()
        return took


def still(hub: Hub) -> None:
    """Let nothing happen in the deployed hub by itself: neither its schedules nor its stream start a function."""
    schedules, functions = hub.aws("events"), hub.aws("lambda")
    for rule in schedules.list_rules()["Rules"]:
        schedules.disable_rule(Name=rule["Name"])
    for mapping in functions.list_event_source_mappings()["EventSourceMappings"]:
        functions.update_event_source_mapping(UUID=mapping["UUID"], Enabled=False)


@contextmanager
def house(hub: Hub, file: Path) -> Iterator[House]:
    """A house over empty tables; only the registry of partners is as it was."""
    _empty(hub)
    meter, apart, clock = _Witness(), Apart(), Clock()
    with process(hub, meter, clock, apart) as gateway:
        yield House(hub, file, gateway, meter, apart, clock)


def _empty(hub: Hub) -> None:
    for table in (hub.facts["table"], hub.facts["engine"]["keys_table"]):
        for row in hub.rows(table):
            if not row["pk"]["S"].startswith("partner#"):
                names: Sequence[str] = ("pk", "sk") if "sk" in row else ("pk",)
                hub.aws("dynamodb").delete_item(TableName=table, Key={name: row[name] for name in names})
