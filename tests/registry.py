"""A deployed stack on moto with the operator's command before it: what was printed, written, recorded; and the hub."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import boto3
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from chalicelib.aws.clients import Clients
from chalicelib.aws.directory import TableDirectory
from chalicelib.identity import PartnerCaller, partner_caller
from chalicelib.model.partner import Partner
from ops import partner as tool
from ops.signer import Partner as Signer
from ops.signer import sign
from tests.integration.conftest import make_table

__all__ = ["HUB", "STACK", "TABLE", "Registry", "Said", "SigningKey", "deploy"]

STACK, TABLE, LOGS, HUB = "helpline", "sessions", "/helpline/api", "https://hub.example"


@dataclass(frozen=True)
class Said:
    """What a command answered."""

    code: int
    out: str
    err: str


@dataclass(frozen=True)
class SigningKey:
    """A partner's key: its file as the operator gets it, and the private half that only the partner has."""

    kid: str
    file: str
    private: str = field(repr=False)


def deploy() -> None:
    """The table of the template, and a stack whose outputs name it."""
    make_table(boto3.client("dynamodb"), "Sessions", TABLE)
    secret = boto3.client("secretsmanager").create_secret(Name="stage", SecretString="s" * 64)["ARN"]
    template = {
        "Resources": {"Logs": {"Type": "AWS::Logs::LogGroup", "Properties": {"LogGroupName": LOGS}}},
        "Outputs": {
            "Table": {"Value": TABLE},
            "ApiLogGroup": {"Value": LOGS},
            "SecretArn": {"Value": secret},
            "UserPool": {"Value": "pool"},
        },
    }
    boto3.client("cloudformation").create_stack(StackName=STACK, TemplateBody=json.dumps(template))


class Registry:
    """The registry through the operator's command, as it is typed."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self._folder, self._capsys = folder, capsys
        self.db = boto3.client("dynamodb")
        self.secrets = boto3.client("secretsmanager")

    def run(self, *arguments: str) -> Said:
        """Run one command; exit status and what it printed."""
        self._capsys.readouterr()
        try:
            code = tool.main(["--stack", STACK, *arguments])
        except SystemExit as left:
            code = int(left.code or 0)
        printed = self._capsys.readouterr()
        return Said(code, printed.out, printed.err)

    def done(self, *arguments: str) -> str:
        """Run one command that must succeed; what it printed, what stands beside it last."""
        said = self.run(*arguments)
        assert said.code == 0, said.err
        return said.out + said.err

    def given(self, *arguments: str) -> str:
        """Run one command that must succeed; what it gives alone, for programs."""
        said = self.run(*arguments)
        assert said.code == 0, said.err
        return said.out

    def refused(self, *arguments: str) -> str:
        """Run one command that must be refused without a change or a record; its sentence."""
        before = self.everything()
        said = self.run(*arguments)
        assert (said.code, said.out) == (1, ""), said
        assert self.everything() == before
        assert "Traceback" not in said.err and said.err.count("\n") == 1
        return said.err

    def key(self, kid: str) -> SigningKey:
        """A new key of a partner, its public half in a file."""
        made = ec.generate_private_key(ec.SECP256R1())
        path = self._folder / f"{kid}.pem"
        path.write_bytes(made.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
        private = made.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
        return SigningKey(kid, str(path), private)

    def add(self, id: str = "acme", *more: str) -> SigningKey:
        """Register a partner with the platform acme_app and a key `<id>-1`."""
        key = self.key(f"{id}-1")
        self.done("add", id, "--platform", "acme_app", "--key", key.file, "--kid", key.kid, *more)
        return key

    def row(self, id: str = "acme") -> dict[str, Any]:
        """A partner's raw row."""
        found: dict[str, Any] = self.db.get_item(
            TableName=TABLE, Key={"pk": {"S": f"partner#{id}"}, "sk": {"S": "partner"}}
        )["Item"]
        return found

    def put(self, pk: str, sk: str, **attributes: Mapping[str, Any]) -> None:
        """Write a raw item."""
        self.db.put_item(TableName=TABLE, Item={"pk": {"S": pk}, "sk": {"S": sk}, **attributes})

    def items(self) -> list[dict[str, Any]]:
        """Every raw item."""
        found: list[dict[str, Any]] = self.db.scan(TableName=TABLE)["Items"]
        return sorted(found, key=lambda item: (item["pk"]["S"], item["sk"]["S"]))

    def everything(self) -> tuple[list[dict[str, Any]], dict[str, str]]:
        """Every raw item and every secret of a partner."""
        names = [one["Name"] for one in self.secrets.list_secrets()["SecretList"] if one["Name"] != "stage"]
        return self.items(), {name: self.secrets.get_secret_value(SecretId=name)["SecretString"] for name in names}

    def audit(self) -> list[tuple[str, str, str]]:
        """The records: who, what, which; in order."""
        found = [item for item in self.items() if item["pk"]["S"].startswith("audit#")]
        return [(item["who"]["S"], item["what"]["S"], item["session"]["S"]) for item in found]

    def known(self, id: str = "acme", at: int = 0) -> Partner | None:
        """The partner as a hub process knows it that has just started."""
        return TableDirectory(Clients(), TABLE, lambda: at).partner(id)

    def call(self, key: SigningKey, at: int, id: str = "acme") -> PartnerCaller:
        """The hub's check of a token that the partner signs with this key at that moment (ms). Raises BadToken."""
        signer = Signer(id, key.kid, "ES256", key.private, HUB)
        sent = sign(signer, "GET", "/v1/handoffs/ho_1", "handoff:read", now=at / 1000)
        return partner_caller(
            sent.headers["Authorization"], method="GET", path=sent.path, body=b"", scope="handoff:read",
            audience=HUB, now=at, find=self.known,
        )  # fmt: skip
