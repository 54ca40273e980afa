"""How long one undisturbed claim takes behind lines of different length, on an engine whose index is no scan: dynalite.

dynalite keeps an index in LevelDB, sorted. Its units are not used, and nobody races there.
"""

from __future__ import annotations

import os
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from unittest.mock import patch

from bench.claiming.behind import next_one, over
from bench.claiming.line import SPARSE, Line, sample
from chalicelib.aws.clients import Clients
from chalicelib.desk.base import Desk
from chalicelib.wiring import assemble
from local import node
from local.engine import client, free_port
from tests.simulation.clients import Secrets
from tests.simulation.tables import resource
from tests.stage import made_settings

__all__ = ["Timed", "flat"]

START_WITHIN = 20.0
PARTS = ("BillingMode", "AttributeDefinitions", "KeySchema", "GlobalSecondaryIndexes")
WARM = 3


@dataclass
class Timed:
    """Milliseconds of each claim behind ``waiting`` others."""

    waiting: int
    ms: list[float] = field(default_factory=list)


class _Clients(Clients):
    """The hub's own client of DynamoDB; the stage's secret from memory, since dynalite is nothing but DynamoDB."""

    def __init__(self, secrets: Secrets) -> None:
        super().__init__()
        self._secrets = secrets

    def __call__(self, service: str) -> Any:
        return self._secrets if service == "secretsmanager" else super().__call__(service)


@contextmanager
def _dynalite() -> Iterator[str]:
    """A running dynalite with its data in a folder that goes with it; its address. Raises NodeMissing, OSError."""
    made, port = node.ensure(), free_port()
    url = f"http://127.0.0.1:{port}"
    with tempfile.TemporaryDirectory() as folder:
        process = subprocess.Popen(
            [node.program(made), str(made / "node_modules" / "dynalite" / "cli.js"), "--host", "127.0.0.1", "--port",
             str(port), "--path", str(Path(folder) / "data"), "--createTableMs", "0"],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
        )  # fmt: skip
        try:
            _wait(url)
            yield url
        finally:
            process.terminate()
            process.wait()


def _wait(url: str) -> None:
    deadline = time.monotonic() + START_WITHIN
    while True:
        try:
            urllib.request.urlopen(url, timeout=1).close()
            return
        except (urllib.error.URLError, OSError):
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)


def flat(lengths: Sequence[int], rounds: int) -> list[Timed]:
    """``rounds`` claims behind each of the lengths, in turn, each length in a table and with a desk of its own.

    After each claim the session is closed and another one comes, neither of them timed.
    """
    found = [Timed(length) for length in lengths]
    with _dynalite() as url, patch.dict(os.environ, _access(url)):
        lines = [_line(url, f"line-{length}", length) for length in lengths]
        for n in range(-WARM, rounds):
            order = list(zip(found, lines, strict=True))
            turned = n % len(order)
            for timed, (desk, line) in order[turned:] + order[:turned]:
                began = time.perf_counter()
                session = next_one(desk)
                ms = (time.perf_counter() - began) * 1000
                over(desk, session)
                line.write(1, SPARSE)
                if n >= 0:
                    timed.ms.append(ms)
    return found


def _access(url: str) -> dict[str, str]:
    return {
        "AWS_ENDPOINT_URL": url, "AWS_DEFAULT_REGION": "eu-west-3", "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
    }  # fmt: skip


def _line(url: str, table: str, length: int) -> tuple[Desk, Line]:
    db = client("dynamodb", url)
    properties = resource("Sessions")
    db.create_table(TableName=table, **{part: properties[part] for part in PARTS if part in properties})
    settings = made_settings(table=table)
    desk = assemble(settings, clients=_Clients(Secrets({settings.secret_arn: "s" * 64})))
    line = Line(db, table, sample(desk))
    line.clear([line.like.id])
    line.write(length, SPARSE)
    return desk, line
