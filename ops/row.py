"""One partner as the operator keeps it: what may stand in its row, how the row is written, and how it is shown."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from chalicelib.aws.codec import attribute
from chalicelib.aws.partner_rows import keys_attribute, keys_of, listing, partner_key, partner_of
from chalicelib.identity import KID, KeyRefused
from chalicelib.model.partner import Partner as Known
from chalicelib.model.partner import PartnerKey, Webhook

__all__ = ["KeySet", "Partner", "PartnerRefused", "check_limit", "moment", "now", "same_key"]

ID = re.compile(r"[a-z][a-z0-9-]{1,30}")
PLATFORM = re.compile(r"[a-z0-9_]{1,32}")
WEB_PREFIX = re.compile(r"https://[a-z0-9.-]+/[!-~]*")
APP_PREFIX = re.compile(r"[a-z][a-z0-9+.-]{1,30}:(//)?[!-~]*")
NO_APP = ("https:", "http:", "javascript:", "data:", "vbscript:", "file:", "blob:", "about:")
MOST_REQUESTS = 10**9


class PartnerRefused(Exception):
    """The change may not be made; the text says why."""


def now() -> int:
    """The time in ms since the epoch."""
    return time.time_ns() // 1_000_000


def moment(at: int) -> str:
    """A moment (ms) as people and programs read it: RFC 3339, UTC, whole seconds."""
    return datetime.fromtimestamp(at // 1000, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def same_key(one: PartnerKey, other: PartnerKey) -> bool:
    """Whether two keys are the same numbers, however their JWK is written."""
    return one.alg == other.alg and bool(json.loads(one.jwk) == json.loads(other.jwk))


def check_limit(number: int) -> int:
    """A limit that can be held. Raises PartnerRefused."""
    if not 1 <= number <= MOST_REQUESTS:
        raise PartnerRefused(f"a limit is a whole number from 1 to {MOST_REQUESTS}")
    return number


@dataclass(frozen=True)
class KeySet:
    """A published key set: its address, the keys last kept and when (ms), and what went wrong since then."""

    url: str
    keys: Mapping[str, PartnerKey]
    at: int | None
    fault: str | None


@dataclass(frozen=True)
class Partner:
    """One partner as it is kept. ``keys`` by kid; ``created`` in ms; ``burst`` and ``day`` None: as the hub decides.

    ``stopped_at`` (ms) is when the endpoint was stopped. ``listed``: the hub finds the row among all partners; rows of
    an older version are repaired.
    """

    id: str
    name: str
    platforms: Sequence[str]
    keys: Mapping[str, PartnerKey] = field(default_factory=dict)
    return_prefixes: Sequence[str] = ()
    suspended: bool = False
    sandbox: bool = False
    created: int = field(default_factory=now)
    burst: int | None = None
    day: int | None = None
    webhook: Webhook | None = None
    stopped_at: int | None = None
    jwks: KeySet | None = None
    listed: bool = True

    def __post_init__(self) -> None:
        if not ID.fullmatch(self.id):
            raise PartnerRefused("the id is 2 to 31 of a-z, 0-9 and -, and starts with a letter")
        if not self.platforms:
            raise PartnerRefused("a partner signs for one platform at least")
        if not all(PLATFORM.fullmatch(platform) for platform in self.platforms):
            raise PartnerRefused("a platform is 1 to 32 of a-z, 0-9 and _")
        if not all(KID.fullmatch(kid) for kid in self.keys):
            raise KeyRefused("a kid is 1 to 64 of A-Z a-z 0-9 . _ + / = -")
        for prefix in self.return_prefixes:
            app = APP_PREFIX.fullmatch(prefix) and not prefix.startswith(NO_APP)
            if not (WEB_PREFIX.fullmatch(prefix) or app):
                raise PartnerRefused("a return prefix is https with a host and a slash, or an app's own scheme")
        for limit in (self.burst, self.day):
            check_limit(1 if limit is None else limit)

    def item(self) -> dict[str, Any]:
        """The row of a new partner, in DynamoDB's own types."""
        limits = {"burst": self.burst, "day": self.day}
        return {
            **partner_key(self.id),
            **listing(self.id),
            "id": attribute(self.id),
            "name": attribute(self.name),
            "platforms": {"SS": sorted(self.platforms)},
            "keys": keys_attribute(self.keys),
            "return_prefixes": attribute(self.return_prefixes),
            "suspended": attribute(self.suspended),
            "sandbox": attribute(self.sandbox),
            "created": attribute(self.created),
            **{name: attribute(number) for name, number in limits.items() if number is not None},
        }

    @classmethod
    def of(cls, item: Mapping[str, Any]) -> Partner:
        """The partner of a row."""
        known = partner_of(item)
        return cls(
            id=known.id,
            name=item["name"]["S"],
            platforms=tuple(sorted(known.platforms)),
            keys=keys_of(item, "keys"),
            return_prefixes=known.return_prefixes,
            suspended=known.suspended,
            sandbox=known.sandbox,
            created=int(item["created"]["N"]),
            burst=known.burst if "burst" in item else None,
            day=known.day if "day" in item else None,
            webhook=known.webhook,
            stopped_at=_number(item.get("webhook", {"M": {}})["M"], "stopped_at"),
            jwks=_key_set(item),
            listed="lane_pk" in item,
        )

    def shown(self) -> dict[str, Any]:
        """What the operator reads: everything but secrets; the keys are public."""
        return {
            "id": self.id,
            "name": self.name,
            "platforms": sorted(self.platforms),
            "keys": _shown_keys(self.keys),
            "jwks": self.jwks and {
                "url": self.jwks.url,
                "fetched": None if self.jwks.at is None else moment(self.jwks.at),
                "fault": self.jwks.fault,
                "keys": _shown_keys(self.jwks.keys),
            },
            "return_prefixes": list(self.return_prefixes),
            "suspended": self.suspended,
            "sandbox": self.sandbox,
            "limits": {"burst": self.burst or Known.burst, "day": self.day or Known.day},
            "webhook": self.webhook and {"url": self.webhook.url, "stopped": self.webhook.stopped},
            "created": moment(self.created),
        }  # fmt: skip


def _shown_keys(keys: Mapping[str, PartnerKey]) -> dict[str, Any]:
    return {
        kid: {
            "alg": key.alg,
            "jwk": json.loads(key.jwk),
            **({} if key.until is None else {"until": moment(key.until)}),
        }
        for kid, key in sorted(keys.items())
    }


def _key_set(item: Mapping[str, Any]) -> KeySet | None:
    if "jwks_url" not in item:
        return None
    at = _number(item, "jwks_at")
    return KeySet(item["jwks_url"]["S"], keys_of(item, "jwks"), at, item.get("jwks_fault", {}).get("S"))


def _number(item: Mapping[str, Any], name: str) -> int | None:
    return int(item[name]["N"]) if name in item else None
