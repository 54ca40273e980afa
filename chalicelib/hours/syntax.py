"""Reads the subset of OpenStreetMap's ``opening_hours`` on which its readers agree. Standard library only.

::

    hours    = rule (";" rule)*            a later rule decides alone on the days it names
    rule     = "24/7" | "off" | [dates] [weekdays] (spans | "off")
    dates    = date ("," date)* | dated    Dec 25 · Dec 24-26 · Dec 24-Jan 02 · Jul · Nov-Feb
                                           dated: 2026 Dec 24 · 2026 Jul 14-16 · 2026 Jul 14-2026 Jul 16
                                           2026 Dec 24-2027 Jan 02 · 2026 Jul · 2026 Jul-Aug
    weekdays = days ("," days)*            Mo · Mo-Fr · Sa-Mo
    spans    = span ("," span)*            HH:MM-HH:MM, up to 24:00; an end before its start is the next day's

A day must match dates and weekdays, where both stand. All else (PH, SH, week, sunrise, ``||``, ``open``,
comments, lower case, 26:00, …) is refused. So is a span past midnight that starts on, or runs into, a day
that another rule names: readers disagree on whether ``Mo-Su 22:00-02:00; Tu off`` ends Monday's night or
drops Tuesday's. It is written in halves: ``Mo-Su 00:00-02:00,22:00-24:00; Tu 00:00-02:00; We 22:00-24:00``.
"""

from __future__ import annotations

import re
from typing import NamedTuple

__all__ = ["DAY", "WEEK", "BadHours", "Day", "Rule", "Span", "read"]

DAY = 24 * 60
WEEK = frozenset(range(7))
_LONGEST = 2000
_WEEKDAYS = ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_LENGTHS = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
_TOKEN = re.compile(r" *(?:([0-9]{2}:[0-9]{2}(?![0-9:]))|(24/7(?![0-9]))|([0-9]+(?![0-9:/]))|([A-Za-z]+)|([;,-])|(\Z))")
_KINDS = ("time", "always", "number", "word", "mark", "end")

Span = tuple[int, int]
"""Start and end in minutes from a day's 00:00, end excluded; an end above 1440 is the next day's."""


class BadHours(ValueError):
    """Opening hours outside the subset. ``place`` is the character, from 1, at which reading stopped."""

    def __init__(self, place: int, reason: str) -> None:
        super().__init__(f"opening hours, character {place}: {reason}")
        self.place = place
        self.reason = reason


class Day(NamedTuple):
    """A day in a date selector; year 0 = every year."""

    year: int
    month: int
    day: int


class Rule(NamedTuple):
    """The days a rule names and their spans (none = off). No ``dates`` = any date. Monday is weekday 0."""

    dates: tuple[tuple[Day, Day], ...]
    weekdays: frozenset[int]
    spans: tuple[Span, ...]

    def names(self, day: Day, weekday: int) -> bool:
        """Say whether the rule decides on this day."""
        dated = not self.dates or any(_within(day, first, last) for first, last in self.dates)
        return dated and weekday in self.weekdays


def read(expression: str) -> tuple[Rule, ...]:
    """Return the rules of ``expression`` in order, or raise ``BadHours``."""
    if len(expression) > _LONGEST:
        raise BadHours(_LONGEST + 1, f"longer than {_LONGEST} characters")
    reader = _Reader(expression)
    rules, places = [], []
    while True:
        places.append(reader.place)
        rules.append(reader.rule())
        if not reader.skip(";"):
            break
    if reader.kind != "end":
        raise reader.expected("';' or the end")
    for number, rule in enumerate(rules):
        if any(end > DAY for _, end in rule.spans):
            _check_night(rule, rules[:number] + rules[number + 1 :], places[number])
    return tuple(rules)


def _check_night(night: Rule, others: list[Rule], place: int) -> None:
    touched = night.weekdays | {(day + 1) % 7 for day in night.weekdays}
    for other in others:
        if night.dates or other.dates or touched & other.weekdays:
            raise BadHours(place, "a span past midnight meets another rule's days: split it at 24:00")


def _within(day: Day, first: Day, last: Day) -> bool:
    if first.year:
        return first <= day <= last
    if first[1:] <= last[1:]:
        return first[1:] <= day[1:] <= last[1:]
    return day[1:] >= first[1:] or day[1:] <= last[1:]


