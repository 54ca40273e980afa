"""The contenders as processes beside one engine: their environments and tables, and what a process tells of itself."""

from __future__ import annotations

import json
import os
import secrets
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.comparing.tasks import HUB, Task, tasks
from tests.conftest import Running
from tests.hub import Hub

__all__ = ["Contenders", "Died", "Process", "Report", "contenders"]

DRIVER = Path(__file__).parent / "driver.py"
SESSIONS, RECORDS = "bench-sessions", "bench-idempotency"


class Died(Exception):
    """A measured process ended or answered what it should not; the text carries its last words."""


@dataclass(frozen=True)
class Report:
    """What a process told of one line of events.

    ``wall`` and ``cpu`` are ms of each event; ``since`` is the wall time (ms) from before the process was started and
    ``total`` its CPU time (ms) since the interpreter's start, both up to the last answer; ``peak`` is in KiB.
    """

    since: float
    total: float
    peak: int
    cpu: Sequence[float]
    wall: Sequence[float]
    answers: Sequence[Mapping[str, Any]]

    @property
    def statuses(self) -> set[int]:
        """The HTTP statuses that were answered."""
        return {int(answer["statusCode"]) for answer in self.answers}


class Process:
    """One process of a contender, alive until the end of the ``with``."""

    def __init__(self, task: Task, environment: Mapping[str, str], flags: Sequence[str] = ()) -> None:
        self._name = task.name
        self._errors = tempfile.TemporaryFile("w+")  # noqa: SIM115 - closed with the process
        # The base interpreter without site: neither this environment's packages nor its start-up files are seen.
        base: str = getattr(sys, "_base_executable", sys.executable)
        command = [base, "-s", "-S", "-P", *flags, str(DRIVER), task.handler]
        self._began = time.monotonic()
        self._process = subprocess.Popen(
            command, env=environment, cwd=task.folder, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=self._errors,
        )  # fmt: skip

    def __enter__(self) -> Process:
        return self

    def __exit__(self, *_: object) -> None:
        if self._process.stdin is not None:
            self._process.stdin.close()
        if self._process.stdout is not None:
            self._process.stdout.close()
        try:
            self._process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._errors.close()

    def ask(self, events: Sequence[Mapping[str, Any]], *statuses: int) -> Report:
        """Let it answer the events, in order. Raises Died, also when a status is none of ``statuses``."""
        told = ""
        if self._process.stdin is not None and self._process.stdout is not None:
            try:
                self._process.stdin.write(json.dumps(events) + "\n")
                self._process.stdin.flush()
                told = self._process.stdout.readline()
            except BrokenPipeError:
                pass
        if not told:
            raise Died(f"{self._name} ended:\n{self.said()[-3000:]}")
        found = json.loads(told)
        report = Report(
            (found["at"] - self._began) * 1000, found["total"], found["peak"], found["cpu"], found["wall"],
            found["answers"],
        )  # fmt: skip
        if statuses and not report.statuses <= set(statuses):
            raise Died(f"{self._name} answered {sorted(report.statuses)}: {report.answers[0]}\n{self.said()[-3000:]}")
        return report

    def said(self) -> str:
        """What it wrote to standard error."""
        self._errors.seek(0)
        return self._errors.read()


