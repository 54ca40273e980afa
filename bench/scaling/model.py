"""The model: what a rate of handoffs asks of each key and each quota, how many shards that needs, and what gives first.

Every figure is linear in the rate but one: each process reads the row of every counsellor who is there, and both grow.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from math import ceil, inf

from bench.scaling.mix import Mix
from bench.scaling.prices import PARTITION_RCU, PARTITION_WCU, PRICES, QUOTAS
from bench.scaling.work import reads, requests, writes

__all__ = [
    "ERASED_BEFORE", "HEADROOM", "MOST_SHARDS", "RATES", "Ceiling", "Demand", "ceilings", "cost", "demand",
    "shards_for",
]  # fmt: skip

RATES = (10, 100, 1_000, 10_000)
HEADROOM = 0.7
"""How full a partition may be planned: taps do not come evenly."""
MOST_SHARDS = 64

SECONDS_OF_A_REQUEST = 0.05
"""Billed, with the trips to the table; with it a process serves twenty requests a second."""
GB = 1.0
TRIP = 0.005
"""Seconds of one trip to the table, inside the region."""

LANE_ROW, HELD_ROW, PRESENCE_ROW, AUDIT_ROW = 150, 170, 150, 260
"""Bytes; the first two as the simulator's rows weigh."""
SHOWN, LONG = 500, 200
RECENT = 660
"""Seconds of the audit trail that each minute's sweep reads again."""
PAGE, PAGE_TAKES = 1_000_000, 0.1
TRAIL_MAY = 8.0
"""Seconds of the sweep's minute that reading the trail may take, before it keeps the rest from its work."""
ERASING_TRIPS, ERASERS, ERASING_MAY = 8, 8, 15.0
ERASED_BEFORE = 500 / 60
"""A second, before: five hundred rows a minute, one after the other."""
ANSWER_TAKES, IN_FLIGHT = 0.25, 16
"""Seconds until a partner's endpoint answers, and deliveries of one deliverer at a time."""


@dataclass(frozen=True)
class Demand:
    """What one thing is asked for at one rate: how much a second, of how much."""

    name: str
    unit: str
    used: float
    limit: float
    sharded: bool = False

    @property
    def full(self) -> float:
        """How full it is; above 1 it gives way."""
        return self.used / self.limit


@dataclass(frozen=True)
class Ceiling:
    """The rate at which something gives way."""

    name: str
    unit: str
    rate: float


@dataclass(frozen=True)
class People:
    """Who and what is at work at a rate: counsellors, requests a second, processes of the API."""

    counsellors: float
    requests: float
    processes: float


def people(mix: Mix, rate: float) -> People:
    """Counsellors by what they hold at a time, processes by what one can serve."""
    asked = rate * requests(mix)
    return People(rate * mix.held_minutes * 60 / mix.at_a_time, asked, max(1.0, asked * SECONDS_OF_A_REQUEST))


def demand(mix: Mix, rate: float, shards: int = 1) -> list[Demand]:
    """Everything with a limit, at ``rate`` handoffs a second; of a sharded key the busiest one."""
    return [*_written(mix, rate, shards), *_read(mix, rate, shards), *_quotas(mix, rate, shards), *_work(mix, rate)]


def _written(mix: Mix, rate: float, shards: int) -> Iterator[Demand]:
    by_kind, crowd = writes(mix), people(mix, rate)
    for kind in ("chat", "callback", "held", "open", "erase", "closed"):
        yield Demand(kind, "WCU", rate * by_kind.get(kind, 0) / shards, PARTITION_WCU, sharded=True)
    yield Demand("due", "WCU", rate * mix.biggest * by_kind["due"] / shards, PARTITION_WCU, sharded=True)
    yield Demand("audit day", "WCU", rate * by_kind["audit day"], PARTITION_WCU)
    yield Demand("presence", "WCU", crowd.counsellors / 30, PARTITION_WCU)
    # Each process that shows the line publishes it at most every ten seconds, and tells what a partner asked.
    yield Demand("line in short", "WCU", crowd.processes / 10, PARTITION_WCU)
    yield Demand("usage", "WCU", crowd.processes / 30, PARTITION_WCU)