class _Reader:
    """Walks over the tokens; ``kind``, ``text`` and ``place`` describe the one at hand."""

    def __init__(self, expression: str) -> None:
        self.tokens: list[tuple[str, str, int]] = []
        at = 0
        while not self.tokens or self.tokens[-1][0] != "end":
            match = _TOKEN.match(expression, at)
            if match is None or match.lastindex is None:
                blank = len(expression[at:]) - len(expression[at:].lstrip(" "))
                raise BadHours(at + blank + 1, "not a time (HH:MM), day, month, number or one of ; , -")
            group = match.lastindex
            kind, start = _KINDS[group - 1], match.start(group)
            if start == at and self.tokens and not {kind, self.tokens[-1][0]} & {"mark", "end"}:
                raise BadHours(at + 1, "a blank expected")
            self.tokens.append((kind, match[group], start + 1))
            at = match.end()
        self.at = 0

    @property
    def kind(self) -> str:
        return self.tokens[self.at][0]

    @property
    def text(self) -> str:
        return self.tokens[self.at][1]

    @property
    def place(self) -> int:
        return self.tokens[self.at][2]

    def take(self) -> str:
        text = self.text
        self.at += 1
        return text

    def skip(self, *texts: str) -> bool:
        if self.text not in texts or self.kind == "end":
            return False
        self.at += 1
        return True

    def expected(self, what: str) -> BadHours:
        return BadHours(self.place, f"{what} expected")

    def rule(self) -> Rule:
        if self.kind == "always":
            self.take()
            return Rule((), WEEK, ((0, DAY),))
        dates = self.dates() if self.kind == "number" or self.text in _MONTHS else ()
        weekdays = self.weekdays() if self.text in _WEEKDAYS else WEEK
        if self.skip("off"):
            return Rule(dates, weekdays, ())
        return Rule(dates, weekdays, self.spans())

    def spans(self) -> tuple[Span, ...]:
        spans = [self.span()]
        while self.skip(","):
            spans.append(self.span())
        return tuple(spans)

    def span(self) -> Span:
        place = self.place
        start = self.time()
        if not self.skip("-"):
            raise self.expected("'-' and the closing time")
        end = self.time()
        if start in (DAY, end):
            raise BadHours(place, "a span must start before 24:00 and end at another time than it starts")
        return start, end if end > start else end + DAY

    def time(self) -> int:
        if self.kind != "time":
            raise self.expected("a time (HH:MM) or 'off'")
        hour, minute = int(self.text[:2]), int(self.text[3:])
        if minute > 59 or hour * 60 + minute > DAY:
            raise self.expected("a time from 00:00 to 24:00")
        self.take()
        return hour * 60 + minute

    def weekdays(self) -> frozenset[int]:
        days = self.weekday_range()
        while self.skip(","):
            days |= self.weekday_range()
        return days

    def weekday_range(self) -> frozenset[int]:
        first = last = self.index(_WEEKDAYS, "a weekday (Mo, Tu, …)")
        if self.skip("-"):
            last = self.index(_WEEKDAYS, "a weekday (Mo, Tu, …)")
        return frozenset((first + step) % 7 for step in range((last - first) % 7 + 1))

    def dates(self) -> tuple[tuple[Day, Day], ...]:
        place = self.place
        dates = [self.date_range()]
        while self.skip(","):
            dates.append(self.date_range())
        if len(dates) > 1 and any(first.year for first, _ in dates):
            # readers disagree on whether a year holds for the dates after it
            raise BadHours(place, "a list of dates carries no year: write a rule for each")
        return tuple(dates)

    def date_range(self) -> tuple[Day, Day]:
        place = self.place
        year = self.year()
        month = self.index(_MONTHS, "a month (Jan, Feb, …)")
        if self.kind != "number":
            last = self.index(_MONTHS, "a month (Jan, Feb, …)") if self.skip("-") else month
            return self.ordered(place, Day(year, month + 1, 1), Day(year, last + 1, 31))
        first = last_day = self.day(year, month)
        if self.skip("-"):
            last_day = self.end_of(first)
        return self.ordered(place, first, last_day)

    def end_of(self, first: Day) -> Day:
        if self.kind == "number" and len(self.text) <= 2:
            return self.day(first.year, first.month - 1)
        year = first.year
        if self.kind == "number":
            if not first.year:
                raise BadHours(self.place, "both ends of a range carry a year, or only the first, or none")
            year = self.year()
        return self.day(year, self.index(_MONTHS, "a month or a day"))

    def ordered(self, place: int, first: Day, last: Day) -> tuple[Day, Day]:
        same_month = first.month == last.month and first.year == last.year
        if (first.year or same_month) and last < first:
            raise BadHours(place, "the range ends before it starts")
        return first, last

    def year(self) -> int:
        if self.kind != "number":
            return 0
        if len(self.text) != 4 or not 1970 <= int(self.text) <= 9000:
            raise self.expected("a month or a year with four digits")
        return int(self.take())

    def day(self, year: int, month: int) -> Day:
        longest = _LENGTHS[month]
        if month == 1 and year and (year % 4 or (year % 100 == 0 and year % 400)):
            longest = 28
        if self.kind != "number" or len(self.text) > 2 or not 1 <= int(self.text) <= longest:
            raise self.expected("a day of that month")
        return Day(year, month + 1, int(self.take()))

    def index(self, names: tuple[str, ...], what: str) -> int:
        if self.text not in names:
            raise self.expected(what)
        return names.index(self.take())
