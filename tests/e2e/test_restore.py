"""A restore rehearsed on the engine as far as it goes: what was lost comes back, and a table that is gone, too.

The steps are those of docs/runbook.md, which says what cannot be rehearsed here. `make rehearse-restore` prints them.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any
from unittest.mock import patch

import pytest

from chalicelib.contract import read_handoff
from chalicelib.desk import calls, claims, partners
from chalicelib.desk.base import Desk, change
from chalicelib.doors.views import handoff_answer
from chalicelib.model import hold
from chalicelib.model.counsellor import Counsellor as Who
from chalicelib.model.partner import Partner
from chalicelib.model.session import Reason, Session
from chalicelib.problems import Problem
from chalicelib.settings import read
from chalicelib.wiring import assemble
from ops.place import OperatorClients
from ops.restore import main
from tests.conftest import Running
from tests.hub import FICTION, Answer, Counsellor, Hub, Youth
from tests.integration.conftest import make_table

CHAT = {"platform": "tiktok", "kind": "report", "session": "chat", "locale": "fr"}
CALLBACK = {**CHAT, "session": "callback", "callback": {"number": FICTION}}


def step(text: str) -> None:
    """Say what the operator would do now; shown by `make rehearse-restore`."""
    print(f"  · {text}")


@dataclass
class Tapped:
    """One handoff as its partner sent it, and what it was answered."""

    jti: str
    members: dict[str, Any]
    first: Answer

    @property
    def id(self) -> str:
        """The session."""
        return str(self.first.json["id"])


def tap(hub: Hub, name: str, **members: Any) -> Tapped:
    jti = f"restore-{name}-{time.time_ns()}"
    first = hub.hand_over(jti=jti, **members)
    assert first.status == 201, first.body
    return Tapped(jti, members, first)


def rows_of(hub: Hub, id: str, table: str | None = None) -> list[dict[str, Any]]:
    return sorted((row for row in hub.rows(table) if row["pk"]["S"] == id), key=lambda row: str(row["sk"]["S"]))


def take(who: Counsellor, id: str) -> dict[str, Any]:
    """Claim until that one comes; what waited before it is closed."""
    while (found := who.claim()) is not None and found["id"] != id:
        assert who.act(found, "close", reason="helped").status == 200
    assert found is not None
    return found


@pytest.fixture
def copy(hub: Hub) -> Iterator[str]:
    """The name of a copy, as the runbook makes it from CloudFormation's name of the table; deleted afterwards."""
    name = f"hub3018-Sessions-{time.time_ns():X}-copy"
    yield name
    hub.aws("dynamodb").delete_table(TableName=name)


def restore(running: Running, *arguments: str) -> int:
    """What the operator types; how many rows of sessions it names."""
    printed = io.StringIO()
    with patch.dict(os.environ, HUB_LOCAL=str(running.folder)), contextlib.redirect_stdout(printed):
        assert main(list(arguments)) == 0
    said = printed.getvalue()
    print(said)
    number, kind = said.splitlines()[1].split(maxsplit=1)
    assert kind.startswith("sessions")
    return int(number)


def test_sessions_that_were_lost_come_back_and_nothing_else_does(running: Running, hub: Hub, copy: str) -> None:
    db, table = hub.aws("dynamodb"), hub.facts["table"]
    chat, callback = tap(hub, "chat"), tap(hub, "callback", session="callback", callback={"number": FICTION})
    moving, leaving = tap(hub, "moving"), tap(hub, "leaving")
    youth = Youth(hub, chat.first.json["links"]["youth"])
    assert youth.ask("messages", {"n": 1, "text": "bonjour"}).status == 200
    step("a copy of the table as it was at that moment")
    db.restore_table_to_point_in_time(SourceTableName=table, TargetTableName=copy, UseLatestRestorableTime=True)

    gone = Youth(hub, leaving.first.json["links"]["youth"])
    assert gone.ask("leave", {}).status == 200
    assert hub.send(hub.sign("tiktok", "POST", f"/v1/handoffs/{moving.id}/cancel")).json["status"] == "closed"
    before = {id: rows_of(hub, id) for id in (moving.id, leaving.id)}
    lost = [*rows_of(hub, chat.id), *rows_of(hub, callback.id)]
    for row in lost:
        db.delete_item(TableName=table, Key={"pk": row["pk"], "sk": row["sk"]})
    assert hub.status(chat.id).status == 404

    step("what would come back")
    assert restore(running, copy, "--dry-run") == len(lost)
    assert hub.status(chat.id).status == 404
    step("it comes back")
    assert restore(running, copy) == len(lost)
    assert [*rows_of(hub, chat.id), *rows_of(hub, callback.id)] == lost
    assert {id: rows_of(hub, id) for id in before} == before  # what went on meanwhile, or was erased, stands
    assert restore(running, copy, "--dry-run") == 0

    step("retries are answered as the first time, and counsellors find everything")
    for one in (chat, callback):
        again = hub.hand_over(jti=one.jti, **one.members)
        assert (again.status, again.body) == (200, one.first.body)
    who = hub.new_counsellor(f"restorer-{time.time_ns()}")
    held = take(who, chat.id)
    said = who.ask(f"sessions/{chat.id}").json["messages"]
    assert [message["text"] for message in said] == ["bonjour"]
    assert who.act(held, "close", reason="helped").status == 200
    held = take(who, callback.id)
    assert who.act(held, "reveal").json["number"] == FICTION
    assert who.act(held, "close", reason="helped").status == 200


