"""How whole lives, messages and deliveries are summed up and told."""

from __future__ import annotations

import pytest

from bench.carrying.table import Talked, deliveries, messages
from bench.carrying.trial import Carried
from bench.chatting.machine import Spent as Cores
from bench.living.spent import Spent, spent
from bench.living.stories import STORIES
from bench.living.table import Life, over, table
from bench.meter import Meter
from bench.prices import FUNCTION, GATEWAY, KMS, READ, WRITE

CORES = Cores(0.5, 0.25, 0.125)


def life(writes: float, reads: float) -> Life:
    return Life("a life", {"tap": Spent(1, 0, 1, writes, 0), "claim": Spent(1, 2, 3, 0, reads, 1)}, (4, 1.5), 2, 4096)


def test_what_was_spent_is_added_and_taken_away_member_by_member() -> None:
    both = Spent(1, 2, 3, 4, 5, 6, 7, 8) + Spent(1, 1, 1, 0.5, 0.5)
    assert both == Spent(2, 3, 4, 4.5, 5.5, 6, 7, 8)
    assert both - both == Spent()


def test_a_million_of_everything_costs_its_list_prices_and_a_function_alone_no_gateway() -> None:
    assert Spent(requests=1).usd == pytest.approx(GATEWAY + FUNCTION)
    assert Spent(starts=1).usd == pytest.approx(FUNCTION)
    assert Spent(writes=2, reads=4, kms=1).usd == pytest.approx(2 * WRITE + 4 * READ + KMS)


def test_a_meter_is_read_with_the_services_it_knows() -> None:
    meter = Meter(trips=3, writes=2, reads=1.5)
    meter.others.update({"kms": 2, "cognito-idp": 1})
    assert spent(meter) == Spent(trips=3, writes=2, reads=1.5, kms=2, people=1)


def test_a_life_over_what_is_allowed_is_named() -> None:
    assert over([life(4, 1.5)]) == []
    assert over([life(4.5, 1), life(4, 2)]) == ["a life: 4.5 WCU, 1 RCU", "a life: 4 WCU, 2 RCU"]
    assert len({story.name for story in STORIES}) == len(STORIES)


def test_a_life_is_told_whole_and_in_parts() -> None:
    told = table([life(4, 1.5)], Spent(trips=29, writes=1, reads=17))
    assert "| a life | 2 | 2 | 4 | 4 | 1.5 | 1 | 0 | 0 | 13 |" in told
    assert "| claim | 1 | 2 | 3 | 0 | 1.5 | 1 | 0 | 0 | 7 |" in told
    assert "29 trips, 1 WCU" in told
    assert "2 items of 4,096 bytes" in told.replace("\n", " ")


def test_deliveries_are_told_for_each_one_owed() -> None:
    runs = [Carried(10, 10, seconds, 0.05, 20, 50, 5, CORES) for seconds in (2.0, 4.0, 5.0)]
    told = deliveries({0.0: runs, 1.0: runs[:1]})
    assert "| at once | 10 | 2 (2–5) |  | 5.0 (5.0–5.0) ms | 2.00 | 5.00 | 0.50 | 3 |" in told
    assert "| after 1 s | 10 | 5 (5–5) | 5.0 | 5.0 (5.0–5.0) ms |" in told


def test_messages_are_told_with_the_slowest_and_a_side_that_wrote_nothing_is_left_out() -> None:
    talked = Talked(2, 30, {"youth": [0.25, 0.75, 1.0], "counsellor": []}, [0.125] * 3, CORES, [])
    told = messages(talked)
    assert "console has it | 0.75 s | 1.00 s | 1.00 s | 3 |" in told
    assert "page has it |" not in told
    assert "0.50, this process 0.25" in told
