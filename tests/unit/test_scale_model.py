"""The model of scale: its arithmetic by hand, its inputs as they are measured, its keys as the hub uses them."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any
from unittest import mock

import pytest

from bench import scale
from bench.page import README
from bench.scaling.keys import KINDS, kind_of
from bench.scaling.lives import LIVED, live
from bench.scaling.mix import SERVED, Mix
from bench.scaling.model import ceilings, cost, crowd, demand, shards_for
from bench.scaling.trial import CASES, predicted, units
from bench.scaling.work import OPERATIONS, counts, requests, writes
from tests.simulation import world
from tests.simulation.runs import run
from tests.simulation.throttling import Throttling

PLAIN = Mix(
    chats=1, left=0, subjects=0, reports=0, hooked=True, biggest=1, polls=0, repeated=0, released=0, attempts=1,
    chat_lasts=0, waits=0,
)  # fmt: skip
"""A chat that is tapped, taken, and closed."""


def test_the_simplest_life_by_hand() -> None:
    """Tapped: session, lane. Taken: session, lane, held, audit. Closed: session, held, erase, audit. Two statuses."""
    found = writes(PLAIN)
    assert found["chat"] == 2
    assert found["held"] == 2
    assert found["audit day"] == 2
    assert (found["erase"], found["closed"]) == (2, 1)
    assert found["due"] == 2 * (1 + 3), "a step sets the key; taking the row moves it; settling removes it"
    assert found["session"] == 1 + 1 + 1 + 1 + 2 * 2 + 2, "tapped, opened, taken, closed, two deliveries, erased"


def test_shards_by_hand() -> None:
    """Eight units of ``due`` a handoff: 1,000 handoffs are 8,000, and a shard is planned to 750."""
    assert shards_for(PLAIN, 1000, to_write=True) == 11
    assert shards_for(PLAIN, 93, to_write=True) == 1
    assert shards_for(PLAIN, 94, to_write=True) == 2
    assert shards_for(PLAIN, 6001, to_write=True) is None, "64 shards of 750 take 6,000"
    (due,) = (one for one in ceilings(PLAIN) if (one.name, one.unit) == ("due", "WCU"))
    assert due.rate == pytest.approx(125)
    assert predicted(CASES[0])[1] == "due"


def test_people_by_hand() -> None:
    """A chat of ten minutes, two at a time: a handoff a second keeps 300 counsellors, and each looks once a second."""
    mix = replace(PLAIN, chat_lasts=10, at_a_time=2, words=0, typing=0, renewals=0, youth_looks=0, counsellor_reads=0)
    there = crowd(mix, 1)
    assert there.counsellors == 300
    assert requests(mix) == 1 + 5 + 300
    assert there.processes == pytest.approx(306 * 0.05)
    paid = cost(mix, 1, 1)
    assert paid["API Gateway"] == pytest.approx(306 * 3.5)


def test_the_operations_cost_what_the_engine_measured() -> None:
    """The model tells units apart by key; their sums are those of the README's table."""
    measured = {}
    for line in README.read_text().partition("<!-- capacity -->")[2].partition("<!-- /capacity -->")[0].splitlines():
        cells = [cell.strip() for cell in line.split("|")]
        if len(cells) > 4 and re.fullmatch(r"[0-9.]+", cells[3]):
            measured[cells[1]] = float(cells[3])
    same = {
        "create": "create", "replay": "replay", "claim, one lane": "claim", "release": "release", "close": "close",
        "message": "message", "delivery (take, settle)": "delivery", "reveal (audit record, activate)": "reveal",
        "create with a number (key row, number)": "create with a number",
    }  # fmt: skip
    for name, ours in same.items():
        assert sum(OPERATIONS[ours].values()) == measured[name], name
    with_endpoint = sum(OPERATIONS["close"].values()) + sum(OPERATIONS["told"].values())
    assert with_endpoint == measured["close, with an endpoint to tell"]
    with_subject = sum(OPERATIONS["create"].values()) + sum(OPERATIONS["subject"].values())
    assert with_subject == measured["create with a subject (its row in the index of youths)"]


@pytest.mark.parametrize("hooked", [True, False])
def test_lives_write_what_the_model_says_key_by_key(hooked: bool) -> None:
    found = units(hooked=hooked, lives=40)
    for kind, (model, store) in found.items():
        if max(model, store) >= 0.5 and kind != "partner":  # the deliverer's lease goes with seconds, not with handoffs
            assert store == pytest.approx(model, rel=0.03), kind
    assert {kind for kind, (model, _) in found.items() if model} <= {one.name for one in KINDS}


def test_with_shards_no_key_takes_more_than_its_share() -> None:
    lived = live(10, 6, shards=4)
    for kind in ("chat", "held", "due"):
        assert lived.busiest[kind] < 0.5 * lived.writes[kind], kind


def test_every_key_that_the_hub_uses_is_known_to_the_model() -> None:
    """The simulator's seeds reach every use case: whatever partition the store saw there has its kind."""
    made: list[Throttling] = []

    def store(tables: Any, *, clock: Any, **_: Any) -> Throttling:
        made.append(Throttling(tables, clock=clock))
        return made[-1]

    with mock.patch.object(world, "Dynamo", store):
        for seed in range(1, 6):
            assert not run(seed, 300).rule
    seen = [(at.table, at.index, at.key) for one in made for at in one.used]
    assert [key for key in seen if kind_of(*key) is None] == []
    known = {kind.name for key in seen if (kind := kind_of(*key)) is not None}
    assert {kind.name for kind in KINDS} == known, "and what the model knows is there"


def test_every_written_key_that_nothing_or_a_partner_spreads_has_its_ceiling() -> None:
    named = {one.name for one in demand(SERVED, 1)}
    slow = {"audit seals", "partners listed", "partner"}  # written a few times a minute, whatever the rate
    spread = {"session", "youth"}
    assert {kind.name for kind in KINDS if kind.spread not in spread} - named == slow


def test_what_happens_in_a_life_is_made_of_known_operations() -> None:
    assert {name for name, _ in counts(SERVED)} == set(OPERATIONS)
    assert LIVED.left == 0


def test_the_command_works(capsys: pytest.CaptureFixture[str]) -> None:
    assert scale.main(["--quick"]) == 0
    told = capsys.readouterr().out
    assert "| 10,000 served |" in told
    assert "**Checked**" in told
    assert max(len(line) for line in told.splitlines() if not line.startswith("|")) <= 120
