"""What the packaged template says of alarms, copies and logs, and that the runbook says the same."""

from __future__ import annotations

import ast
import json
import re
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest

from chalicelib.desk.courier import Delivered
from chalicelib.desk.sweep import Swept
from chalicelib.model.session import Band
from chalicelib.watch import NAMESPACE
from tests.alarms import STACK, Alarm, alarms_of, resolve

ROOT = Path(__file__).parents[2]
LABELS = ("For the children:", "Look:", "Do:", "Over:", "Tripped by:")
TEST = re.compile(r"`(tests/[\w/]+\.py)::(test_\w+)`")


@pytest.fixture
def alarms(packaged: dict[str, Any]) -> dict[str, Alarm]:
    return alarms_of(packaged)


@pytest.fixture(scope="module")
def paragraphs() -> dict[str, str]:
    """The runbook's paragraph of each alarm."""
    text = (ROOT / "docs" / "runbook.md").read_text().split("\n## Alarms\n")[1].split("\n## ")[0]
    titles = re.findall(r"^### (\w+)\n", text, re.MULTILINE)
    return dict(zip(titles, re.split(r"^### \w+\n", text, flags=re.MULTILINE)[1:], strict=True))


def function(path: str, name: str) -> str:
    """The source of a test; fails where there is none."""
    text = (ROOT / path).read_text()
    (found,) = [
        node for node in ast.parse(text).body if isinstance(node, ast.FunctionDef) and node.name == name
    ]  # fmt: skip
    return ast.unparse(found)


def test_every_alarm_has_its_paragraph_and_every_paragraph_its_alarm(
    alarms: dict[str, Alarm], paragraphs: dict[str, str]
) -> None:
    assert paragraphs.keys() == alarms.keys()
    for title, text in paragraphs.items():
        assert [label for label in LABELS if f"**{label}**" in text] == list(LABELS), title
        assert alarms[title].made_of["AlarmDescription"].endswith(f" docs/runbook.md#{title.lower()}")


def test_every_paragraph_names_a_test_that_trips_that_very_alarm(paragraphs: dict[str, str]) -> None:
    for title, text in paragraphs.items():
        named = TEST.findall(text.split("**Tripped by:**")[1])
        assert named, title
        for path, name in named:
            assert f"'{title}'" in function(path, name), (title, name)


def test_every_alarm_tells_the_operator_when_it_begins_and_when_it_ends(
    packaged: dict[str, Any], alarms: dict[str, Alarm]
) -> None:
    for id, alarm in alarms.items():
        assert alarm.made_of["AlarmActions"] == alarm.made_of["OKActions"] == ["AlarmTopic"]
        assert alarm.made_of["AlarmName"] == f"{STACK}-{id}"
        assert alarm.made_of["TreatMissingData"] in ("ignore", "breaching", "notBreaching")
        assert alarm.made_of.get("ActionsEnabled", True)
    resources = packaged["Resources"]
    mail = resources["AlarmMail"]
    assert mail["Properties"] == {
        "TopicArn": {"Ref": "AlarmTopic"}, "Protocol": "email", "Endpoint": {"Ref": "AlarmEmail"}
    }  # fmt: skip
    assert (mail["Condition"], packaged["Parameters"]["AlarmEmail"]["Default"]) == ("Told", "")


def test_no_stage_but_the_local_one_goes_without_somebody_who_is_told(packaged: dict[str, Any]) -> None:
    rule = packaged["Rules"]["SomebodyIsTold"]
    assert rule["RuleCondition"] == {"Fn::Not": [{"Fn::Equals": [{"Ref": "Stage"}, "local"]}]}
    assert [one["Assert"] for one in rule["Assertions"]] == [
        {"Fn::Not": [{"Fn::Equals": [{"Ref": "AlarmEmail"}, ""]}]}
    ]  # fmt: skip


