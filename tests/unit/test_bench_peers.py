"""The pure parts of the comparison with peers: pins, what is counted, what is judged."""

from __future__ import annotations

import pytest

from bench import cold, warm
from bench.comparing import imports
from bench.comparing.proxy import Spent, units
from bench.comparing.spread import spread
from bench.comparing.tasks import HUB, PEERS, TITLES, pins
from bench.comparing.work import Work


def test_what_a_peer_shares_with_the_hub_has_the_same_version() -> None:
    peers = pins("requirements-peers.txt")
    ours = pins("requirements.txt", "requirements-dev.txt")
    shared = peers.keys() & ours.keys()
    assert {"aws-lambda-powertools", "PyJWT", "cryptography", "jsonschema", "pydantic"} <= shared
    assert {name: peers[name] for name in shared} == {name: ours[name] for name in shared}


def test_every_pin_is_needed_by_a_peer_and_every_need_is_pinned() -> None:
    assert set(pins("requirements-peers.txt")) == {name for needs in PEERS.values() for name in needs}


def test_spread_has_the_median_between_its_quartiles() -> None:
    assert spread([5, 1, 2, 3, 4]).show(1) == "3.0 (2.0–4.0)"
    assert spread([5, 1, 2, 3, 4]).least == 1
    assert spread([7]).show() == "7 (7–7)"


def test_imports_are_added_up_by_library() -> None:
    found = imports.read(
        "import time: self [us] | cumulative | imported package\n"
        "import time:       120 |        120 |     _json\n"
        "import time:       300 |        420 |   botocore.client\n"
        "import time:        80 |        500 | boto3\n"
        "a line of somebody else\n"
        "import time:        10 |         10 | chalicelib.doors.views\n"
        "import time:        11 |         11 | somewhere.else\n"
    )
    expected = {"standard library": 120, "boto3 and botocore": 380, "own code": 10, "other": 11}
    assert dict(found) == expected


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ({"ConsumedCapacity": {"TableName": "t", "CapacityUnits": 2.0}}, 2.0),
        ({"ConsumedCapacity": [{"CapacityUnits": 0.5}, {"CapacityUnits": 1.0}]}, 1.5),
        ({"__type": "com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException"}, 1.0),
        ({"__type": "com.amazon.coral.service#ValidationException"}, 0.0),
    ],
)
def test_units_of_an_answer_are_what_it_says_or_one_for_a_failed_condition(answer: object, expected: float) -> None:
    assert units(answer) == expected


def made_starts(hub: float, bare: float, fastapi: float) -> cold.Starts:
    cpu = {HUB: hub, "bare": bare, "powertools": 500.0, "fastapi": fastapi}
    return {(name, mode): [cold.Start(cpu[name], 900, 60_000)] * 3 for name in TITLES for mode in cold.MODES}


def test_cold_start_within_its_bounds_is_not_complained_of() -> None:
    assert cold.broken(made_starts(380, 350, 600)) == []


def test_cold_start_over_a_bound_is_named_with_the_mode_and_the_peer() -> None:
    told = cold.broken(made_starts(420, 350, 600))
    assert told[0] == "cold start, plain: 1.20 × bare handler in CPU time, at most 1.15 allowed"
    assert len(told) == 4


def made_work(hub: float, spent: Spent) -> dict[str, Work]:
    cpu = {HUB: hub, "bare": 2.0, "powertools": 5.0, "fastapi": 6.0}
    return {name: Work([cpu[name]] * 3, [9.0] * 3, [spent] * 3) for name in TITLES}


def test_warm_handoff_within_its_bounds_is_not_complained_of() -> None:
    assert warm.broken(made_work(2.5, Spent(trips=1, wcu=2))) == []


def test_warm_handoff_over_a_bound_is_complained_of() -> None:
    assert len(warm.broken(made_work(3.2, Spent(trips=1, wcu=2)))) == 2
    assert warm.broken(made_work(2.5, Spent(trips=1, wcu=3))) == ["warm handoff: 1 trips, 0 to others, 3 WCU"]
    assert len(warm.broken(made_work(2.5, Spent(trips=1, others=1, wcu=2)))) == 1


def test_what_is_counted_is_judged_even_where_time_is_not() -> None:
    assert warm.broken(made_work(9, Spent(trips=1, wcu=2)), timed=False) == []
    assert len(warm.broken(made_work(9, Spent(trips=2, wcu=2)), timed=False)) == 1
