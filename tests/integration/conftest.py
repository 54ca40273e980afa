"""The real desk over the real adapters, with moto as AWS. Single-threaded: races are tried on the engine."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from moto import mock_aws

from chalicelib.desk.base import Desk
from chalicelib.model.counsellor import Counsellor
from chalicelib.model.partner import Partner
from chalicelib.settings import Settings
from chalicelib.wiring import assemble
from tests.simulation.tables import resource
from tests.soundness import unsound
from tests.stage import made_settings

if TYPE_CHECKING:
    from tests.integration.watched import Watched
    from tests.registry import Registry

ACCESS = {"AWS_ACCESS_KEY_ID": "testing", "AWS_SECRET_ACCESS_KEY": "testing", "AWS_DEFAULT_REGION": "eu-west-3"}
NOON = 1_795_345_200_000  # 2026-11-22T12:00:00+01:00, a Sunday


@dataclass
class Clock:
    """A clock that stands until it is pushed."""

    now: int = NOON

    def __call__(self) -> int:
        return self.now

    def pass_seconds(self, seconds: float) -> None:
        self.now += int(seconds * 1000)


@dataclass
class House:
    """A desk, its clock and its tables."""

    desk: Desk
    clock: Clock
    settings: Settings
    db: Any
    partner: Partner = field(
        default_factory=lambda: Partner("tiktok", frozenset({"tiktok"}), {}, ("https://app.example/",))
    )
    other: Partner = field(default_factory=lambda: Partner("meta", frozenset({"instagram", "messenger"}), {}))
    first: Counsellor = field(default_factory=lambda: Counsellor("first", "sub-first", frozenset(), 0))
    second: Counsellor = field(default_factory=lambda: Counsellor("second", "sub-second", frozenset(), 0))
    damaged: bool = False  # set by a test that leaves sessions as no move does

    def again(self, **changed: Any) -> House:
        """The same tables seen by another process, with changed settings."""
        settings = replace(self.settings, **changed)
        return replace(self, desk=assemble(settings, clock=self.clock), settings=settings)

    def items(self, table: str | None = None) -> list[dict[str, Any]]:
        """Every raw item."""
        found: list[dict[str, Any]] = self.db.scan(TableName=table or self.settings.table)["Items"]
        return found


def make_table(db: Any, logical: str, name: str) -> None:
    """A table from the very template that is deployed."""
    properties = resource(logical)
    wanted = ("BillingMode", "AttributeDefinitions", "KeySchema", "GlobalSecondaryIndexes")
    db.create_table(TableName=name, **{part: properties[part] for part in wanted if part in properties})


@pytest.fixture
def house(monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    """A fresh house."""
    for name, value in ACCESS.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    assert os.environ["AWS_ACCESS_KEY_ID"] == "testing"
    monkeypatch.setattr("chalicelib.aws.clients.SERVICES", {})  # moto stands inside the SDK
    with mock_aws():
        db = boto3.client("dynamodb")
        make_table(db, "Sessions", "sessions")
        make_table(db, "Keys", "keys")
        kms = boto3.client("kms").create_key()["KeyMetadata"]["KeyId"]
        arn = boto3.client("secretsmanager").create_secret(Name="stage", SecretString="s" * 64)["ARN"]
        settings = made_settings(kms_key=kms, secret_arn=arn)
        clock = Clock()
        house = House(assemble(settings, clock=clock), clock, settings, db)
        yield house
        assert house.damaged or unsound(house.items(), clock.now) == {}, "the reconciler would find something to repair"


@pytest.fixture
def registry(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Iterator[Registry]:
    """An empty registry of partners and the operator's command before it."""
    from tests.registry import Registry, deploy

    for name, value in ACCESS.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    monkeypatch.setattr("chalicelib.aws.clients.SERVICES", {})
    with mock_aws():
        deploy()
        yield Registry(tmp_path, capsys)


@pytest.fixture
def watched(
    house: House, capsys: pytest.CaptureFixture[str], packaged: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> Iterator[Watched]:
    """The house, registered partners, and everything that its operator would be told."""
    from chalice.test import Client

    from app import app
    from chalicelib import watch
    from tests.alarms import STACK, alarms_of
    from tests.integration.watched import Watched, register

    monkeypatch.setenv("POWERTOOLS_SERVICE_NAME", STACK)  # as the template does
    monkeypatch.setattr("chalicelib.events.HANDS", 1)  # moto bears one thread at a time
    watch._metrics.cache_clear()
    register(house)
    with Client(app) as client:
        made = Watched(house, capsys, alarms_of(packaged), monkeypatch, client.http)
        made.use(house)
        made.quiet(3)  # it has run before
        yield made
    watch._metrics.cache_clear()
