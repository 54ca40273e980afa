"""The real desk over the real adapters, with moto as AWS. Single-threaded: races are tried on the engine."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3
import pytest
import yaml
from moto import mock_aws

from chalicelib.desk.base import Desk
from chalicelib.model.counsellor import Counsellor
from chalicelib.model.partner import Partner
from chalicelib.settings import Settings
from chalicelib.wiring import assemble

if TYPE_CHECKING:
    from tests.registry import Registry

TEMPLATE = Path(__file__).parents[2] / "infra" / "resources.yaml"
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

    def again(self, **changed: Any) -> House:
        """The same tables seen by another process, with changed settings."""
        settings = replace(self.settings, **changed)
        return replace(self, desk=assemble(settings, clock=self.clock), settings=settings)

    def items(self, table: str | None = None) -> list[dict[str, Any]]:
        """Every raw item."""
        found: list[dict[str, Any]] = self.db.scan(TableName=table or self.settings.table)["Items"]
        return found


class _Loader(yaml.SafeLoader):
    """Reads a template; intrinsic functions are left out."""


_Loader.add_multi_constructor("!", lambda loader, suffix, node: None)


def make_table(db: Any, logical: str, name: str) -> None:
    """A table from the very template that is deployed."""
    properties = yaml.load(TEMPLATE.read_text(), _Loader)["Resources"][logical]["Properties"]
    wanted = ("BillingMode", "AttributeDefinitions", "KeySchema", "GlobalSecondaryIndexes")
    db.create_table(TableName=name, **{part: properties[part] for part in wanted if part in properties})


@pytest.fixture
def house(monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    """A fresh house."""
    for name, value in ACCESS.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    assert os.environ["AWS_ACCESS_KEY_ID"] == "testing"
    with mock_aws():
        db = boto3.client("dynamodb")
        make_table(db, "Sessions", "sessions")
        make_table(db, "Keys", "keys")
        kms = boto3.client("kms").create_key()["KeyMetadata"]["KeyId"]
        arn = boto3.client("secretsmanager").create_secret(Name="stage", SecretString="s" * 64)["ARN"]
        settings = Settings(
            stage="local", base_url="http://hub.test", instance="i", table="sessions", keys_table="keys",
            kms_key=kms, secret_arn=arn, user_pool="pool", oidc_issuer="https://issuer", oidc_client_id="client",
            oidc_jwks_url="http://x/jwks", oidc_authorize_url="http://x/a", oidc_token_url="http://x/t",
            hours="24/7", dial_hours="24/7", lease=90_000, callback_retry=1_800_000, silent=300_000,
            counsellor_limit=20, shards=1,
        )  # fmt: skip
        clock = Clock()
        yield House(assemble(settings, clock=clock), clock, settings, db)


@pytest.fixture
def registry(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Iterator[Registry]:
    """An empty registry of partners and the operator's command before it."""
    from tests.registry import Registry, deploy

    for name, value in ACCESS.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    with mock_aws():
        deploy()
        yield Registry(tmp_path, capsys)
