"""One deliverer, many statuses owed, one endpoint that answers at once or late: how long until all have arrived."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench.capacity import put_all
from bench.chatting.machine import Spent, Watch
from bench.chatting.meter import by_size
from bench.delivering.partners import enrol, new_secret
from bench.endpoint import endpoint
from bench.living.house import Apart
from bench.meter import Meter, measured_desk
from chalicelib.contract import read_handoff
from chalicelib.desk import partners
from chalicelib.desk.base import Desk
from chalicelib.desk.deliveries import deliver
from chalicelib.model.delivery import due_key
from ops.signer import compact
from tests.hub import Hub

__all__ = ["Carried", "Carrier", "carrier"]


@dataclass(frozen=True)
class Carried:
    """One run: how many arrived of those owed, in how many s and s of the processor, and what DynamoDB took."""

    owed: int
    arrived: int
    seconds: float
    cpu: float
    trips: int
    writes: float
    reads: float
    spent: Spent

    @property
    def rate(self) -> float:
        """Deliveries a second."""
        return self.arrived / self.seconds


class Carrier:
    """A partner with an endpoint, and what is owed to it. ``root`` is the process that the engine descends from."""

    def __init__(self, hub: Hub, desk: Desk, meter: Meter, folder: Path, root: int, url: str) -> None:
        self._hub, self._desk, self._meter, self._root = hub, desk, meter, root
        self._enrolled = enrol(hub, folder, "carried")
        self._enrolled.hook(url, [new_secret()])
        self._runs = 0

    def run(self, owed: int) -> Carried:
        """Owe so many at once, and let one deliverer send them."""
        self._owe(owed)
        desk, meter, watch = self._desk, self._meter, Watch(self._root)
        trips, writes, reads = meter.trips, meter.writes, meter.reads
        began, spent = time.perf_counter(), time.process_time()
        done = deliver(desk, self._enrolled.id)
        seconds, cpu = time.perf_counter() - began, time.process_time() - spent
        left = desk.deliveries.due(self._enrolled.id, before=desk.clock() + 24 * 3_600_000, limit=1)
        return Carried(
            owed, 0 if left else done.delivered, seconds, cpu, meter.trips - trips, meter.writes - writes,
            meter.reads - reads, watch.stop(),
        )  # fmt: skip

    def _owe(self, owed: int) -> None:
        """One session that ended, with a status to tell, and copies of it under other ids."""
        desk, partner = self._desk, self._desk.directory.partner(self._enrolled.id, fresh=True)
        if partner is None:
            raise RuntimeError("the partner is not there")
        self._runs += 1
        wish = {"platform": self._enrolled.platform, "kind": "report", "session": "chat", "locale": "fr"}
        raw = compact(wish)
        first = partners.receive(desk, partner, f"carried-{partner.id}-{self._runs:06d}", raw, read_handoff(raw))
        partners.cancel(desk, partner, first.session.id)
        found = self._hub.aws("dynamodb").get_item(
            TableName=self._hub.facts["table"], Key={"pk": {"S": first.session.id}, "sk": {"S": "session"}}
        )["Item"]
        ids = [f"{first.session.id[:-4]}{_word(n)}" for n in range(1, owed)]
        key = desk.clock()
        put_all(self._hub, [{**found, "pk": {"S": id}, "due_sk": {"S": due_key(key, id)}} for id in ids])


def _word(n: int) -> str:
    """Four letters for a number, so that an id stays one."""
    letters = "abcdefghijklmnop"
    return "".join(letters[n >> shift & 15] for shift in (12, 8, 4, 0))


@contextmanager
def carrier(hub: Hub, folder: Path, root: int, pause: float) -> Iterator[Carrier]:
    """A deliverer in this process, and an endpoint in another that answers ``pause`` s after each request."""
    meter = Meter(by_size)
    with endpoint(pause) as url, measured_desk(hub, meter, clients=Apart()) as desk:
        yield Carrier(hub, desk, meter, folder, root, url)
