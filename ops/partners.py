"""Partner rows in the Sessions table: who may send handoffs, for which platforms, signed with which keys."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from botocore.exceptions import ClientError

from ops.keys import KID, KeyRefused

__all__ = ["ID", "Partner", "PartnerRefused", "Partners"]

ID = re.compile(r"[a-z][a-z0-9-]{1,30}")
PLATFORM = re.compile(r"[a-z0-9_]{1,32}")
WEB_PREFIX = re.compile(r"https://[a-z0-9.-]+/[!-~]*")
APP_PREFIX = re.compile(r"[a-z][a-z0-9+.-]{1,30}:(//)?[!-~]*")
NO_APP = ("https:", "http:", "javascript:", "data:", "vbscript:", "file:", "blob:", "about:")


class PartnerRefused(Exception):
    """The change may not be made; the text says why."""


@dataclass(frozen=True)
class Partner:
    """One partner as it is kept. ``keys`` is kid → {"alg", "jwk"} with public JWKs; ``created`` in ms."""

    id: str
    name: str
    platforms: Sequence[str]
    keys: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    return_prefixes: Sequence[str] = ()
    suspended: bool = False
    sandbox: bool = False
    created: int = field(default_factory=lambda: time.time_ns() // 1_000_000)

    def __post_init__(self) -> None:
        if not ID.fullmatch(self.id):
            raise PartnerRefused("the id is 2 to 31 of a-z, 0-9 and -, and starts with a letter")
        if not self.platforms:
            raise PartnerRefused("a partner signs for one platform at least")
        if not all(PLATFORM.fullmatch(platform) for platform in self.platforms):
            raise PartnerRefused("a platform is 1 to 32 of a-z, 0-9 and _")
        for kid in self.keys:
            if not KID.fullmatch(kid):
                raise KeyRefused("a kid is 1 to 64 of A-Z, a-z, 0-9, point, - and _")
        for prefix in self.return_prefixes:
            app = APP_PREFIX.fullmatch(prefix) and not prefix.startswith(NO_APP)
            if not (WEB_PREFIX.fullmatch(prefix) or app):
                raise PartnerRefused("a return prefix is https with a host and a slash, or an app's own scheme")

    def item(self) -> dict[str, Any]:
        """The row, in DynamoDB's own types."""
        keys = {
            kid: {"M": {"alg": {"S": key["alg"]}, "jwk": {"S": json.dumps(key["jwk"], sort_keys=True)}}}
            for kid, key in self.keys.items()
        }
        return {
            "pk": {"S": f"partner#{self.id}"},
            "sk": {"S": "partner"},
            "id": {"S": self.id},
            "name": {"S": self.name},
            "platforms": {"SS": sorted(self.platforms)},
            "keys": {"M": keys},
            "return_prefixes": {"L": [{"S": prefix} for prefix in self.return_prefixes]},
            "suspended": {"BOOL": self.suspended},
            "sandbox": {"BOOL": self.sandbox},
            "created": {"N": str(self.created)},
        }

    @classmethod
    def of(cls, item: Mapping[str, Any]) -> Partner:
        """The partner of a row."""
        keys = item["keys"]["M"]
        return cls(
            id=item["id"]["S"],
            name=item["name"]["S"],
            platforms=tuple(item["platforms"]["SS"]),
            keys={k: {"alg": v["M"]["alg"]["S"], "jwk": json.loads(v["M"]["jwk"]["S"])} for k, v in keys.items()},
            return_prefixes=tuple(prefix["S"] for prefix in item["return_prefixes"]["L"]),
            suspended=item["suspended"]["BOOL"],
            sandbox=item["sandbox"]["BOOL"],
            created=int(item["created"]["N"]),
        )

    def shown(self) -> dict[str, Any]:
        """What the operator reads: everything; the keys are public."""
        return {
            "id": self.id,
            "name": self.name,
            "platforms": sorted(self.platforms),
            "keys": {kid: dict(key) for kid, key in self.keys.items()},
            "return_prefixes": list(self.return_prefixes),
            "suspended": self.suspended,
            "sandbox": self.sandbox,
            "created": self.created,
        }


