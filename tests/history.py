"""Sessions that ended in the past, put straight into a local table: nobody waits thirty days for a chart."""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any

from chalicelib.aws.codec import encode, key
from chalicelib.model.handoff import Lane
from chalicelib.model.session import DAY, MINUTE, SECOND, TOMBSTONE_LASTS, Band, Facts, Reason, Session, State, Status

__all__ = ["ended", "month", "put"]

AT_ONCE = 25
PLATFORMS = ("tiktok", "instagram", "messenger")


def ended(
    created: int, *, after: int = 10 * MINUTE, platform: str = "tiktok", lane: Lane | None = "chat",
    band: Band = Band.NORMAL, waited: int | None = 60, reason: Reason = Reason.HELPED, number: int = 0,
) -> Session:  # fmt: skip
    """A session created then (ms), which ended ``after`` (ms) more; ``number`` makes its id."""
    return Session(
        id=f"ho_{_letters(number)}", partner="tiktok", platform=platform, kind="report", locale="fr", created=created,
        fingerprint=b"f" * 16, facts=Facts(Status.ACCEPTED, lane, "now", True, None), state=State.CLOSED,
        status=Status.CLOSED, lane=lane, band=band, waited=waited, reason=reason, closed_at=created + after,
        youth_seen=created, expires_at=(created + after + TOMBSTONE_LASTS) // SECOND,
    )  # fmt: skip


def month(now: int, seed: int = 3018) -> list[Session]:
    """Thirty made-up days until ``now`` (ms), the same each time: mostly in the evening."""
    chance = random.Random(seed)
    found: list[Session] = []
    for back in range(30):
        for _ in range(chance.randint(35, 90)):
            evening = int(min(23.0, max(1.0, chance.gauss(16, 3.2))) * 60 * MINUTE)
            created = now // DAY * DAY - back * DAY + evening if back else now - int(chance.random() * (now % DAY))
            one = _any(chance, created, len(found))
            if one.closed_at is not None and one.closed_at < now and one.created > now - 30 * DAY:
                found.append(one)
    return found


def put(db: Any, table: str, sessions: list[Session]) -> None:
    """Write them as they would stand there."""
    for start in range(0, len(sessions), AT_ONCE):
        rows = [
            {"PutRequest": {"Item": {**key(one.id, "session"), **encode(one, 1)}}}
            for one in sessions[start : start + AT_ONCE]
        ]
        db.batch_write_item(RequestItems={table: rows})


def _any(chance: random.Random, created: int, number: int) -> Session:
    band = chance.choices(list(Band), (1, 2, 7))[0]
    lane: Lane = chance.choices(("chat", "callback"), (7, 3))[0]
    usual = {Band.DANGER: 25, Band.SOON: 110, Band.NORMAL: 260}[band]
    waited = int(chance.expovariate(1 / usual)) + 3
    platform = chance.choices(PLATFORMS, (5, 3, 2))[0]
    if chance.random() < 0.13:
        reason = chance.choice((Reason.LEFT, Reason.LEFT_SAFELY, Reason.CANCELLED, Reason.EXPIRED))
        chosen = None if reason is Reason.EXPIRED else lane
        return ended(created, platform=platform, lane=chosen, band=band, waited=None, reason=reason, number=number)
    if lane == "callback" and chance.random() < 0.04:
        return ended(created, platform=platform, lane=lane, waited=None, reason=Reason.UNREACHABLE, number=number)
    after = waited * SECOND + chance.randint(5, 40) * MINUTE
    return ended(created, after=after, platform=platform, lane=lane, band=band, waited=waited, number=number)


def _letters(number: int) -> str:
    digits = "abcdefghijklmnopqrstuvwxyz234567"
    return "".join(_digits(number, digits)).rjust(26, "a")


def _digits(number: int, digits: str) -> Iterator[str]:
    if number >= len(digits):
        yield from _digits(number // len(digits), digits)
    yield digits[number % len(digits)]
