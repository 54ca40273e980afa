"""What a desk's calls to AWS consume: clients that count every call, and sum what DynamoDB says each consumed."""

from __future__ import annotations

import os
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from unittest.mock import patch

from chalicelib.aws.clients import Clients
from chalicelib.desk.base import Desk
from chalicelib.settings import Settings, read
from chalicelib.wiring import assemble, now
from tests.hub import Hub

__all__ = ["Meter", "MeteredClients", "Row", "Units", "at_engine", "consumed", "deployed_settings", "measured_desk"]

WRITES = frozenset({"put_item", "update_item", "delete_item", "batch_write_item", "transact_write_items"})
REFUSED = 1.0
"""A failed condition costs as much as the write: one unit for an item under 1 KB. Its error does not say so."""


@dataclass(frozen=True)
class Row:
    """One operation: trips to DynamoDB, write and read units, and calls of other services by their name."""

    name: str
    trips: int
    writes: float
    reads: float
    others: Mapping[str, int] = field(default_factory=dict)


Units = Callable[[str, Mapping[str, Any], Mapping[str, Any]], float]
"""The units of one trip that was answered: by its verb, its request and its answer."""


def consumed(_verb: str, _request: Mapping[str, Any], answer: Mapping[str, Any]) -> float:
    """What the engine says that a trip took; a batch says them table by table."""
    told = answer.get("ConsumedCapacity") or {}
    return float(sum(one["CapacityUnits"] for one in (told if isinstance(told, list) else [told]) if one))


@dataclass
class Meter:
    """Sums what each trip consumed, from any number of threads."""

    units: Units = consumed
    trips: int = 0
    writes: float = 0.0
    reads: float = 0.0
    others: Counter[str] = field(default_factory=Counter)
    rows: list[Row] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def call(self, service: str, verb: str, request: Mapping[str, Any], send: Callable[..., Any]) -> Any:
        """One call: counted when it is over, whether it was answered or refused."""
        if service != "dynamodb":
            with self._lock:
                self.others[service] += 1
            return send(**request)
        answer = None
        try:
            answer = send(**request, ReturnConsumedCapacity="TOTAL")
            return answer
        finally:
            refused = REFUSED if verb in WRITES else 0.0
            spent = refused if answer is None else self.units(verb, request, answer)
            with self._lock:
                self.trips += 1
                if verb in WRITES:
                    self.writes += spent
                else:
                    self.reads += spent

    @contextmanager
    def of(self, name: str) -> Iterator[None]:
        """Measure one operation: what was counted before is forgotten."""
        self.trips, self.writes, self.reads, self.others = 0, 0.0, 0.0, Counter()
        yield
        self.rows.append(Row(name, self.trips, self.writes, self.reads, dict(self.others)))


class _Metered:
    """A client whose calls pass through the meter; whatever else it has is its own."""

    def __init__(self, service: str, client: Any, meter: Meter) -> None:
        self._service, self._client, self._meter = service, client, meter

    def __getattr__(self, verb: str) -> Any:
        found = getattr(self._client, verb)
        if verb in ("exceptions", "meta"):
            return found

        def call(**request: Any) -> Any:
            return self._meter.call(self._service, verb, request, found)

        return call


class MeteredClients(Clients):
    """The clients of ``inner`` (AWS's own by default), each call metered. A retry inside a client is not seen."""

    def __init__(self, meter: Meter, inner: Clients | None = None) -> None:
        super().__init__()
        self._meter, self._inner = meter, inner or Clients()

    def __call__(self, service: str) -> Any:
        """The metered client of ``service``."""
        return _Metered(service, self._inner(service), self._meter)


def deployed_settings(hub: Hub) -> Settings:
    """The very settings of a running hub's deployed API function."""
    name = hub.facts["engine"]["api_function"]
    environment = hub.aws("lambda").get_function_configuration(FunctionName=name)["Environment"]["Variables"]
    return read(environment)


@contextmanager
def at_engine(hub: Hub) -> Iterator[Settings]:
    """The settings of a running hub's deployed function, while the environment points at its engine, as there."""
    access = {
        "AWS_ENDPOINT_URL": hub.facts["engine_url"],
        "AWS_DEFAULT_REGION": hub.facts["engine"]["region"],
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
    }
    settings = deployed_settings(hub)
    with patch.dict(os.environ, access):
        yield settings


@contextmanager
def measured_desk(
    hub: Hub, meter: Meter, clock: Callable[[], int] = now, clients: Clients | None = None
) -> Iterator[Desk]:
    """A metered desk over the tables of a running hub, with the settings of its deployed function.

    ``clock`` tells the desk's time (ms since the epoch); ``clients`` are those to be metered, if not AWS's own.
    """
    with at_engine(hub) as settings:
        yield assemble(settings, clock=clock, clients=MeteredClients(meter, clients))
