"""Which of the first rows a counsellor goes for: the first, but in a rush or after a lost race each another."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import pytest

from chalicelib.desk import claims, turns
from chalicelib.desk.base import Memory
from chalicelib.desk.queue import PRESENT_FOR
from chalicelib.model.counsellor import Counsellor
from chalicelib.model.line import Place, Queued
from chalicelib.model.session import Status
from chalicelib.ports import Present

NOW = 1_795_345_200_000


def rows(count: int, apart: int) -> list[Queued]:
    """Rows whose deadlines are ``apart`` ms from one another."""
    place = Place("chat#0", "")
    return [
        Queued(place, f"ho_{n:026d}", NOW + n * apart, NOW, Status.WAITING, 1) for n in range(count)
    ]  # fmt: skip


def person(n: int) -> Counsellor:
    return Counsellor(f"c-{n}", f"sub-{n}", frozenset(), 0)


@dataclass
class Floor:
    """So many counsellors at the console, and what one of their processes remembers."""

    team: int
    seen: int = NOW
    on_break: bool = False
    memory: Memory = field(default_factory=Memory)
    now: int = NOW

    def everybody(self) -> list[Present]:
        return [Present(f"c-{n}", f"sub-{n}", (), self.seen, self.on_break) for n in range(self.team)]

    def desk(self) -> Any:
        return SimpleNamespace(memory=self.memory, presence=self, clock=lambda: self.now)

    def goes_for(self, line: Sequence[Queued], n: int = 0) -> int:
        """The place of the row that the ``n``-th counsellor goes for in a claim that starts now."""
        desk = self.desk()
        turns.begin(desk)
        return turns.choose(desk, person(n), line, turns.reach(desk, person(n), line))


def test_one_counsellor_always_goes_for_the_first_row_even_in_a_rush() -> None:
    assert {Floor(1).goes_for(rows(60, 10)) for _ in range(50)} == {0}


@pytest.mark.parametrize("team", range(1, turns.FEW + 1))
def test_a_few_counsellors_go_for_the_first_row_even_in_a_rush(team: int) -> None:
    assert {Floor(team).goes_for(rows(60, 10), n) for n in range(team)} == {0}


def test_many_counsellors_go_for_the_first_row_where_it_is_no_rush() -> None:
    slow, short = rows(60, turns.SAME_MOMENT + 1), rows(turns.FEW, 0)
    for line in (slow, short):
        assert {Floor(50).goes_for(line, n) for n in range(50)} == {0}


@pytest.mark.parametrize("team", [6, 20, 50, 128])
def test_in_a_rush_each_counsellor_goes_for_another_row_and_none_for_one_further_than_they_are_many(team: int) -> None:
    assert sorted(Floor(team).goes_for(rows(128, 10), n) for n in range(team)) == list(range(team))


def test_nobody_goes_for_a_row_that_came_later_than_a_moment_after_the_first() -> None:
    line = rows(10, 0) + rows(60, turns.SAME_MOMENT + 1)[1:]
    assert max(Floor(50).goes_for(line, n) for n in range(50)) == 9


def test_the_deal_stays_for_most_when_the_first_rows_are_gone_already() -> None:
    team, line = 50, rows(128, 10)
    before = [line[Floor(team).goes_for(line, n)].id for n in range(team)]
    later = line[5:]
    after = [later[Floor(team).goes_for(later, n)].id for n in range(team)]
    assert sum(one == other for one, other in zip(before, after, strict=True)) > team / 2


@pytest.mark.parametrize("floor", [Floor(50, on_break=True), Floor(50, seen=NOW - PRESENT_FOR)])
def test_who_is_on_a_break_or_gone_is_dealt_nothing(floor: Floor) -> None:
    assert floor.goes_for(rows(60, 10)) == 0


def test_a_lost_race_spreads_over_as_many_rows_as_counsellors_and_each_further_one_over_twice_as_many() -> None:
    floor, line, widths = Floor(20), rows(turns.WIDEST, 10_000), list[int]()
    for _ in range(5):
        turns.lost(floor.desk(), person(0))
        widths.append(turns.reach(floor.desk(), person(0), line))
    assert widths == [20, 40, 80, 128, 128]


def test_after_a_lost_race_in_a_slow_line_each_goes_for_another_row() -> None:
    line, places = rows(60, 10_000), list[int]()
    for n in range(20):
        floor = Floor(20)
        turns.lost(floor.desk(), person(n))
        places.append(floor.goes_for(line, n))
    assert sorted(places) == list(range(20))


def test_counsellors_whom_no_console_shows_spread_by_chance_once_they_have_lost() -> None:
    floor, line = Floor(0), rows(60, 10_000)
    for _ in range(3):
        turns.lost(floor.desk(), person(0))
    assert len({floor.goes_for(line) for _ in range(200)}) == 8


def test_a_win_halves_the_width() -> None:
    floor = Floor(20)
    turns.lost(floor.desk(), person(0))
    widths = list[int]()
    for _ in range(6):
        turns.won(floor.desk())
        widths.append(floor.memory.width)
    assert widths == [10, 5, 2, 1, 1, 1]


def test_the_order_is_exact_again_two_seconds_after_the_last_lost_race() -> None:
    floor, line = Floor(20), rows(60, 10_000)
    turns.lost(floor.desk(), person(0))
    floor.now += turns.CROWD_LASTS
    assert {floor.goes_for(line, n) for n in range(20)} == {0}


def test_a_race_lost_in_this_very_claim_counts_however_slow_the_store_is() -> None:
    """Found as a livelock: an engine that took longer than two seconds made everybody run for the first row again."""
    floor, line = Floor(20), rows(60, 10_000)
    desk = floor.desk()
    turns.begin(desk)
    turns.lost(desk, person(0))
    floor.now += 10 * turns.CROWD_LASTS
    assert turns.reach(desk, person(0), line) == 20


def test_no_claim_passes_over_more_than_the_widest() -> None:
    floor = Floor(500)
    for _ in range(9):
        turns.lost(floor.desk(), person(0))
    assert max(floor.goes_for(rows(400, 1), n) for n in range(500)) < turns.WIDEST


def test_rows_behind_a_rush_are_read_and_those_of_another_time_are_not_dealt() -> None:
    """All that the first read shows are of one moment; the second shows that what follows is minutes apart."""
    line = [*rows(claims.HEAD, 10), *rows(60, 60_000)[1:]]

    def head(lane: str, *, limit: int, **_: Any) -> list[Queued]:
        return line[:limit] if lane == "chat" else []

    for n in range(50):
        desk = Floor(50).desk()
        desk.sessions = SimpleNamespace(head=head)
        found, among = claims._head(desk, person(n), ("chat",), set())
        assert found[turns.choose(desk, person(n), [row for row, _ in found], among)][0] in line[: claims.HEAD]
