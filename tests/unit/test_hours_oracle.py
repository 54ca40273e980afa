"""Random expressions of the subset, judged by ``opening-hours-py``, an evaluator we did not write.

Compared on a clock without changes: on the nights when clocks change the judge opens an hour that comes twice once
only; test_hours_daylight.py holds those. See docs/decisions/0001-opening-hours-own-subset.md.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import opening_hours
import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from chalicelib import hours

DAYS = ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su")
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
LENGTHS = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
WINDOW = timedelta(days=45)
EXAMPLES = 400

Openings = list[tuple[datetime, datetime]]


def clock(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}"


@st.composite
def spans(draw: st.DrawFn, nights: bool = False) -> str:
    texts = []
    for _ in range(draw(st.integers(1, 3))):
        start = draw(st.integers(0, 1439))
        end = draw(st.integers(0, 1440) if nights else st.integers(start + 1, 1440))
        assume(start != end)
        texts.append(f"{clock(start)}-{clock(end)}")
    return ",".join(texts)


@st.composite
def weekdays(draw: st.DrawFn) -> str:
    day = st.sampled_from(DAYS)
    item = st.one_of(day, st.builds("{}-{}".format, day, day))
    return ",".join(draw(st.lists(item, min_size=1, max_size=3)))


@st.composite
def month_day(draw: st.DrawFn) -> tuple[int, int]:
    month = draw(st.integers(0, 11))
    return month, draw(st.integers(1, LENGTHS[month]))


@st.composite
def a_date(draw: st.DrawFn) -> str:
    kind = draw(st.sampled_from(["month", "months", "day", "days", "short"]))
    (month, day), (other, last) = draw(month_day()), draw(month_day())
    one = f"{MONTHS[month]} {draw(st.sampled_from([str(day), f'{day:02}']))}"
    if kind == "month":
        return MONTHS[month]
    if kind == "months":
        return f"{MONTHS[month]}-{MONTHS[other]}"
    if kind == "days":
        assume(month != other or day <= last)
        return f"{one}-{MONTHS[other]} {last}"
    if kind == "short":
        return f"{one}-{draw(st.integers(day, LENGTHS[month]))}"
    return one


@st.composite
def dated(draw: st.DrawFn) -> str:
    year = draw(st.integers(2025, 2028))
    (month, day), (other, last) = sorted((draw(month_day()), draw(month_day())))
    return draw(
        st.sampled_from(
            [
                f"{year} {MONTHS[month]}",
                f"{year} {MONTHS[month]}-{MONTHS[other]}",
                f"{year} {MONTHS[month]} {day}",
                f"{year} {MONTHS[month]} {day}-{MONTHS[other]} {last}",
                f"{year} {MONTHS[month]} {day:02}-{LENGTHS[month]}",
                f"{year} {MONTHS[month]} {day}-{year} {MONTHS[other]} {last}",
                f"{year} {MONTHS[other]} {last}-{year + 1} {MONTHS[month]} {day}",
            ]
        )
    )


dates = st.one_of(st.lists(a_date(), min_size=1, max_size=2).map(",".join), dated())
named_days = st.one_of(weekdays(), dates, st.builds("{} {}".format, dates, weekdays()))
rules = st.one_of(
    st.builds("{} {}".format, named_days, spans()),
    st.builds("{} off".format, named_days),
    st.sampled_from(["24/7", "off", "Mo-Su 09:00-23:00", "09:00-23:00"]),
)
by_day = st.lists(rules, min_size=1, max_size=4).map("; ".join)
one_night = st.builds("{} {}".format, named_days, spans(nights=True))
# a night beside a rule that names neither its day nor the next
two_nights = st.builds(
    lambda shift, night, day: (
        f"{DAYS[shift]}-{DAYS[(shift + 1) % 7]} {night}; {DAYS[(shift + 3) % 7]}-{DAYS[(shift + 6) % 7]} {day}"
    ),
    st.integers(0, 6),
    spans(nights=True),
    spans(),
)
expressions = st.one_of(by_day, by_day, one_night, two_nights)
instants = st.integers(0, 3 * 365 * 1440).map(lambda minute: datetime(2026, 1, 1) + timedelta(minutes=minute))


def joined(openings: Openings) -> Openings:
    found: Openings = []
    for start, end in openings:
        if start >= end:
            continue
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(end, found[-1][1]))
        else:
            found.append((start, end))
    return found


def judged(expression: str, first: datetime) -> Openings:
    found = opening_hours.OpeningHours(expression).intervals(first, first + WINDOW)
    return joined([(start, end) for start, end, state, _ in found if state == opening_hours.State.OPEN])


def ours(expression: str, first: datetime) -> Openings:
    schedule = hours.parse(expression, "UTC")
    end = ms(first + WINDOW)
    found: Openings = []
    at: int | None = ms(first)
    while at is not None and (opening := schedule.opens_at(at)) is not None and opening < end:
        at = schedule.closes_at(opening)
        found.append((moment(opening), moment(end if at is None else min(at, end))))
    return found


def ms(naive: datetime) -> int:
    return int(naive.replace(tzinfo=UTC).timestamp()) * 1000


def moment(at: int) -> datetime:
    return datetime.fromtimestamp(at / 1000, UTC).replace(tzinfo=None)


@settings(max_examples=EXAMPLES, deadline=None)
@given(expressions, instants)
@example("Mo-Su 09:00-23:00", datetime(2026, 11, 22, 2, 45))
@example("Mo-Su 09:00-23:00; Dec 25 off; 2026 Dec 24 09:00-18:00", datetime(2026, 12, 1))
@example("Mo-Su 22:00-02:00", datetime(2026, 12, 31, 23, 59))
@example("Jul 22:00-02:00", datetime(2026, 7, 20))
@example("Dec 24-Jan 02 10:00-11:00", datetime(2027, 12, 20))
@example("Nov-Feb Sa-Mo 10:00-11:00,14:00-24:00; 2027 Jan 01 off", datetime(2026, 12, 20))
@example("Feb 29 off; Mo-Su 10:00-11:00", datetime(2028, 2, 20))
def test_openings_are_those_of_the_judge(expression: str, first: datetime) -> None:
    assert ours(expression, first) == judged(expression, first)


@settings(max_examples=EXAMPLES, deadline=None)
@given(expressions, instants)
def test_open_now_is_as_the_judge_says(expression: str, at: datetime) -> None:
    assert hours.parse(expression, "UTC").is_open(ms(at)) == opening_hours.OpeningHours(expression).is_open(at)


@st.composite
def slips(draw: st.DrawFn) -> str:
    """An expression with one slip of the pen."""
    text = draw(expressions)
    at = draw(st.integers(0, len(text)))
    insert = draw(st.sampled_from(["", *" ,;-:0123459", "Mo", "Dec", "2026", "off", "PH", "24/7", "+"]))
    slipped = text[:at] + insert + text[at + draw(st.integers(0, 2)) :]
    # the judge is particular about blanks; we are not
    return " ".join(re.sub(" *([,;-]) *", r"\1", slipped).split())


@settings(max_examples=EXAMPLES, deadline=None)
@given(slips(), instants)
def test_what_we_still_read_after_a_slip_means_the_same_to_the_judge(expression: str, first: datetime) -> None:
    try:
        found = ours(expression, first)
    except hours.BadHours:
        return
    assert found == judged(expression, first)


@settings(max_examples=EXAMPLES, deadline=None)
@given(st.text(max_size=60))
def test_any_text_is_read_or_refused_with_a_place_inside_it(text: str) -> None:
    try:
        hours.parse(text, "UTC")
    except hours.BadHours as refusal:
        assert 1 <= refusal.place <= len(text) + 1


@settings(max_examples=EXAMPLES, deadline=None)
@given(expressions, instants, st.sampled_from(["Europe/Paris", "America/Miquelon", "Pacific/Marquesas"]))
def test_answers_agree_with_each_other(expression: str, at: datetime, zone: str) -> None:
    schedule = hours.parse(expression, zone)
    now = ms(at)
    opening, closing = schedule.opens_at(now), schedule.closes_at(now)
    assert schedule.is_open(now) == (opening == now) == (closing != now)
    if opening is not None:
        assert schedule.is_open(opening)
        assert opening == now or not schedule.is_open(opening - 1)
    if closing is not None:
        assert not schedule.is_open(closing)
        assert closing == now or schedule.is_open(closing - 1)


def test_the_judge_shows_why_some_nights_are_refused() -> None:
    # It drops the night that begins on a named day and keeps the one that begins on the day that is off.
    found = judged("Mo-Su 22:00-02:00; Tu off", datetime(2026, 6, 1, 12))
    assert found[:2] == [
        (datetime(2026, 6, 1, 22), datetime(2026, 6, 2)),
        (datetime(2026, 6, 3), datetime(2026, 6, 3, 2)),
    ]
    with pytest.raises(hours.BadHours):
        hours.parse("Mo-Su 22:00-02:00; Tu off", "UTC")
