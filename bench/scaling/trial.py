"""The model against the simulated store: units per handoff, and the rate up to which the hub keeps up.

Limits and rates are made smaller by the same factor, so that some seconds of the real desk are enough.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from bench.scaling.keys import KINDS
from bench.scaling.lives import LIVED, live
from bench.scaling.prices import PARTITION_RCU, PARTITION_WCU
from bench.scaling.work import writes
from tests.simulation.throttling import Limits

__all__ = ["AGREES", "CASES", "Case", "Checked", "check", "predicted", "units"]

AGREES = 0.1
"""How far model and simulation may be apart."""
KEEPS_UP = 0.97
"""The share of what comes that must be over, and told, within the same seconds."""
STEP = 0.05


@dataclass(frozen=True)
class Case:
    """What is run: with an endpoint to tell or without, how many shards, how much smaller, and for how long (s)."""

    hooked: bool
    shards: int
    scale: float = 1 / 20
    warm: float = 12
    seconds: float = 20


CASES = (Case(hooked=True, shards=1), Case(hooked=True, shards=3), Case(hooked=False, shards=1))


@dataclass(frozen=True)
class Checked:
    """One case: the rate that the model gives (per second, full size) and its key; the same as it was found."""

    case: Case
    model: float
    key: str
    found: float
    refused: str

    @property
    def agrees(self) -> bool:
        """Whether rate and key are what the model said."""
        return abs(self.found / self.model - 1) <= AGREES and self.key == self.refused


def predicted(case: Case) -> tuple[float, str]:
    """The rate at which the first key is full, and which; of those with the same rate the first by name."""
    spread = {kind.name: kind.spread for kind in KINDS}
    rates = []
    for kind, written in writes(replace(LIVED, hooked=case.hooked)).items():
        if written and "shard" in spread[kind]:
            rates.append((PARTITION_WCU * case.shards / written, kind))
        elif written and spread[kind] == "nothing":
            rates.append((PARTITION_WCU / written, kind))
    return min(rates)


def check(case: Case, factors: Sequence[float] | None = None) -> Checked:
    """Raise the rate in steps of five hundredths of the model's until the hub does not keep up any more."""
    model, key = predicted(case)
    found, refused = 0.0, "none"
    for factor in factors or [0.8 + STEP * n for n in range(9)]:
        keeps_up, most = _run(case, model * factor)
        if not keeps_up:
            return Checked(case, model, key, found, most)
        found, refused = model * factor, most
    return Checked(case, model, key, found, refused)


def _run(case: Case, rate: float) -> tuple[bool, str]:
    """Whether the hub keeps up with a rate, and which kind of key refused most."""
    limits = Limits(PARTITION_WCU, PARTITION_RCU, case.scale)
    lived = live(
        rate * case.scale, case.warm + case.seconds, mix=replace(LIVED, hooked=case.hooked), shards=case.shards,
        limits=limits, warm=case.warm,
    )  # fmt: skip
    came = rate * case.scale * case.seconds
    told = lived.told / 2 if case.hooked else came
    most = max(lived.refused, key=lambda kind: lived.refused[kind], default="none")
    return min(lived.over, told) >= KEEPS_UP * came, most if lived.refused[most] else "none"


def units(*, hooked: bool, lives: int = 200) -> dict[str, tuple[float, float]]:
    """Write units per handoff by kind of key: by the model, and as the store charged them, to the erasing."""
    mix = replace(LIVED, hooked=hooked)
    lived, model = live(10, lives / 10, mix=mix, erase=True), writes(mix)
    return {kind: (model.get(kind, 0.0), lived.writes[kind] / lives) for kind in sorted({*model, *lived.writes})}
