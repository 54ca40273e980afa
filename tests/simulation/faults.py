"""What may become of one outside call, how bad a seed's weather is, and when it changes."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from random import Random

__all__ = ["Fate", "Profile", "Weather", "draw_profile"]

SECOND = 1000
MINUTE = 60 * SECOND


class Fate(StrEnum):
    """What becomes of one outside call."""

    FINE = "fine"
    SLOW = "slow"
    LOST_BEFORE = "fails before"
    LOST_AFTER = "fails after"
    LATE = "fails, done later"
    REPEATED = "repeated"
    THROTTLED = "throttled"
    DIES_BEFORE = "process dies before"
    DIES_AFTER = "process dies after"


WEIGHTS = {
    Fate.SLOW: 20, Fate.LOST_BEFORE: 10, Fate.LOST_AFTER: 16, Fate.LATE: 6, Fate.REPEATED: 20, Fate.THROTTLED: 8,
    Fate.DIES_BEFORE: 10, Fate.DIES_AFTER: 10,
}  # fmt: skip
FATES, SHARES = tuple(WEIGHTS), tuple(WEIGHTS.values())
OF_A_SICK_SERVICE = (Fate.LOST_BEFORE, Fate.LOST_AFTER, Fate.THROTTLED, Fate.THROTTLED, Fate.SLOW)


@dataclass(frozen=True)
class Profile:
    """What a seed decides about its weather. Shares in [0, 1], times in ms.

    ``trouble`` is the share of calls that are not fine, ``late`` that of writes which an index shows late and ``lag``
    how late at most; ``skew`` how far clocks are off; ``grain`` what times are multiples of, so that two moments
    are the same more often; ``pace`` what everybody's thinking is multiplied with; ``jumps`` how often an hour or a
    night passes in which nothing runs at all.
    """

    start: int
    trouble: float
    late: float
    lag: int
    skew: int
    grain: int
    pace: float
    jumps: float
    sweep_every: int
    lost_replies: float
    sick: float


# Paris: a Sunday noon, before closing, before opening, before the end of dialling, the nights of the changing clocks.
STARTS = (
    1_795_345_200_000,  # 2026-11-22 12:00
    1_795_345_200_000 + (10 * 60 + 50) * MINUTE,  # 22:50
    1_795_345_200_000 + (9 * 60 + 20) * MINUTE,  # 21:20
    1_795_345_200_000 + (20 * 60 + 50) * MINUTE,  # 08:50 the next day
    1_792_874_400_000,  # 2026-10-24 22:40: the clock goes back that night
    1_774_733_400_000,  # 2026-03-28 22:30: the clock goes forward that night
)


def draw_profile(rng: Random) -> Profile:
    """The weather of a seed; one in eight has none."""
    calm = rng.random() < 0.125
    return Profile(
        start=rng.choice(STARTS) + rng.randrange(60) * SECOND,
        trouble=0.0 if calm else rng.choice((0.02, 0.05, 0.1, 0.2)),
        late=0.0 if calm else rng.choice((0.0, 0.1, 0.5)),
        lag=rng.choice((500, 5 * SECOND, 60 * SECOND)),
        skew=0 if calm else rng.choice((0, 1 * SECOND, 5 * SECOND)),
        grain=1 if calm else rng.choice((1, 1, 100, 1000, 1000)),
        pace=rng.choice((0.1, 0.3, 1.0, 1.0, 3.0)),
        jumps=rng.choice((0.0, 0.0, 0.05, 0.2)),
        sweep_every=rng.choice((MINUTE, MINUTE, 2 * MINUTE, 5 * MINUTE)),
        lost_replies=0.0 if calm else rng.choice((0.0, 0.02, 0.05)),
        sick=0.0 if calm else rng.choice((0.0, 0.0, 0.3)),
    )


class Weather:
    """The weather as it is now. ``clear`` ends it."""

    def __init__(self, profile: Profile, rng: Random) -> None:
        self.profile, self._rng = profile, rng
        self._trouble = profile.trouble
        self._sick: dict[str, int] = {}
        self.over = False

    def clear(self) -> None:
        """No more faults; indexes are at most half a second late, and clocks are as wrong as before."""
        self.over = True
        self._trouble = 0.0
        self._sick.clear()

    def fall_ill(self, service: str, until: int) -> None:
        """Most calls of a service fail until then."""
        self._sick[service] = until

    @property
    def fair(self) -> bool:
        """Whether nothing goes wrong in this seed at all."""
        profile = self.profile
        return not (profile.trouble or profile.late or profile.sick or profile.skew or profile.lost_replies)

    def fate(self, service: str, now: int) -> Fate:
        """What becomes of a call that is made now."""
        rng = self._rng
        if self._sick and self._sick.get(service, 0) > now and rng.random() < 0.8:
            return rng.choice(OF_A_SICK_SERVICE)
        if rng.random() >= self._trouble:
            return Fate.FINE
        return rng.choices(FATES, SHARES)[0]

    def lag(self) -> int:
        """How much later an index shows a write (ms)."""
        if self._rng.random() >= self.profile.late:
            return 0
        return self._rng.randrange(500 if self.over else self.profile.lag)

    def table_lag(self) -> int:
        """How much later a read that is not strong shows a write (ms)."""
        return 0 if self.over or self._rng.random() >= self.profile.late else self._rng.randrange(1000)

    def skew(self) -> int:
        """How wrong a clock is (ms)."""
        most = self.profile.skew
        grain = self.profile.grain
        return self._rng.randint(-most, most) // grain * grain if most else 0
