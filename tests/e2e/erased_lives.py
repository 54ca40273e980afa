"""Four lives in which every value is a canary: kept alive, backed up, ended in four ways, and then looked for."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from os import environ
from pathlib import Path
from typing import Any

from chalicelib.desk.base import Desk, open_sealed
from chalicelib.desk.notes import read_notes
from chalicelib.desk.numbers import name_of
from chalicelib.desk.transcript import read as words
from chalicelib.settings import Settings, read
from chalicelib.wiring import assemble
from ops.place import OperatorClients
from tests.canaries import Canaries
from tests.conftest import Running
from tests.hub import Counsellor, Hub, Youth

__all__ = ["Lives", "desk_over", "end", "everything_kept", "hashes_found", "live", "readable", "shown"]

ROOT = Path(__file__).parents[2]
NUMBERS = {"unsafe": "+3363998####", "asked": "+3319900####"}


@dataclass
class Lives:
    """The sessions by the way they end, what was sent in them, the copy of the table from when all were
    alive, and what the operator's commands printed."""

    running: Running
    who: Counsellor
    canaries: Canaries = field(default_factory=Canaries)
    ids: dict[str, str] = field(default_factory=dict)
    sent: dict[str, dict[str, Any]] = field(default_factory=dict)
    e164: dict[str, str] = field(default_factory=dict)
    youths: dict[str, Youth] = field(default_factory=dict)
    held: dict[str, dict[str, Any]] = field(default_factory=dict)
    copy: str = ""
    printed: str = ""

    @property
    def hub(self) -> Hub:
        """The hub."""
        return self.running.hub

    def erase(self, *arguments: str, line: str = "") -> str:
        """The operator's command on this hub; what it printed."""
        done = subprocess.run(
            [sys.executable, "-m", "ops.erase", *arguments], cwd=ROOT, input=line, text=True, capture_output=True,
            env={**environ, "HUB_LOCAL": str(self.running.folder)}, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return done.stdout


def live(running: Running, who: Counsellor) -> Lives:
    """Everything is alive: two callbacks and two chats, each with all that can be kept of it."""
    lives = Lives(running, who)
    for way in ("unsafe", "asked"):
        lives.e164[way] = lives.canaries.number(f"{way}: number", NUMBERS[way])
        _hand_over(lives, way, session="callback", callback={"number": lives.e164[way]})
    held = who.claim("callback")
    assert held is not None and held["id"] == lives.ids["unsafe"]
    lives.held["unsafe"] = held
    assert who.act(held, "reveal").json["number"] == lives.e164["unsafe"]
    for way in ("left", "closed"):
        _hand_over(lives, way)
        _talk(lives, way)
    return lives


def _hand_over(lives: Lives, way: str, **members: Any) -> None:
    made = lives.canaries
    report = {
        "category": made.text(f"{way}: category"),
        "contents": [{"url": made.text(f"{way}: url", "https://video.example/{}")}],
    }
    sent = lives.sent[way] = {
        "kind": "report" if way in ("left", "closed") else "call", "role": "youth", "age_band": "13_14", "danger": True,
        "subject": made.text(f"{way}: subject"), "jti": f"life-{way}-{time.time_ns()}", "report": report, **members,
    }  # fmt: skip
    answer = lives.hub.hand_over(**sent)
    assert answer.status == 201, answer.body
    lives.ids[way] = answer.json["id"]
    youth = lives.youths[way] = Youth(lives.hub, answer.json["links"]["youth"])
    assert youth.ask("here", {}).status == 200
    made.given(f"{way}: cookie", youth.cookie.partition("=")[2])
    code = youth.ask("code", {}).json["resume"]
    made.given(f"{way}: resume code as shown", code)
    made.given(f"{way}: resume code", code.replace("-", ""))


def _talk(lives: Lives, way: str) -> None:
    made, who, youth = lives.canaries, lives.who, lives.youths[way]
    held = who.claim("chat")
    assert held is not None and held["id"] == lives.ids[way]
    lives.held[way] = held
    assert youth.ask("messages", {"n": 1, "text": made.text(f"{way}: message", "j’ai peur, {}")}).status == 200
    assert who.act(held, "messages", n=1, text=made.text(f"{way}: answer", "je suis là, {}")).status == 200
    said = {"n": 1, "kind": "note", "text": made.text(f"{way}: note", "à savoir : {}")}
    assert who.act(held, "notes", **said).status == 200


def end(lives: Lives) -> str:
    """All are ended and erased, each in its own way; what the operator's commands printed."""
    who, held = lives.who, lives.held
    assert who.act(held["unsafe"], "attempts", outcome="answered_unsafe").json["state"] == "closed"
    assert lives.youths["left"].ask("leave", {}).status == 200
    assert who.act(held["closed"], "close", reason="helped").json["state"] == "closed"
    first = lives.erase("--session", lives.ids["closed"])
    return first + lives.erase("--session", lives.ids["closed"], "--yes") + lives.erase(
        "--number", "-", "--yes", line=lives.e164["asked"] + "\n"
    )  # fmt: skip


def readable(lives: Lives, desk: Desk) -> dict[str, set[str]]:
    """What of each session a desk can read: number, report, words, notes."""
    found: dict[str, set[str]] = {}
    for way, id in lives.ids.items():
        session = desk.sessions.get(id, strong=True)
        assert session is not None
        number = session.number and open_sealed(desk, id, "number", session.number)
        sealed = desk.sessions.report(id)
        report = sealed and open_sealed(desk, id, "report", sealed)
        parts = {"number": number, "report": report, "words": words(desk, session), "notes": read_notes(desk, session)}
        found[way] = {name for name, part in parts.items() if part}
    return found


def settings_of(hub: Hub) -> Settings:
    """The settings of the deployed API."""
    configured = hub.aws("lambda").get_function_configuration(FunctionName=hub.facts["engine"]["api_function"])
    return read(configured["Environment"]["Variables"])


def desk_over(hub: Hub, table: str = "") -> Desk:
    """A desk of a process that has just started, over the hub's own table or over a copy; the keys are the hub's."""
    settings = settings_of(hub)
    return assemble(replace(settings, table=table or settings.table), clients=OperatorClients(hub.facts))


def shown(item: Mapping[str, Any]) -> str:
    """A raw row as text: its bytes as they are and in hex, so that no shape of a value is missed."""

    def told(value: object) -> str:
        return f"{value.decode('latin-1')} {value.hex()}" if isinstance(value, bytes) else str(value)

    return json.dumps(item, default=told, ensure_ascii=False)


def everything_kept(lives: Lives) -> dict[str, str]:
    """Both tables, the stream, by name; row by row in one text each."""
    hub = lives.hub
    tables = {
        name: hub.rows(hub.facts["engine"][name] if name != "table" else None) for name in ("table", "keys_table")
    }
    kept = {name: "\n".join(map(shown, rows)) for name, rows in tables.items()}
    return {**kept, "stream": "\n".join(map(shown, _records(hub)))}


def _records(hub: Hub) -> Iterator[dict[str, Any]]:
    streams = hub.aws("dynamodbstreams")
    (stream,) = streams.list_streams(TableName=hub.facts["table"])["Streams"]
    arn = stream["StreamArn"]
    for shard in streams.describe_stream(StreamArn=arn)["StreamDescription"]["Shards"]:
        found = streams.get_shard_iterator(
            StreamArn=arn, ShardId=shard["ShardId"], ShardIteratorType="TRIM_HORIZON"
        )["ShardIterator"]  # fmt: skip
        while found:
            answer = streams.get_records(ShardIterator=found)
            yield from answer["Records"]
            found = answer.get("NextShardIterator") if answer["Records"] else None


def hashes_found(lives: Lives, texts: Mapping[str, str]) -> set[tuple[str, str]]:
    """(text's name, way) wherever a number's keyed hash stands, as hex or as bytes."""
    desk = desk_over(lives.hub)
    names = {way: name_of(desk, e164) for way, e164 in lives.e164.items()}
    return {
        (where, way)
        for where, text in texts.items()
        for way, name in names.items()
        if name.hex() in text or name.decode("latin-1") in text
    }
