"""What the meter counts: each call once, by what its answer says, and a refusal by what it costs."""

from __future__ import annotations

from typing import Any

import pytest

from bench.chatting.meter import by_size
from bench.meter import Meter, MeteredClients, Row, consumed
from chalicelib.aws.clients import Clients


class Table:
    """A client that answers with the units given, or refuses."""

    exceptions = ("its own",)

    def __init__(self, units: float | None) -> None:
        self.units, self.asked = units, list[dict[str, Any]]()

    def put_item(self, **request: Any) -> dict[str, Any]:
        return self._answer(request)

    def get_item(self, **request: Any) -> dict[str, Any]:
        return self._answer(request)

    def decrypt(self, **request: Any) -> dict[str, Any]:
        return self._answer(request)

    def _answer(self, request: dict[str, Any]) -> dict[str, Any]:
        self.asked.append(request)
        if self.units is None:
            raise ValueError("the condition does not hold")
        return {"ConsumedCapacity": {"TableName": "t", "CapacityUnits": self.units}}


class Known(Clients):
    """One client for every service."""

    def __init__(self, table: Table) -> None:
        super().__init__()
        self.table = table

    def __call__(self, service: str) -> Any:
        return self.table


def test_a_call_is_asked_for_its_units_and_counted_as_what_it_is() -> None:
    meter, table = Meter(), Table(2.0)
    db = MeteredClients(meter, Known(table))("dynamodb")
    db.put_item(TableName="t")
    db.get_item(TableName="t")
    assert (meter.trips, meter.writes, meter.reads) == (2, 2.0, 2.0)
    assert table.asked == [{"TableName": "t", "ReturnConsumedCapacity": "TOTAL"}] * 2
    assert db.exceptions == ("its own",)


def test_a_refused_write_costs_a_unit_and_its_error_is_the_clients_own() -> None:
    meter = Meter()
    db = MeteredClients(meter, Known(Table(None)))("dynamodb")
    for call in (db.put_item, db.get_item):
        with pytest.raises(ValueError, match="condition"):
            call(TableName="t")
    assert (meter.trips, meter.writes, meter.reads) == (2, 1.0, 0.0)


def test_other_services_are_counted_by_name_and_asked_for_nothing_more() -> None:
    meter, table = Meter(), Table(2.0)
    MeteredClients(meter, Known(table))("kms").decrypt(KeyId="k")
    assert (meter.trips, dict(meter.others), table.asked) == (0, {"kms": 1}, [{"KeyId": "k"}])


def test_an_operation_is_measured_without_what_came_before_it() -> None:
    meter = Meter()
    db = MeteredClients(meter, Known(Table(1.5)))("dynamodb")
    db.put_item()
    with meter.of("one"):
        db.put_item()
        db.get_item()
    assert meter.rows == [Row("one", 2, 1.5, 1.5, {})]


def test_a_batch_says_its_units_table_by_table_and_an_answer_may_say_none() -> None:
    assert consumed("query", {}, {"ConsumedCapacity": [{"CapacityUnits": 1.0}, {"CapacityUnits": 0.5}]}) == 1.5
    assert consumed("query", {}, {}) == 0


def test_a_strong_batch_is_read_at_twice_the_units() -> None:
    item = {"pk": {"S": "x" * 100}}
    answer = {"Responses": {"t": [item, item]}, "ConsumedCapacity": [{"CapacityUnits": 9.0}]}
    for strong, units in ((True, 2.0), (False, 1.0)):
        assert by_size("batch_get_item", {"RequestItems": {"t": {"ConsistentRead": strong}}}, answer) == units
    assert by_size("put_item", {}, answer) == 9.0
