"""The audit trail of the deployed stack as its operator reads it; what a crowd does to it stands in test_race."""

from __future__ import annotations

import os
import subprocess
import sys

from tests.conftest import ROOT, Running
from tests.hub import Hub


def command(running: Running, *arguments: str) -> tuple[int, list[str]]:
    """Exit status and lines of the operator's command."""
    done = subprocess.run(
        [sys.executable, "-m", "ops.audit", *arguments], cwd=ROOT, capture_output=True, text=True, check=False,
        env={**os.environ, "HUB_LOCAL": str(running.folder)}, timeout=240,
    )  # fmt: skip
    return done.returncode, done.stdout.splitlines()


def test_the_operator_reads_one_session_finds_the_trail_whole_and_a_deleted_record_named(
    hub: Hub, running: Running
) -> None:
    hub.hand_over()
    who = hub.counsellor()
    held = who.claim()
    assert held is not None and who.act(held, "close", reason="helped").status == 200
    hub.sweep()
    code, shown = command(running, "show", held["id"])
    assert code == 0
    assert [line.split()[1:] for line in shown[1:]] == [
        [who.username, "claim", str(held["epoch"])], [who.username, "close", str(held["epoch"]), "helped"],
    ]  # fmt: skip
    code, said = command(running, "verify")
    assert (code, said[-1]) == (0, "whole: no link is broken")
    row = next(item for item in hub.rows() if item.get("session") == {"S": held["id"]})
    db, table = hub.aws("dynamodb"), hub.facts["table"]
    db.delete_item(TableName=table, Key={"pk": row["pk"], "sk": row["sk"]})
    code, said = command(running, "verify")
    db.put_item(TableName=table, Item=row)
    _, chain, number = row["sk"]["S"].split("#")
    assert code == 1 and f"chain {chain}, number {int(number)}: is missing" in said[-1]