class Contenders:
    """Every contender beside one running hub, whose engine they share."""

    def __init__(self, hub: Hub, home: Path) -> None:
        self.hub, self.tasks, self._home = hub, tasks(), home
        function = hub.facts["engine"]["api_function"]
        configuration = hub.aws("lambda").get_function_configuration(FunctionName=function)
        self._hubs: dict[str, str] = configuration["Environment"]["Variables"]

    def start(
        self, name: str, *, daemon: str | None = None, engine: str | None = None, flags: Sequence[str] = ()
    ) -> Process:
        """Start a contender's process. ``daemon``: X-Ray's (host:port), traced then; ``engine``: not the hub's own."""
        return Process(self.tasks[name], self._environment(name, daemon, engine), flags)

    def has(self, name: str, id: str) -> bool:
        """Whether the session lies in the contender's table."""
        return self.row(name, id) is not None

    def row(self, name: str, id: str) -> dict[str, Any] | None:
        """The session's item."""
        table = self.hub.facts["table"] if name == HUB else SESSIONS
        key = {"pk": {"S": id}, "sk": {"S": "session"}}
        found: dict[str, Any] = self.hub.aws("dynamodb").get_item(TableName=table, Key=key, ConsistentRead=True)
        return found.get("Item")

    def _environment(self, name: str, daemon: str | None, engine: str | None) -> dict[str, str]:
        task, facts = self.tasks[name], self.hub.facts
        given = dict(self._hubs) if name == HUB else self._peers()
        given.pop("POWERTOOLS_TRACE_DISABLED", None)  # the local stage's; whether it is traced, ``daemon`` says
        if daemon is not None:
            root = f"1-{int(time.time()):08x}-{secrets.token_hex(12)}"
            given["AWS_XRAY_DAEMON_ADDRESS"] = daemon
            given["_X_AMZN_TRACE_ID"] = f"Root={root};Parent={secrets.token_hex(8)};Sampled=1"
        return {
            **given, "PATH": os.defpath, "HOME": str(self._home), "LANG": "en_US.UTF-8", "TZ": ":UTC",
            "PYTHONPATH": os.pathsep.join((str(task.folder), str(task.runtime))), "PYTHONDONTWRITEBYTECODE": "1",
            "AWS_ENDPOINT_URL": engine or facts["engine_url"], "AWS_REGION": facts["engine"]["region"],
            "AWS_DEFAULT_REGION": facts["engine"]["region"], "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test", "AWS_SESSION_TOKEN": "test", "AWS_EXECUTION_ENV": "AWS_Lambda_python3.11",
            "AWS_LAMBDA_FUNCTION_NAME": name, "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "1024",
            "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST", "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
            "_HANDLER": task.handler, "LAMBDA_TASK_ROOT": str(task.folder), "LAMBDA_RUNTIME_DIR": str(task.runtime),
        }  # fmt: skip

    def _peers(self) -> dict[str, str]:
        shared = ("BASE_URL", "SECRET_ARN", "HOURS", "POWERTOOLS_LOG_LEVEL")
        kept = {name: self._hubs[name] for name in shared if name in self._hubs}
        return {**kept, "TABLE": SESSIONS, "HUB_TABLE": self.hub.facts["table"], "IDEMPOTENCY_TABLE": RECORDS}


def _tables(hub: Hub) -> None:
    """A table of sessions with the hub's own keys and indexes, and one for the records of the idempotency utility."""
    db = hub.aws("dynamodb")
    like = db.describe_table(TableName=hub.facts["table"])["Table"]
    indexes = [
        {name: one[name] for name in ("IndexName", "KeySchema", "Projection")} for one in like["GlobalSecondaryIndexes"]
    ]
    db.create_table(
        TableName=SESSIONS, BillingMode="PAY_PER_REQUEST", AttributeDefinitions=like["AttributeDefinitions"],
        KeySchema=like["KeySchema"], GlobalSecondaryIndexes=indexes,
    )  # fmt: skip
    db.create_table(
        TableName=RECORDS, BillingMode="PAY_PER_REQUEST", KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
    )  # fmt: skip


@contextmanager
def contenders(**environment: str) -> Iterator[Contenders]:
    """Every contender beside a hub of their own, started with ``environment`` and stopped at the end."""
    with tempfile.TemporaryDirectory() as folder:
        running = Running(Path(folder) / "hub", **environment)
        try:
            _tables(running.hub)
            home = Path(folder) / "home"
            home.mkdir()
            yield Contenders(running.hub, home)
        finally:
            running.stop()