def _read(mix: Mix, rate: float, shards: int) -> Iterator[Demand]:
    crowd = people(mix, rate)
    waiting, held = rate * mix.waits * 60, rate * mix.held_minutes * 60
    share, looks = ceil(SHOWN / shards), crowd.counsellors
    if waiting + held >= LONG:  # a long line is read once a second by a process, not by each screen
        looks = min(looks, crowd.processes)
    for kind, rows, weight in (("chat", waiting, LANE_ROW), ("held", held, HELD_ROW)):
        shown = min(share, rows / shards)
        yield Demand(kind, "RCU", looks * _half_units(shown * weight), PARTITION_RCU, sharded=True)
    yield Demand("presence", "RCU", crowd.processes / 2 * _half_units(crowd.counsellors * PRESENCE_ROW), PARTITION_RCU)


def _half_units(weight: float) -> float:
    return max(1, ceil(weight / 4096)) / 2


def _quotas(mix: Mix, rate: float, shards: int) -> Iterator[Demand]:
    crowd, units = people(mix, rate), table_units(mix, rate, shards)
    asked = {
        "API Gateway, requests": crowd.requests, "Lambda, at once": crowd.requests * SECONDS_OF_A_REQUEST,
        "table, WCU": units[0], "table, RCU": units[1], "KMS, requests": rate * key_requests(mix),
    }  # fmt: skip
    for name, used in asked.items():
        yield Demand(name, "a second", used, QUOTAS[name])


def _work(mix: Mix, rate: float) -> Iterator[Demand]:
    """What one process at a time does for all."""
    of_a_minute = ERASERS * ERASING_MAY / (ERASING_TRIPS * TRIP + mix.chats * mix.chat_lasts * mix.words * TRIP)
    yield Demand("erasing by the sweep", "sessions", rate * mix.taken, of_a_minute / 60)
    weight = rate * writes(mix)["audit day"] * RECENT * AUDIT_ROW
    yield Demand("the trail, read by the sweep", "s", weight / PAGE * PAGE_TAKES, TRAIL_MAY)
    told = rate * mix.biggest * mix.steps
    yield Demand("the partner's one deliverer", "deliveries", told, IN_FLIGHT / ANSWER_TAKES)


def table_units(mix: Mix, rate: float, shards: int) -> tuple[float, float]:
    """Write and read units of the session table a second, its indexes included."""
    by_kind = {kind: units for kind, units in writes(mix).items() if kind not in ("data key", "number")}
    looked = sum(one.used * (shards if one.sharded else 1) for one in _read(mix, rate, shards))
    # Each claim reads what is held and the head of each lane and shard.
    claiming = rate * mix.holds * (0.5 + 2 * shards * 0.5)
    return rate * sum(by_kind.values()), rate * reads(mix)["session"] + looked + claiming


def key_requests(mix: Mix) -> float:
    """Requests to the vault per handoff: a key made, then opened by each process that needs it within a minute."""
    return 1 + mix.chat_minutes * (mix.words + mix.counsellor_reads) + mix.taken * (1 - mix.chats) * mix.attempts


def shards_for(mix: Mix, rate: float) -> int:
    """How many shards keep every sharded key below its limit with headroom; more than MOST_SHARDS cannot be set."""
    found = 1
    while found <= MOST_SHARDS and any(one.sharded and one.full > HEADROOM for one in demand(mix, rate, found)):
        found += 1
    return found


def ceilings(mix: Mix, shards: int = 1) -> list[Ceiling]:
    """What gives way, the first one first."""
    names = [(one.name, one.unit) for one in demand(mix, 1, shards)]
    found = [Ceiling(*name, _rate(lambda rate, n=n: demand(mix, rate, shards)[n].full)) for n, name in enumerate(names)]
    return sorted((one for one in found if one.rate < inf), key=lambda one: one.rate)


def _rate(full: Callable[[float], float]) -> float:
    """The rate at which something is just full; what grows with it is never less full at a higher rate."""
    low, high = 1e-3, 1e6
    if full(high) < 1:
        return inf
    for _ in range(80):
        middle = (low * high) ** 0.5
        low, high = (middle, high) if full(middle) < 1 else (low, middle)
    return high


def cost(mix: Mix, rate: float, shards: int) -> dict[str, float]:
    """USD per million handoffs by what it is paid for, at that rate: looks cost more, the more there is to see."""
    table = table_units(mix, rate, shards)
    keys = writes(mix)["data key"] + writes(mix).get("number", 0)
    asked = requests(mix)
    return {
        "DynamoDB": (table[0] / rate + keys) * PRICES["WCU"]
        + (table[1] / rate + reads(mix)["data key"]) * PRICES["RCU"],
        "API Gateway": asked * PRICES["API Gateway"],
        "Lambda": asked * (PRICES["Lambda requests"] + SECONDS_OF_A_REQUEST * GB * PRICES["Lambda GB-s"]),
        "KMS": key_requests(mix) * PRICES["KMS"],
    }
