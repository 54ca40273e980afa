"""The alarms that requests trip: through the real doors, and by hand where AWS itself counts.

What the real sweep and the real doors print is read as CloudWatch would (tests/alarms.py), at the house's time.
docs/runbook.md names for each alarm the test that trips it.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from botocore.exceptions import ClientError

from chalicelib import watch
from chalicelib.doors.tally import THROTTLES
from chalicelib.wiring import assemble
from tests.alarms import STACK, Data, alarms_of
from tests.integration.watched import SANDBOX, Watched
from tests.sdk import SdkClients


def test_a_fault_behind_a_door_rings_and_a_refusal_does_not(watched: Watched) -> None:
    assert watched.http.get("/v1/handoffs/ho_x").status_code == 401
    watched.minute()
    assert watched.ringing() == set()
    house = watched.house
    nothing: Any = None
    watched.use(replace(house, desk=replace(house.desk, slots=nothing)))
    assert watched.http.get("/v1/availability").status_code == 500
    watched.use(house)
    watched.minute()
    assert watched.ringing() == {"Faults"}
    watched.quiet(16)
    assert watched.ringing() == set()


def test_requests_that_the_table_throttles_ring(watched: Watched) -> None:
    codes = [*sorted(THROTTLES), "ThrottlingException"]

    def refuse(**_: object) -> None:
        raise ClientError({"Error": {"Code": codes.pop(0), "Message": "slower"}}, "BatchGetItem")

    def prepare(client: Any) -> None:
        client.meta.events.register("before-call.dynamodb", refuse)

    house = watched.house
    slow = replace(house, desk=assemble(house.settings, clock=house.clock, clients=SdkClients(prepare)))
    for taps, ringing in ((4, set[str]()), (1, {"Throttled"})):
        watched.use(slow)
        assert [watched.tap(watched.recipe()) for _ in range(taps)] == [503] * taps
        watched.use(house)
        watched.minute()
        assert watched.ringing() == ringing


def test_refused_tokens_of_one_partner_ring_and_those_of_strangers_and_of_the_sandbox_do_not(watched: Watched) -> None:
    for _ in range(9):
        assert watched.tap(watched.recipe("nobody-here")) == 401
        assert watched.tap(watched.recipe(SANDBOX), aud="https://elsewhere.example") == 401
    for _ in range(4):
        assert watched.tap(watched.recipe(), aud="https://elsewhere.example") == 401
    watched.minute()
    assert watched.ringing() == set()
    assert watched.tap(watched.recipe(), exp=watched.now - 100, iat=watched.now - 200) == 401
    watched.minute()
    assert watched.ringing() == {"TokensRefused"}
    partners_named = {dict(point.labels)["partner"] for point in watched.data.points if point.name == "TokensRefused"}
    assert partners_named == {"tiktok", "_unknown", "_sandbox"}  # a stranger's choice is no metric
    watched.quiet(46)
    assert watched.ringing() == set()


def rung(packaged: dict[str, Any], namespace: str, name: str, number: int, **dimensions: str) -> set[str]:
    """The alarms that ring when AWS counted so many of something in five minutes, while the hub swept."""
    data = Data()
    for n in range(number):
        data.put(namespace, name, 1, 300 - n * (300 // number) - 1, **dimensions)
    for n in range(5):
        data.put(watch.NAMESPACE, "Swept", 1, 60 * n, service=STACK)
    return {id for id, alarm in alarms_of(packaged).items() if alarm.state(data, 300) == "ALARM"}


def test_deliverers_that_end_with_errors_ring(packaged: dict[str, Any]) -> None:
    """AWS counts these, not the hub: the metric is fed by hand."""
    assert rung(packaged, "AWS/Lambda", "Errors", 2, FunctionName="Deliver") == set()
    assert rung(packaged, "AWS/Lambda", "Errors", 3, FunctionName="Deliver") == {"DelivererFailing"}
    assert rung(packaged, "AWS/Lambda", "Errors", 3, FunctionName="Keysets") == set()


def test_answers_with_5xx_ring_from_the_third_within_five_minutes(packaged: dict[str, Any]) -> None:
    """API Gateway counts these, not the hub: the metric is fed by hand."""
    assert rung(packaged, "AWS/ApiGateway", "5XXError", 2, ApiName=STACK, Stage="api") == set()
    assert rung(packaged, "AWS/ApiGateway", "5XXError", 3, ApiName=STACK, Stage="api") == {"ServerErrors"}
    assert rung(packaged, "AWS/ApiGateway", "5XXError", 3, ApiName="staging", Stage="api") == set()


@pytest.mark.parametrize(
    ("namespace", "name", "dimension"),
    [
        ("AWS/DynamoDB", "ReadThrottleEvents", {"TableName": "Sessions"}),
        ("AWS/DynamoDB", "WriteThrottleEvents", {"TableName": "Sessions"}),
        ("AWS/Lambda", "Throttles", {"FunctionName": "APIHandler"}),
        ("AWS/Lambda", "Throttles", {"FunctionName": "Deliver"}),
    ],
)
def test_what_aws_itself_counts_as_throttled_rings(
    packaged: dict[str, Any], namespace: str, name: str, dimension: dict[str, str]
) -> None:
    """AWS counts these, not the hub: the metrics are fed by hand."""
    assert rung(packaged, namespace, name, 4, **dimension) == set()
    assert rung(packaged, namespace, name, 5, **dimension) == {"Throttled"}
