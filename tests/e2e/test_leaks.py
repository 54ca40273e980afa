"""Nothing that a person or a partner sends stands in any log or is repeated in a refusal."""

from __future__ import annotations

import json
import re
import time
from base64 import b64encode
from collections.abc import Iterator
from html import escape
from urllib.parse import quote, quote_plus, urlencode

import pytest

from chalicelib.watch import ALLOWED
from tests.canaries import Canaries
from tests.conftest import Running
from tests.e2e.misuse import misuse_the_connection, misuse_the_other_doors, misuse_the_partners_door
from tests.e2e.whole_run import (
    Run,
    be_called,
    chat,
    choose_and_leave,
    hand_over,
    register,
    sign_in,
    use_the_commands,
)
from tests.hub import Counsellor, Hub

# What the engine writes around each invocation.
FRAME = re.compile(r"(START|END|REPORT) RequestId: [0-9a-f-]{36}[^{}]*")


@pytest.fixture(scope="module")
def run(running: Running, hub: Hub) -> Run:
    """The whole run, once. When it is over nothing waits."""
    told = Run(hub, running.folder)
    partner = register(told)
    who = sign_in(told)
    empty_the_line(who)
    link = hand_over(told, partner)
    be_called(told, who, link)
    chat(told, who)
    choose_and_leave(told)
    misuse_the_partners_door(told, partner)
    misuse_the_other_doors(told, who)
    misuse_the_connection(told)
    use_the_commands(told)
    hub.sweep()
    empty_the_line(who)
    return told


def empty_the_line(who: Counsellor) -> None:
    """Close whatever waits."""
    while (waiting := who.claim()) is not None:
        who.act(waiting, "close", reason="helped")


def events(hub: Hub) -> dict[str, list[str]]:
    """Every event of every log group of the engine."""
    logs = hub.aws("logs")
    groups = [group for page in logs.get_paginator("describe_log_groups").paginate() for group in page["logGroups"]]
    read = logs.get_paginator("filter_log_events").paginate
    return {
        name: [event["message"] for page in read(logGroupName=name) for event in page["events"]]
        for name in (group["logGroupName"] for group in groups)
    }


def logs_of(running: Running) -> dict[str, str]:
    """Everything that logs: the output of `make run`, the log files in its folder, the engine's log groups."""
    files = {path.name: path.read_text(errors="replace") for path in (running.output, *running.folder.rglob("*.log"))}
    return files | {name: "\n".join(lines) for name, lines in events(running.hub).items()}


@pytest.fixture
def planted(run: Run) -> Iterator[set[tuple[str, str]]]:
    """Some of what was sent, in the hub's own log group as a careless line would have put it; (log, canary) of each."""
    made, logs = run.canaries, run.hub.aws("logs")
    group, stream = run.hub.facts["engine"]["api_log_group"], f"careless-{time.time_ns()}"
    digits = made.value("youth's number")
    lines = {
        "youth's number": f"calling 0{digits[0]} {digits[1:3]} {digits[3:5]} {digits[5:7]} {digits[7:]}",
        "message": json.dumps({"body": json.dumps({"text": made.value("message")})}),
        "subject": f"subject {made.value('subject').encode().hex()}",
        "access token": f"token …{made.value('access token')[-100:]}",
        "content url": urlencode({"seen": made.value("content url")}),
    }
    logs.create_log_stream(logGroupName=group, logStreamName=stream)
    now = time.time_ns() // 1_000_000
    written = [{"timestamp": now, "message": json.dumps({"message": line})} for line in lines.values()]
    logs.put_log_events(logGroupName=group, logStreamName=stream, logEvents=written)
    yield {(group, name) for name in lines}
    logs.delete_log_stream(logGroupName=group, logStreamName=stream)


def test_the_search_knows_every_shape() -> None:
    made = Canaries()
    number, text = made.number("number", "+33 6 39 98 ## ##"), made.text("text", "é « {} » &")
    nine = made.value("number")
    for shape in (
        number, f"+33{nine}", f"0{nine}", f"0033{nine}", quote(number), quote_plus(f"+33{nine}"), f"33{nine}",
        "0" + "-".join(nine), f"(0){nine[0]}.{nine[1:5]}/{nine[5:]}", f"33{nine}".encode().hex(),
        b64encode(f'{{"number":"+33{nine}"}}'.encode()).decode(),
    ):  # fmt: skip
        assert made.find({"log": f"x{shape}y"}) == {("log", "number")}, shape
    for before in ("", "a", "ab", "abc"):
        coded = b64encode(f"{before}{text}z".encode()).decode()
        assert made.find({"log": coded, "other": ""}) == {("log", "text")}
    for shape in (text, quote(text), ascii(text), json.dumps(text), json.dumps(json.dumps(text)), escape(text)):
        assert made.find({"log": shape.upper()}) == {("log", "text")}
    assert made.find({"log": f"{int(nine) + 1} {made.value('text')[8:]}"}) == set()


def test_a_whole_run_leaves_nothing_that_was_sent_in_any_log(run: Run, running: Running) -> None:
    logs = logs_of(running)
    api = run.hub.facts["engine"]["api_log_group"]
    assert len(run.canaries.names) >= 90
    assert {"output.txt", "engine.log", api, run.hub.facts["engine"]["sweep_log_group"]} <= set(logs)
    assert all(answer.json["request_id"] in logs[api] for answer in run.refused_by_the_hub)
    assert run.canaries.find(logs) == set()


def test_the_same_search_finds_a_planted_leak(run: Run, running: Running, planted: set[tuple[str, str]]) -> None:
    assert run.canaries.find(logs_of(running)) == planted


def test_the_same_search_finds_a_careless_print(run: Run, running: Running) -> None:
    logs = logs_of(running)
    logs["output.txt"] += f"POST /s/x/messages {json.dumps(run.canaries.value('message by form'))}\n"
    assert run.canaries.find(logs) == {("output.txt", "message by form")}


def test_no_refusal_repeats_what_was_sent(run: Run) -> None:
    bodies = {f"{at} {what}": answer.body.decode() for at, (what, answer) in enumerate(run.refused)}
    assert len(bodies) > 40
    # A form that is shown again has to carry its own token; no problem does.
    pages = {name for name, body in bodies.items() if body.startswith("<!")}
    assert {(where, name) for where, name in run.canaries.find(bodies) if where not in pages} == set()
    assert {name for _, name in run.canaries.find(bodies)} <= {"form token"}


def test_the_functions_log_allowed_fields_and_counts_only(run: Run) -> None:
    lines = [line for group in events(run.hub).values() for line in group if not FRAME.fullmatch(line)]
    assert len(lines) > 60
    for line in lines:
        fields = json.loads(line)
        metrics = [
            one["Name"] for part in fields.pop("_aws", {}).get("CloudWatchMetrics", ()) for one in part["Metrics"]
        ]
        counts = [value for name in metrics for value in fields.pop(name)]
        assert all(isinstance(count, int | float) for count in counts), metrics
        assert set(fields) <= ALLOWED, sorted(fields)
