"""Figures of many runs in short: the median with its quartiles, and the least."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median, quantiles

__all__ = ["Spread", "spread"]


@dataclass(frozen=True)
class Spread:
    """How one figure came out over many runs."""

    median: float
    low: float
    high: float
    least: float

    def show(self, digits: int = 0) -> str:
        """The median, and the quartiles behind it."""
        return f"{self.median:,.{digits}f} ({self.low:,.{digits}f}–{self.high:,.{digits}f})"


def spread(values: Sequence[float]) -> Spread:
    """The spread of at least one value; quartiles of two and more."""
    low, _, high = quantiles(values, n=4, method="inclusive") if len(values) > 1 else (values[0],) * 3
    return Spread(median(values), low, high, min(values))