def test_a_copy_that_is_not_there_is_refused(running: Running, capsys: pytest.CaptureFixture[str]) -> None:
    with patch.dict(os.environ, HUB_LOCAL=str(running.folder)):
        assert main(["no-such-copy"]) == 1
    assert "ResourceNotFoundException" in capsys.readouterr().err


@dataclass
class Bench:
    """Tables of the test's own on the engine, and desks over them with the deployed function's other settings."""

    db: Any
    table: str
    keys: str
    clients: OperatorClients
    environment: dict[str, str]

    def desk(self) -> Desk:
        """As another process would see the tables."""
        settings = replace(read(self.environment), table=self.table, keys_table=self.keys)
        return assemble(settings, clients=self.clients)


@pytest.fixture
def bench(hub: Hub) -> Iterator[Bench]:
    db, stamp = hub.aws("dynamodb"), time.time_ns()
    names = {"Sessions": f"sessions-{stamp}", "Keys": f"keys-{stamp}"}
    for logical, name in names.items():
        make_table(db, logical, name)
    function = hub.aws("lambda").get_function_configuration(FunctionName=hub.facts["engine"]["api_function"])
    clients = OperatorClients(hub.facts)
    yield Bench(db, names["Sessions"], names["Keys"], clients, function["Environment"]["Variables"])
    for name in names.values():
        db.delete_table(TableName=name)


def hand_over(desk: Desk, jti: str, body: dict[str, Any]) -> tuple[Session, bool]:
    raw = json.dumps(body).encode()
    partner = Partner("tiktok", frozenset({"tiktok"}), {})
    taken = partners.receive(desk, partner, jti, raw, read_handoff(raw))
    return taken.session, taken.replayed


def test_a_table_that_is_gone_comes_back_from_its_backup_under_its_own_name(bench: Bench) -> None:
    who = Who("first", "sub-first", frozenset(), 0)
    desk = bench.desk()
    waiting, _ = hand_over(desk, "restore-waiting-0001", CHAT)
    calling, _ = hand_over(desk, "restore-calling-0001", CALLBACK)
    leaving, _ = hand_over(desk, "restore-leaving-0001", CALLBACK)
    answers = {one.id: json.dumps(handoff_answer(desk, one)) for one in (waiting, calling)}
    step("AWS keeps a backup of a table that is deleted while it has point-in-time recovery")
    backup = bench.db.create_backup(TableName=bench.table, BackupName="rehearsal")["BackupDetails"]["BackupArn"]
    change(desk, leaving, lambda s, now: hold.close(s, Reason.LEFT_SAFELY, now))
    desk.cipher.forget(leaving.id)  # the child's words are erased after the copy was made
    bench.db.delete_table(TableName=bench.table)
    with pytest.raises(Problem, match="unavailable"):
        desk.sessions.get(waiting.id)

    step("the table under its own name again")
    bench.db.restore_table_from_backup(TargetTableName=bench.table, BackupArn=backup)
    desk = bench.desk()
    for jti, body in (("restore-waiting-0001", CHAT), ("restore-calling-0001", CALLBACK)):
        again, replayed = hand_over(desk, jti, body)
        assert replayed
        assert json.dumps(handoff_answer(desk, again)) == answers[again.id]
    step("everything that waited can be claimed, in its order; what was erased stays unreadable")
    held = [session for _ in range(2) if (session := claims.claim(desk, who, ["callback"]))]
    assert [session.id for session in held] == [calling.id, leaving.id]
    assert calls.reveal(desk, who, calling.id, held[0].epoch) == FICTION
    with pytest.raises(Problem, match="no_number"):
        calls.reveal(desk, who, leaving.id, held[1].epoch)
    bench.db.delete_backup(BackupArn=backup)