def test_what_alarms_say_is_encrypted_under_a_key_that_lets_cloudwatch_publish(packaged: dict[str, Any]) -> None:
    resources = packaged["Resources"]
    assert resources["AlarmTopic"]["Properties"]["KmsMasterKeyId"] == {"Fn::GetAtt": ["AlarmKey", "Arn"]}
    for statement in (
        resources["AlarmKey"]["Properties"]["KeyPolicy"]["Statement"][1],
        resources["AlarmTopicPolicy"]["Properties"]["PolicyDocument"]["Statement"][0],
    ):
        assert statement["Principal"] == {"Service": "cloudwatch.amazonaws.com"}
        assert statement["Condition"] == {"StringEquals": {"aws:SourceAccount": {"Ref": "AWS::AccountId"}}}


def test_only_alarms_that_need_metric_math_are_left_out_locally(alarms: dict[str, Alarm]) -> None:
    assert {id for id, one in alarms.items() if one.needs_deployment} == {
        id for id, one in alarms.items() if "Metrics" in one.made_of
    }


def test_the_dashboard_shows_every_alarm_and_is_json_once_its_names_are_filled_in(
    packaged: dict[str, Any], alarms: dict[str, Alarm]
) -> None:
    text, names = packaged["Resources"]["Dashboard"]["Properties"]["DashboardBody"]["Fn::Sub"]
    assert names["Named"]["Fn::Sub"].endswith(":alarm:${AWS::StackName}-")
    body = json.loads(resolve({"Fn::Sub": text}))
    shown = body["widgets"][0]["properties"]["alarms"]
    assert shown == [f"Named{id}" for id in alarms]


def test_metrics_on_the_dashboard_are_the_ones_that_somebody_publishes(packaged: dict[str, Any]) -> None:
    text, _ = packaged["Resources"]["Dashboard"]["Properties"]["DashboardBody"]["Fn::Sub"]
    ours: set[str] = set()
    for widget in json.loads(resolve({"Fn::Sub": text}))["widgets"][1:]:
        space = ""
        for metric in (line for line in widget["properties"]["metrics"] if isinstance(line[0], str)):
            space = space if metric[0] == "." else metric[0]
            ours |= {metric[1]} if space == NAMESPACE else set()
    sources = "".join(path.read_text() for path in (ROOT / "chalicelib").rglob("*.py"))
    by_field = {f"Sweep{one.name.title().replace('_', '')}" for one in fields(Swept)}
    by_field |= {f"Deliveries{one.name.title()}" for one in fields(Delivered)}
    by_field |= {f"OverTarget{band.title()}" for band in Band}
    assert {name for name in ours - by_field if f"{name}=" not in sources and f'"{name}"' not in sources} == set()


def test_sessions_can_be_restored_and_wrapped_keys_cannot(packaged: dict[str, Any]) -> None:
    sessions, keys = (packaged["Resources"][name]["Properties"] for name in ("Sessions", "Keys"))
    assert sessions["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": True}
    assert "PointInTimeRecoverySpecification" not in keys
    for table in (sessions, keys):
        assert table["DeletionProtectionEnabled"] == {"Fn::If": ["Local", False, True]}


def test_every_log_group_forgets_and_every_function_has_one(packaged: dict[str, Any]) -> None:
    resources = packaged["Resources"]
    groups = {name for name, one in resources.items() if one["Type"] == "AWS::Logs::LogGroup"}
    functions = [one["Properties"] for one in resources.values() if one["Type"] == "AWS::Serverless::Function"]
    assert {function["LoggingConfig"]["LogGroup"]["Ref"] for function in functions} == groups
    for name in groups:
        assert resources[name]["Properties"]["RetentionInDays"] == {"Ref": "LogDays"}
    assert max(packaged["Parameters"]["LogDays"]["AllowedValues"]) <= 90


def test_every_function_publishes_under_the_name_that_the_alarms_listen_to(packaged: dict[str, Any]) -> None:
    for one in packaged["Resources"].values():
        if one["Type"] == "AWS::Serverless::Function":
            variables = one["Properties"]["Environment"]["Variables"]
            assert variables["POWERTOOLS_SERVICE_NAME"] == {"Ref": "AWS::StackName"}
    assert packaged["Resources"]["RestAPI"]["Properties"]["Name"] == {"Ref": "AWS::StackName"}
    assert packaged["Resources"]["RestAPI"]["Properties"]["StageName"] == "api"
