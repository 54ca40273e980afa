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
        handler.setStream(sys.stdout)
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
