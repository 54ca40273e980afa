"""Erased means erased: both raw tables, the stream, every log and a restored copy are read afterwards."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from chalicelib.desk.numbers import name_of
from chalicelib.model.retention import KEYS, SESSIONS, kind_of
from tests.conftest import Running
from tests.e2e.erased_lives import Lives, desk_over, end, everything_kept, hashes_found, live, readable, shown
from tests.e2e.test_leaks import empty_the_line, logs_of
from tests.hub import Hub
from tests.integration.test_erasing import TOMBSTONE

ALL_OF_A_CHAT = {"report", "words", "notes"}
ALL_OF_A_CALL = {"number", "report"}


def restore(hub: Hub, copy: str) -> None:
    """A backup of the session table as it is now, restored beside it."""
    db = hub.aws("dynamodb")
    backup = db.create_backup(TableName=hub.facts["table"], BackupName=copy)["BackupDetails"]["BackupArn"]
    db.restore_table_from_backup(TargetTableName=copy, BackupArn=backup)
    db.get_waiter("table_exists").wait(TableName=copy)
    db.delete_backup(BackupArn=backup)


@pytest.fixture(scope="module")
def lives(running: Running, hub: Hub) -> Iterator[Lives]:
    """Four lives, a restored copy of the table from when all were alive, and then their ends."""
    who = hub.new_counsellor(f"erased-{time.time_ns() % 10**9}")
    empty_the_line(who)
    told = live(running, who)
    told.copy = f"restored-{time.time_ns()}"
    restore(hub, told.copy)
    before = readable(told, desk_over(hub, told.copy))
    assert before == {"unsafe": ALL_OF_A_CALL, "asked": ALL_OF_A_CALL, "left": ALL_OF_A_CHAT, "closed": ALL_OF_A_CHAT}
    told.printed = end(told)
    yield told
    hub.aws("dynamodb").delete_table(TableName=told.copy)


def everything(lives: Lives) -> dict[str, str]:
    """All that is kept or logged anywhere, by name."""
    return {**everything_kept(lives), **logs_of(lives.running), "printed by the command": lives.printed}


def test_nothing_that_was_sent_stands_anywhere_once_it_is_erased(lives: Lives) -> None:
    texts = everything(lives)
    assert {"table", "keys_table", "stream", "output.txt", "engine.log"} <= set(texts)
    assert lives.hub.facts["engine"]["api_log_group"] in texts
    for way, id in lives.ids.items():  # what was looked at is what was lived in
        assert id in texts["table"] and id in texts["stream"], way
    assert len(lives.canaries.names) > 20
    assert lives.canaries.find(texts) == set()


def test_no_hash_of_a_number_leads_to_a_session(lives: Lives) -> None:
    texts = everything(lives)
    assert hashes_found(lives, texts) == {("keys_table", "unsafe")}, "the warning stays, for three days"
    name = name_of(desk_over(lives.hub), lives.e164["unsafe"])
    (row,) = (row for row in key_rows(lives) if row["pk"]["S"] == f"number#{name.hex()}")
    assert row["unsafe"]["BOOL"] and "holders" not in row and "expires_at" in row


def test_no_key_is_left_and_no_word_and_the_tombstone_says_nothing_about_the_youth(lives: Lives) -> None:
    ids = set(lives.ids.values())
    assert [row for row in key_rows(lives) if ids & {row["pk"]["S"], *row.get("holders", {"SS": ()})["SS"]}] == []
    rows = [row for row in lives.hub.rows() if row["pk"]["S"] in ids]
    assert sorted(row["pk"]["S"] for row in rows) == sorted(ids), "one row each"
    for row in rows:
        assert set(row) <= TOMBSTONE, set(row) - TOMBSTONE
        assert row["erased"]["BOOL"] and row["state"]["S"] == "closed"
    assert [row for row in lives.hub.rows() if row["sk"]["S"] == "resume" and row["id"]["S"] in ids] == []


def key_rows(lives: Lives) -> list[dict[str, Any]]:
    return lives.hub.rows(lives.hub.facts["engine"]["keys_table"])


@pytest.fixture
def planted(lives: Lives) -> Iterator[set[tuple[str, str]]]:
    """Leaks as a careless change would leave them: (text, canary) of each, and a number's hash in the session table."""
    made, hub = lives.canaries, lives.hub
    db, table, keys = hub.aws("dynamodb"), hub.facts["table"], hub.facts["engine"]["keys_table"]
    name = name_of(desk_over(hub), lives.e164["asked"])
    leaks: Mapping[str, dict[str, Any]] = {
        table: {
            "sk": {"S": "careless"}, "text": {"S": f"« {made.value('left: message')} »"},
            "raw": {"B": made.value("closed: subject").encode()}, "number": {"B": name},
        },
        keys: {"hint": {"S": "0" + made.value("asked: number")}},
    }  # fmt: skip
    for where, leak in leaks.items():
        db.put_item(TableName=where, Item={"pk": {"S": "careless"}, **leak})
    yield {("table", "left: message"), ("table", "closed: subject"), ("keys_table", "asked: number")}
    for where, leak in leaks.items():
        db.delete_item(TableName=where, Key={"pk": {"S": "careless"}, **({"sk": leak["sk"]} if "sk" in leak else {})})


def test_the_same_search_finds_planted_leaks(lives: Lives, planted: set[tuple[str, str]]) -> None:
    texts = everything(lives)
    assert lives.canaries.find(texts) == planted
    assert hashes_found(lives, texts) == {("keys_table", "unsafe"), ("table", "asked")}


def test_a_restored_copy_of_the_table_cannot_be_read_once_the_keys_are_gone(lives: Lives) -> None:
    rows = [row for row in lives.hub.rows(lives.copy) if row["pk"]["S"] in lives.ids.values()]
    assert len(rows) > 12, "all of it is there: sessions, reports, words, notes"
    desk = desk_over(lives.hub, lives.copy)
    session = desk.sessions.get(lives.ids["unsafe"], strong=True)
    assert session is not None and session.open and session.number is not None
    assert set(lives.ids) == {"unsafe", "asked", "left", "closed"}
    assert not any(readable(lives, desk).values())
    copied = {"copy": "\n".join(map(shown, rows))}
    assert lives.canaries.find(copied) == set()
    assert hashes_found(lives, copied) == set(), "what is known of numbers has no copies"


def test_a_late_retry_finds_the_tombstone_and_brings_nothing_back(lives: Lives) -> None:
    for way, id in lives.ids.items():
        again = lives.hub.hand_over(**lives.sent[way])
        assert (again.status, again.json["id"]) == (200, id), way
        seen = lives.hub.status(id)
        assert (seen.status, seen.json["status"]) == (200, "closed"), way
    texts = everything(lives)
    assert lives.canaries.find(texts) == set()
    assert hashes_found(lives, texts) == {("keys_table", "unsafe")}
    assert not set(lives.ids.values()) & {row["pk"]["S"] for row in key_rows(lives)}


def test_every_row_that_a_running_hub_has_is_of_a_known_kind(lives: Lives) -> None:
    for table, rows in ((SESSIONS, lives.hub.rows()), (KEYS, key_rows(lives))):
        assert rows
        for row in rows:
            stage = "open" if "expires_at" not in row else "rehearsal" if "rehearsal" in row else "closed"
            pk, sk = row["pk"]["S"], row.get("sk", {"S": ""})["S"]
            kept = kind_of(table, pk, sk, stage)
            assert kept is not None, (table, pk.split("#")[0], sk.split("#")[0])
            assert ("expires_at" in row) == (kept.lasts is not None), kept.name
