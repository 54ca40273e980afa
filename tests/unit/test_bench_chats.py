"""The pure parts of `make chats`: who writes when, what a page does next, what is counted, and how it is told."""

from __future__ import annotations

import os
import time
from itertools import pairwise
from random import Random
from statistics import mean
from typing import Any

import pytest

from bench.chatting.conversation import (
    Chat,
    Turn,
    conversation,
    percentile,
    pings,
    renew_pace,
    unbroken,
    youth_pace,
)
from bench.chatting.machine import Spent, Watch
from bench.chatting.meter import read_units, size
from bench.chatting.table import Ceiling, Figures, rows, table
from bench.chatting.tally import Reply, Tally
from bench.prices import cost


def test_two_people_take_turns_about_every_ten_seconds() -> None:
    turns = conversation(Random(1), 1200)
    gaps = [late.at - early.at for early, late in pairwise(turns)]
    assert {early.side != late.side for early, late in pairwise(turns)} == {True}
    assert turns[0].side == "youth"
    assert all(7 <= gap <= 13 for gap in gaps)
    assert 9 < mean(gaps) < 11
    assert all(0 <= turn.starts <= turn.at < 1200 for turn in turns)


def test_nobody_types_while_the_other_side_has_not_written_yet() -> None:
    turns = conversation(Random(2), 1200)
    assert all(late.starts > early.at for early, late in pairwise(turns))


def test_a_seed_says_the_same_again_and_two_chats_are_not_in_step() -> None:
    assert conversation(Random(3), 60) == conversation(Random(3), 60)
    random = Random(3)
    assert conversation(random, 60)[0].at != conversation(random, 60)[0].at


@pytest.mark.parametrize(
    ("starts", "at", "told"),
    [(0, 0, []), (0, 0.1, [0]), (2, 7, [2]), (2, 7.5, [2, 7]), (0, 16, [0, 5, 10, 15])],
)
def test_typing_is_told_at_once_and_then_every_five_seconds(starts: float, at: float, told: list[float]) -> None:
    assert pings(Turn("youth", starts, at, "x")) == told


@pytest.mark.parametrize(
    ("state", "still", "pace"),
    [
        ("connected", 0, 1), ("connected", 121, 2), ("waiting", 0, 2), ("waiting", 301, 5), ("closed", 0, 5),
    ],
)  # fmt: skip
def test_a_youths_page_looks_seldomer_when_nothing_moves(state: str, still: float, pace: float) -> None:
    assert youth_pace(state, still) == pace


@pytest.mark.parametrize(("left", "pace"), [(90, 30), (300, 30), (60, 20), (6, 3), (-5, 3)])
def test_a_lease_is_renewed_at_a_third_of_what_is_left(left: float, pace: float) -> None:
    assert renew_pace(left) == pace


@pytest.mark.parametrize(("numbers", "count"), [([], 0), ([1, 2, 3], 3), ([2, 3], 0), ([3, 1, 2, 5], 3)])
def test_only_numbers_without_a_gap_are_known(numbers: list[int], count: int) -> None:
    assert unbroken(numbers) == count


def test_a_percentile_is_one_of_the_values() -> None:
    values = [float(n) for n in range(100, 0, -1)]
    assert (percentile(values, 0.5), percentile(values, 0.99), percentile(values, 1)) == (50, 99, 100)
    assert percentile([7.0], 0.5) == percentile([7.0], 0.99) == 7
    assert str(percentile([], 0.5)) == "nan"


def test_a_message_is_late_from_its_first_post_until_the_other_side_has_it() -> None:
    chat = Chat("a")
    n = chat.write("youth", "bonjour")
    chat.send("youth", n, 10.0)
    chat.send("youth", n, 12.0)  # tried again
    chat.reach("youth", n, "bonjour", 13.5)
    assert chat.delays == {"youth": [3.5], "counsellor": []}
    assert chat.settled
    assert chat.faithful


def test_a_chat_is_not_settled_while_a_message_is_on_its_way() -> None:
    chat = Chat("a")
    chat.write("youth", "bonjour")
    assert not chat.settled


@pytest.mark.parametrize("came", [["a"], ["b", "a"], ["a", "b", "b"], ["a", "c"]])
def test_a_message_that_is_missing_twice_or_out_of_order_is_seen(came: list[str]) -> None:
    chat = Chat("a")
    for text in ("a", "b"):
        chat.write("counsellor", text)
    for n, text in enumerate(came):
        chat.reach("counsellor", n + 1, text, 1.0)
    assert not chat.faithful


def item(letters: int) -> dict[str, Any]:
    return {"pk": {"S": "x" * (letters - 2)}}


