"""Both nights on which the clocks change in 2027, minute by minute, against a calculation of its own.

The calculation knows the law (summer time from the last Sunday of March to the last Sunday of October, 01:00 UTC)
and nothing of ``zoneinfo`` or of ``chalicelib.hours``.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

import pytest

from chalicelib import hours

MINUTE = 60_000
SUMMER = (
    int(datetime(2027, 3, 28, 1, tzinfo=UTC).timestamp()) * 1000,
    int(datetime(2027, 10, 31, 1, tzinfo=UTC).timestamp()) * 1000,
)
SPRING_DAY = (
    int(datetime(2027, 3, 27, 23, tzinfo=UTC).timestamp()) * 1000,
    int(datetime(2027, 3, 28, 22, tzinfo=UTC).timestamp()) * 1000,
)
AUTUMN_DAY = (
    int(datetime(2027, 10, 30, 22, tzinfo=UTC).timestamp()) * 1000,
    int(datetime(2027, 10, 31, 23, tzinfo=UTC).timestamp()) * 1000,
)

# expression, and its spans in minutes of the wall clock, a night cut in two by hand
EXPRESSIONS: Sequence[tuple[str, Sequence[tuple[int, int]]]] = (
    ("Mo-Su 09:00-23:00", [(540, 1380)]),
    ("Mo-Su 22:00-06:00", [(1320, 1440), (0, 360)]),
    ("Mo-Su 22:00-02:00", [(1320, 1440), (0, 120)]),
    ("Mo-Su 22:00-02:30", [(1320, 1440), (0, 150)]),
    ("Mo-Su 02:30-01:30", [(150, 1440), (0, 90)]),
    ("Mo-Su 02:15-02:45", [(135, 165)]),
    ("Mo-Su 02:00-03:00", [(120, 180)]),
    ("Mo-Su 00:00-02:00,03:00-24:00", [(0, 120), (180, 1440)]),
)


def wall_minute(at: int) -> int:
    """What a clock in Paris shows, as minutes from its midnight."""
    ahead = 120 if SUMMER[0] <= at < SUMMER[1] else 60
    return (at // MINUTE + ahead) % 1440


def table(spans: Sequence[tuple[int, int]], first: int, last: int) -> list[tuple[int, bool, int | None, int | None]]:
    """For each minute: (instant, open, next opening, next closing), by looking at the minutes that follow."""
    rows: list[tuple[int, bool, int | None, int | None]] = []
    opening: int | None = None
    closing: int | None = None
    for at in range(last + 2 * 1440 * MINUTE, first - MINUTE, -MINUTE):
        is_open = any(start <= wall_minute(at) < end for start, end in spans)
        if is_open:
            opening = at
        else:
            closing = at
        rows.append((at, is_open, opening, closing))
    return [row for row in reversed(rows) if row[0] < last]


@pytest.mark.parametrize(("expression", "spans"), EXPRESSIONS, ids=[text for text, _ in EXPRESSIONS])
@pytest.mark.parametrize(("day", "length"), [(SPRING_DAY, 23), (AUTUMN_DAY, 25)], ids=["spring", "autumn"])
def test_every_minute_of_the_day_the_clocks_change(
    expression: str, spans: Sequence[tuple[int, int]], day: tuple[int, int], length: int
) -> None:
    schedule = hours.parse(expression, "Europe/Paris")
    rows = table(spans, *day)
    assert len(rows) == length * 60
    for at, is_open, opening, closing in rows:
        answers = (at, schedule.is_open(at), schedule.opens_at(at), schedule.closes_at(at))
        assert answers == (at, is_open, opening, closing)


@pytest.mark.parametrize("day", [SPRING_DAY, AUTUMN_DAY], ids=["spring", "autumn"])
def test_first_and_last_millisecond_of_every_minute_belong_to_it(day: tuple[int, int]) -> None:
    schedule = hours.parse("Mo-Su 01:30-03:30", "Europe/Paris")
    for at in range(*day, MINUTE):
        assert schedule.is_open(at) == schedule.is_open(at + MINUTE - 1) == (90 <= wall_minute(at) < 210)


def test_spring_morning_opens_one_hour_earlier_in_the_night() -> None:
    schedule = hours.parse("Mo-Su 09:00-23:00", "Europe/Paris")
    opening = schedule.opens_at(SPRING_DAY[0])
    assert opening == SPRING_DAY[0] + 8 * 60 * MINUTE
    assert hours.isoformat(opening, "Europe/Paris") == "2027-03-28T09:00:00+02:00"


def test_autumn_morning_opens_one_hour_later_in_the_night() -> None:
    schedule = hours.parse("Mo-Su 09:00-23:00", "Europe/Paris")
    opening = schedule.opens_at(AUTUMN_DAY[0])
    assert opening == AUTUMN_DAY[0] + 10 * 60 * MINUTE
    assert hours.isoformat(opening, "Europe/Paris") == "2027-10-31T09:00:00+01:00"


def test_hours_the_clock_skips_begin_at_the_next_real_instant() -> None:
    schedule = hours.parse("Mo-Su 02:30-03:30", "Europe/Paris")
    opening = schedule.opens_at(SPRING_DAY[0])
    assert opening is not None
    assert hours.isoformat(opening, "Europe/Paris") == "2027-03-28T03:00:00+02:00"


def test_hour_that_comes_twice_is_open_twice() -> None:
    schedule = hours.parse("Mo-Su 02:15-02:45", "Europe/Paris")
    first = schedule.opens_at(AUTUMN_DAY[0])
    assert first is not None
    between = schedule.closes_at(first)
    assert between is not None
    second = schedule.opens_at(between)
    assert second == first + 60 * MINUTE
    assert hours.isoformat(first, "Europe/Paris") == "2027-10-31T02:15:00+02:00"
    assert hours.isoformat(second, "Europe/Paris") == "2027-10-31T02:15:00+01:00"


def test_round_the_clock_stays_open_through_both_nights() -> None:
    schedule = hours.parse("Mo-Su 00:00-12:00,12:00-24:00; Jan 01 off", "Europe/Paris")
    for day in (SPRING_DAY, AUTUMN_DAY):
        closing = schedule.closes_at(day[0])
        assert closing is not None
        assert hours.isoformat(closing, "Europe/Paris") == "2028-01-01T00:00:00+01:00"
