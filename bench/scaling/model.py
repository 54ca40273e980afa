"""The model: what a rate of handoffs asks of each key and each quota, how many shards that needs, and what gives first.

Every figure is linear in the rate but one: each process reads the row of every counsellor who is there, and both grow.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from math import ceil, inf

from bench.scaling.mix import Mix
from bench.scaling.prices import PARTITION_RCU, PARTITION_WCU, PRICES, QUOTAS
from bench.scaling.work import reads, requests, writes

__all__ = [
    "HEADROOM", "MOST_SHARDS", "RATES", "Ceiling", "Demand", "before", "ceilings", "cost", "crowd", "demand",
    "shards_for",
]  # fmt: skip

RATES = (10, 100, 1_000, 10_000)
HEADROOM = 0.75
"""How full a partition may be planned: taps do not come evenly."""
MOST_SHARDS = 64
SECONDS_OF_A_REQUEST, GB = 0.05, 1.0
"""Billed, with the trips to the table; so a process serves twenty requests a second."""
TRIP, CPU_OF_A_TRIP, CORES = 0.005, 0.001, 0.58
"""Seconds of one trip inside the region, of the processor for it, and how much of one a function of 1 GB has."""
LANE_ROW, HELD_ROW, PRESENCE_ROW, AUDIT_ROW = 150, 170, 150, 260
"""Bytes."""
SHOWN, LONG = 500, 200
"""Rows that a screen shows of a lane, and from which on a process keeps what it has read for a second."""
RECENT, PAGE, PAGE_TAKES = 660, 1_000_000, 0.1
"""Seconds of the audit trail that each minute's sweep reads again, bytes of one trip, and seconds that it takes."""
TRAIL_MAY, SWEEP_MAY, HANDS, ENDED_AFTER = 8.0, 15.0, 8, 25.0
"""Seconds of a minute that the trail should leave the sweep, that its work may take, and after which it is ended."""
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
    """The rate of handoffs at which something gives way."""

    name: str
    unit: str
    rate: float


@dataclass(frozen=True)
class Crowd:
    """Who and what is at work at a rate: counsellors, requests a second, processes of the API."""

    counsellors: float
    requests: float
    processes: float


def crowd(mix: Mix, rate: float) -> Crowd:
    """Counsellors by what they hold at a time, processes by what one can serve."""
    needed, asked = rate * mix.held_minutes * 60 / mix.at_a_time, rate * requests(mix)
    looks = max(0.0, mix.staff - needed) * mix.counsellor_looks / 60
    return Crowd(max(mix.staff, needed), asked + looks, max(1.0, (asked + looks) * SECONDS_OF_A_REQUEST))


def demand(mix: Mix, rate: float, shards: int = 1) -> list[Demand]:
    """Everything with a limit, at ``rate`` handoffs a second; of a sharded key the busiest one."""
    return [*_written(mix, rate, shards), *_read(mix, rate, shards), *_quotas(mix, rate, shards), *_work(mix, rate)]


def _written(mix: Mix, rate: float, shards: int) -> Iterator[Demand]:
    by_kind, there = writes(mix), crowd(mix, rate)
    for kind in ("chat", "callback", "held", "open", "erase", "closed"):
        yield Demand(kind, "WCU", rate * by_kind.get(kind, 0) / shards, PARTITION_WCU, sharded=True)
    yield Demand("due", "WCU", rate * mix.biggest * by_kind["due"] / shards, PARTITION_WCU, sharded=True)
    # While an endpoint is stopped, all that is owed to it is given up at once.
    yield Demand("parked", "WCU", rate * mix.biggest * mix.steps, PARTITION_WCU)
    yield Demand("audit day", "WCU", rate * by_kind.get("audit day", 0), PARTITION_WCU)
    yield Demand("presence", "WCU", there.counsellors / 30, PARTITION_WCU)
    # Each process tells what a partner asked; those that show the line write its row when nobody has for ten seconds.
    yield Demand("usage", "WCU", there.processes / 30, PARTITION_WCU)


def _read(mix: Mix, rate: float, shards: int) -> Iterator[Demand]:
    there = crowd(mix, rate)
    waiting, held = rate * mix.waits * 60, rate * mix.held_minutes * 60
    looks = there.counsellors * mix.counsellor_looks / 60
    if waiting + held >= LONG:  # a long line is read once a second by a process, not by each screen
        looks = min(looks, there.processes)
    for kind, rows, weight in (("chat", waiting, LANE_ROW), ("held", held, HELD_ROW)):
        shown = min(ceil(SHOWN / shards), rows / shards)
        yield Demand(kind, "RCU", looks * _half_units(shown * weight), PARTITION_RCU, sharded=True)
    readers = min(there.counsellors, there.processes)
    yield Demand("line in short", "RCU", 0.5 * (readers / 10 + there.processes / 60), PARTITION_RCU)
    yield Demand("presence", "RCU", readers / 2 * _half_units(there.counsellors * PRESENCE_ROW), PARTITION_RCU)


def _half_units(weight: float) -> float:
    return max(1, ceil(weight / 4096)) / 2