class Partners:
    """The rows, through a boto3 DynamoDB client. The hub reads them at most a minute late."""

    def __init__(self, dynamodb: Any, table: str) -> None:
        self._dynamodb = dynamodb
        self._table = table

    def _key(self, partner: str) -> dict[str, Any]:
        return {"pk": {"S": f"partner#{partner}"}, "sk": {"S": "partner"}}

    def list(self) -> Iterable[Partner]:
        """Every partner. Scans the table: an operator's rare question needs no index."""
        pages = self._dynamodb.get_paginator("scan").paginate(
            TableName=self._table,
            FilterExpression="sk = :partner",
            ExpressionAttributeValues={":partner": {"S": "partner"}},
        )
        found = [Partner.of(item) for page in pages for item in page["Items"]]
        return sorted(found, key=lambda partner: partner.id)

    def get(self, partner: str) -> Partner | None:
        """One partner, read strongly, or None."""
        answer = self._dynamodb.get_item(TableName=self._table, Key=self._key(partner), ConsistentRead=True)
        return Partner.of(answer["Item"]) if "Item" in answer else None

    def add(self, partner: Partner) -> None:
        """Write a new partner. Raises PartnerRefused if the id is taken."""
        try:
            self._dynamodb.put_item(
                TableName=self._table, Item=partner.item(), ConditionExpression="attribute_not_exists(pk)"
            )
        except ClientError as error:
            raise _explained(error, f"the partner {partner.id} exists already") from error

    def add_key(self, partner: str, kid: str, alg: str, jwk: Mapping[str, str]) -> None:
        """Add one public key. Raises PartnerRefused if the partner is absent or the kid is taken by another key."""
        found = self._need(partner)
        if kid in found.keys:
            if found.keys[kid]["jwk"] == dict(jwk):
                return
            raise PartnerRefused("the kid is taken by another key; give the new key its own kid")
        if any(key["jwk"] == dict(jwk) for key in found.keys.values()):
            raise PartnerRefused("the same key is registered under another kid")
        value = {"M": {"alg": {"S": alg}, "jwk": {"S": json.dumps(dict(jwk), sort_keys=True)}}}
        self._update(partner, "SET #keys.#kid = :key", {"#keys": "keys", "#kid": kid}, {":key": value})

    def remove_key(self, partner: str, kid: str) -> None:
        """Remove one key. Raises PartnerRefused if it is absent or the last one (suspend the partner instead)."""
        found = self._need(partner)
        if kid not in found.keys:
            raise PartnerRefused(f"{partner} has no key of this kid")
        if len(found.keys) == 1:
            raise PartnerRefused("this is the last key; suspend the partner instead")
        self._update(partner, "REMOVE #keys.#kid", {"#keys": "keys", "#kid": kid}, {})

    def suspend(self, partner: str, suspended: bool) -> None:
        """Suspend or resume. Raises PartnerRefused if the partner is absent."""
        self._update(partner, "SET suspended = :flag", {}, {":flag": {"BOOL": suspended}})

    def _need(self, partner: str) -> Partner:
        found = self.get(partner)
        if found is None:
            raise PartnerRefused(f"there is no partner {partner}")
        return found

    def _update(self, partner: str, change: str, names: dict[str, str], values: dict[str, Any]) -> None:
        extra: dict[str, Any] = {}
        if names:
            extra["ExpressionAttributeNames"] = names
        if values:
            extra["ExpressionAttributeValues"] = values
        try:
            self._dynamodb.update_item(
                TableName=self._table,
                Key=self._key(partner),
                UpdateExpression=change,
                ConditionExpression="attribute_exists(pk)",
                **extra,
            )
        except ClientError as error:
            raise _explained(error, f"there is no partner {partner}") from error


def _explained(error: ClientError, sentence: str) -> Exception:
    if error.response.get("Error", {}).get("Code") == "ConditionalCheckFailedException":
        return PartnerRefused(sentence)
    return error
