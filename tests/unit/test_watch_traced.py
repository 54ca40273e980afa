"""Traces: each call to AWS a subsegment that tells service, operation and table, and nothing of what was said."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from chalicelib.watch import traced

ROOT = Path(__file__).parents[2]
TRACE = "1-67e5ab00-0123456789abcdef01234567"
PROGRAM = """
import sys
from botocore.exceptions import ClientError
from chalicelib.watch import traced
around = traced()
with around("dynamodb", "PutItem", {"TableName": "sessions", "Item": {"pk": {"S": "CANARY"}}}) as headers:
    print(headers["X-Amzn-Trace-Id"])
for fault in (ClientError({"Error": {"Code": "X", "Message": "CANARY"}}, "UpdateItem"), TimeoutError("CANARY")):
    try:
        with around("kms", "Decrypt", {"CiphertextBlob": b"CANARY"}):
            raise fault
    except type(fault):
        pass
print("botocore.client" in sys.modules, "boto3" in sys.modules)
"""


@pytest.mark.parametrize(
    "environment", [{}, {"AWS_XRAY_DAEMON_ADDRESS": "127.0.0.1:1", "POWERTOOLS_TRACE_DISABLED": "true"}]
)
def test_where_xray_is_off_nothing_is_traced(environment: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_XRAY_DAEMON_ADDRESS", raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert traced() is None


def segments(daemon: socket.socket) -> list[dict[str, Any]]:
    """What the daemon was told: a line of its format, then a document."""
    found = []
    while True:
        try:
            found.append(json.loads(daemon.recv(65536).split(b"\n", 1)[1]))
        except TimeoutError:
            return found


def test_a_call_is_a_subsegment_without_what_was_asked_answered_or_refused() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as daemon:
        daemon.bind(("127.0.0.1", 0))
        daemon.settimeout(1)
        # As in a function: the context is in the environment, and its end is Lambda's.
        environment = {
            "PATH": os.environ["PATH"], "AWS_XRAY_DAEMON_ADDRESS": f"127.0.0.1:{daemon.getsockname()[1]}",
            "_X_AMZN_TRACE_ID": f"Root={TRACE};Parent=0123456789abcdef;Sampled=1", "LAMBDA_TASK_ROOT": str(ROOT),
        }  # fmt: skip
        ran = subprocess.run(
            [sys.executable, "-c", PROGRAM], cwd=ROOT, env=environment, capture_output=True, text=True, check=True
        )
        told = segments(daemon)
    header, loaded = ran.stdout.strip().splitlines()[-2:]
    put, refused, silent = told
    assert header == f"Root={TRACE};Parent={put['id']};Sampled=1"
    assert [one["name"] for one in told] == ["dynamodb", "kms", "kms"]
    assert {one["namespace"] for one in told} == {"aws"}
    assert put["aws"]["operation"] == "PutItem" and put["aws"]["table_name"] == "sessions"
    assert (refused.get("error"), refused.get("fault"), silent.get("fault")) == (True, None, True)
    assert "CANARY" not in json.dumps(told)
    assert "cause" not in refused and "cause" not in silent
    assert loaded.endswith("False"), "the SDK is not loaded for it"
