"""Limits that were found in the design: each stood where one partition, or the first rows of one, had to do for all."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest

from chalicelib.desk import claims, counsellors, queue
from chalicelib.desk.base import Desk
from chalicelib.desk.figures import read
from chalicelib.desk.queue import LONG, SHOWN, screen
from chalicelib.desk.reconcile import SEGMENTS, reconcile
from chalicelib.desk.sweep import AT_ONCE, HANDS, WITHIN, sweep
from chalicelib.model.counsellor import Counsellor
from chalicelib.model.line import held_partition, partition, shard_of
from chalicelib.model.session import LANES, MINUTE, SECOND, Reason, State
from chalicelib.ports import Message
from tests.crashpoints.deaths import Watch
from tests.crashpoints.world import FIRST, OTHER, World
from tests.simulation.cast import opened, session_id

MANY = 620
"""More than the first five hundred rows."""
OWNERS = 200


class Town:
    """One table and any number of processes, with as many shards as each believes."""

    def __init__(self) -> None:
        self.world = World()

    @property
    def clock(self) -> Any:
        return self.world.clock

    def desk(self, shards: int = 1) -> Desk:
        self.world.settings = replace(self.world.settings, shards=shards)
        return self.world.process()

    def fill(self, desk: Desk, count: int, first: int = 1, **changed: Any) -> list[str]:
        """So many chats that wait."""
        now = self.clock.now
        for n in range(first, first + count):
            assert desk.sessions.create(opened(n, now, **changed)) is None
        return [session_id(n) for n in range(first, first + count)]

    def hold(self, desk: Desk, count: int) -> list[str]:
        """So many chats, each held by one of many counsellors, whose subjects sort in every order."""
        ids = self.fill(desk, count)
        for n, _ in enumerate(ids):
            who = Counsellor(f"c{n % OWNERS}", f"sub-{n % OWNERS:04d}", frozenset(), 0)
            assert claims.claim(desk, who, LANES) is not None
        return ids

    def places(self) -> Counter[str]:
        """How many sessions stand in each partition of the lane index."""
        items = self.world.db.items(self.world.settings.table)
        return Counter(item["lane_pk"]["S"] for item in items if item["sk"]["S"] == "session")

    def states(self) -> Counter[str]:
        items = self.world.db.items(self.world.settings.table)
        return Counter(item["state"]["S"] for item in items if item["sk"]["S"] == "session")


@pytest.fixture
def town() -> Town:
    return Town()


def test_a_hold_behind_five_hundred_others_is_taken_back(town: Town) -> None:
    """The first 500 by the owner's id were looked at: who sorted later and fell silent kept the child for ever."""
    desk = town.desk()
    town.hold(desk, MANY)
    town.clock.pass_seconds(91)
    assert sweep(desk).lapsed == MANY
    assert town.states() == {State.WAITING: MANY}


def test_a_counsellor_sees_what_they_hold_behind_five_hundred_others(town: Town) -> None:
    desk = town.desk()
    town.hold(desk, MANY)
    last = Counsellor("last", "zz-last", frozenset(), 0)
    mine = town.fill(desk, 1, first=MANY + 1)
    taken = claims.claim(desk, last, LANES)
    assert taken is not None
    assert [one.id for one in screen(desk, last).mine] == mine


def test_more_than_five_hundred_sessions_are_erased_in_one_minute(town: Town) -> None:
    desk = town.desk()
    for id in town.hold(desk, MANY):
        session = desk.sessions.get(id)
        assert session is not None
        owner = Counsellor(session.holder or "", session.owner or "", frozenset(), 0)
        counsellors.close(desk, owner, id, session.epoch, Reason.HELPED)
    town.clock.pass_seconds(16 * 60)
    with ThreadPoolExecutor(HANDS) as hands:
        done = sweep(desk, across=hands.map)
    assert (done.erased, done.failed, done.left) == (MANY, 0, 0)
    assert {name.split("#")[0] for name in town.places()} == {"closed"}


def test_a_sweep_without_time_leaves_the_rest_and_still_measures_the_line(town: Town) -> None:
    desk = town.desk()
    town.hold(desk, 2 * AT_ONCE)
    town.clock.pass_seconds(91)

    def slowly(do: Any, sessions: Any) -> Any:
        town.clock.now += WITHIN
        return map(do, sessions)

    done = sweep(desk, across=slowly)
    assert (done.lapsed, done.left) == (AT_ONCE, 1)
    assert desk.directory.line().saved == town.clock.now
    assert sweep(desk).lapsed == AT_ONCE


def test_words_are_deleted_many_at_a_time(town: Town) -> None:
    """An hour's chat was a hundred trips, one after the other."""
    desk = town.desk()
    (id,) = town.fill(desk, 1)
    for n in range(1, 61):
        desk.sessions.save_message(id, Message("youth", n, town.clock.now, b"sealed"))
    seen = Watch()
    town.world.process(seen).sessions.erase(id)
    assert seen.calls == ["dynamodb.query", *["dynamodb.batch_write_item"] * 3]
    assert desk.sessions.messages(id, "youth") == []


