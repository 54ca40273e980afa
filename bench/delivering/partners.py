"""Partners of a trial's own on a running local hub: a row with a key, and an endpoint with its signing secret."""

from __future__ import annotations

import base64
import json
import secrets
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from chalicelib.aws.partner_rows import partner_key
from chalicelib.identity import read_key
from ops.partners import Partners
from ops.row import Partner
from tests.hub import Hub

__all__ = ["Enrolled", "enrol", "new_secret"]

STACK = "hub3018"
KID = "trial"


def new_secret() -> str:
    """A fresh HMAC secret as a partner gets it."""
    return "whsec_" + base64.b64encode(secrets.token_bytes(32)).decode()


@dataclass
class Enrolled:
    """A partner that signs for the platform of its own name."""

    hub: Hub
    id: str

    @property
    def platform(self) -> str:
        """The one platform it signs for."""
        return platform(self.id)

    @property
    def vault(self) -> str:
        """The name of its signing keys in the vault of secrets."""
        return f"{STACK}/webhook/{self.id}"

    def hook(self, url: str, keys: Sequence[str]) -> None:
        """Set the endpoint; deliveries are signed with every one of ``keys``, newest first."""
        self.sign_with(keys)
        webhook = {"M": {"url": {"S": url}, "secret": {"S": self.vault}}}
        self._update("SET webhook = :new", {":new": webhook})

    def sign_with(self, keys: Sequence[str]) -> None:
        """Other signing keys for the same endpoint."""
        vault = self.hub.aws("secretsmanager")
        kept = json.dumps({"keys": [{"secret": key, "until": None} for key in keys]})
        try:
            vault.create_secret(Name=self.vault, SecretString=kept)
        except vault.exceptions.ResourceExistsException:
            vault.put_secret_value(SecretId=self.vault, SecretString=kept)

    def _update(self, change: str, values: dict[str, object]) -> None:
        self.hub.aws("dynamodb").update_item(
            TableName=self.hub.facts["table"], Key=partner_key(self.id), UpdateExpression=change,
            ExpressionAttributeValues=values,
        )  # fmt: skip


def platform(partner: str) -> str:
    """The platform of a trial's partner: its name, as platforms are spelt."""
    return partner.replace("-", "_")


def enrol(hub: Hub, folder: Path, name: str) -> Enrolled:
    """A new partner, which no process of the hub can have cached. ``folder`` gets its private key."""
    id = f"{name}-{time.time_ns() // 1000 % 10**10:x}"
    key = ec.generate_private_key(ec.SECP256R1())
    public = read_key(key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode())
    Partners(hub.aws("dynamodb"), hub.facts["table"]).add(Partner(id, name, (platform(id),), {KID: public}))
    path = folder / f"{id}.pem"
    path.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    hub.facts["partners"].append(
        {"id": id, "platforms": [platform(id)], "kid": KID, "alg": "ES256", "private_key": str(path)}
    )
    return Enrolled(hub, id)
