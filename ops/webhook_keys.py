"""The keys that sign deliveries to a partner (Standard Webhooks 1.0.0), in Secrets Manager, newest first."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from botocore.exceptions import ClientError

from chalicelib.outside.signature import new_ed25519, new_secret, public_of

__all__ = ["KINDS", "SigningKey", "Vault", "ending", "kinds_of", "make_keys"]

MAKERS = {"hmac": new_secret, "ed25519": new_ed25519}
KINDS = (*MAKERS, "both")


@dataclass(frozen=True)
class SigningKey:
    """``secret`` signs until ``until`` (ms; None: no end)."""

    secret: str = field(repr=False)
    until: int | None = None

    @property
    def kind(self) -> str:
        """`hmac` or `ed25519`."""
        return "hmac" if self.secret.startswith("whsec_") else "ed25519"

    @property
    def public(self) -> str | None:
        """What everybody may know: `whpk_…` of an Ed25519 key."""
        return None if self.kind == "hmac" else public_of(self.secret)

    @property
    def given(self) -> str:
        """What the partner needs to verify: the shared secret itself, or the public key."""
        return self.public or self.secret


def make_keys(kind: str) -> list[SigningKey]:
    """New keys of a kind of ``KINDS``."""
    return [SigningKey(make()) for name, make in MAKERS.items() if kind in (name, "both")]


def kinds_of(keys: Sequence[SigningKey]) -> str:
    """The kind of ``KINDS`` that the keys without an end are."""
    found = {key.kind for key in keys if key.until is None}
    return "both" if len(found) == 2 else next(iter(found), "hmac")


def ending(keys: Sequence[SigningKey], end: int, now: int) -> list[SigningKey]:
    """The keys with their end at ``end`` (ms) at the latest; what has ended is left out."""
    ended = [replace(key, until=end if key.until is None else min(key.until, end)) for key in keys]
    return [key for key in ended if key.until is not None and key.until > now]


class Vault:
    """The signing keys of one stack's partners, through a boto3 Secrets Manager client."""

    def __init__(self, manager: Any, stack: str) -> None:
        self._manager, self._stack = manager, stack

    def name(self, partner: str) -> str:
        """The name of the partner's secret."""
        return f"{self._stack}/webhook/{partner}"

    def read(self, partner: str) -> list[SigningKey]:
        """The keys, newest first; none where there is no secret."""
        try:
            text = self._manager.get_secret_value(SecretId=self.name(partner))["SecretString"]
        except ClientError as error:
            if _code(error) != "ResourceNotFoundException":
                raise
            return []
        return [SigningKey(one["secret"], one["until"]) for one in json.loads(text)["keys"]]

    def write(self, partner: str, keys: Sequence[SigningKey]) -> None:
        """Keep exactly these keys."""
        text = json.dumps({"keys": [{"secret": key.secret, "until": key.until} for key in keys]})
        try:
            self._manager.put_secret_value(SecretId=self.name(partner), SecretString=text)
        except ClientError as error:
            if _code(error) != "ResourceNotFoundException":
                raise
            self._manager.create_secret(
                Name=self.name(partner), SecretString=text, Description="Signs the deliveries to one partner"
            )

    def forget(self, partner: str) -> None:
        """Delete the keys for good: nothing needs them once nothing is sent."""
        try:
            self._manager.delete_secret(SecretId=self.name(partner), ForceDeleteWithoutRecovery=True)
        except ClientError as error:
            if _code(error) != "ResourceNotFoundException":
                raise


def _code(error: ClientError) -> str:
    return str(error.response.get("Error", {}).get("Code", ""))
