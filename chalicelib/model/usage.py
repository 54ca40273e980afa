"""How much a partner asks: its requests of this minute and this day as one process counts them. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

from chalicelib.model.partner import Partner
from chalicelib.model.session import DAY, MINUTE, SECOND

__all__ = ["KINDS", "Kind", "Left", "Tally", "arrive", "forward", "note", "owed", "settle_up", "used"]

Kind = Literal["handoffs", "replays", "reads", "cancels", "refused", "shed"]
KINDS: tuple[Kind, ...] = ("handoffs", "replays", "reads", "cancels", "refused", "shed")
"""What became of a request, exactly one for each: ``refused`` with a problem of its own, ``shed`` over a limit."""

TELL_EVERY = 30 * SECOND
TELL_AFTER = 500


@dataclass(frozen=True)
class Tally:
    """One partner's requests. Moments in ms; ``day`` counts days (UTC) since the epoch.

    ``others`` is the day's total of all processes when last heard, without what is still ``pending`` here; ``untold``
    counts what came since ``told``, the last time it was tried to tell.
    """

    minute: int = 0
    in_minute: int = 0
    day: int = 0
    others: int = 0
    pending: Mapping[Kind, int] = field(default_factory=dict)
    untold: int = 0
    told: int | None = None


@dataclass(frozen=True)
class Left:
    """What a partner has left: requests of this minute and of this day, and s until each begins anew.

    ``wait`` is how long its reads are not answered (s); 0: they are.
    """

    burst: int
    burst_reset: int
    day: int
    day_reset: int
    wait: int = 0


def used(counts: Mapping[Kind, int]) -> int:
    """How many requests count against the day: all that were not shed."""
    return sum(n for kind, n in counts.items() if kind != "shed")


def forward(tally: Tally, now: int) -> Tally:
    """The tally in the minute and day of ``now``. A minute begins with its first request, a day at midnight (UTC)."""
    if not 0 <= now - tally.minute < MINUTE:
        tally = replace(tally, minute=now, in_minute=0)
    if tally.day != now // DAY:
        tally = replace(tally, day=now // DAY, others=0, pending={}, untold=0, told=None)
    return tally


def arrive(tally: Tally, partner: Partner, now: int, *, read: bool) -> tuple[Tally, Left]:
    """One request more in a tally that stands at ``now``, and what the partner has left after it.

    A ``read`` over a limit will be shed, and so it uses up nothing.
    """
    tally = replace(tally, in_minute=tally.in_minute + 1)
    today = tally.others + used(tally.pending) + 1
    burst_reset = _seconds(tally.minute + MINUTE - now)
    day_reset = _seconds((tally.day + 1) * DAY - now)
    waits = (burst_reset if tally.in_minute > partner.burst else 0, day_reset if today > partner.day else 0)
    wait = max(waits)
    if read and wait:
        today -= 1
    return tally, Left(
        max(0, partner.burst - tally.in_minute), burst_reset, max(0, partner.day - today), day_reset, wait
    )


def _seconds(ms: int) -> int:
    return max(1, -(-ms // SECOND))


def note(tally: Tally, kind: Kind) -> Tally:
    """What became of the request."""
    return replace(tally, pending={**tally.pending, kind: tally.pending.get(kind, 0) + 1}, untold=tally.untold + 1)


def owed(tally: Tally, now: int) -> bool:
    """Whether it is time to tell the others: at once the first time, then every 30 s or 500 requests."""
    if tally.told is None:
        return tally.untold > 0
    return tally.untold >= TELL_AFTER or (tally.untold > 0 and now - tally.told >= TELL_EVERY)


def settle_up(tally: Tally, now: int, total: int | None) -> Tally:
    """After telling: the day's ``total`` of all processes, or None when that failed and must be tried again later."""
    if total is None:
        return replace(tally, told=now, untold=0)
    return replace(tally, told=now, untold=0, others=total, pending={})
