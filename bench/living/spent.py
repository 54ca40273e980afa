"""What was consumed, and what it costs at list prices. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from bench.meter import Meter
from bench.prices import FUNCTION, KMS, cost

__all__ = ["Spent", "spent"]


@dataclass(frozen=True)
class Spent:
    """Requests over HTTP, starts of functions beside them, trips to DynamoDB with their units, calls elsewhere."""

    requests: int = 0
    starts: int = 0
    trips: int = 0
    writes: float = 0.0
    reads: float = 0.0
    kms: int = 0
    secrets: int = 0
    people: int = 0

    def __add__(self, other: Spent) -> Spent:
        return self._with(other, 1)

    def __sub__(self, other: Spent) -> Spent:
        return self._with(other, -1)

    def _with(self, other: Spent, sign: int) -> Spent:
        pairs = zip(vars(self).values(), vars(other).values(), strict=True)
        return Spent(*(mine + sign * one for mine, one in pairs))

    @property
    def usd(self) -> float:
        """What a million of these cost; a function that no request starts has no gateway before it."""
        return 1e6 * sum(cost(self.requests, self.reads, self.writes)) + self.starts * FUNCTION + self.kms * KMS


def spent(meter: Meter) -> Spent:
    """What a meter has counted so far."""
    other = meter.others
    return Spent(
        trips=meter.trips, writes=meter.writes, reads=meter.reads, kms=other["kms"], secrets=other["secretsmanager"],
        people=other["cognito-idp"],
    )  # fmt: skip
