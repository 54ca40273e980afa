"""The tests' reading of alarms is CloudWatch's, as its documentation's own examples say."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.alarms import Alarm, Data, resolve

# https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-missing-data.html: five points, the latest
# on the right; 0 within the threshold, X beyond it, - missing. What the alarm says where missing points are ignored,
# breaching, not breaching; "as it was" is the state before.
THREE_OF_THREE = [
    ("0-X-X", "OK", "OK", "OK"),
    ("0----", "OK", "OK", "OK"),
    ("-----", "as it was", "ALARM", "OK"),
    ("0XX-X", "ALARM", "ALARM", "ALARM"),
    ("--X--", "as it was", "ALARM", "OK"),
]
TWO_OF_THREE = [
    ("0-X-X", "ALARM", "ALARM", "ALARM"),
    ("00X0X", "ALARM", "ALARM", "ALARM"),
    ("0-X--", "OK", "ALARM", "OK"),
    ("----0", "OK", "ALARM", "OK"),
    ("---X-", "as it was", "ALARM", "OK"),
]
EXAMPLES = [(3, *row) for row in THREE_OF_THREE] + [(2, *row) for row in TWO_OF_THREE]
HOUR = 3600


def alarm(**properties: Any) -> Alarm:
    made = {
        "Namespace": "Ours", "MetricName": "M", "Dimensions": [{"Name": "service", "Value": "hub3018"}],
        "Statistic": "Maximum", "Period": 60, "EvaluationPeriods": 3, "Threshold": 1,
        "ComparisonOperator": "GreaterThanOrEqualToThreshold", "TreatMissingData": "notBreaching",
    }  # fmt: skip
    return Alarm("Tried", {**made, **properties}, needs_deployment=False)


def drawn(picture: str) -> Data:
    data = Data()
    for ago, sign in enumerate(reversed(picture)):
        if sign != "-":
            data.put("Ours", "M", float(sign == "X"), HOUR - 60 * ago - 30, service="hub3018")
    return data


@pytest.mark.parametrize(("wanted", "picture", "ignore", "breaching", "not_breaching"), EXAMPLES)
def test_missing_points_are_treated_as_the_documentation_shows(
    wanted: int, picture: str, ignore: str, breaching: str, not_breaching: str
) -> None:
    for treatment, expected in (("ignore", ignore), ("breaching", breaching), ("notBreaching", not_breaching)):
        tried = alarm(DatapointsToAlarm=wanted, TreatMissingData=treatment)
        for before in ("OK", "ALARM"):
            state = tried.state(drawn(picture), HOUR, before)
            assert state == (before if expected == "as it was" else expected), (treatment, before)


def test_a_metric_of_another_stack_or_without_dimension_is_another_metric() -> None:
    data = Data()
    data.put("Ours", "M", 1, HOUR - 1, service="staging")
    data.put("Ours", "M", 1, HOUR - 1)
    data.put("Ours", "M", 1, HOUR - 1, service="hub3018", partner="acme")
    assert alarm(DatapointsToAlarm=1).state(data, HOUR) == "OK"
    data.put("Ours", "M", 1, HOUR - 1, service="hub3018")
    assert alarm(DatapointsToAlarm=1).state(data, HOUR) == "ALARM"


def test_a_period_ends_now_and_does_not_wait_for_the_clock_on_the_wall() -> None:
    data = Data()
    for ago in (1, 2, 299, 300):
        data.put("Ours", "M", 1, HOUR + 17 - ago, service="hub3018")
    tried = alarm(Statistic="Sum", Period=300, EvaluationPeriods=1, Threshold=4)
    assert tried.state(data, HOUR + 17) == "ALARM"
    assert tried.state(data, HOUR + 18) == "OK"


def test_what_a_function_printed_is_read_and_its_log_lines_are_not() -> None:
    data = Data()
    metrics = {"Namespace": "Ours", "Dimensions": [["service"]], "Metrics": [{"Name": "M"}, {"Name": "N"}]}
    line = {"_aws": {"CloudWatchMetrics": [metrics]}, "service": "hub3018", "M": [1.0, 2.0], "N": [0.0]}
    data.read("\n".join(['{"message": "swept"}', "START", json.dumps(line)]), at=HOUR)
    assert [(point.name, point.value) for point in data.points] == [("M", 1.0), ("M", 2.0), ("N", 0.0)]
    assert {point.labels for point in data.points} == {frozenset({("service", "hub3018")})}


def test_a_sum_over_metrics_leaves_out_what_is_missing() -> None:
    def query(id: str, name: str) -> dict[str, Any]:
        metric = {"Namespace": "Ours", "MetricName": name, "Dimensions": []}
        return {"Id": id, "ReturnData": False, "MetricStat": {"Metric": metric, "Period": 60, "Stat": "Sum"}}

    asked = [{"Id": "all", "Expression": "SUM(METRICS())", "ReturnData": True}, query("a", "A"), query("b", "B")]
    tried = Alarm("Tried", {**alarm(EvaluationPeriods=1, Threshold=3).made_of, "Metrics": asked}, needs_deployment=True)
    data = Data()
    assert tried.state(data, HOUR) == "OK"
    data.put("Ours", "A", 2, HOUR - 1)
    assert tried.state(data, HOUR) == "OK"
    data.put("Ours", "B", 1, HOUR - 1)
    assert tried.state(data, HOUR) == "ALARM"


def test_a_query_looks_at_the_group_with_the_most_and_at_nobody_it_leaves_out() -> None:
    query = (
        "SELECT SUM(M) FROM SCHEMA(Ours, partner, service) WHERE service = 'hub3018' AND partner != '_unknown' "
        "GROUP BY partner ORDER BY SUM() DESC LIMIT 1"
    )
    asked = [{"Id": "worst", "Expression": query, "Period": 60, "ReturnData": True}]
    tried = Alarm("Tried", {**alarm(EvaluationPeriods=1, Threshold=3).made_of, "Metrics": asked}, needs_deployment=True)
    data = Data()
    for partner, value in (("acme", 2), ("other", 2), ("_unknown", 9)):
        data.put("Ours", "M", value, HOUR - 1, partner=partner, service="hub3018")
    data.put("Ours", "M", 9, HOUR - 1, partner="acme", service="staging")
    assert tried.state(data, HOUR) == "OK"
    data.put("Ours", "M", 1, HOUR - 2, partner="acme", service="hub3018")
    assert tried.state(data, HOUR) == "ALARM"


@pytest.mark.parametrize("properties", [{"TreatMissingData": "missing"}, {"Metrics": [
    {"Id": "a", "Expression": "RATE(METRICS())", "Period": 60, "ReturnData": True}]}])  # fmt: skip
def test_what_nobody_taught_the_tests_is_refused_instead_of_believed(properties: dict[str, Any]) -> None:
    with pytest.raises(NotImplementedError):
        alarm(**properties).state(Data(), HOUR)


def test_references_become_names() -> None:
    assert resolve({"Ref": "AWS::StackName"}) == "hub3018"
    assert resolve([{"Ref": "Deliver"}, {"Fn::Sub": "${AWS::StackName}-x-${Table}"}]) == ["Deliver", "hub3018-x-Table"]
    assert resolve({"Fn::GetAtt": ["A", "Arn"]}) == {"Fn::GetAtt": ["A", "Arn"]}