def _quotas(mix: Mix, rate: float, shards: int) -> Iterator[Demand]:
    there, units = crowd(mix, rate), table_units(mix, rate, shards)
    asked = {
        "API Gateway, requests": there.requests, "Lambda, at once": there.requests * SECONDS_OF_A_REQUEST,
        "table, WCU": units[0], "table, RCU": units[1], "KMS, requests": rate * key_requests(mix),
    }  # fmt: skip
    for name, used in asked.items():
        yield Demand(name, "a second", used, QUOTAS[name])


def _work(mix: Mix, rate: float) -> Iterator[Demand]:
    """What one process at a time does for all."""
    yield Demand(
        "the sweep", "s a minute", rate * 60 * _swept(mix) * max(TRIP / HANDS, CPU_OF_A_TRIP / CORES), SWEEP_MAY
    )
    weight = rate * writes(mix).get("audit day", 0) * RECENT * AUDIT_ROW
    yield Demand("the sweep's look at the trail", "s a minute", weight / PAGE * PAGE_TAKES, TRAIL_MAY)
    told = rate * mix.biggest * mix.steps
    yield Demand("a partner's one deliverer", "deliveries", told, IN_FLIGHT / ANSWER_TAKES)


def _swept(mix: Mix, deleted_at_once: int = 25) -> float:
    """Trips of the sweep per handoff: what is taken is erased, what is not is set aside and ended."""
    words = mix.chats * mix.chat_lasts * mix.words / deleted_at_once
    return mix.taken * (5 + words) + mix.left * 2


def before(mix: Mix) -> list[Ceiling]:
    """Where three things gave way as they were until this was measured."""
    of_a_minute = 60 * _swept(mix, 1) * (TRIP + CPU_OF_A_TRIP / CORES)
    found = [
        Ceiling("held: beyond 500 none is taken back", "rows", 500 / (mix.held_minutes * 60) if mix.taken else inf),
        Ceiling("the sweep, one by one", "s a minute", ENDED_AFTER / of_a_minute),
        Ceiling("the sweep, 500 rows a minute", "rows", 500 / 60),
        Ceiling("held, read whole by each screen", "RCU", _rate(lambda rate: _looked_before(mix, rate))),
        Ceiling("line in short, written by each process", "WCU", _rate(lambda rate: _told_before(mix, rate))),
    ]
    return sorted((one for one in found if one.rate < inf), key=lambda one: one.rate)


def _looked_before(mix: Mix, rate: float) -> float:
    rows = min(SHOWN, rate * mix.held_minutes * 60)
    return crowd(mix, rate).counsellors * _half_units(rows * HELD_ROW) / PARTITION_RCU


def _told_before(mix: Mix, rate: float) -> float:
    there = crowd(mix, rate)
    return min(there.counsellors, there.processes) / 10 / PARTITION_WCU


def table_units(mix: Mix, rate: float, shards: int) -> tuple[float, float]:
    """Write and read units of the session table a second, its indexes included."""
    by_kind = {kind: units for kind, units in writes(mix).items() if kind not in ("data key", "number")}
    looked = sum(one.used * (shards if one.sharded else 1) for one in _read(mix, rate, shards))
    # Each claim reads what is held and the head of each lane and shard.
    claiming = rate * mix.holds * (0.5 + 2 * shards * 0.5)
    return rate * sum(by_kind.values()), rate * reads(mix)["session"] + looked + claiming


def key_requests(mix: Mix) -> float:
    """Requests to the vault per handoff: a key made, then opened by each process that needs it within a minute."""
    opened = mix.chat_minutes * (mix.words + mix.counsellor_reads) + mix.taken * (1 - mix.chats) * mix.attempts
    return mix.reports + (1 - mix.chats) + mix.chats * mix.taken + opened


def shards_for(mix: Mix, rate: float, *, to_write: bool = False) -> int | None:
    """How few shards keep each sharded key below its limit with headroom; None where MOST_SHARDS do not.

    ``to_write``: for what is written alone, without the screens that look at it.
    """
    for shards in range(1, MOST_SHARDS + 1):
        asked = [one for one in demand(mix, rate, shards) if one.sharded and (one.unit == "WCU" or not to_write)]
        if all(one.full <= HEADROOM for one in asked):
            return shards
    return None


def ceilings(mix: Mix, shards: int = 1) -> list[Ceiling]:
    """What gives way, the first one first."""
    found = []
    for n, one in enumerate(demand(mix, 1, shards)):
        found.append(Ceiling(one.name, one.unit, _rate(partial(_full, mix, shards, n))))
    return sorted((one for one in found if one.rate < inf), key=lambda one: one.rate)


def _full(mix: Mix, shards: int, place: int, rate: float) -> float:
    return demand(mix, rate, shards)[place].full


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
    table, keys = table_units(mix, rate, shards), writes(mix)
    written = table[0] / rate + keys["data key"] + keys.get("number", 0)
    read = table[1] / rate + reads(mix)["data key"]
    asked = crowd(mix, rate).requests / rate
    return {
        "DynamoDB": written * PRICES["WCU"] + read * PRICES["RCU"],
        "API Gateway": asked * PRICES["API Gateway"],
        "Lambda": asked * (PRICES["Lambda requests"] + SECONDS_OF_A_REQUEST * GB * PRICES["Lambda GB-s"]),
        "KMS": key_requests(mix) * PRICES["KMS"],
    }
