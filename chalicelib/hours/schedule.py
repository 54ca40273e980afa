"""The hours of one expression on the clocks of one zone."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from chalicelib.hours.clock import zone
from chalicelib.hours.syntax import DAY, WEEK, Day, Rule, Span, read

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

__all__ = ["HORIZON", "Schedule", "parse"]

_MINUTE = 60_000
_DAY = DAY * _MINUTE
_EPOCH = date(1970, 1, 1).toordinal()
_REMEMBERED = 1000
_WHOLE_DAY = ((0, DAY),)

HORIZON = 400 * _DAY
"""How far ahead, in ms, openings and closings are looked for."""


def parse(expression: str, zone_name: str) -> Schedule:
    """Return the hours of ``expression`` (see ``hours.syntax``) on the clocks of an IANA zone.

    Raises ``BadHours`` (a ValueError that names the place), or ValueError for an unknown zone.
    """
    return Schedule(read(expression), zone(zone_name))


class Schedule:
    """Implements ``Hours``. Days are worked out when first asked for, and remembered."""

    __slots__ = ("_always", "_days", "_rules", "_zone")

    def __init__(self, rules: Sequence[Rule], clock: ZoneInfo) -> None:
        # what stands before the last rule that names every day decides nothing
        everyday = [place for place, rule in enumerate(rules) if not rule.dates and rule.weekdays == WEEK]
        self._rules = tuple(rules[everyday[-1] :] if everyday else rules)
        self._zone = clock
        self._days: dict[int, tuple[Span, ...]] = {}
        # True = open for ever, False = closed for ever, None = it depends: spares a walk over 400 equal days
        self._always: bool | None = None
        spans = {rule.spans for rule in self._rules}
        if spans == {()}:
            self._always = False
        elif spans == {_WHOLE_DAY} and everyday:
            self._always = True

    def is_open(self, at: int) -> bool:
        """Say whether ``at`` is within an opening."""
        return self._always if self._always is not None else self._end(at) is not None

    def opens_at(self, at: int) -> int | None:
        """Return the first open instant from ``at`` on (``at`` when open); None beyond ``HORIZON``."""
        if self.is_open(at):
            return at
        if self._always is False:
            return None
        day = self._day_of(at)
        for ahead in range(HORIZON // _DAY + 1):
            # three days at once: where the clock goes back over midnight, the day before comes again
            days = range(day + ahead - 1, day + ahead + 2)
            starts = [start for each in days for start, _ in self._spans(each) if start > at]
            if starts:
                return min(starts) if min(starts) <= at + HORIZON else None
        return None

    def closes_at(self, at: int) -> int | None:
        """Return the first closed instant from ``at`` on (``at`` when closed); None beyond ``HORIZON``."""
        if self._always is not None:
            return None if self._always else at
        moment = at
        while (end := self._end(moment)) is not None:
            moment = end
            if moment > at + HORIZON:
                return None
        return moment

    def _end(self, at: int) -> int | None:
        """Return the end of the span around ``at`` within its own day; None when closed."""
        spans = self._spans(self._day_of(at))
        place = bisect_right(spans, at, key=_start) - 1
        return spans[place][1] if place >= 0 and at < spans[place][1] else None

    def _day_of(self, at: int) -> int:
        return datetime.fromtimestamp(at // 1000, self._zone).toordinal()

    def _spans(self, day: int) -> tuple[Span, ...]:
        """Return the open spans, in instants, of the day with this ordinal, in order and apart."""
        known = self._days.get(day)
        if known is None:
            if len(self._days) >= _REMEMBERED:
                self._days.clear()
            known = _joined([piece for span in self._wall(day) for piece in self._instants(day, span)])
            self._days[day] = known
        return known

    def _wall(self, day: int) -> list[Span]:
        """Return the spans, in minutes, in which the wall clock of ``day`` reads open."""
        today = [(start, min(end, DAY)) for start, end in self._decided(day)]
        return today + [(0, end - DAY) for _, end in self._decided(day - 1) if end > DAY]

    def _decided(self, day: int) -> tuple[Span, ...]:
        shown = date.fromordinal(day)
        named = Day(shown.year, shown.month, shown.day)
        for rule in reversed(self._rules):
            if rule.names(named, shown.weekday()):
                return rule.spans
        return ()

    def _instants(self, day: int, span: Span) -> list[Span]:
        """Return the instants at which the clock of ``day`` reads within ``span``: one, two, or no pieces."""
        midnight = (day - _EPOCH) * _DAY
        pieces = []
        for first, last, offset in self._offsets(midnight - _DAY, midnight + 2 * _DAY):
            start = max(midnight + span[0] * _MINUTE - offset, first)
            end = min(midnight + span[1] * _MINUTE - offset, last)
            if start < end:
                pieces.append((start, end))
        return pieces

    def _offsets(self, first: int, last: int) -> list[tuple[int, int, int]]:
        """Return (from, to, offset from UTC in ms); no zone changes its clock twice within three days."""
        offset = self._offset(first)
        middle = (first // 1000 + last // 1000) // 2 * 1000
        if middle == first or offset == self._offset(last):
            return [(first, last, offset)]
        return self._offsets(first, middle) + self._offsets(middle, last)

    def _offset(self, at: int) -> int:
        offset = datetime.fromtimestamp(at // 1000, self._zone).utcoffset() or timedelta()
        return offset // timedelta(milliseconds=1)


def _start(span: Span) -> int:
    return span[0]


def _joined(spans: list[Span]) -> tuple[Span, ...]:
    joined: list[Span] = []
    for start, end in sorted(spans):
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return tuple(joined)
