"""What may stand in a log line."""

from __future__ import annotations

import json
import logging
import sys

import pytest

from chalicelib import watch


def test_a_field_that_is_not_on_the_list_never_reaches_the_log(capsys: pytest.CaptureFixture[str]) -> None:
    watch._logger.cache_clear()
    watch._logger()
    for handler in logging.getLogger("hub").handlers:  # made by another test, it writes to that test's output
        assert isinstance(handler, logging.StreamHandler)
        handler.stream = sys.stdout  # not setStream: it would flush that one, which is closed
    watch.note("request", route="/v1/handoffs", number="+33639980042", status=201, reason="x" * 900)
    line = json.loads(capsys.readouterr().out)
    assert set(line) <= watch.ALLOWED
    assert line["message"] == "request" and line["status"] == 201
    assert "+33639980042" not in json.dumps(line)
    assert len(line["reason"]) == 200


def test_counts_are_published_as_metrics(capsys: pytest.CaptureFixture[str]) -> None:
    watch.count(HandoffsTaken=1)
    line = json.loads(capsys.readouterr().out)
    assert line["HandoffsTaken"] == [1.0]
    assert line["_aws"]["CloudWatchMetrics"][0]["Namespace"] == "Hub3018"


def test_metrics_carry_the_name_of_the_stack_and_a_partner_where_it_is_one_partners(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("POWERTOOLS_SERVICE_NAME", "helpline")
    watch._metrics.cache_clear()
    watch.count("acme", TokensRefused=1)
    watch.seconds(OldestOverTarget=0)
    watch._metrics.cache_clear()
    partners, line = (json.loads(printed) for printed in capsys.readouterr().out.splitlines())
    assert sorted(partners["_aws"]["CloudWatchMetrics"][0]["Dimensions"][0]) == ["partner", "service"]
    assert (partners["partner"], partners["service"], partners["TokensRefused"]) == ("acme", "helpline", [1.0])
    assert line["_aws"]["CloudWatchMetrics"][0]["Dimensions"] == [["service"]]
    assert line["_aws"]["CloudWatchMetrics"][0]["Metrics"] == [{"Name": "OldestOverTarget", "Unit": "Seconds"}]
    assert line["OldestOverTarget"] == [0.0]
