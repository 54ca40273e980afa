"""`make audit-verify` and `make audit-show`, as the operator types them."""

from __future__ import annotations

from pathlib import Path

import boto3
import pytest

from chalicelib.aws.audit import TableAudit
from chalicelib.aws.clients import Clients
from chalicelib.aws.secrets import StageSecrets
from chalicelib.model.audit import day_of
from ops import audit as tool
from ops import restore
from ops.row import now
from tests.integration.conftest import make_table
from tests.registry import STACK, TABLE, Registry, Said

SESSION = "ho_" + "a" * 26


@pytest.fixture
def kept(registry: Registry, monkeypatch: pytest.MonkeyPatch) -> TableAudit:
    """A partner with two changes, and a session whose number was seen; all sealed. A short year: a day is a query."""
    monkeypatch.setattr("ops.audit.KEPT_DAYS", 3)
    registry.add()
    registry.done("limits", "acme", "--day", "5000")
    clients = Clients()
    arn = boto3.client("secretsmanager").describe_secret(SecretId="stage")["ARN"]
    audit = TableAudit(clients, TABLE, StageSecrets(clients, arn), lambda: b"c" * 16)
    at = now()
    audit.record("counsellor-1", "claim", SESSION, at, epoch=1)
    audit.record("counsellor-1", "reveal", SESSION, at + 1000, epoch=1)
    assert audit.seal(audit.recent(at), at) == 1
    return audit


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> Said:
    capsys.readouterr()
    try:
        code = tool.main(["--stack", STACK, *arguments])
    except SystemExit as left:
        code = int(left.code or 0)
    printed = capsys.readouterr()
    return Said(code, printed.out, printed.err)


def test_the_days_kept_are_counted_and_called_whole(kept: TableAudit, capsys: pytest.CaptureFixture[str]) -> None:
    said = run(capsys, "verify")
    lines = [line.split() for line in said.out.splitlines()]
    assert lines[0] == ["day", "(UTC)", "records", "chains", "seals", "unsealed", "old"]
    assert lines[1] == [day_of(now()), "4", "3", "1", "0", "0"]
    assert lines[2][:3] == ["last", "seal:", "1,"] and len(lines[2][-1]) == 64
    assert (said.code, lines[3]) == (0, ["whole:", "no", "link", "is", "broken"])


def test_the_first_broken_link_is_named_with_exit_status_1(
    kept: TableAudit, registry: Registry, capsys: pytest.CaptureFixture[str]
) -> None:
    (row,) = [item for item in registry.items() if item.get("what") == {"S": "reveal"}]
    registry.db.delete_item(TableName=TABLE, Key={"pk": row["pk"], "sk": row["sk"]})
    today, chain = day_of(now()), row["sk"]["S"].split("#")[1]
    for arguments in (["verify"], ["verify", "--day", today]):
        said = run(capsys, *arguments)
        last = said.out.splitlines()[-1]
        assert last == f"BROKEN, first: {today}, chain {chain}, number 2: is missing; seal 1 knows it"
        assert said.code == 1
    assert run(capsys, "verify", "--day", "2020-01-01").code == 0
    assert run(capsys, "verify", "--day", "yesterday").code == 2


def test_who_saw_a_number_and_who_changed_a_partner_is_shown_in_order(
    kept: TableAudit, registry: Registry, capsys: pytest.CaptureFixture[str]
) -> None:
    old = {"who": {"S": "first"}, "what": {"S": "reveal"}, "session": {"S": SESSION}}
    registry.put(f"audit#{day_of(now() - 86_400_000)}", f"{now() - 86_400_000:013d}#{'0' * 32}", **old)
    lines = [line.split()[1:] for line in run(capsys, "show", SESSION).out.splitlines()]
    assert lines == [
        ["who", "what", "epoch", "fact"], ["first", "reveal"], ["counsellor-1", "claim", "1"],
        ["counsellor-1", "reveal", "1"],
    ]  # fmt: skip
    assert [line.split()[2] for line in run(capsys, "show", "partner#acme").out.splitlines()[1:]] == [
        "partner.add", "partner.limits",
    ]  # fmt: skip
    nothing = run(capsys, "show", "ho_" + "b" * 26)
    assert (nothing.code, nothing.out) == (1, "") and "nothing is recorded" in nothing.err


def test_a_restore_from_a_copy_with_cloudformations_name_is_recorded_and_puts_rows_back(
    registry: Registry, capsys: pytest.CaptureFixture[str]
) -> None:
    """The record had room for a partner's id only: a real table's name was refused before any row came back."""
    registry.add()
    copy, row = "helpline-Sessions-1AB2C3-copy", registry.row()
    make_table(registry.db, "Sessions", copy)
    registry.db.put_item(TableName=copy, Item=row)
    registry.db.delete_item(TableName=TABLE, Key={"pk": row["pk"], "sk": row["sk"]})
    assert restore.main(["--stack", STACK, "--dry-run", copy]) == 0
    assert [what for _, what, _ in registry.audit()] == ["partner.add"]
    assert restore.main(["--stack", STACK, copy]) == 0
    assert (registry.row(), registry.audit()[-1][1:]) == (row, ("table.restore", f"table#{copy}"))
    assert "table.restore" in run(capsys, "show", f"table#{copy}").out


def test_a_restore_that_cannot_be_recorded_puts_nothing_back_and_says_so(
    registry: Registry, capsys: pytest.CaptureFixture[str]
) -> None:
    registry.add()
    row = registry.row()
    make_table(registry.db, "Sessions", "copy")
    registry.db.put_item(TableName="copy", Item=row)
    registry.db.delete_item(TableName=TABLE, Key={"pk": row["pk"], "sk": row["sk"]})
    boto3.client("secretsmanager").delete_secret(SecretId="stage", ForceDeleteWithoutRecovery=True)
    before = registry.items()
    assert restore.main(["--stack", STACK, "copy"]) == 1
    assert "nothing came back" in capsys.readouterr().err
    assert registry.items() == before


def test_without_a_hub_or_the_secret_the_reason_is_one_sentence(
    registry: Registry, capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    registry.add()
    boto3.client("secretsmanager").delete_secret(SecretId="stage", ForceDeleteWithoutRecovery=True)
    assert "secret cannot be read" in run(capsys, "verify", "--day", day_of(now())).err
    assert tool.main(["--stack", "nowhere", "verify"]) == 1
    assert "AWS refused" in capsys.readouterr().err
    monkeypatch.setenv("HUB_LOCAL", str(tmp_path))
    monkeypatch.delenv("HUB_STACK", raising=False)
    assert tool.main(["verify"]) == 1
    assert "make run" in capsys.readouterr().err