def test_an_item_is_as_large_as_its_names_and_values() -> None:
    assert size({"pk": {"S": "é"}, "n": {"N": "1234"}, "b": {"B": b"123"}, "t": {"BOOL": True}}) == 4 + 4 + 4 + 2
    assert size({"l": {"L": [{"N": "1"}]}, "m": {"M": {"a": {"S": "b"}}}, "s": {"SS": ["ab"]}}) == 7 + 7 + 3


@pytest.mark.parametrize(
    ("verb", "answer", "strong", "units"),
    [
        ("get_item", {}, False, 0.5),
        ("get_item", {"Item": item(4096)}, True, 1),
        ("get_item", {"Item": item(4097)}, False, 1),
        ("query", {"Items": []}, True, 1),
        ("query", {"Items": [item(1000)] * 4}, False, 0.5),
        ("query", {"Items": [item(1000)] * 5}, False, 1),
        ("batch_get_item", {"Responses": {"t": [item(1000)] * 4}}, False, 2),
    ],
)
def test_reads_are_charged_by_size_queries_together_and_batches_one_by_one(
    verb: str, answer: dict[str, Any], *, strong: bool, units: float
) -> None:
    assert read_units(verb, answer, strong=strong) == units


def tally(**kinds: tuple[int, float, float]) -> Tally:
    found = Tally()
    for kind, (times, reads, writes) in kinds.items():
        for _ in range(times):
            found.add(kind.replace("__", ": ").replace("_", " "), Reply(200, {}, b"", 0.03, reads, writes))
    return found


def test_what_is_not_counted_yet_is_not_counted_but_a_refusal_always_is_a_fault() -> None:
    found = Tally(on=False)
    found.add("look", Reply(304, {}, b"", 0.1))
    found.add("look", Reply(503, {}, b"down", 0.1))
    assert (found.requests, found.faults) == (0, ["look: 503 down"])


def figures() -> Figures:
    line = {"counsellor__look_at_the_line": (45, 4.0, 0.0), "youth__message": (6, 2.5, 2.0)}
    once = {kind: (1, reads, writes) for kind, (_, reads, writes) in line.items()}
    return Figures(
        2, 90, tally(**line), tally(**once), tally(**line), 2, {"youth": [0.4, 0.6], "counsellor": [0.5]},
        Ceiling(100, 0.02), Spent(1.5, 0.125, None), 2,
    )  # fmt: skip


def test_each_kind_is_counted_per_chat_minute_and_multiplied_by_its_units() -> None:
    first, second = rows(figures())
    assert (first.name, first.times, first.reads, first.writes) == ("counsellor: look at the line", 15, 4, 0)
    assert (second.name, second.times, second.reads, second.writes) == ("youth: message", 2, 2.5, 2)


def test_the_table_tells_units_sums_latencies_and_the_ceiling() -> None:
    found = table(figures(), 0)
    for line in (
        "| counsellor: look at the line | 15.0 | 4 | 0 | 60.0 | 0.0 |",
        "| youth: message | 2.0 | 2.5 | 2 | 5.0 | 4.0 |",
        "| **all of them** | **17.0** | | | **65.0** | **4.0** |",
        "| of these, looks that bring nothing new | 15.0 | | | 60.0 | 0.0 |",
        "| **a whole minute, metered** | 25.5 | | | **97.5** | **6.0** |",
        "| youth's message, until the counsellor has it | 0.40 s | 0.60 s | 2 |",
    ):
        assert line in found.splitlines()
    assert "6 messages: each came once and in order, no request failed" in found
    prose = " ".join(found.split())
    assert "100 a second" in prose
    assert "the stack kept 1.50 of 2 cores busy, the player of the pages 0.12," in prose
    assert "whatever else ran here an unknown part" in prose
    assert max(len(line) for line in found.splitlines() if not line.startswith("|")) <= 120


def test_faults_are_not_told_as_success() -> None:
    found = table(figures(), 3)
    assert "3 FAULTS" in found
    assert "once and in order" not in found


def test_requests_and_units_have_their_price() -> None:
    data, calls = cost(1e6, 1e6, 1e6)
    assert data == pytest.approx(0.75)
    assert calls == pytest.approx(3.7)


def test_what_a_process_spends_is_its_own_and_not_the_machines() -> None:
    watch = Watch(os.getpid())
    ends = time.monotonic() + 0.3
    while time.monotonic() < ends:
        sum(range(1000))
    spent = watch.stop()
    assert spent.here > 0
    assert spent.stack is None or spent.stack == pytest.approx(spent.here, abs=0.2)
