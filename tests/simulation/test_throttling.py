"""The store with AWS's bill and limits: it refuses where AWS would, charges as the engine does, and loses nothing."""

from __future__ import annotations

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from chalicelib.contract import read_handoff
from chalicelib.desk import partners
from chalicelib.model.line import partition
from chalicelib.model.partner import Partner
from chalicelib.problems import Problem
from chalicelib.wiring import assemble
from tests.integration.conftest import Clock
from tests.simulation.clients import FakeClients
from tests.simulation.places import KEYS, SESSIONS, Place, engine_place, running_engine
from tests.simulation.tables import read_tables
from tests.simulation.throttling import Limits, Partition, Throttling, read_units, write_units
from tests.stage import made_settings

TAP = {"platform": "tiktok", "kind": "report", "session": "chat", "locale": "fr"}


class House:
    """The store and its clock."""

    def __init__(self, limits: Limits | None = None) -> None:
        self.clock = Clock()
        tables = read_tables(Sessions=SESSIONS, Keys=KEYS)
        self.store = Throttling(tables, clock=self.clock, limits=limits)

    def put(self, pk: str, lane: str = "", **attributes: Any) -> None:
        row = {"lane_pk": {"S": lane}, "lane_sk": {"S": pk}} if lane else {}
        self.store.put_item(TableName=SESSIONS, Item={"pk": {"S": pk}, "sk": {"S": "x"}, **row, **attributes})

    def puts(self, count: int, lane: str = "", pk: str = "") -> int:
        """How many of so many puts were taken."""
        taken = 0
        for n in range(count):
            try:
                self.put(pk or f"{lane}-{self.clock.now}-{n}", lane)
                taken += 1
            except ClientError as error:
                assert error.response["Error"]["Code"] == "ProvisionedThroughputExceededException"
        return taken

    def used(self, index: str, key: str) -> tuple[float, float]:
        units = self.store.used[Partition(SESSIONS, index, key)]
        return units.writes, units.reads


def test_one_key_takes_its_limit_in_a_second_and_as_much_in_the_next() -> None:
    house = House(Limits(writes=10, reads=3))
    assert house.puts(15, pk="a") == 10
    house.clock.now += 500
    assert house.puts(15, pk="a") == 5
    house.clock.now += 60_000
    assert house.puts(15, pk="a") == 10, "nothing is saved up for a burst"
    assert house.puts(15) == 15, "other keys are other partitions"
    assert house.store.used[Partition(SESSIONS, "", "a")].refused == 20


def test_an_index_that_cannot_keep_up_throttles_writes_of_the_table_and_nothing_is_written() -> None:
    house = House(Limits(writes=10))
    assert house.puts(15, lane="chat#0") == 10
    assert len(house.store.items(SESSIONS)) == 10
    assert house.puts(5, lane="chat#1") == 5


def test_reads_have_a_limit_of_their_own_and_one_that_is_larger_than_a_second_is_taken_all_the_same() -> None:
    house = House(Limits(writes=100, reads=2))
    for n in range(8):
        house.put(f"big-{n}", "chat#0", words={"S": "w" * 3000})
    asked: Any = {
        "TableName": SESSIONS, "IndexName": "lane", "KeyConditionExpression": "lane_pk = :p",
        "ExpressionAttributeValues": {":p": {"S": "chat#0"}},
    }  # fmt: skip
    for _ in range(4):
        house.store.query(**asked)
    with pytest.raises(ClientError):
        house.store.query(**asked)
    assert house.used("lane", "chat#0") == (8, 2), "an index of keys alone is read by its keys' size"


def test_units_follow_the_documented_sizes() -> None:
    assert [write_units(size) for size in (0, 1024, 1025, 5000)] == [1, 1, 2, 5]
    assert write_units(5000, 10) == 5, "the larger of before and after counts"
    assert [read_units(size, strong=True) for size in (0, 4096, 4097)] == [1, 1, 2]
    assert read_units(9000, strong=False) == 1.5


def test_a_failed_condition_costs_and_what_expires_does_not() -> None:
    house = House()
    house.put("a", expires_at={"N": str(house.clock.now // 1000 - 1)})
    with pytest.raises(ClientError):
        house.store.put_item(
            TableName=SESSIONS, Item={"pk": {"S": "a"}, "sk": {"S": "x"}},
            ConditionExpression="attribute_not_exists(pk)",
        )  # fmt: skip
    assert house.used("", "a") == (2, 0)
    assert house.store.expire(SESSIONS, house.store.expired(SESSIONS)) == 1
    assert house.used("", "a") == (2, 0)


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Any:
    with running_engine(tmp_path_factory.mktemp("throttling")) as running:
        yield engine_place(running)


def writes_of(db: Any, table: str, **more: Any) -> list[tuple[str, dict[str, Any]]]:
    """A session's life in the index, write by write: made, moved within its partition, moved away, changed, gone."""
    key = {"pk": {"S": "ho_x"}, "sk": {"S": "session"}}

    def set_to(**values: str) -> dict[str, Any]:
        return {
            "Key": key, "UpdateExpression": "SET " + ", ".join(f"{name} = :{name}" for name in values),
            "ExpressionAttributeValues": {f":{name}": {"S": value} for name, value in values.items()},
        }  # fmt: skip

    return [
        ("put_item", {"Item": {**key, "lane_pk": {"S": "chat#0"}, "lane_sk": {"S": "1"}, "n": {"S": "v" * 1500}}}),
        ("update_item", set_to(lane_sk="2")),
        ("update_item", set_to(lane_pk="held#0", lane_sk="me")),
        ("update_item", set_to(holder="o")),
        ("update_item", set_to(due_pk="due#p#0", due_sk="3")),
        ("delete_item", {"Key": key}),
    ]


def test_puts_moves_and_deletes_cost_what_the_engine_charges(engine: Place) -> None:
    house, told = House(), []
    for verb, request in writes_of(engine.db, engine.table):
        answer = getattr(engine.db, verb)(TableName=engine.table, ReturnConsumedCapacity="TOTAL", **request)
        house.store.forget()
        getattr(house.store, verb)(TableName=SESSIONS, **request)
        ours = sum(units.writes for units in house.store.used.values())
        told.append((answer["ConsumedCapacity"]["CapacityUnits"], ours))
    assert [ours for _, ours in told] == [3, 4, 4, 2, 3, 4]
    assert [theirs for theirs, _ in told] == [ours for _, ours in told]


def test_a_throttled_tap_is_told_to_come_again_and_its_retry_makes_one_session() -> None:
    house = House(Limits(writes=1))
    desk = assemble(made_settings(), clock=house.clock, clients=FakeClients(house.store, secrets={"stage": "s" * 64}))
    partner, raw = Partner("tiktok", frozenset({"tiktok"}), {}), json.dumps(TAP).encode()

    def tap(jti: str) -> partners.Taken:
        return partners.receive(desk, partner, jti, raw, read_handoff(raw))

    first = tap("first-of-two-taps")
    with pytest.raises(Problem) as refused:
        tap("second-of-two-taps")
    assert (refused.value.fact.status, refused.value.retry_after) == (503, 1)
    assert len(house.store.items(SESSIONS)) == 1
    house.clock.now += 1000
    second = tap("second-of-two-taps")
    assert not second.replayed
    assert tap("first-of-two-taps").session.id == first.session.id
    assert {item["pk"]["S"] for item in house.store.items(SESSIONS)} == {first.session.id, second.session.id}
    full = house.store.used[Partition(SESSIONS, "lane", partition("chat", 0))]
    assert (full.writes, full.refused) == (2, 1)