@pytest.mark.parametrize("shards", [4, 5])
def test_whatever_stands_in_the_lane_index_is_spread_over_all_shards(town: Town, shards: int) -> None:
    """What is held, open, to be erased or over stood in one partition each, which takes 1,000 writes a second."""
    desk = town.desk(shards)
    ids = town.hold(desk, 200)
    assert {name: name.startswith("held#") for name in town.places()} == {f"held#{n}": True for n in range(shards)}
    for id in ids[:100]:
        session = desk.sessions.get(id)
        assert session is not None
        owner = Counsellor(session.holder or "", session.owner or "", frozenset(), 0)
        counsellors.close(desk, owner, id, session.epoch, Reason.HELPED)
    assert {name for name in town.places() if name.startswith("erase#")} == {f"erase#{n}" for n in range(shards)}
    assert read(desk, 1)[0].figures.total.ended == 100
    town.clock.pass_seconds(16 * 60)
    assert sweep(desk).erased == 100
    assert len({name for name in town.places() if name.startswith("closed#")}) == shards
    assert read(desk, 1)[0].figures.total.ended == 100
    assert {name for name in town.places() if name.startswith("open#")} == {f"open#{n}" for n in range(shards)}
    assert sweep(desk).ended == 100


def test_shards_are_even_whatever_their_number() -> None:
    """By one byte of the hash, some of 48 shards got a fifth more than the others."""
    counts = Counter(shard_of(session_id(n), 48) for n in range(48_000))
    assert len(counts) == 48
    assert max(counts.values()) < 1.12 * 1000


def test_what_was_spread_by_a_power_of_two_stays_where_it_is() -> None:
    """The first byte alone decided before."""
    import hashlib

    for n in range(200):
        first = hashlib.sha256(session_id(n).encode()).digest()[0]
        assert all(shard_of(session_id(n), shards) == first % shards for shards in (2, 4, 8, 16, 32, 64))


def test_raising_the_number_of_shards_loses_nothing_that_waits_or_is_held(town: Town) -> None:
    before = town.desk(1)
    ids = sorted(town.fill(before, 20))  # of one deadline: then the id decides
    held = [claims.claim(before, FIRST, LANES) for _ in range(4)]
    after = town.desk(4)
    assert {one.id for one in screen(after, FIRST).mine} == {one.id for one in held if one}
    taken = [claims.claim(after, OTHER, LANES) for _ in range(16)]
    assert [one.id if one else None for one in taken] == ids[4:], "in the same order"
    for one in held:
        assert one is not None
        counsellors.renew(after, FIRST, one.id, one.epoch)
        counsellors.close(after, FIRST, one.id, one.epoch, Reason.HELPED)
    town.clock.pass_seconds(91)
    assert sweep(after).lapsed == 16


def test_the_reconciler_moves_what_stands_in_a_shard_that_is_read_no_more(town: Town) -> None:
    """Lowering the number hides what stands above it until the reconciler has been round: ten minutes."""
    before = town.desk(4)
    town.fill(before, 20)
    after = town.desk(1)
    hidden = sum(count for name, count in town.places().items() if name != "chat#0")
    assert hidden
    repaired = 0
    for _ in range(SEGMENTS):
        repaired += reconcile(after).repaired
        town.clock.pass_seconds(60)
    assert repaired == hidden
    assert town.places() == {"chat#0": 20}


def test_a_look_shows_as_many_rows_into_however_many_shards_the_line_is_divided(town: Town) -> None:
    """Each shard was read up to 500 rows: with 64 of them a screen would have read 32,000 each second."""
    desk = town.desk(5)
    town.fill(desk, MANY)
    view = queue.queue(desk).lanes["chat"]
    assert view.more
    assert SHOWN - 20 <= len(view.due) <= SHOWN
    assert [row.place.sk for row in view.due] == sorted(row.place.sk for row in view.due)


def test_a_long_line_is_read_once_a_second_by_a_process_and_a_short_one_at_each_look(town: Town) -> None:
    desk = town.desk()
    town.fill(desk, LONG)
    assert len(screen(desk, FIRST).line) == LONG
    town.fill(desk, 1, first=LONG + 1)
    assert len(screen(desk, OTHER).line) == LONG
    mine = claims.claim(desk, FIRST, LANES)
    assert mine is not None
    assert [one.id for one in screen(desk, FIRST).mine] == [mine.id], "one's own are never a second late"
    town.clock.now += SECOND
    assert len(screen(desk, OTHER).line) == LONG + 1
    short = town.desk()
    town.clock.now += 20 * MINUTE
    sweep(short)
    assert len(screen(short, FIRST).line) < LONG
    town.fill(short, 1, first=LONG + 2)
    assert len(screen(short, FIRST).line.lanes["chat"].due) == 1


def test_a_counsellors_limit_is_one_read_of_one_shard(town: Town) -> None:
    desk = town.desk(8)
    town.fill(desk, 8)
    for _ in range(3):
        claims.claim(desk, FIRST, LANES)
    assert town.places()[held_partition(FIRST.subject, 8)] == 3
    assert town.places()[partition("held", shard_of(FIRST.subject, 8))] == 3
