"""Three stores that one suite is run against: the fake, moto, and the engine; the tables are the template's."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import boto3
from moto import mock_aws

from chalicelib.aws.clients import Clients
from local.engine import Engine
from tests.integration.conftest import ACCESS, NOON, Clock, make_table
from tests.simulation.clients import FakeClients
from tests.simulation.dynamo import Dynamo
from tests.simulation.tables import read_tables

__all__ = ["PLACES", "Moto", "Place", "Twice", "engine_place", "fake_place", "running_engine"]

PLACES = ("fake", "moto", "engine")
SESSIONS, KEYS = "sessions", "keys"


@dataclass
class Place:
    """A store with two empty tables. ``clients`` is what the adapters take, ``db`` its client of DynamoDB."""

    name: str
    clients: Clients
    kms_key: str
    clock: Clock = field(default_factory=Clock)
    table: str = SESSIONS
    keys: str = KEYS

    @property
    def db(self) -> Any:
        """The client of DynamoDB."""
        return self.clients("dynamodb")

    def empty(self) -> None:
        """Delete every item: cheaper than new tables."""
        for table, names in ((self.table, ("pk", "sk")), (self.keys, ("pk",))):
            for page in self.db.get_paginator("scan").paginate(TableName=table, ConsistentRead=True):
                for item in page["Items"]:
                    self.db.delete_item(TableName=table, Key={name: item[name] for name in names})
        self.clock.now = NOON


class Given(Clients):
    """Clients that were made elsewhere."""

    def __init__(self, **made: Any) -> None:
        super().__init__()
        self._made = {name.replace("_", "-"): client for name, client in made.items()}


class Twice:
    """A client whose every reply to a write is lost once: the write is sent again, as botocore does by itself."""

    def __init__(self, client: Any) -> None:
        self._client = client

    def __getattr__(self, verb: str) -> Any:
        found = getattr(self._client, verb)
        if verb not in ("put_item", "update_item", "delete_item"):
            return found

        def call(**request: Any) -> Any:
            found(**request)
            return found(**request)

        return call


def fake_place() -> Place:
    """The fake, alone."""
    clock = Clock()
    tables = read_tables(Sessions=SESSIONS, Keys=KEYS)
    return Place("fake", FakeClients(Dynamo(tables, clock=clock), secrets={}), "key", clock)


class Moto:
    """moto, with what was put there before, unless somebody else has mocked AWS since; nothing else may talk to AWS."""

    def __init__(self) -> None:
        self._mock = mock_aws()
        self._made: dict[str, Any] = {}

    @contextmanager
    def running(self) -> Iterator[Place]:
        """The empty store."""
        self._mock.start(reset=False)
        try:
            place = self._place()
            place.empty()
            yield place
        finally:
            self._mock.stop(remove_data=False)

    def _place(self) -> Place:
        if not self._made:
            self._made = {one: boto3.client(one, "eu-west-3", **_ACCESS) for one in ("dynamodb", "kms")}
        db, kms = self._made["dynamodb"], self._made["kms"]
        if SESSIONS not in db.list_tables()["TableNames"]:
            for logical, name in (("Sessions", SESSIONS), ("Keys", KEYS)):
                make_table(db, logical, name)
        return Place("moto", Given(**self._made), kms.create_key()["KeyMetadata"]["KeyId"])


_ACCESS: Any = {
    "aws_access_key_id": ACCESS["AWS_ACCESS_KEY_ID"], "aws_secret_access_key": ACCESS["AWS_SECRET_ACCESS_KEY"],
}  # fmt: skip


@contextmanager
def running_engine(home: Path) -> Iterator[Engine]:
    """An engine of one's own, without the hub."""
    loop = asyncio.new_event_loop()
    engine = Engine(home, home)
    loop.run_until_complete(engine.start())
    try:
        yield engine
    finally:
        loop.run_until_complete(engine.stop())
        loop.close()


def engine_place(engine: Engine) -> Place:
    """The engine's tables, made when they are not there."""
    made = {service: engine.client(service) for service in ("dynamodb", "kms")}
    for logical, name in (("Sessions", SESSIONS), ("Keys", KEYS)):
        make_table(made["dynamodb"], logical, name)
    return Place("engine", Given(**made), made["kms"].create_key()["KeyMetadata"]["KeyId"])
